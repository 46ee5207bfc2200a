//! Fusion: S = alpha S_interest + beta S_subscription + gamma S_exposure + epsilon.

use super::weights::FusionWeights;
use crate::policy::GammaScores;
use melody_core::score::Score;
use melody_model::HeadOutputs;

/// The three scores that are fused, and the tie-breaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    pub interest: Score,
    pub subscription: Score,
    /// The exposure head's for promoted songs, or the song's diversity, by segment.
    pub exposure: Score,
    pub epsilon: Score,
}

/// The four parts of the fused score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fused {
    pub interest: Score,
    pub subscription: Score,
    pub exposure: Score,
    pub epsilon: Score,
}

impl Fused {
    pub(super) fn new(scores: &Scores, weights: &FusionWeights) -> Self {
        Fused {
            interest: scores.interest.times(weights.alpha.value),
            subscription: scores.subscription.times(weights.beta.value),
            exposure: scores.exposure.times(weights.gamma.value),
            epsilon: scores.epsilon,
        }
    }

    pub(super) fn total(&self) -> Score {
        self.interest + self.subscription + self.exposure + self.epsilon
    }
}

/// What gamma multiplies for a song.
pub(super) fn exposure_score(
    outputs: &HeadOutputs,
    promoted: bool,
    diversity: impl FnOnce() -> Score,
    kind: GammaScores,
) -> Score {
    match kind {
        GammaScores::Diversity => diversity(),
        GammaScores::Promotion if promoted => outputs.exposure,
        GammaScores::Promotion => Score::ZERO,
    }
}
