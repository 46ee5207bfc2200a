//! The policy that a model is judged by in training: the highest fused score, nothing else.

use crate::model::{HeadOutputs, InterestBlend};
use crate::policy::{Settings, Weights};

/// Fusion with one set of weights for everybody.
#[derive(Clone, Copy, Debug)]
pub struct Greedy {
    weights: Weights,
    blend: InterestBlend,
}

impl Greedy {
    /// With the weights of a policy's last segment, which is that of all whom no rule catches.
    pub fn new(policy: &Settings) -> Self {
        Greedy {
            weights: policy.segments.last().map_or_else(Weights::default, |s| s.weights),
            blend: policy.interest,
        }
    }

    /// alpha S_interest + beta S_subscription + gamma S_exposure, the last for promoted songs alone.
    pub fn fused(&self, outputs: &HeadOutputs, promoted: bool) -> f64 {
        let exposure = if promoted { outputs.exposure.value() } else { 0.0 };
        let Weights { alpha, beta, gamma } = self.weights;
        alpha * self.interest(outputs) + beta * outputs.subscription.value() + gamma * exposure
    }

    pub fn interest(&self, outputs: &HeadOutputs) -> f64 {
        outputs.interest(&self.blend).value()
    }
}
