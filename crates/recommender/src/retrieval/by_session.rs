//! Sources that go by this session: genres on a streak, and what was searched for.

use std::collections::BTreeSet;

use super::asking::Asking;
use super::source::{Source, Value, best};
use melody_core::catalogue::{GenreId, SongId};
use melody_core::event::Target;

/// Of the genres that are on a streak, the strongest and the most popular songs first.
pub(super) struct Session;

/// A genre below this level, in plays, is not on a streak.
const ON_A_STREAK: f64 = 0.2;

impl Source for Session {
    fn name(&self) -> &'static str {
        "session"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.session
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        let lists = asking.catalogue.lists();
        let on = asking.streaks.genres().filter(|(genre, _)| level(asking, *genre) > ON_A_STREAK);
        let songs = on.flat_map(|(genre, _)| lists.of_genre(genre).iter().take(most).copied());
        best(songs, &streaks(asking), most)
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        Some(streaks(asking))
    }
}

fn level(asking: &Asking, genre: GenreId) -> f64 {
    asking.streaks.genre(genre).level(&asking.policy.session, asking.now_ms)
}

fn streaks<'a>(asking: &'a Asking) -> Value<'a> {
    Box::new(move |song| {
        let song = asking.catalogue.song(song);
        let level = level(asking, song.genre);
        (level > ON_A_STREAK).then(|| level + f64::from(song.popularity) / 200.0)
    })
}

/// Related to what the listener searched for: the song or artist, and well-known songs of the family that are like it.
pub(super) struct Searched;

/// The most popular songs of a genre that are held against a search.
const WELL_KNOWN: usize = 500;

impl Source for Searched {
    fn name(&self) -> &'static str {
        "search"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.search
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        best(pool(asking), &claims(asking), most)
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        let known: BTreeSet<SongId> = pool(asking).into_iter().collect();
        let claims = claims(asking);
        Some(Box::new(move |song| claims(song).filter(|_| known.contains(&song))))
    }
}

/// The songs that can be related to a search.
fn pool(asking: &Asking) -> Vec<SongId> {
    let catalogue = asking.catalogue;
    let lists = catalogue.lists();
    let mut songs = Vec::new();
    for search in asking.searches.iter() {
        let target = catalogue.song(search.song());
        songs.push(search.song());
        if let Target::ArtistOf(_) = search.target {
            songs.extend(lists.led_by(target.lead_artist()));
        }
        let family = catalogue.family(target);
        for genre in (0..catalogue.genres.len()).filter(|g| catalogue.genres[*g].family == family) {
            songs.extend(lists.of_genre(GenreId(genre as u16)).iter().take(WELL_KNOWN));
        }
    }
    songs.sort_unstable();
    songs.dedup();
    songs
}

fn claims<'a>(asking: &'a Asking) -> Value<'a> {
    Box::new(move |song| {
        let Asking { catalogue, policy, now_ms, .. } = *asking;
        let claim = asking.searches.claim(catalogue, &policy.session, now_ms, song);
        (claim > 0.0).then_some(claim)
    })
}
