//! What training optimises: L = w1 L_interest + w2 L_subscription + w3 L_exposure, the user first.

mod loss;
mod weights;

use serde::{Deserialize, Serialize};

pub use loss::{Losses, masked_losses};
pub use weights::{LossWeights, Scheme};

use crate::input::Checker;

/// The training objective L = w1 L_interest + w2 L_subscription + w3 L_exposure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Objective {
    pub scheme: Scheme,
    /// w1, w2 and w3: where `fixed` stays and `staged` ends.
    pub weights: LossWeights,
    /// `staged`: share of all steps that train interest alone.
    pub pretrain: f64,
    /// `staged`: share of all steps over which the commercial weights then rise.
    pub ramp: f64,
    pub interest: InterestParts,
}

/// Sub-weights of the interest loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InterestParts {
    /// Cross-entropy of completion.
    pub completion: f32,
    /// Squared error of the play ratio.
    pub play_ratio: f32,
    /// Cross-entropy of liking or saving.
    pub like: f32,
    /// Cross-entropy of skipping.
    pub skip: f32,
    /// Cross-entropy of saving.
    pub save: f32,
    /// Poisson loss of the number of times it is played again at once.
    pub replays: f32,
}

impl Default for InterestParts {
    fn default() -> Self {
        InterestParts {
            completion: 1.0,
            play_ratio: 1.0,
            like: 0.5,
            skip: 0.5,
            save: 0.1,
            replays: 0.1,
        }
    }
}

impl Default for Objective {
    fn default() -> Self {
        Objective {
            scheme: Scheme::Staged,
            weights: LossWeights { interest: 1.0, subscription: 0.5, exposure: 0.3 },
            pretrain: 0.15,
            ramp: 0.15,
            interest: InterestParts::default(),
        }
    }
}

impl Objective {
    /// Reports values that make no sense; `prefix` is the path of this table in its file.
    pub fn check(&self, prefix: &str, check: &mut Checker) {
        check.range(&format!("{prefix}pretrain"), self.pretrain, 0.0..=1.0);
        check.range(&format!("{prefix}ramp"), self.ramp, 0.0..=1.0);
        let w = self.weights;
        for (name, value) in
            [("interest", w.interest), ("subscription", w.subscription), ("exposure", w.exposure)]
        {
            check.range(&format!("{prefix}weights.{name}"), value, 0.0..=100.0);
        }
        let parts = self.interest;
        for (name, value) in [
            ("completion", parts.completion),
            ("play_ratio", parts.play_ratio),
            ("like", parts.like),
            ("skip", parts.skip),
            ("save", parts.save),
            ("replays", parts.replays),
        ] {
            check.range(&format!("{prefix}interest.{name}"), value.into(), 0.0..=100.0);
        }
    }
}
