//! The loss weights w1, w2 and w3, and the rule that the user comes first.

use serde::{Deserialize, Serialize};

use super::Objective;

/// Weights of the three losses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossWeights {
    /// w1
    pub interest: f64,
    /// w2
    pub subscription: f64,
    /// w3
    pub exposure: f64,
}

/// Where the loss weights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// The configured weights at every step.
    Fixed,
    /// Interest alone first; then the commercial weights rise to the configured ones.
    Staged,
}

impl Scheme {
    /// The weights at `step` of `steps`, and whether the user-first rule had to lower any.
    pub fn weights(self, objective: &Objective, step: u64, steps: u64) -> (LossWeights, bool) {
        let full = objective.weights;
        let commercial = match self {
            Scheme::Fixed => 1.0,
            Scheme::Staged => {
                let progress = step as f64 / steps.max(1) as f64;
                let since = progress - objective.pretrain;
                (since / objective.ramp.max(1e-9)).clamp(0.0, 1.0)
            }
        };
        user_first(LossWeights {
            interest: full.interest,
            subscription: full.subscription * commercial,
            exposure: full.exposure * commercial,
        })
    }
}

/// Lowers w2 and w3 together until w1 >= w2 + w3. Also whether it had to.
pub fn user_first(weights: LossWeights) -> (LossWeights, bool) {
    let commercial = weights.subscription + weights.exposure;
    if weights.interest >= commercial {
        return (weights, false);
    }
    let scale = weights.interest / commercial;
    let clamped = LossWeights {
        subscription: weights.subscription * scale,
        exposure: weights.exposure * scale,
        ..weights
    };
    (clamped, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_user_comes_first_at_every_step(
            w1 in 0.0f64..5.0, w2 in 0.0f64..5.0, w3 in 0.0f64..5.0, step in 0u64..200, staged: bool,
        ) {
            let weights = LossWeights { interest: w1, subscription: w2, exposure: w3 };
            let objective = Objective { weights, ..Objective::default() };
            let scheme = if staged { Scheme::Staged } else { Scheme::Fixed };
            let (w, clamped) = scheme.weights(&objective, step, 100);
            prop_assert!(w.interest >= w.subscription + w.exposure - 1e-12);
            prop_assert_eq!(w.interest, w1);
            prop_assert!(clamped || w.subscription <= w2);
        }
    }

    #[test]
    fn staged_starts_with_interest_alone_and_ends_at_the_configured_weights() {
        let objective = Objective::default();
        let (start, _) = Scheme::Staged.weights(&objective, 0, 1000);
        assert_eq!((start.subscription, start.exposure), (0.0, 0.0));
        // Half-way up the ramp.
        let middle = 1000.0 * (objective.pretrain + objective.ramp / 2.0);
        let (half, _) = Scheme::Staged.weights(&objective, middle.round() as u64, 1000);
        assert!((half.subscription - objective.weights.subscription / 2.0).abs() < 1e-9);
        let (end, _) = Scheme::Staged.weights(&objective, 999, 1000);
        assert_eq!(end, objective.weights);
    }
}
