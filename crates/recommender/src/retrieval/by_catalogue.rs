//! Sources that know no listener: what is popular, what is new, and what chance brings.

use rand::seq::index;

use super::asking::Asking;
use super::source::{Source, Value};
use melody_core::catalogue::SongId;
use melody_core::rng::{Purpose, generator};

/// The most popular.
pub(super) struct Popular;

impl Source for Popular {
    fn name(&self) -> &'static str {
        "popular"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.popular
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        asking.catalogue.lists().popular().iter().take(most).copied().collect()
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        Some(Box::new(|song| Some(asking.catalogue.song(song).popularity.into())))
    }
}

/// The latest releases, among those of a year the most popular first. A catalogue without years has none.
pub(super) struct New;

impl Source for New {
    fn name(&self) -> &'static str {
        "new"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.new
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        asking.catalogue.lists().latest().iter().take(most).copied().collect()
    }

    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>> {
        Some(Box::new(|song| asking.catalogue.song(song).newness()))
    }
}

/// Drawn at random, so that every song has a chance to be heard and learned about.
pub(super) struct Exploration;

impl Source for Exploration {
    fn name(&self) -> &'static str {
        "exploration"
    }

    fn quota(&self, asking: &Asking) -> usize {
        asking.policy.candidates.exploration
    }

    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId> {
        let mut rng = generator(asking.seed, Purpose::Exploration, asking.step.into());
        let songs = asking.catalogue.songs.len();
        let drawn = index::sample(&mut rng, songs, most.min(songs));
        drawn.into_iter().map(|i| SongId(i as u32)).collect()
    }

    fn value<'a>(&self, _: &'a Asking) -> Option<Value<'a>> {
        None
    }
}
