//! What feedback sets in motion: the guardrail on promotion, and near-line updates of the model.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    pub window: usize,
    pub act_below: f64,
    pub release_above: f64,
    pub hold: u32,
    pub levels: u32,
    pub cap_step: usize,
    pub alpha_step: f64,
    /// With so many skips in a row no promoted song is queued, until a song is not skipped.
    #[serde(default = "few_skips")]
    pub skips: u32,
}

/// For policies written before there was such a rule.
fn few_skips() -> u32 {
    3
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearLine {
    pub every: u32,
    pub lag: u32,
    pub steps: u32,
    /// Step size for towers and gates.
    pub learning_rate: f64,
    /// Step size for the listener's own embedding.
    pub listener_rate: f64,
    pub newest: usize,
    pub replayed: usize,
    pub tolerance: f64,
}
