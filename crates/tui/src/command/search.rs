//! Searching the catalogue: what is typed, and the songs and artists most like it.
//!
//! Before anything is typed, and between what fits equally well, each artist's most popular song comes
//! first, then each one's second: a catalogue lists an artist's songs together, and the first page of
//! it would show one artist.
//!
//! Of a few thousand songs each is held against what is typed, letter by letter. Of a million that would take longer than a
//! frame, so there it is done for the first few thousand in that order, for songs of a genre that is named, and for
//! whatever has the words typed in its title or its artists' names, which one look through all texts finds. How many are
//! looked at depends on the catalogue and the words alone, never on time: the same words always find the same.

use std::sync::Arc;

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use nucleo_matcher::chars::{normalize, to_lower_case};

use super::keys::Key;
use super::typed::{Fit, Typed};
use melody_core::catalogue::{ArtistId, Catalogue, GenreId, SongId};
use melody_core::event::Target;
use melody_recommender::engine::SongRef;

/// Results shown at most.
const SHOWN: usize = 50;
/// Entries up to which each is held against what is typed.
const FEW: usize = 20_000;
/// Of more: songs that are, artists and songs with the words that are, and songs of all genres named that are.
const NEAR: usize = 3_000;

/// Every song, the most popular of each artist first, then the second of each.
fn in_turn(catalogue: &Catalogue) -> Vec<SongId> {
    let mut so_far = vec![0u32; catalogue.artists.len()];
    let turn = |&song: &SongId| {
        let turn = &mut so_far[catalogue.song(song).lead_artist().0 as usize];
        *turn += 1;
        (*turn, song)
    };
    let mut turns: Vec<(u32, SongId)> = catalogue.lists().popular().iter().map(turn).collect();
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, song)| song).collect()
}

/// Everything that can be found in a catalogue: artists who lead a song, then songs.
#[derive(Debug)]
pub struct Index {
    entries: Vec<Target>,
    /// Songs by title.
    by_title: Vec<SongId>,
    /// Entries that are artists.
    artists: usize,
    /// The place among the entries of each song.
    places: Vec<u32>,
    /// Titles and names in small letters without marks, an entry a line. None where each entry is looked at anyway.
    text: String,
    /// Where the line of each entry begins.
    lines: Vec<u32>,
    /// The words for each genre, in every language.
    genres: Vec<String>,
}

impl Index {
    /// Whether to make one takes longer than a frame.
    pub fn takes_long(catalogue: &Catalogue) -> bool {
        catalogue.songs.len() > FEW
    }

    /// All songs of a catalogue, and all artists who lead one.
    pub fn new(catalogue: &Catalogue) -> Self {
        // By their first song, as saved scripts resolve them.
        let first = |artist| catalogue.lists().led_by(ArtistId(artist)).iter().min();
        let artists = (0..catalogue.artists.len() as u32).filter_map(first);
        let mut entries: Vec<Target> = artists.map(|&song| Target::ArtistOf(song)).collect();
        let artists = entries.len();
        let mut places = vec![0; catalogue.songs.len()];
        for song in in_turn(catalogue) {
            places[song.index()] = entries.len() as u32;
            entries.push(Target::Song(song));
        }
        let genres = catalogue.genres.iter();
        let genres = genres.map(|genre| format!("{} {} {}", genre.id, genre.name, genre.name_zh));
        let genres = genres.collect();
        let folded =
            |song: &SongId| -> String { catalogue.song(*song).title.chars().map(fold).collect() };
        let mut by_title: Vec<SongId> = catalogue.ids().collect();
        by_title.sort_by_cached_key(|song| (folded(song), *song));
        let (text, lines) = (String::new(), Vec::new());
        let mut index = Index { entries, by_title, artists, places, text, lines, genres };
        if index.entries.len() > FEW {
            index.write_lines(catalogue);
        }
        index
    }

    fn write_lines(&mut self, catalogue: &Catalogue) {
        let mut line = String::new();
        for &target in &self.entries {
            self.lines.push(self.text.len() as u32);
            line.clear();
            spell(&mut line, catalogue, target);
            self.text.extend(line.chars().map(fold));
            self.text.push('\n');
        }
    }

