//! What feedback sets in motion: the guardrail on promotion, and near-line updates of the model.

use serde::{Deserialize, Serialize};

/// When completion falls, promotion gives way to interest, one level at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// Plays that the completion rate is taken over.
    pub window: usize,
    /// Completion rate below which the level rises, in [0, 1].
    pub act_below: f64,
    /// Completion rate above which it falls again; over `act_below`.
    pub release_above: f64,
    /// Plays between changes of level, at least.
    pub hold: u32,
    /// The highest level; 0 for none at all.
    pub levels: u32,
    /// Promoted songs fewer per window, per level.
    pub cap_step: usize,
    /// What each level adds to alpha, in [0, 1].
    pub alpha_step: f64,
    /// With so many skips in a row no promoted song is queued, until a song is not skipped.
    #[serde(default = "few_skips")]
    pub skips: u32,
}

/// For policies written before there was such a rule.
fn few_skips() -> u32 {
    3
}

/// Training on the newest plays while the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearLine {
    /// Plays between updates.
    pub every: u32,
    /// Events from an update's start until the new version takes over.
    pub lag: u32,
    /// Gradient steps of one update; 0 for none.
    pub steps: u32,
    /// Step size for towers and gates.
    pub learning_rate: f64,
    /// Step size for the listener's own embedding.
    pub listener_rate: f64,
    /// How firmly that embedding is held to that of a listener like all others: as so many plays, per unit squared.
    #[serde(default)]
    pub prior: f64,
    /// Newest plays in a batch, at most.
    pub newest: usize,
    /// Replayed examples in a batch, at most.
    pub replayed: usize,
    /// How much less the loss on the listener's own newest plays must be, or a version is refused.
    #[serde(default)]
    pub gain: f64,
    /// How far the loss on held-back plays of others may rise before a version is refused.
    pub tolerance: f64,
}
