//! Sources that go by the towers: what fits the listener, what lies near what was enjoyed, which campaigns fit.
//!
//! Without towers the first two bring nothing, and campaigns' songs come by popularity.

use super::asking::Asking;
use super::source::{Source, Value};
use melody_core::catalogue::SongId;
use melody_model::{Query, Vectors};

/// What fits the listener best, of the whole catalogue.
pub(super) struct Towers;

impl Source for Towers {
    fn name(&self) -> &'static str {
        "towers"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.towers
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        asking.taste.map_or_else(Vec::new, |taste| taste.songs.nearest(taste.listener, most))
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        let taste = asking.taste?;
        Some(Box::new(move |song| Some(taste.songs.fit(taste.listener, song).into())))
    }

    fn reaches(&self, asking: &Asking, song: SongId) -> bool {
        asking.taste.is_none_or(|taste| taste.songs.looked_at(taste.listener, song))
    }
}

/// Near the songs completed or liked last.
pub(super) struct Similar;

/// Plays that speak for what the listener likes now.
const ANCHORS: usize = 5;

impl Source for Similar {
    fn name(&self) -> &'static str {
        "similar"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.similar
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        let near = centre(asking).map(|(songs, centre)| songs.nearest(&centre, most));
        near.unwrap_or_default()
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        asking.taste?;
        let centre = centre(asking);
        Some(Box::new(move |song| {
            centre.as_ref().map(|(songs, centre)| songs.fit(centre, song).into())
        }))
    }

    fn reaches(&self, asking: &Asking, song: SongId) -> bool {
        centre(asking).is_none_or(|(songs, centre)| songs.looked_at(&centre, song))
    }
}

/// What lies between the songs enjoyed last, among all songs.
fn centre<'a>(asking: &Asking<'a>) -> Option<(&'a Vectors, Query)> {
    let songs = asking.taste?.songs;
    Some((songs, songs.between(&asking.enjoyed(ANCHORS))?))
}

/// Of campaigns, the ones that fit the listener best.
pub(super) struct Promoted;

impl Source for Promoted {
    fn name(&self) -> &'static str {
        "promoted"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.promoted
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        match asking.taste {
            Some(taste) => taste.promoted.nearest(taste.listener, most),
            None => asking.catalogue.lists().promoted().iter().take(most).copied().collect(),
        }
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        Some(promoted(asking))
    }
}

fn promoted<'a>(asking: &'a Asking) -> Value<'a> {
    let (catalogue, taste) = (asking.catalogue, asking.taste);
    Box::new(move |song| {
        let own = catalogue.song(song);
        own.promoted().then(|| match taste {
            Some(taste) => taste.songs.fit(taste.listener, song).into(),
            None => f64::from(own.popularity),
        })
    })
}
