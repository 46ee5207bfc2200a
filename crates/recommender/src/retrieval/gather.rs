//! All sources together: which songs are candidates, and who brought each.

use super::asking::Asking;
use super::by_catalogue::{Exploration, New, Popular};
use super::by_history::{Artists, Familiar};
use super::by_session::{Searched, Session};
use super::by_taste::{Promoted, Similar, Towers};
use super::source::Source;
use crate::policy::Retrieval;
use melody_core::catalogue::SongId;

/// Every source, in the order of a [`SourceSet`]'s bits.
pub const SOURCES: [&dyn Source; 10] = [
    &Towers,
    &Similar,
    &Familiar,
    &Artists,
    &Session,
    &Searched,
    &Popular,
    &New,
    &Exploration,
    &Promoted,
];

/// What brings every song under `retrieval = "everything"`, beside the sources that would have.
pub const EVERYTHING: &str = "everything";

/// The sources that brought a song.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceSet(u16);

impl SourceSet {
    /// Adds a source by its place in [`SOURCES`]; the place after them all is [`EVERYTHING`]'s.
    fn insert(&mut self, source: usize) {
        self.0 |= 1 << source;
    }

    /// Whether no source brought the song.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The sources' names, in the order of [`SOURCES`].
    pub fn names(self) -> Vec<String> {
        let names = SOURCES.iter().map(|source| source.name()).chain([EVERYTHING]);
        names.enumerate().filter(|(i, _)| self.0 & (1 << i) != 0).map(|(_, n)| n.into()).collect()
    }
}

/// The candidates of one moment.
#[derive(Clone, Debug, Default)]
pub struct Retrieved {
    /// In catalogue order.
    pub songs: Vec<SongId>,
    /// Who brought each.
    sources: Vec<SourceSet>,
    /// How many songs each source brought, in the order of [`SOURCES`].
    counts: [usize; SOURCES.len()],
}

impl Retrieved {
    /// The sources that brought a song; none if it is no candidate.
    pub fn sources(&self, song: SongId) -> SourceSet {
        self.songs.binary_search(&song).map(|at| self.sources[at]).unwrap_or_default()
    }

    /// How many songs each source brought, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        SOURCES.iter().map(|source| source.name()).zip(self.counts)
    }
}

/// Asks every source.
pub fn gather(asking: &Asking) -> Retrieved {
    let mut brought: Vec<(SongId, usize)> = Vec::new();
    let mut counts = [0; SOURCES.len()];
    for (i, source) in SOURCES.iter().enumerate() {
        let songs = source.gather(asking, source.quota(asking));
        counts[i] = songs.len();
        brought.extend(songs.into_iter().map(|song| (song, i)));
    }
    if asking.policy.candidates.retrieval == Retrieval::Everything {
        brought.extend(asking.catalogue.ids().map(|song| (song, SOURCES.len())));
    }
    brought.sort_unstable();
    let mut retrieved = Retrieved { counts, ..Retrieved::default() };
    for same in brought.chunk_by(|a, b| a.0 == b.0) {
        let mut sources = SourceSet::default();
        same.iter().for_each(|(_, source)| sources.insert(*source));
        retrieved.songs.push(same[0].0);
        retrieved.sources.push(sources);
    }
    retrieved
}
