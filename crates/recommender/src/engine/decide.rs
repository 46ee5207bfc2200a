//! What decides the queue: the bandit's arm, segment, weights and promotion.

use std::borrow::Cow;

use super::happened::Happened;
use super::setup::Engine;
use super::state::State;
use super::trace::Limit;
use crate::bandit::Context;
use crate::policy::{GammaScores, Group, Mixing, Policy, Weights, appetite, segments};
use crate::ranking::{FusionWeights, fusion_weights};
use melody_core::overrides::Overrides;
use melody_core::rng::{Purpose, generator};
use melody_core::score::Score;

/// What decides the queue, between the state and the ranking.
pub(super) struct Decision {
    /// The listener's own segment first, then the others that have a say; by place in the policy.
    pub segments: Vec<(usize, Group)>,
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

    /// The listener's own segment.
    pub(super) fn segment(&self) -> &Group {
        &self.segments[0].1
    }

    /// The names of all of them.
    pub(super) fn names(&self) -> Vec<String> {
        self.segments.iter().map(|(_, group)| group.name.clone()).collect()
    }

    /// The others.
    pub(super) fn also(&self) -> Vec<Group> {
        self.segments[1..].iter().map(|(_, group)| group.clone()).collect()
    }

    /// What gamma multiplies: diversity where one of the segments says so.
    pub(super) fn gamma_scores(&self, policy: &Policy) -> GammaScores {
        policy.gamma_scores(self.segments.iter().map(|(_, group)| group.name.as_str()))
    }

    /// The segment that is sold nothing, if there is one among them.
    pub(super) fn unsold(&self, policy: &Policy) -> Option<&str> {
        unsold(policy, &self.segments)
    }
}

impl Engine {
    /// Lets the bandit learn and decide: when it is time and `may` it, or at once where another arm than the
    /// present one has been pinned by hand.
    pub(super) fn choose_arm(&self, state: &mut State, happened: &mut Happened, may: bool) {
        let policy = &self.setup.policy.bandit;
        let name = state.overrides.arm.as_ref();
        let pinned = name.and_then(|name| policy.arms.iter().position(|arm| arm.name == *name));
        let moves = pinned.is_some_and(|arm| arm != state.bandit.arm());
        if !(moves || state.bandit.choice.is_none() || may && state.bandit.due(policy)) {
            return;
        }
        happened.learned = state.bandit.learn(policy);
        let context = Context::new(&state.view());
        let mut rng = generator(self.setup.seed, Purpose::Bandit, state.step.into());
        state.bandit.decide(policy, context, state.step, pinned, &mut rng);
        happened.decided = state.bandit.choice.clone();
    }

    /// The rules of mixing on their way from the policy to this decision.
    fn rules(&self, state: &State, segments: &[(usize, Group)]) -> Layers {
        let policy = &self.setup.policy;
        let mut of_segments = Vec::with_capacity(segments.len());
        let mut rules = policy.mixing;
        for (place, group) in segments {
            rules = policy.segments[*place].mixing.of(rules);
            of_segments.push((rules, format!("segment {}", group.name)));
        }
        let of_scene = policy.scenes[&state.scene].mixing.of(rules);
        let by_hand = by_hand(of_scene, &state.overrides);
        let cap = state.guardrail.cap(&policy.guardrail, &of_scene);
        let held = self.held(state);
        // What is set by hand takes the place of the policy's M, but is no way around a guardrail that has
        // lowered it, nor around skips.
        let at_most = match held {
            Some(_) => 0,
            None => cap.map_or(by_hand.at_most, |cap| by_hand.at_most.min(cap)),
        };
        Layers { of_segments, of_scene, cap, held, by_hand, at_most }
    }

    /// Skips in a row, where they are so many that promotion waits.
    fn held(&self, state: &State) -> Option<u32> {
        let skips = state.session.skip_streak;
        (skips >= self.setup.policy.guardrail.skips).then_some(skips)
    }

    /// Every change of a rule of mixing on its way from the policy to this decision.
    fn limits(&self, state: &State, rules: &Layers) -> Vec<Limit> {
        let &Layers { ref of_segments, of_scene, cap, held, by_hand, at_most } = rules;
        let guarded = Mixing { at_most: cap.unwrap_or(of_scene.at_most), ..of_scene };
        let waiting = Mixing { at_most: held.map_or(guarded.at_most, |_| 0), ..guarded };
        let mut layers = vec![(self.setup.policy.mixing, String::new())];
        layers.extend(of_segments.iter().cloned());
        layers.extend([
            (of_scene, format!("scene {}", state.scene.name())),
            (guarded, format!("guardrail level {}", state.guardrail.level())),
            (waiting, format!("{} skips in a row", held.unwrap_or(0))),
            (Mixing { at_most, ..by_hand }, "by hand".into()),
        ]);
        let changes =
            layers.windows(2).flat_map(|pair| changed(&pair[0].0, &pair[1].0, &pair[1].1));
        changes.collect()
    }

