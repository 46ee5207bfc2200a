//! The losses of the three tasks.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::InterestParts;
use super::weights::LossWeights;
use crate::feedback::LABELS;
use crate::model::TASKS;

/// One loss per task, each a scalar.
pub struct Losses {
    pub tasks: [Tensor<1>; TASKS.len()],
}

impl Losses {
    /// L = w1 L_interest + w2 L_subscription + w3 L_exposure.
    pub fn total(self, weights: LossWeights) -> Tensor<1> {
        let [interest, subscription, exposure] = self.tasks;
        interest * weights.interest
            + subscription * weights.subscription
            + exposure * weights.exposure
    }

    pub fn values(&self) -> [f32; TASKS.len()] {
        self.tasks.each_ref().map(|loss| loss.clone().into_scalar::<f32>())
    }
}

/// Losses of `logits` `[rows, LABELS]` against `labels`, each label averaged over the rows where
/// `mask` says it exists. The play ratio is regressed by squared error, all else by cross-entropy.
pub fn masked_losses(
    logits: Tensor<2>,
    labels: Tensor<2>,
    mask: Tensor<2>,
    parts: &InterestParts,
) -> Losses {
    // Stable cross-entropy with logits: max(x, 0) - x y + ln(1 + exp(-|x|)).
    let entropy = logits.clone().clamp_min(0.0) - logits.clone() * labels.clone()
        + (logits.clone().abs().neg().exp() + 1.0).log();
    let squared = (sigmoid(logits) - labels).square();
    let counts = mask.clone().sum_dim(0).clamp_min(1.0);
    let mean = |values: Tensor<2>| (values * mask.clone()).sum_dim(0) / counts.clone();
    let (entropy, squared) = (mean(entropy), mean(squared));
    let pick = |means: &Tensor<2>, label: usize| {
        debug_assert!(label < LABELS);
        means.clone().narrow(1, label, 1).reshape([1])
    };
    let interest = pick(&entropy, 0) * parts.completion
        + pick(&squared, 1) * parts.play_ratio
        + pick(&entropy, 2) * parts.like
        + pick(&entropy, 3) * parts.skip;
    Losses { tasks: [interest, pick(&entropy, 4), pick(&entropy, 5)] }
}
