//! The policy that a model is judged by in training: the highest fused score, nothing else.

use melody_model::{HeadOutputs, InterestBlend};
use melody_recommender::policy::{Fusion, Settings, Weights};

/// Fusion with one set of weights for everybody.
#[derive(Clone, Copy, Debug)]
pub struct Greedy {
    weights: Weights,
    blend: InterestBlend,
    fusion: Fusion,
}

impl Greedy {
    /// With the weights of a policy's last segment, which is that of all whom no rule catches.
    pub fn new(policy: &Settings) -> Self {
        let last = policy.segments.last();
        Greedy {
            weights: last.map_or_else(Weights::default, |segment| policy.weights_of(segment)),
            blend: policy.interest,
            fusion: policy.fusion,
        }
    }

    /// alpha S_interest + beta S_subscription + gamma S_exposure, the last for promoted songs alone.
    pub fn fused(&self, outputs: &HeadOutputs, promoted: bool) -> f64 {
        let exposure = if promoted { outputs.exposure.value() } else { 0.0 };
        let Weights { alpha, beta, gamma } = self.weights;
        let subscription = self.fusion.subscription(outputs.subscription).value();
        alpha * self.interest(outputs) + beta * subscription + gamma * exposure
    }

    /// S_interest: the listener's part of the fused score, before any weight.
    pub fn interest(&self, outputs: &HeadOutputs) -> f64 {
        outputs.interest(&self.blend).value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use melody_core::score::Score;

    fn outputs() -> HeadOutputs {
        let of = Score::new;
        HeadOutputs {
            completion: of(0.8),
            play_ratio: of(0.7),
            like: of(0.1),
            skip: of(0.2),
            subscription: of(0.3),
            exposure: of(0.6),
            ..HeadOutputs::default()
        }
    }

    #[test]
    fn exposure_counts_for_promoted_songs_alone() {
        let greedy = Greedy {
            fusion: Fusion { weights: None, subscription_at_half: None, epsilon: 0.0 },
            weights: Weights { alpha: 0.5, beta: 0.2, gamma: 0.1 },
            blend: InterestBlend {
                completion: 1.0,
                play_ratio: 0.0,
                like: 0.0,
                no_skip: 0.0,
                save: 0.0,
                replay: 0.0,
            },
        };
        let natural = 0.5 * 0.8 + 0.2 * 0.3;
        assert!((greedy.fused(&outputs(), false) - natural).abs() < 1e-12);
        assert!((greedy.fused(&outputs(), true) - natural - 0.1 * 0.6).abs() < 1e-12);
        assert_eq!(greedy.interest(&outputs()), 0.8);
    }

    #[test]
    fn the_weights_are_those_of_whom_no_rule_catches() {
        let policy = melody_recommender::policy::shipped("default").unwrap();
        let last = policy.weights_of(policy.segments.last().unwrap());
        let greedy = Greedy::new(&policy);
        assert_eq!(greedy.weights, last);
        let interest = outputs().interest(&policy.interest).value();
        let wanted =
            last.alpha * interest + last.beta * policy.fusion.subscription(Score::new(0.3)).value();
        assert!((greedy.fused(&outputs(), false) - wanted).abs() < 1e-9);
    }
}
