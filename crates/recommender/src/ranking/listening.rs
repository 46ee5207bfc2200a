//! What ranking is given: one listener at one moment.

use super::mixing::Rules;
use super::weights::FusionWeights;
use crate::ltr::Ranker;
use crate::policy::{GammaScores, Policy};
use crate::session::{Searches, Streaks};
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::ListenerView;
use melody_core::score::Score;
use melody_model::HeadOutputs;

/// Everything ranking looks at.
#[derive(Clone, Copy)]
pub struct Listening<'a> {
    pub catalogue: &'a Catalogue,
    pub policy: &'a Policy,
    /// The one whose score is a song's; `None` where that is the fused score.
    pub ranker: Option<&'a Ranker>,
    pub view: ListenerView<'a>,
    pub streaks: &'a Streaks,
    pub searches: &'a Searches,
    /// Head outputs of every song, in catalogue order.
    pub outputs: &'a [HeadOutputs],
    pub weights: &'a FusionWeights,
    pub gamma_scores: GammaScores,
    /// How much new songs are favoured, by scene and appetite.
    pub novelty: f64,
    /// Whether the segment is sold no subscription.
    pub unsold: bool,
    /// Factor on what streaks and searches add; 1 unless set by hand.
    pub boost: Score,
    pub rules: Rules<'a>,
    /// The song playing now, which is not queued again.
    pub playing: Option<SongId>,
    /// Streaks and searches have faded until then.
    pub now_ms: u64,
    pub seed: u64,
    /// The step that draws are keyed by.
    pub step: u32,
}
