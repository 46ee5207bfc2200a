//! What decides the queue: the bandit's arm, segment, weights and promotion.

use super::report::Happened;
use super::setup::Engine;
use super::state::State;
use super::trace::Limit;
use crate::bandit::Context;
use crate::policy::{Group, Mixing, Weights, appetite, segment};
use crate::ranking::{FusionWeights, fusion_weights};
use melody_core::rng::{Purpose, generator};
use melody_core::score::Score;

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
    /// Skips in a row, where they are so many that promotion waits.
    pub held: Option<u32>,
    /// Which of the rules are not the policy's own, and by whom.
    pub limits: Vec<Limit>,
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

    /// The policy's rules of mixing, as segment and scene tighten them.
    fn tightened(&self, state: &State) -> Mixing {
        let policy = &self.setup.policy;
        let (place, _) = segment(policy, &state.view());
        let of_segment = policy.segments[place].mixing.of(policy.mixing);
        policy.scenes[&state.scene].mixing.of(of_segment)
    }

    /// Every change of a rule of mixing on its way from the policy to this decision.
    fn limits(&self, state: &State, segment: (usize, &str)) -> Vec<Limit> {
        let policy = &self.setup.policy;
        let of_segment = policy.segments[segment.0].mixing.of(policy.mixing);
        let of_scene = policy.scenes[&state.scene].mixing.of(of_segment);
        let cap = state.guardrail.cap(&policy.guardrail, &of_scene);
        let guarded = Mixing { at_most: cap.unwrap_or(of_scene.at_most), ..of_scene };
        let held = self.held(state);
        let waiting = Mixing { at_most: held.map_or(guarded.at_most, |_| 0), ..guarded };
        let in_force = Mixing { at_most: self.at_most(state), ..self.mixing(state) };
        let layers = [
            (policy.mixing, String::new()),
            (of_segment, format!("segment {}", segment.1)),
            (of_scene, format!("scene {}", state.scene.name())),
            (guarded, format!("guardrail level {}", state.guardrail.level())),
            (waiting, format!("{} skips in a row", held.unwrap_or(0))),
            (in_force, "by hand".into()),
        ];
        let values = |m: &Mixing| {
            [
                ("at_most", m.at_most as f64),
                ("window", m.window as f64),
                ("spacing", m.spacing as f64),
                ("protected", m.protected as f64),
                ("least_interest", m.least_interest),
            ]
        };
        let changes = layers.windows(2).flat_map(|pair| {
            let (before, after) = (values(&pair[0].0), values(&pair[1].0));
            let changed = before.into_iter().zip(after).filter(|(old, new)| old.1 != new.1);
            changed.map(|(_, (rule, value))| Limit {
                rule: rule.into(),
                value: Score::new(value),
                from: pair[1].1.clone(),
            })
        });
        changes.collect()
    }

    /// The rules of mixing with what was set by hand, before the guardrail.
    pub(super) fn mixing(&self, state: &State) -> Mixing {
        let mut mixing = self.tightened(state);
        mixing.window = state.overrides.window.unwrap_or(mixing.window);
        mixing.at_most = state.overrides.at_most.unwrap_or(mixing.at_most).min(mixing.window);
        mixing
    }

    /// The promotion ratio to aim for: the arm's, held to the cap.
    pub(super) fn target(&self, state: &State) -> Score {
        let ratio = Score::new(self.setup.policy.bandit.arms[state.bandit.arm()].ratio);
        ratio.min(cap(self.at_most(state), &self.mixing(state)))
    }

    /// Skips in a row, where they are so many that promotion waits.
    fn held(&self, state: &State) -> Option<u32> {
        let skips = state.session.skip_streak;
        (skips >= self.setup.policy.guardrail.skips).then_some(skips)
    }

    /// M after the guardrail. What is set by hand takes the place of the policy's M, but is no way
    /// around a guardrail that has lowered it, nor around skips.
    fn at_most(&self, state: &State) -> usize {
        let policy = &self.setup.policy;
        if self.held(state).is_some() {
            return 0;
        }
        let by_hand = self.mixing(state).at_most;
        match state.guardrail.cap(&policy.guardrail, &self.tightened(state)) {
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
            held: self.held(state),
            mixing: self.mixing(state),
            limits: self.limits(state, (segment_place, &segment.name)),
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