    /// Weights that are set by hand are no way around a guardrail at its highest level.
    fn weights_by_hand<'a>(&self, state: &'a State) -> Cow<'a, Overrides> {
        match state.guardrail.plain(&self.setup.policy.guardrail) {
            true => Cow::Owned(Overrides::default()),
            false => Cow::Borrowed(&state.overrides),
        }
    }

    /// Segment, appetite, weights and promotion for the state as it is.
    pub(super) fn decide(&self, state: &State) -> Decision {
        let policy = &self.setup.policy;
        let view = state.view();
        let segments = segments(policy, &view);
        let (appetite_place, appetite) = appetite(policy, &view);
        let arm = &policy.bandit.arms[state.bandit.arm()];
        let mut terms: Vec<(&str, String, Weights)> = Vec::new();
        terms.extend(policy.fusion.weights.map(|weights| ("everybody", "policy".into(), weights)));
        let of_segment = |(place, group): &(usize, Group)| {
            ("segment", group.name.clone(), policy.segments[*place].weights)
        };
        terms.extend(segments.iter().map(of_segment));
        terms.extend([
            ("scene", state.scene.name().into(), policy.scenes[&state.scene].weights),
            ("personal", format!("arm {}", arm.name), arm.weights),
        ]);
        let guarded = state.guardrail.weights(&policy.guardrail);
        if state.guardrail.level() > 0 {
            let level = format!("level {}", state.guardrail.level());
            let plain = state.guardrail.plain(&policy.guardrail);
            terms.push((
                "guardrail",
                level,
                if plain { interest_alone(&terms, guarded) } else { guarded },
            ));
        } else if state.guardrail.selling_level() > 0 {
            let level = format!("selling level {}", state.guardrail.selling_level());
            terms.push(("guardrail", level, guarded));
        }
        let by_hand = self.weights_by_hand(state);
        // A segment without a subscription weight has none whatever the scene or arm adds: there is
        // nothing left to sell to a subscriber.
        let weights = fusion_weights(&terms, &by_hand, unsold(policy, &segments));
        let rules = self.rules(state, &segments);
        Decision {
            weights,
            target: Score::new(arm.ratio).min(cap(rules.at_most, &rules.by_hand)),
            at_most: rules.at_most,
            held: rules.held,
            limits: self.limits(state, &rules),
            mixing: rules.by_hand,
            segments,
            appetite,
            appetite_place,
        }
    }
}

/// The first segment of these that is sold nothing.
fn unsold<'a>(policy: &Policy, segments: &'a [(usize, Group)]) -> Option<&'a str> {
    let none = |(place, _): &&(usize, Group)| !policy.sells(&policy.segments[*place]);
    segments.iter().find(none).map(|(_, group)| group.name.as_str())
}

/// What a guardrail adds to the terms before it where it leaves nothing but interest.
fn interest_alone(terms: &[(&str, String, Weights)], guarded: Weights) -> Weights {
    let sum =
        |of: fn(&Weights) -> f64| terms.iter().map(|(_, _, weights)| of(weights)).sum::<f64>();
    Weights { alpha: guarded.alpha, beta: -sum(|w| w.beta), gamma: -sum(|w| w.gamma) }
}

/// The rules of mixing as each who has a say leaves them. Worked out once a decision.
struct Layers {
    /// As each segment tightens what the one before has left, and which it is.
    of_segments: Vec<(Mixing, String)>,
    /// As segments and scene tighten the policy's.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{engine, skip, small};
    use crate::feedback::{Ending, Seen};
    use crate::policy::{Bounds, Tighter, When};
    use melody_core::listener::Tier;
    use melody_core::scene::Scene;

    fn guarded(state: &mut State, engine: &Engine, levels: u32) {
        let guardrail = engine.setup.policy.guardrail;
        let bad = Seen { ending: Ending::Early, chosen: false, offer: None };
        while state.guardrail.level() < levels {
            state.guardrail.watch(&guardrail, bad, true);
        }
    }

    fn said(decision: &Decision) -> Vec<(&str, f64, &str)> {
        let limits = decision.limits.iter();
        limits.map(|l| (l.rule.as_str(), l.value.value(), l.from.as_str())).collect()
    }