    /// Places of the entries to hold against what is typed, in order. `genres`: those that are named.
    fn candidates(&self, catalogue: &Catalogue, query: &str, genres: &[GenreId]) -> Vec<usize> {
        if self.lines.is_empty() {
            return (0..self.entries.len()).collect();
        }
        let songs = self.artists..self.entries.len();
        let mut found: Vec<usize> = songs.clone().take(NEAR).collect();
        for &genre in genres {
            // A single letter names nearly all of them.
            let of_it = catalogue.lists().of_genre(genre).iter().take(NEAR / genres.len());
            found.extend(of_it.map(|song| self.places[song.index()] as usize));
        }
        let words = words(query);
        found.extend(self.with_words(0..self.artists, &words));
        found.extend(self.with_words(songs, &words));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The first entries of a range whose line has all the words.
    fn with_words(&self, range: std::ops::Range<usize>, words: &[String]) -> Vec<usize> {
        let mut found = Vec::new();
        let Some(longest) = words.iter().max_by_key(|word| word.len()) else { return found };
        let begin = |entry: usize| self.lines.get(entry).map_or(self.text.len(), |at| *at as usize);
        let (text, finder) = (self.text.as_bytes(), Finder::new(longest.as_bytes()));
        let (mut at, end) = (begin(range.start), begin(range.end));
        while let Some(there) = finder.find(&text[at..end]).filter(|_| found.len() < NEAR) {
            let there = at + there;
            let from = memrchr(b'\n', &text[at..there]).map_or(at, |before| at + before + 1);
            let to = memchr(b'\n', &text[there..end]).map_or(end, |after| there + after);
            if words.iter().all(|word| self.text[from..to].contains(word.as_str())) {
                found.push(self.lines.partition_point(|line| *line as usize <= from) - 1);
            }
            at = (to + 1).min(end);
        }
        found
    }
}

/// A title and its artists' names, or an artist's name.
fn spell(line: &mut String, catalogue: &Catalogue, target: Target) {
    match target {
        Target::ArtistOf(song) => {
            line.push_str(&catalogue.artist(catalogue.song(song).lead_artist()).name);
        }
        Target::Song(song) => {
            let song = catalogue.song(song);
            line.push_str(&song.title);
            for (i, &artist) in song.artists.iter().enumerate() {
                line.push_str(if i == 0 { " " } else { ", " });
                line.push_str(&catalogue.artist(artist).name);
            }
        }
    }
}

/// A character as the matcher compares it where capitals and accents do not count.
fn fold(c: char) -> char {
    to_lower_case(normalize(c))
}

/// The words that are looked for, without the signs that tell the matcher how.
fn words(query: &str) -> Vec<String> {
    let wanted = query.split_whitespace().filter(|word| !word.starts_with('!'));
    let bare = wanted.map(|word| word.trim_start_matches(['^', '\'']).trim_end_matches('$'));
    bare.filter(|word| !word.is_empty()).map(|word| word.chars().map(fold).collect()).collect()
}

/// A result, as a person reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What searching for it stands for in the session.
    pub target: Target,
    /// The song, or for an artist the song that stands for them.
    pub song: SongRef,
}

impl Hit {
    /// What a search for it says when nothing was typed.
    pub fn name(&self) -> &str {
        match self.target {
            Target::Song(_) => &self.song.title,
            Target::ArtistOf(_) => self.song.artist.split(", ").next().unwrap_or_default(),
        }
    }

    /// The song that opens at once.
    pub fn song_id(&self) -> SongId {
        match self.target {
            Target::Song(song) | Target::ArtistOf(song) => song,
        }
    }
}

/// What a search is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeking {
    /// The listener searches: an event of the session.
    Listen,
    /// Why is this song where it is, or not there?
    Explain,
    /// The song to be beaten.
    Above,
}

impl Seeking {
    /// English, for the frame of the search.
    pub fn title(self) -> &'static str {
        match self {
            Seeking::Listen => "Search songs and artists",
            Seeking::Explain => "Explain which song?",
            Seeking::Above => "Above which song?",
        }
    }
}

/// A search being typed.
#[derive(Clone, Debug)]
pub struct Search {
    catalogue: Arc<Catalogue>,
    index: Arc<Index>,
    /// What becomes of the one that is chosen.
    pub seeking: Seeking,
    /// Songs that come first while nothing is typed, as they are ranked now; all others follow by title. In the order of
    /// the catalogue's popularity where the listener searches, who knows of no ranking.
    first: Vec<SongId>,
    /// The words looked for.
    pub typed: Typed,
    /// The most fitting first, at most fifty.
    pub hits: Vec<Hit>,
    /// How many match, shown or not.
    pub found: usize,
    /// Place in `hits`, from 0.
    pub selected: usize,
    /// Whether a result was selected by hand. Without words, only that says what is meant.
    moved: bool,
}

