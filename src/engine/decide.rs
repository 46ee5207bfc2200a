//! What decides the queue: the bandit's arm, segment, weights and promotion.

use super::report::Happened;
use super::setup::Engine;
use super::state::State;
use crate::bandit::Context;
use crate::policy::{Mixing, Weights};
use crate::ranking::{FusionWeights, Group, appetite, fusion_weights, segment};
use crate::rng::{Purpose, generator};
use crate::score::Score;

/// What decides the queue, between the state and the ranking.
pub(super) struct Decision {
    pub segment: Group,
    pub segment_place: usize,
    pub appetite: Group,
    pub appetite_place: usize,
    pub weights: FusionWeights,
    pub target: Score,
    /// The policy's rules, with what was set by hand.
    pub mixing: Mixing,
    /// M after the guardrail.
    pub at_most: usize,
}

impl Engine {
    /// Lets the bandit learn and decide: after a play when it is time, or at once where another arm
    /// than the present one has been pinned by hand.
    pub(super) fn choose_arm(&self, state: &mut State, happened: &mut Happened) {
        let policy = &self.setup.policy.bandit;
        let name = state.overrides.arm.as_ref();
        let pinned = name.and_then(|name| policy.arms.iter().position(|arm| arm.name == *name));
        let moves = pinned.is_some_and(|arm| arm != state.bandit.arm());
        let ended = happened.ended.is_some();
        if !(moves || state.bandit.choice.is_none() || ended && state.bandit.due(policy)) {
            return;
        }
        happened.learned = state.bandit.learn(policy);
        let context = Context::new(&state.view());
        let mut rng = generator(self.setup.seed, Purpose::Bandit, state.step.into());
        state.bandit.decide(policy, context, state.step, pinned, &mut rng);
        happened.decided = state.bandit.choice.clone();
    }

    /// The rules of mixing with what was set by hand, before the guardrail.
    pub(super) fn mixing(&self, state: &State) -> Mixing {
        let mut mixing = self.setup.policy.mixing;
        mixing.window = state.overrides.window.unwrap_or(mixing.window);
        mixing.at_most = state.overrides.at_most.unwrap_or(mixing.at_most).min(mixing.window);
        mixing
    }

    /// The promotion ratio to aim for: the arm's, held to the cap.
    pub(super) fn target(&self, state: &State) -> Score {
        let ratio = Score::new(self.setup.policy.bandit.arms[state.bandit.arm()].ratio);
        ratio.min(cap(self.at_most(state), &self.mixing(state)))
    }

    /// M after the guardrail. What is set by hand takes the place of the policy's M, but is no way
    /// around a guardrail that has lowered it.
    fn at_most(&self, state: &State) -> usize {
        let policy = &self.setup.policy;
        let by_hand = self.mixing(state).at_most;
        match state.guardrail.cap(&policy.guardrail, &policy.mixing) {
            Some(cap) => by_hand.min(cap),
            None => by_hand,
        }
    }

    /// Segment, appetite, weights and promotion for the state as it is.
    pub(super) fn decide(&self, state: &State) -> Decision {
        let policy = &self.setup.policy;
        let view = state.view();
        let (segment_place, segment) = segment(policy, &view);
        let (appetite_place, appetite) = appetite(policy, &view);
        let arm = &policy.bandit.arms[state.bandit.arm()];
        let mut terms: Vec<(&str, String, Weights)> = vec![
            ("segment", segment.name.clone(), policy.segments[segment_place].weights),
            ("scene", state.scene.name().into(), policy.scenes[&state.scene].weights),
            ("personal", format!("arm {}", arm.name), arm.weights),
        ];
        if state.guardrail.level() > 0 {
            let level = format!("level {}", state.guardrail.level());
            terms.push(("guardrail", level, state.guardrail.weights(&policy.guardrail)));
        }
        // A segment without a subscription weight has none whatever the scene or arm adds: there is
        // nothing left to sell to a subscriber.
        let unsold = policy.segments[segment_place].weights.beta == 0.0;
        let unsold = unsold.then_some(segment.name.as_str());
        let weights = fusion_weights(&terms, &state.overrides, unsold);
        Decision {
            weights,
            target: self.target(state),
            at_most: self.at_most(state),
            mixing: self.mixing(state),
            segment,
            segment_place,
            appetite,
            appetite_place,
        }
    }
}

/// M over N.
pub(super) fn cap(at_most: usize, mixing: &Mixing) -> Score {
    Score::new(at_most as f64 / mixing.window as f64)
}
