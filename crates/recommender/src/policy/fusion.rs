//! How the three scores of a song become one: the fusion weights, and what gamma multiplies.

use serde::{Deserialize, Serialize};

/// Fusion weights, or a change of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Of the interest score.
    pub alpha: f64,
    /// Of the subscription score.
    pub beta: f64,
    /// Of the exposure score, or of a song's diversity: see [`GammaScores`].
    pub gamma: f64,
}

/// The part of fusion that all listeners share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fusion {
    /// Largest value of the seeded tie-breaker, in points of score; in [0, 0.1].
    pub epsilon: f64,
}

/// What gamma multiplies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GammaScores {
    /// The exposure head, for promoted songs; zero for natural ones.
    #[default]
    Promotion,
    /// How unlike the last plays a song is.
    Diversity,
}
