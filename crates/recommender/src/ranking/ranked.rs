//! What ranking makes of a song: the scores on its way through the pipeline, and its place in the
//! queue.

use super::adjust::ADJUSTMENTS;
use super::diversity::Alike;
use super::fusion::{Fused, Scores};
use super::ledger::Dropped;
use super::mixing::Displaced;
use crate::retrieval::SourceSet;
use melody_core::catalogue::SongId;
use melody_core::score::Score;

/// One song's way through the pipeline.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ranked {
    pub sources: SourceSet,
    pub scores: Scores,
    pub fused: Fused,
    pub deltas: [Score; ADJUSTMENTS.len()],
    pub spread: Score,
    pub alike: Alike,
    pub total: Score,
    pub filtered: Option<Dropped>,
}

/// A place of the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queued {
    /// What is shown at this place.
    pub song: SongId,
    /// Whether it is a campaign's.
    pub promoted: bool,
    /// Its score in the end, adjustments counted.
    pub score: Score,
    /// The natural song that a promoted one took the place of.
    pub displaced: Option<Displaced>,
}
