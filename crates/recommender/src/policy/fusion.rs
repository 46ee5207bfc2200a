//! How the three scores of a song become one: the fusion weights, and what gamma multiplies.

use std::ops::{Add, Sub};

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

impl Weights {
    /// Each with its name in a policy's file.
    pub(super) fn named(&self) -> [(&'static str, f64); 3] {
        [("alpha", self.alpha), ("beta", self.beta), ("gamma", self.gamma)]
    }
}

impl Add for Weights {
    type Output = Weights;
    fn add(self, other: Weights) -> Weights {
        Weights {
            alpha: millionth(self.alpha + other.alpha),
            beta: millionth(self.beta + other.beta),
            gamma: millionth(self.gamma + other.gamma),
        }
    }
}

impl Sub for Weights {
    type Output = Weights;
    fn sub(self, other: Weights) -> Weights {
        Weights {
            alpha: millionth(self.alpha - other.alpha),
            beta: millionth(self.beta - other.beta),
            gamma: millionth(self.gamma - other.gamma),
        }
    }
}

/// Scores and weights are counted in millionths, so that terms and their sums agree to the digit.
fn millionth(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The part of fusion that all listeners share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fusion {
    /// Everybody's weights, each in [0, 2], user first. With them segments overlap: each that a listener is in
    /// adds its own. Without them the first segment's are the listener's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Weights>,
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
