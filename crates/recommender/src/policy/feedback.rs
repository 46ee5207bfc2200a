//! What feedback sets in motion: the guardrail on promotion, and near-line updates of the model.

use serde::{Deserialize, Serialize};

/// Two watches over a session, of listening and of selling; each acts on evidence, one level at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// Plays that rates on screen are taken over; nothing acts by them.
    pub window: usize,
    /// Chance of an alarm within `horizon` plays of somebody who listens as usual, at most; in (0, 1).
    pub false_alarms: f64,
    /// Plays that `false_alarms` is meant of: those of a long session.
    pub horizon: u32,
    /// The collapse it is built to notice: so large a share of what is usually heard through, or taken up, is left
    /// at once instead; in (0, 1).
    pub shortfall: f64,
    /// How plays usually end, where a segment does not say.
    pub usual: Usual,
    /// Plays that a segment's usual counts as, beside the listener's own.
    pub prior: f64,
    /// Plays that what is known of a listener counts as at most, beside those of the session; at least 1.
    pub known: f64,
    /// Plays between changes of level, at least.
    pub hold: u32,
    /// The highest level; 0 for none at all.
    pub levels: u32,
    /// Promoted songs fewer per window, per level.
    pub cap_step: usize,
    /// What each level adds to alpha, in [0, 1].
    pub alpha_step: f64,
    /// The other direction.
    pub selling: Selling,
    /// With so many skips in a row no promoted song is queued, until a song is not skipped.
    #[serde(default = "few_skips")]
    pub skips: u32,
}

/// Shares of plays by how they end; what is neither is left on the way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// Heard through, in [0, 1].
    pub completed: f64,
    /// Left before a quarter of the song, in [0, 1].
    pub early: f64,
}

/// When promoted songs and previews are taken up less than expected while listening holds, beta rises a little.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selling {
    /// Promoted songs and previews that `false_alarms` is meant of.
    pub horizon: u32,
    /// The highest level; 0 for none at all.
    pub levels: u32,
    /// What each level adds to beta, in [0, 1].
    pub beta_step: f64,
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
