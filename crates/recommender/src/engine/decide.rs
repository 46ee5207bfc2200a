//! What decides the queue: the bandit's arm, segment, weights and promotion.

use super::happened::Happened;
use super::setup::Engine;
use super::state::State;
use super::trace::Limit;
use crate::bandit::Context;
use crate::policy::{Group, Mixing, Weights, appetite, segment};
use crate::ranking::{FusionWeights, fusion_weights};
use melody_core::overrides::Overrides;
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

impl Decision {
    /// M over N, after the guardrail.
    pub(super) fn cap(&self) -> Score {
        cap(self.at_most, &self.mixing)
    }
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

    /// The rules of mixing on their way from the policy to this decision.
    fn rules(&self, state: &State, segment_place: usize) -> Layers {
        let policy = &self.setup.policy;
        let of_segment = policy.segments[segment_place].mixing.of(policy.mixing);
        let of_scene = policy.scenes[&state.scene].mixing.of(of_segment);
        let by_hand = by_hand(of_scene, &state.overrides);
        let cap = state.guardrail.cap(&policy.guardrail, &of_scene);
        let held = self.held(state);
        // What is set by hand takes the place of the policy's M, but is no way around a guardrail that has
        // lowered it, nor around skips.
        let at_most = match held {
            Some(_) => 0,
            None => cap.map_or(by_hand.at_most, |cap| by_hand.at_most.min(cap)),
        };
        Layers { of_segment, of_scene, cap, held, by_hand, at_most }
    }

    /// Skips in a row, where they are so many that promotion waits.
    fn held(&self, state: &State) -> Option<u32> {
        let skips = state.session.skip_streak;
        (skips >= self.setup.policy.guardrail.skips).then_some(skips)
    }

    /// Every change of a rule of mixing on its way from the policy to this decision.
    fn limits(&self, state: &State, rules: &Layers, segment: &str) -> Vec<Limit> {
        let &Layers { of_segment, of_scene, cap, held, by_hand, at_most } = rules;
        let guarded = Mixing { at_most: cap.unwrap_or(of_scene.at_most), ..of_scene };
        let waiting = Mixing { at_most: held.map_or(guarded.at_most, |_| 0), ..guarded };
        let layers = [
            (self.setup.policy.mixing, String::new()),
            (of_segment, format!("segment {segment}")),
            (of_scene, format!("scene {}", state.scene.name())),
            (guarded, format!("guardrail level {}", state.guardrail.level())),
            (waiting, format!("{} skips in a row", held.unwrap_or(0))),
            (Mixing { at_most, ..by_hand }, "by hand".into()),
        ];
        let changes =
            layers.windows(2).flat_map(|pair| changed(&pair[0].0, &pair[1].0, &pair[1].1));
        changes.collect()
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
        let rules = self.rules(state, segment_place);
        Decision {
            weights,
            target: Score::new(arm.ratio).min(cap(rules.at_most, &rules.by_hand)),
            at_most: rules.at_most,
            held: rules.held,
            limits: self.limits(state, &rules, &segment.name),
            mixing: rules.by_hand,
            segment,
            segment_place,
            appetite,
            appetite_place,
        }
    }
}

/// The rules of mixing as each who has a say leaves them. Worked out once a decision.
struct Layers {
    of_segment: Mixing,
    /// As segment and scene tighten the policy's.
    of_scene: Mixing,
    /// M as the guardrail lowers it, if it has acted.
    cap: Option<usize>,
    held: Option<u32>,
    /// With what was set by hand, before the guardrail.
    by_hand: Mixing,
    /// M after guardrail and skips.
    at_most: usize,
}

/// Rules of mixing with what was set by hand.
fn by_hand(rules: Mixing, set: &Overrides) -> Mixing {
    let window = set.window.unwrap_or(rules.window);
    Mixing { window, at_most: set.at_most.unwrap_or(rules.at_most).min(window), ..rules }
}

/// Rules that differ, as `from` has left them.
fn changed(before: &Mixing, after: &Mixing, from: &str) -> Vec<Limit> {
    let values = |m: &Mixing| {
        [
            ("at_most", m.at_most as f64),
            ("window", m.window as f64),
            ("spacing", m.spacing as f64),
            ("protected", m.protected as f64),
            ("least_interest", m.least_interest),
        ]
    };
    let pairs = values(before).into_iter().zip(values(after));
    let limit = |(rule, value): (&str, f64)| Limit {
        rule: rule.into(),
        value: Score::new(value),
        from: from.into(),
    };
    pairs.filter(|(old, new)| old.1 != new.1).map(|(_, new)| limit(new)).collect()
}

/// M over N.
fn cap(at_most: usize, mixing: &Mixing) -> Score {
    Score::new(at_most as f64 / mixing.window as f64)
}
