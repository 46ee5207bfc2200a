//! The loss weights w1, w2 and w3, and where they come from.

use serde::{Deserialize, Serialize};

/// Weights of the three losses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossWeights {
    /// w1
    pub interest: f64,
    /// w2
    pub subscription: f64,
    /// w3
    pub exposure: f64,
}

impl LossWeights {
    /// Each weight times its task's factor, interest first.
    pub fn times(self, [interest, subscription, exposure]: [f64; 3]) -> Self {
        LossWeights {
            interest: self.interest * interest,
            subscription: self.subscription * subscription,
            exposure: self.exposure * exposure,
        }
    }

    /// Each weight and another's of the same task.
    pub fn plus(self, other: LossWeights) -> Self {
        LossWeights {
            interest: self.interest + other.interest,
            subscription: self.subscription + other.subscription,
            exposure: self.exposure + other.exposure,
        }
    }
}

/// Where the loss weights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// The configured weights at every step.
    Fixed,
    /// Interest alone first; then the commercial weights rise to the configured ones.
    Staged,
    /// One over the variance that each task is learned to have (Kendall et al., CVPR 2018).
    Uncertainty,
    /// Each play's own, by what critics expect of the rest of its session (RMTL: Zhao et al., WWW 2023).
    Rmtl,
}

impl Scheme {
    /// In the order they are compared.
    pub const ALL: [Scheme; 4] = [Scheme::Fixed, Scheme::Staged, Scheme::Uncertainty, Scheme::Rmtl];

    /// As a training config writes it.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Fixed => "fixed",
            Scheme::Staged => "staged",
            Scheme::Uncertainty => "uncertainty",
            Scheme::Rmtl => "rmtl",
        }
    }
}