    #[test]
    fn m_by_hand_is_no_more_than_the_window_by_hand_holds() {
        let rules = small().setup.policy.mixing;
        let set = |window, at_most| Overrides { window, at_most, ..Overrides::default() };
        let of = |window, at_most| {
            let set = by_hand(rules, &set(window, at_most));
            (set.window, set.at_most)
        };
        assert_eq!(of(None, None), (10, 2));
        assert_eq!(of(None, Some(7)), (10, 7));
        assert_eq!(of(Some(1), None), (1, 1));
        assert_eq!(of(Some(3), Some(9)), (3, 3));
    }

    #[test]
    fn rules_that_are_the_same_are_no_limits() {
        let rules = small().setup.policy.mixing;
        assert!(changed(&rules, &rules, "nobody").is_empty());
        let tighter = Mixing { spacing: 4, protected: 5, ..rules };
        let names: Vec<String> = changed(&rules, &tighter, "scene focus")
            .into_iter()
            .map(|limit| format!("{} {:.0} {}", limit.rule, limit.value, limit.from))
            .collect();
        assert_eq!(names, ["spacing 4 scene focus", "protected 5 scene focus"]);
    }

    #[test]
    fn segment_then_scene_tighten_the_policy_and_each_is_told() {
        let engine = engine(|settings| {
            let casual = settings.segments.last_mut().unwrap();
            casual.mixing.spacing = Some(3);
            let focus = settings.scenes.get_mut(&Scene::Focus).unwrap();
            focus.mixing = Tighter { at_most: Some(1), ..Tighter::default() };
        });
        let mut state = engine.start().0;
        state.scene = Scene::Focus;
        let decision = engine.decide(&state);
        assert_eq!(decision.segment().name, "casual");
        assert_eq!(
            said(&decision),
            [("spacing", 3.0, "segment casual"), ("at_most", 1.0, "scene focus")]
        );
        assert_eq!((decision.at_most, decision.mixing.spacing), (1, 3));
    }

    #[test]
    fn what_is_set_by_hand_is_no_way_around_the_guardrail() {
        let engine = small();
        let mut state = engine.start().0;
        state.overrides.at_most = Some(6);
        assert_eq!(engine.decide(&state).at_most, 6);
        guarded(&mut state, &engine, 1);
        let decision = engine.decide(&state);
        assert_eq!(decision.at_most, 1);
        assert_eq!(decision.cap(), Score::new(0.1));
        assert_eq!(said(&decision), [("at_most", 1.0, "guardrail level 1")]);
        // Lower than the guardrail asks for, it is the one in force.
        state.overrides.at_most = Some(0);
        let decision = engine.decide(&state);
        assert_eq!(decision.at_most, 0);
        assert_eq!(said(&decision)[1], ("at_most", 0.0, "by hand"));
    }

    #[test]
    fn promotion_waits_while_songs_are_skipped_in_a_row() {
        let engine = small();
        let mut state = engine.start().0;
        state.overrides.at_most = Some(6);
        state.session.skip_streak = 2;
        assert_eq!(engine.decide(&state).held, None);
        state.session.skip_streak = 3;
        let decision = engine.decide(&state);
        assert_eq!((decision.held, decision.at_most, decision.target), (Some(3), 0, Score::ZERO));
        assert_eq!(said(&decision), [("at_most", 0.0, "3 skips in a row")]);
    }

    #[test]
    fn the_target_is_the_arms_held_to_the_cap() {
        let engine = small();
        let mut state = engine.start().0;
        state.overrides.arm = Some("heavy".into());
        engine.choose_arm(&mut state, &mut Happened::default(), false);
        assert_eq!(engine.decide(&state).target, Score::new(0.2));
        state.overrides.at_most = Some(1);
        assert_eq!(engine.decide(&state).target, Score::new(0.1));
        state.overrides.at_most = Some(9);
        assert_eq!(engine.decide(&state).target, Score::new(0.2));
    }

    #[test]
    fn an_arm_pinned_by_hand_is_chosen_at_once_and_only_then() {
        let engine = small();
        let mut state = engine.start().0;
        let mut nothing = Happened::default();
        engine.choose_arm(&mut state, &mut nothing, false);
        assert!(nothing.decided.is_none(), "no play has ended");
        let names = &engine.setup.policy.bandit.arms;
        let other = (state.bandit.arm() + 1) % names.len();
        state.overrides.arm = Some(names[other].name.clone());
        let mut moved = Happened::default();
        engine.choose_arm(&mut state, &mut moved, false);
        assert!(moved.decided.is_some_and(|choice| choice.by_hand && choice.arm == other));
        let mut again = Happened::default();
        engine.choose_arm(&mut state, &mut again, false);
        assert!(again.decided.is_none(), "it is in force already");
    }

