//! Which song of a catalogue a play is of, by title and artist, or which one stands in for it.

use std::collections::HashMap;

use serde::Serialize;

use super::normal::{artist_name, artists_of, normal, plain_title};
use super::play::Play;
use crate::catalogue::{Catalogue, GenreId, Song, SongId, taxonomy};
use crate::rng::hash64;

/// How a play's song was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The play names it.
    Identifier,
    /// The same title and artist, in normal form.
    Exact,
    /// Another version by one of the artists: a remaster, a live recording, a featured artist left out.
    Version,
    /// Not in the catalogue: another song of the artist stands in.
    SameArtist,
    /// Not in the catalogue: a song of the genre stands in.
    SameGenre,
    /// Not in the catalogue, and nothing of it is known: some song stands in.
    Anything,
}

impl How {
    /// Whether the song is not what was heard, so that its content is imputed.
    pub fn imputed(self) -> bool {
        matches!(self, How::SameArtist | How::SameGenre | How::Anything)
    }

    /// Whether the song's genre is that of what was heard.
    pub fn tells_genre(self) -> bool {
        self != How::Anything
    }
}

/// The songs of a catalogue by normal titles and artists.
pub struct Matcher<'a> {
    catalogue: &'a Catalogue,
    exact: HashMap<(String, String), SongId>,
    version: HashMap<(String, String), SongId>,
    by_artist: HashMap<String, Vec<SongId>>,
    /// Lead artists' songs, all and by genre, as stand-ins.
    artists: Vec<Vec<SongId>>,
    artists_of_genre: HashMap<usize, Vec<Vec<SongId>>>,
}

impl<'a> Matcher<'a> {
    /// Indexes a catalogue by identifier, title and artist.
    pub fn new(catalogue: &'a Catalogue) -> Self {
        let mut matcher = Matcher {
            catalogue,
            exact: HashMap::new(),
            version: HashMap::new(),
            by_artist: HashMap::new(),
            artists: Vec::new(),
            artists_of_genre: HashMap::new(),
        };
        for id in catalogue.ids() {
            let song = catalogue.song(id);
            let (title, plain) = (normal(&song.title), plain_title(&song.title));
            for &artist in &song.artists {
                // What comes first stays: a catalogue lists a song once, versions of it after.
                let name = artist_name(&catalogue.artist(artist).name);
                matcher.exact.entry((title.clone(), name.clone())).or_insert(id);
                matcher.version.entry((plain.clone(), name.clone())).or_insert(id);
                matcher.by_artist.entry(name).or_default().push(id);
            }
        }
        matcher.artists = by_lead(catalogue, |_| true);
        for genre in 0..catalogue.genres.len() as u16 {
            if let Some(base) = catalogue.genres[usize::from(genre)].base {
                let of_it = by_lead(catalogue, |song| song.genre == GenreId(genre));
                matcher.artists_of_genre.entry(base).or_default().extend(of_it);
            }
        }
        matcher
    }

    /// The song a play is of, if the catalogue has it.
    pub fn find(&self, play: &Play) -> Option<(SongId, How)> {
        let (title, artist) = (play.title.as_deref()?, play.artist.as_deref()?);
        let names = artists_of(artist);
        let exact = |name: &String| self.exact.get(&(normal(title), name.clone()));
        if let Some(&id) = names.first().and_then(exact) {
            return Some((id, How::Exact));
        }
        let plain = plain_title(title);
        let version = |name: &String| self.version.get(&(plain.clone(), name.clone()));
        names.iter().find_map(version).map(|&id| (id, How::Version))
    }