impl Search {
    /// A search before anything is typed. `ranked`: the songs of the queue, which come first where a song of the ranking
    /// is sought.
    pub fn new(
        catalogue: Arc<Catalogue>,
        index: Arc<Index>,
        (seeking, ranked): (Seeking, Vec<SongId>),
    ) -> Self {
        let mut search = Search {
            catalogue,
            index,
            seeking,
            first: ranked,
            typed: Typed::default(),
            hits: Vec::new(),
            found: 0,
            selected: 0,
            moved: false,
        };
        search.look();
        search
    }

    /// A key without a command goes down.
    pub fn press(&mut self, key: Key) {
        if self.typed.press(key) {
            self.look();
        }
    }

    /// Adds text at the cursor and looks again.
    pub fn paste(&mut self, text: &str) {
        self.typed.paste(text);
        self.look();
    }

    /// Moves the selection by so many results; it stops at both ends.
    pub fn select(&mut self, by: isize) {
        let last = self.hits.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
        self.moved = true;
    }

    /// Selects a place in `hits`, from 0, or the last.
    pub fn select_at(&mut self, place: usize) {
        self.selected = place.min(self.hits.len().saturating_sub(1));
        self.moved = true;
    }

    /// The result that was meant, if any was: words were typed or one was selected.
    pub fn chosen(&self) -> Option<&Hit> {
        let meant = self.moved || !self.typed.text().is_empty();
        self.hits.get(self.selected).filter(|_| meant)
    }

    /// What is searched for: the words typed, or the result's name if there are none.
    pub fn query(&self, hit: &Hit) -> String {
        let typed = self.typed.text();
        if typed.is_empty() { hit.name().to_string() } else { typed.to_string() }
    }

    fn look(&mut self) {
        self.selected = 0;
        self.moved = false;
        let found = match self.typed.text() {
            "" if self.seeking != Seeking::Listen => self.in_order(),
            "" => (self.index.artists..self.index.entries.len()).collect(),
            query => self.fitting(query),
        };
        self.found = found.len();
        self.hits = found.iter().take(SHOWN).map(|&place| self.hit(place)).collect();
    }

    /// Places of all songs: those ranked now, then all others by title.
    fn in_order(&self) -> Vec<usize> {
        let place = |song: &SongId| self.index.places[song.index()] as usize;
        let mut places: Vec<usize> = self.first.iter().map(place).collect();
        let by_title = self.index.by_title.iter().filter(|song| !self.first.contains(song));
        places.extend(by_title.map(place));
        places
    }

