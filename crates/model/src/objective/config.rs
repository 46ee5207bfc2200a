//! The objective as a table of a file: scheme, weights, constraint, and the parts of interest.

use serde::{Deserialize, Serialize};

use super::rmtl::Rmtl;
use super::scheme::{LossWeights, Scheme};
use melody_core::input::Checker;

/// The training objective: L = w1 L_interest + w2 L_subscription + w3 L_exposure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Objective {
    /// Where the weights of the losses come from.
    pub scheme: Scheme,
    /// w1, w2 and w3: where `fixed` stays and `staged` ends.
    pub weights: LossWeights,
    /// `staged`: share of all steps that train interest alone.
    pub pretrain: f64,
    /// `staged`: share of all steps over which the commercial weights then rise.
    pub ramp: f64,
    /// `uncertainty`: how fast the variances are learned, per step.
    pub uncertainty_rate: f64,
    /// `rmtl`: its critics and stages.
    pub rmtl: Rmtl,
    /// The completion constraint.
    pub constraint: Constraint,
    /// Weights within the interest loss.
    pub interest: InterestParts,
}

/// The completion constraint: the policy in training may not cost more than `delta` of completion.
///
/// On groups of consecutive plays of validation listeners, the policy picks the one with the highest
/// fused score; completion is the share of picks that were completed. It is held against the best
/// that picking by interest alone has reached so far in this training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Constraint {
    /// The share of completions that may be lost.
    pub delta: f64,
    /// Rise of the multiplier per validation and unit of violation.
    pub rate: f64,
    /// The multiplier's upper bound; 0 switches the constraint off.
    pub most: f64,
}

impl Default for Constraint {
    fn default() -> Self {
        Constraint { delta: 0.01, rate: 5.0, most: 2.0 }
    }
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
            uncertainty_rate: 0.01,
            rmtl: Rmtl::default(),
            constraint: Constraint::default(),
            interest: InterestParts::default(),
        }
    }
}

impl Objective {
    /// Reports values that make no sense; `prefix` is the path of this table in its file.
    pub fn check(&self, prefix: &str, check: &mut Checker) {
        check.range(&format!("{prefix}pretrain"), self.pretrain, 0.0..=1.0);
        check.range(&format!("{prefix}ramp"), self.ramp, 0.0..=1.0);
        check.range(&format!("{prefix}uncertainty_rate"), self.uncertainty_rate, 0.0..=1.0);
        self.rmtl.check(&format!("{prefix}rmtl."), check);
        for (name, value, most) in [
            ("delta", self.constraint.delta, 1.0),
            ("rate", self.constraint.rate, 1_000.0),
            ("most", self.constraint.most, 100.0),
        ] {
            check.range(&format!("{prefix}constraint.{name}"), value, 0.0..=most);
        }
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