    /// The song that stands in for a play's. The same song always has the same stand-in, and songs of
    /// one artist have those of one artist, so that what is repeated and who is preferred stays. Which
    /// artist it is means nothing, but that it is of the genre where that is known.
    pub fn stand_in(&self, play: &Play) -> (SongId, How) {
        let artist = play.artist.as_deref().unwrap_or_default();
        let names = artists_of(artist);
        let title = play.title.as_deref().map(plain_title);
        let heard = title.or(play.song.clone()).unwrap_or_default();
        let pick = |songs: &[SongId]| songs[place(&format!("{}/{heard}", names[0]), songs.len())];
        if let Some(songs) = names.iter().find_map(|name| self.by_artist.get(name)) {
            return (pick(songs), How::SameArtist);
        }
        let genre = play.genre.as_deref().and_then(|genre| taxonomy().genre_or_alias(genre));
        let of_genre = genre.and_then(|genre| self.artists_of_genre.get(&genre));
        let of_genre = of_genre.filter(|artists| !artists.is_empty());
        let how = if of_genre.is_some() { How::SameGenre } else { How::Anything };
        let artists = of_genre.unwrap_or(&self.artists);
        let by = if names[0].is_empty() { &heard } else { &names[0] };
        (pick(&artists[place(by, artists.len())]), how)
    }

    /// The one that is matched against.
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }
}

/// The songs of each lead artist that has any, in catalogue order.
fn by_lead(catalogue: &Catalogue, of: impl Fn(&Song) -> bool) -> Vec<Vec<SongId>> {
    let mut songs = vec![Vec::new(); catalogue.artists.len()];
    for id in catalogue.ids().filter(|&id| of(catalogue.song(id))) {
        songs[catalogue.song(id).lead_artist().0 as usize].push(id);
    }
    songs.retain(|songs| !songs.is_empty());
    songs
}

/// A place in a list that depends on the text alone.
fn place(text: &str, length: usize) -> usize {
    (hash64(text) % length.max(1) as u64) as usize
}

/// A song that is not in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmatched {
    /// As the service writes it.
    pub title: String,
    /// As the service writes it.
    pub artist: String,
    /// How often it was played.
    pub plays: u32,
}

/// How the songs of plays were found, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Matching {
    /// Plays found by the catalogue's own identifier.
    pub identifier: usize,
    /// Plays found by title and artist.
    pub exact: usize,
    /// Plays found by the title without what tells versions apart.
    pub version: usize,
    /// Plays that another song of the same artist stands in for.
    pub same_artist: usize,
    /// Plays that a song of the same genre stands in for.
    pub same_genre: usize,
    /// Plays that any song stands in for.
    pub anything: usize,
    /// Songs that are not in the catalogue, those with the most plays first.
    pub unmatched: Vec<Unmatched>,
    /// Different songs that the catalogue does not have.
    pub unmatched_songs: usize,
}

impl Matching {
    /// `found` says of each play how its song was found.
    pub fn count<'p>(found: impl Iterator<Item = (&'p Play, How)>, listed: usize) -> Self {
        let mut matching = Matching::default();
        let mut missing: HashMap<(&str, &str), u32> = HashMap::new();
        for (play, how) in found {
            *match how {
                How::Identifier => &mut matching.identifier,
                How::Exact => &mut matching.exact,
                How::Version => &mut matching.version,
                How::SameArtist => &mut matching.same_artist,
                How::SameGenre => &mut matching.same_genre,
                How::Anything => &mut matching.anything,
            } += 1;
            if how.imputed() {
                let text = |text: &'p Option<String>| text.as_deref().unwrap_or_default();
                let title = play.title.as_deref().unwrap_or(text(&play.song));
                *missing.entry((title, text(&play.artist))).or_default() += 1;
            }
        }
        matching.unmatched_songs = missing.len();
        let song = |((title, artist), plays): ((&str, &str), u32)| Unmatched {
            title: title.into(),
            artist: artist.into(),
            plays,
        };
        matching.unmatched = missing.into_iter().map(song).collect();
        matching.unmatched.sort_by(|a, b| {
            b.plays.cmp(&a.plays).then_with(|| (&a.artist, &a.title).cmp(&(&b.artist, &b.title)))
        });
        matching.unmatched.truncate(listed);
        matching
    }

    /// Plays whose own song was found.
    pub fn matched(&self) -> usize {
        self.identifier + self.exact + self.version
    }

    /// Plays that another song stands in for.
    pub fn imputed(&self) -> usize {
        self.same_artist + self.same_genre + self.anything
    }
}