    /// Places of the entries that fit, the most fitting first.
    fn fitting(&self, query: &str) -> Vec<usize> {
        let (index, catalogue) = (&self.index, &self.catalogue);
        let mut fit = Fit::new(query);
        let exactly = query.to_lowercase();
        let genres: Vec<Option<u32>> = index.genres.iter().map(|said| fit.sentence(said)).collect();
        let named: Vec<GenreId> = (0..genres.len())
            .filter(|&genre| genres[genre].is_some())
            .map(|genre| GenreId(genre as u16))
            .collect();
        let mut scored: Vec<(bool, u32, usize)> = Vec::new();
        let mut text = String::new();
        for place in index.candidates(catalogue, query, &named) {
            let target = index.entries[place];
            let song = match target {
                Target::Song(song) => Some(catalogue.song(song)),
                // An account is of a song.
                Target::ArtistOf(_) if self.seeking != Seeking::Listen => continue,
                Target::ArtistOf(_) => None,
            };
            text.clear();
            spell(&mut text, catalogue, target);
            let genre = song.and_then(|song| genres[usize::from(song.genre.0)]);
            if let Some(score) = fit.name(&text).max(genre) {
                // An artist's name says more than the same words somewhere in a song's.
                let score = if song.is_none() { score + score / 4 } else { score };
                let name = song.map_or(text.as_str(), |song| &song.title);
                scored.push((name.to_lowercase() == exactly, score, place));
            }
        }
        scored.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then(a.2.cmp(&b.2)));
        let mut places: Vec<usize> = scored.into_iter().map(|(_, _, place)| place).collect();
        // Who asks what to stand above looks at the queue: what fits there comes first, in its order.
        if self.seeking == Seeking::Above {
            let ranked = |song: &SongId| self.index.places[song.index()] as usize;
            let ranked: Vec<usize> = self.first.iter().map(ranked).collect();
            let last = ranked.len();
            places.sort_by_key(|place| ranked.iter().position(|own| own == place).unwrap_or(last));
        }
        places
    }

    fn hit(&self, place: usize) -> Hit {
        let target = self.index.entries[place];
        let (Target::Song(song) | Target::ArtistOf(song)) = target;
        Hit { target, song: SongRef::new(&self.catalogue, song) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::catalogue::{DEFAULT_SEED, Size, generate, parse};
    use melody_core::input::TomlFile;

    fn large() -> Arc<Catalogue> {
        let files = generate(DEFAULT_SEED, Size::new(60_000, None).unwrap(), &|_| {});
        let manifest = TomlFile::embedded("catalogue.toml", &files.manifest);
        Arc::new(parse(&manifest, "songs.csv", &files.songs).unwrap())
    }

    fn found(catalogue: &Arc<Catalogue>, index: &Arc<Index>, typed: &str) -> Vec<SongId> {
        let mut search = Search::new(catalogue.clone(), index.clone(), (Seeking::Explain, vec![]));
        search.paste(typed);
        search.hits.iter().map(Hit::song_id).collect()
    }

    #[test]
    fn in_a_large_catalogue_the_words_find_what_a_look_at_every_song_finds() {
        let catalogue = large();
        let index = Arc::new(Index::new(&catalogue));
        let all = Index { lines: Vec::new(), text: String::new(), ..Index::new(&catalogue) };
        let all = Arc::new(all);
        for song in catalogue.ids().step_by(1_777) {
            let song = catalogue.song(song);
            let artist = &catalogue.artist(song.lead_artist()).name;
            let typed = format!("{} {artist}", song.title);
            let first = found(&catalogue, &index, &typed)[0];
            assert_eq!(first, found(&catalogue, &all, &typed)[0], "{typed}");
            let typed = typed.to_lowercase();
            let first = catalogue.song(found(&catalogue, &index, &typed)[0]);
            assert_eq!((&first.title, first.lead_artist()), (&song.title, song.lead_artist()));
        }
        // A genre that is named, and nothing at all.
        let jazz = found(&catalogue, &index, "bossa nova");
        assert_eq!(jazz.len(), SHOWN);
        assert_eq!(found(&catalogue, &index, ""), found(&catalogue, &all, ""));
        assert!(found(&catalogue, &index, "qqqqzzzz").is_empty());
    }

    #[test]
    fn before_anything_is_typed_songs_of_the_ranking_come_first_and_then_all_by_title() {
        let catalogue = Arc::new(melody_core::catalogue::default_catalogue());
        let index = Arc::new(Index::new(&catalogue));
        let ranked = [SongId(900), SongId(3), SongId(77)];
        let of = |seeking| {
            let search = Search::new(catalogue.clone(), index.clone(), (seeking, ranked.into()));
            assert_eq!(search.found, catalogue.songs.len());
            search.hits
        };
        for seeking in [Seeking::Explain, Seeking::Above] {
            let hits = of(seeking);
            assert_eq!(hits.iter().take(3).map(Hit::song_id).collect::<Vec<_>>(), ranked);
            let title = |hit: &Hit| hit.song.title.chars().map(fold).collect::<String>();
            assert!(hits[3..].iter().map(title).is_sorted(), "{hits:?}");
            assert!(hits[3..].iter().all(|hit| !ranked.contains(&hit.song_id())));
        }
        let popular = in_turn(&catalogue)[0];
        assert_eq!(of(Seeking::Listen)[0].song_id(), popular, "who listens is shown what is known");
    }

    #[test]
    fn what_fits_in_the_queue_comes_first_where_a_song_to_be_beaten_is_sought() {
        let catalogue = Arc::new(melody_core::catalogue::default_catalogue());
        let index = Arc::new(Index::new(&catalogue));
        let ranked = [SongId(900), SongId(3), SongId(77), SongId(1500)];
        let mut search =
            Search::new(catalogue.clone(), index.clone(), (Seeking::Above, ranked.into()));
        search.paste("a");
        let own: Vec<SongId> = search.hits.iter().map(Hit::song_id).collect();
        let fit: Vec<SongId> = ranked.into_iter().filter(|song| own.contains(song)).collect();
        assert!(fit.len() > 1 && search.found > fit.len(), "{fit:?} of {}", search.found);
        assert_eq!(own[..fit.len()], fit, "by their places");
    }

    #[test]
    fn what_is_looked_at_is_bounded_whatever_is_typed() {
        let catalogue = large();
        let index = Index::new(&catalogue);
        for typed in ["a", "e", "th", "the", "!x", "^s", "的", "é", "a e i o", "$"] {
            let every: Vec<GenreId> = (0..catalogue.genres.len() as u16).map(GenreId).collect();
            let places = index.candidates(&catalogue, typed, &every);
            assert!(places.len() <= 4 * NEAR, "{typed}: {}", places.len());
            assert!(places.is_sorted());
        }
    }
}