    #[test]
    fn the_bandit_decides_anew_after_so_many_plays() {
        let engine = engine(|settings| settings.bandit.every = 2);
        let mut state = engine.start().0;
        let mut decided = Vec::new();
        for _ in 0..4 {
            let (next, trace) = skip(&engine, &state);
            state = next;
            decided.push((trace.bandit.decided.is_some(), trace.bandit.learned.is_some()));
        }
        assert_eq!(decided, [(false, false), (true, true), (false, false), (true, true)]);
    }

    #[test]
    fn a_subscriber_is_sold_nothing_even_by_hand() {
        let engine = small();
        let mut state = engine.start().0;
        state.tier = Tier::Premium;
        state.overrides.beta = Some(Score::new(1.5));
        let decision = engine.decide(&state);
        assert_eq!(decision.segment().name, "subscriber");
        assert_eq!(decision.segment().because, "tier premium");
        assert_eq!(decision.weights.beta.value, Score::ZERO);
    }

    /// An engine whose listener is in the segments of these names from so many plays on.
    fn overlapping(overlap: bool) -> Engine {
        engine(|settings| {
            let base = settings.fusion.weights.unwrap();
            for segment in &mut settings.segments {
                let plays = match segment.name.as_str() {
                    "new" => 0.0,
                    "enthusiast" => 1.0,
                    _ => 1_000.0,
                };
                let session_plays = Some(Bounds { at_least: Some(plays), below: None });
                segment.when = When { session_plays, ..When::default() };
                if !overlap {
                    segment.weights = base + segment.weights;
                }
            }
            settings.segments.last_mut().unwrap().when = When::default();
            let enthusiast = settings.segments.iter_mut().find(|s| s.name == "enthusiast");
            enthusiast.unwrap().mixing.spacing = Some(4);
            settings.fusion.weights = Some(base).filter(|_| overlap);
        })
    }

    #[test]
    fn every_segment_that_holds_is_a_term_of_the_weights_and_tightens_the_rules() {
        let engine = overlapping(true);
        let (state, first) = engine.start();
        let (_, trace) = skip(&engine, &state);
        assert_eq!((first.listener.also.len(), first.listener.segment.name.as_str()), (0, "new"));
        let Group { name, because } = &trace.listener.also[0];
        assert_eq!((name.as_str(), because.as_str()), ("enthusiast", "session_plays 1 >= 1"));
        assert_eq!(trace.listener.segment.name, "new", "the first is the listener's own still");
        let policy = &engine.setup.policy;
        for (weight, of) in [
            (&trace.weights.alpha, (|w| w.alpha) as fn(&Weights) -> f64),
            (&trace.weights.beta, |w| w.beta),
            (&trace.weights.gamma, |w| w.gamma),
        ] {
            let added = |name: &str| {
                let own = policy.segments.iter().find(|s| s.name == name).unwrap();
                ("segment".to_string(), name.to_string(), Score::new(of(&own.weights)))
            };
            let everybody = Score::new(of(&policy.fusion.weights.unwrap()));
            let base = ("everybody".to_string(), "policy".to_string(), everybody);
            let told = weight.terms.iter().map(|t| (t.name.clone(), t.from.clone(), t.value));
            let wanted = [base, added("new"), added("enthusiast")];
            assert_eq!(told.take(3).collect::<Vec<_>>(), wanted);
        }
        let limits: Vec<_> = trace.promotion.limits.iter().map(|l| l.from.as_str()).collect();
        assert_eq!(limits, ["segment enthusiast"]);
    }

    #[test]
    fn without_weights_for_everybody_the_first_segment_has_all_the_say() {
        let engine = overlapping(false);
        let (state, _) = engine.start();
        let (_, trace) = skip(&engine, &state);
        assert_eq!(trace.listener.also, []);
        assert_eq!(trace.promotion.limits, []);
        let terms: Vec<_> = trace.weights.alpha.terms.iter().map(|t| t.from.as_str()).collect();
        assert_eq!(terms[0], "new");
        assert!(!terms.contains(&"policy") && !terms.contains(&"enthusiast"));
    }

    #[test]
    fn the_guardrail_adds_to_alpha_by_level() {
        let engine = small();
        let mut state = engine.start().0;
        let before = engine.decide(&state).weights.alpha.value;
        guarded(&mut state, &engine, 2);
        let after = engine.decide(&state).weights.alpha.value;
        assert_eq!(after - before, Score::new(2.0 * engine.setup.policy.guardrail.alpha_step));
    }
}
