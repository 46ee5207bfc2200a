//! The losses of the three tasks.

use burn::tensor::Tensor;

use super::config::InterestParts;
use super::scheme::LossWeights;
use crate::heads::{Output, TASKS, link};

/// One loss per task, each a scalar.
#[derive(Clone, Debug)]
pub struct Losses {
    /// Interest, subscription, exposure: each a scalar.
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

    /// As numbers, in the order of [`TASKS`].
    pub fn values(&self) -> [f32; TASKS.len()] {
        self.tasks.each_ref().map(|loss| loss.clone().into_scalar::<f32>())
    }
}

/// Each row's share in the mean of each label, `[rows, labels]`: one over the number of rows where
/// `mask` says that the label exists, zero where it does not.
pub fn shares(mask: Tensor<2>) -> Tensor<2> {
    let counts = mask.clone().sum_dim(0).clamp_min(1.0);
    mask / counts
}

/// Losses of `logits` `[rows, HeadOutputs::WIDTH]` against `labels`, each label's weighted by the
/// rows' `shares` in it. The play ratio is regressed by squared error, the number of replays by the
/// Poisson likelihood, all else by cross-entropy.
pub fn masked_losses(
    logits: Tensor<2>,
    labels: Tensor<2>,
    shares: Tensor<2>,
    parts: &InterestParts,
) -> Losses {
    // Stable cross-entropy with logits: max(x, 0) - x y + ln(1 + exp(-|x|)).
    let entropy = logits.clone().clamp_min(0.0) - logits.clone() * labels.clone()
        + (logits.clone().abs().neg().exp() + 1.0).log();
    let expected = link(logits.clone());
    let squared = (expected.clone() - labels.clone()).square();
    let poisson = expected - logits * labels;
    let mean = |values: Tensor<2>| (values * shares.clone()).sum_dim(0);
    let (entropy, squared, poisson) = (mean(entropy), mean(squared), mean(poisson));
    let pick =
        |means: &Tensor<2>, output: Output| means.clone().narrow(1, output.index(), 1).reshape([1]);
    let interest = pick(&entropy, Output::Completion) * parts.completion
        + pick(&squared, Output::PlayRatio) * parts.play_ratio
        + pick(&entropy, Output::Like) * parts.like
        + pick(&entropy, Output::Skip) * parts.skip
        + pick(&entropy, Output::Save) * parts.save
        + pick(&poisson, Output::Replays) * parts.replays;
    let [subscription, exposure] =
        [Output::Subscription, Output::Exposure].map(|output| pick(&entropy, output));
    Losses { tasks: [interest, subscription, exposure] }
}
