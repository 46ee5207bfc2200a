//! What ranking is given: one listener at one moment.

use super::mixing::Rules;
use super::weights::FusionWeights;
use crate::ltr::Ranker;
use crate::policy::{GammaScores, Policy};
use crate::retrieval::Retrieved;
use crate::session::{Searches, Streaks};
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::ListenerView;
use melody_core::score::Score;
use melody_model::Scored;

/// Everything ranking looks at.
#[derive(Clone, Copy)]
pub struct Listening<'a> {
    /// All songs there are.
    pub catalogue: &'a Catalogue,
    /// The tunables, by their policy's values.
    pub policy: &'a Policy,
    /// The one whose score is a song's; `None` where that is the fused score.
    pub ranker: Option<&'a Ranker>,
    /// What the model is told of the listener, too.
    pub view: ListenerView<'a>,
    /// What the listener is on, and off, in this session.
    pub streaks: &'a Streaks,
    /// The newest searches of this session.
    pub searches: &'a Searches,
    /// Which songs sources brought.
    pub retrieved: &'a Retrieved,
    /// What the model says of these, and of songs that somebody asks about.
    pub scored: &'a Scored,
    /// Alpha, beta and gamma as they are now, with their terms.
    pub weights: &'a FusionWeights,
    /// What gamma multiplies, by the listener's segment.
    pub gamma_scores: GammaScores,
    /// How much new songs are favoured, by scene and appetite.
    pub novelty: f64,
    /// Whether the segment is sold no subscription.
    pub unsold: bool,
    /// Factor on what streaks and searches add; 1 unless set by hand.
    pub boost: Score,
    /// What promoted songs are mixed in under.
    pub rules: Rules<'a>,
    /// Songs that keep the front of the queue, in this order, as far as no rule of mixing forbids.
    pub committed: &'a [SongId],
    /// The song playing now, which is not queued again.
    pub playing: Option<SongId>,
    /// Streaks and searches have faded until then.
    pub now_ms: u64,
    /// The session's: draws are keyed by it and the step.
    pub seed: u64,
    /// The step that draws are keyed by.
    pub step: u32,
}
