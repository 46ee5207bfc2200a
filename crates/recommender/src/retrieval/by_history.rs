//! Sources that go by what was heard: the songs themselves, and others by their artists.

use std::collections::BTreeMap;

use super::asking::Asking;
use super::source::{Source, Value, best};
use melody_core::catalogue::{ArtistId, SongId};

/// Heard before, the most often first.
pub(super) struct Familiar;

impl Source for Familiar {
    fn name(&self) -> &'static str {
        "familiar"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.familiar
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        best(asking.view.history.heard(), &familiar(asking), most)
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        Some(familiar(asking))
    }
}

fn familiar<'a>(asking: &'a Asking) -> Value<'a> {
    let history = asking.view.history;
    Box::new(move |song| {
        let plays = history.song(song).plays;
        (plays > 0).then_some(f64::from(plays))
    })
}

/// By the lead artists of songs enjoyed lately, the most enjoyed artist and the most popular songs first.
pub(super) struct Artists;

/// Plays that speak for artists.
const PLAYS: usize = 50;

impl Source for Artists {
    fn name(&self) -> &'static str {
        "artists"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.artists
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        let lists = asking.catalogue.lists();
        // Of each artist no more than all that may come; their lists begin with the most popular.
        let of = |artist| lists.led_by(artist).iter().take(most).copied();
        best(enjoyed(asking).into_keys().flat_map(of), &artists(asking), most)
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        Some(artists(asking))
    }
}

/// How many of the last plays that were enjoyed are each artist's.
fn enjoyed(asking: &Asking) -> BTreeMap<ArtistId, u32> {
    let mut plays = BTreeMap::new();
    for song in asking.enjoyed(PLAYS) {
        *plays.entry(asking.catalogue.song(song).lead_artist()).or_default() += 1;
    }
    plays
}

fn artists<'a>(asking: &'a Asking) -> Value<'a> {
    let (catalogue, plays) = (asking.catalogue, enjoyed(asking));
    Box::new(move |song| {
        let song = catalogue.song(song);
        let plays = plays.get(&song.lead_artist())?;
        Some(f64::from(*plays) + f64::from(song.popularity) / 200.0)
    })
}
