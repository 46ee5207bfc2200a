//! Searching the catalogue: what is typed, and the songs and artists most like it.
//!
//! Before anything is typed, and between what fits equally well, each artist's most popular song comes
//! first, then each one's second: a catalogue lists an artist's songs together, and the first page of
//! it would show one artist.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::keys::Key;
use super::typed::{Fit, Typed};
use melody_core::catalogue::{ArtistId, Catalogue, SongId};
use melody_core::event::Target;
use melody_recommender::engine::SongRef;

/// Results shown at most.
const SHOWN: usize = 50;

/// One thing that can be found.
#[derive(Clone, Debug)]
struct Entry {
    target: Target,
    /// What it is called, and by whom.
    text: String,
    /// What kind of music it is, in every language; empty for an artist.
    genre: String,
}

impl Entry {
    /// The title, or the artist's name.
    fn name<'a>(&'a self, catalogue: &'a Catalogue) -> &'a str {
        match self.target {
            Target::Song(song) => &catalogue.song(song).title,
            Target::ArtistOf(_) => &self.text,
        }
    }

    /// How well it fits what was typed: by its name, or by the words for its genre.
    fn fits(&self, fit: &mut Fit) -> Option<u32> {
        fit.name(&self.text).max(fit.sentence(&self.genre))
    }
}

/// Every song, the most popular of each artist first, then the second of each.
fn in_turn(catalogue: &Catalogue) -> Vec<SongId> {
    let by_popularity = |a: &SongId, b: &SongId| {
        let popularity = |song: &SongId| catalogue.song(*song).popularity;
        popularity(b).total_cmp(&popularity(a)).then(a.cmp(b))
    };
    let mut songs: Vec<SongId> = catalogue.ids().collect();
    songs.sort_by(by_popularity);
    let mut so_far: BTreeMap<ArtistId, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, SongId)> = Vec::new();
    for song in songs {
        let turn = so_far.entry(catalogue.song(song).lead_artist()).or_default();
        turns.push((*turn, song));
        *turn += 1;
    }
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, song)| song).collect()
}

/// Everything that can be found in a catalogue.
#[derive(Debug)]
pub struct Index {
    entries: Vec<Entry>,
}

impl Index {
    /// All songs of a catalogue, and all artists who lead one.
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut leads: BTreeMap<ArtistId, SongId> = BTreeMap::new();
        for id in catalogue.ids() {
            leads.entry(catalogue.song(id).lead_artist()).or_insert(id);
        }
        let artists = leads.iter().map(|(artist, first)| {
            let name = &catalogue.artist(*artist).name;
            // As saved scripts resolve it: two artists may share a name.
            let song = catalogue.first_by(name).unwrap_or(*first);
            Entry { target: Target::ArtistOf(song), text: name.clone(), genre: String::new() }
        });
        let songs = in_turn(catalogue).into_iter().map(|id| {
            let song = catalogue.song(id);
            let text = format!("{} {}", song.title, catalogue.artist_names(song));
            let genre = catalogue.genre(song);
            let genre = format!("{} {} {}", genre.id, genre.name, genre.name_zh);
            Entry { target: Target::Song(id), text, genre }
        });
        Index { entries: artists.chain(songs).collect() }
    }
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
    /// A search before anything is typed.
    pub fn new(catalogue: Arc<Catalogue>, index: Arc<Index>, seeking: Seeking) -> Self {
        let mut search = Search {
            catalogue,
            index,
            seeking,
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
        let query = self.typed.text();
        let mut fit = Fit::new(query);
        let exactly = query.to_lowercase();
        let mut scored: Vec<(bool, u32, usize)> = Vec::new();
        for (i, entry) in self.index.entries.iter().enumerate() {
            // Without words songs alone; an account is of a song.
            let songs_alone = query.is_empty() || self.seeking != Seeking::Listen;
            if songs_alone && !matches!(entry.target, Target::Song(_)) {
                continue;
            }
            if let Some(score) = entry.fits(&mut fit) {
                // An artist's name says more than the same words somewhere in a song's.
                let artist = matches!(entry.target, Target::ArtistOf(_));
                let exact = entry.name(&self.catalogue).to_lowercase() == exactly;
                scored.push((exact, if artist { score + score / 4 } else { score }, i));
            }
        }
        scored.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then(a.2.cmp(&b.2)));
        self.found = scored.len();
        self.hits = scored
            .iter()
            .take(SHOWN)
            .map(|&(_, _, i)| {
                let target = self.index.entries[i].target;
                let (Target::Song(song) | Target::ArtistOf(song)) = target;
                Hit { target, song: SongRef::new(&self.catalogue, song) }
            })
            .collect();
    }
}
