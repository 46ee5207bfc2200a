//! How the three scores of a song become one: the fusion weights, and what gamma multiplies.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use melody_core::score::Score;

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
    /// Chance of subscribing right after a song at which its subscription score is a half, in [0.0001, 1]: the score is
    /// `chance / (chance + this)`. Without it the score is the chance itself, which tells songs hardly apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_at_half: Option<f64>,
    /// Largest value of the seeded tie-breaker, in points of score; in [0, 0.1].
    pub epsilon: f64,
}

impl Fusion {
    /// The subscription score in [0, 1], of the chance to subscribe right after a song.
    pub fn subscription(&self, chance: Score) -> Score {
        let Some(half) = self.subscription_at_half else { return chance };
        Score::new(chance.value() / (chance.value() + half))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_of_subscribing_is_held_against_what_scores_a_half() {
        let fusion =
            |subscription_at_half| Fusion { weights: None, subscription_at_half, epsilon: 0.0 };
        let of = |chance: f64| fusion(Some(0.05)).subscription(Score::new(chance));
        assert_eq!([0.0, 0.05, 0.15].map(of), [0.0, 0.5, 0.75].map(Score::new));
        // Small chances are told apart; as they are they hardly would be.
        assert!(of(0.02) - of(0.002) > Score::new(0.2));
        assert_eq!(fusion(None).subscription(Score::new(0.02)), Score::new(0.02));
    }
}
