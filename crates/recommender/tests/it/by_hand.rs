//! Values set by hand: each acts, at once and as foreseen, and leaves nothing behind when it is let go.

use std::sync::Arc;

use crate::common::{
    Hands, LIBRARY, all_bytes, debugged_session, engine, engine_of, go_on, overrides, policy,
    random_session,
};
use melody_core::event::Action;
use melody_core::overrides::Overrides;
use melody_core::rng::{Purpose, generator};
use melody_core::score::Score;
use melody_recommender::engine::{QueueEntry, Refusal, Timeline, Trace};
use melody_recommender::playback::Playhead;
use melody_recommender::ranking::{Node, Weight};
use proptest::prelude::*;

fn played(profile: &str, seed: u64, events: usize) -> Timeline {
    random_session(engine(profile, None, seed), seed, events)
}

/// Sets values by hand.
fn set(timeline: &mut Timeline, overrides: &Overrides) -> Result<Arc<Trace>, Refusal> {
    set_after(timeline, 0, overrides)
}

/// The same after a pause, and so much more of the current song as goes.
fn set_after(
    timeline: &mut Timeline,
    ms: u64,
    overrides: &Overrides,
) -> Result<Arc<Trace>, Refusal> {
    let mut head = Playhead::after(timeline.trace());
    head.wait(ms);
    head.play(ms, timeline.trace().playing.length_ms() - 1);
    timeline.apply(head.event(Action::Override(overrides.clone())))
}

/// The current song finishes, however much of it had been heard.
fn finish(timeline: &mut Timeline) -> Arc<Trace> {
    let mut head = Playhead::after(timeline.trace());
    head.play(u64::MAX, timeline.trace().playing.length_ms());
    timeline.apply(head.event(Action::Finish)).unwrap()
}

/// What a queue comes to: songs, scores and what they displace.
fn shown(queue: &[QueueEntry]) -> Vec<(&str, Score, bool)> {
    queue.iter().map(|e| (e.song.id.as_str(), e.score, e.displaced.is_some())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 5,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Default::default()
    })]

    /// A preview is what the event then comes to, whenever it comes; a preview of what is in force is
    /// the queue as it is, where a request has just been made.
    #[test]
    fn a_preview_is_what_setting_the_values_leads_to(
        profile in prop::sample::select(crate::common::profiles()),
        seed in any::<u64>(),
        events in 0usize..10,
        after_ms in 0u64..300_000,
    ) {
        let mut timeline = debugged_session(engine(profile, None, seed), seed, events);
        let (engine, state) = (timeline.engine().clone(), timeline.state().clone());
        let (look, now) = (engine.look(&state), timeline.trace().clone());
        let same = engine.preview(&state, &look, &now.overrides).unwrap();
        prop_assert_eq!((&same.weights, &same.arm), (&now.weights, &now.bandit.arm));
        prop_assert_eq!(same.queue.len(), now.queue.len());
        if now.request.step == now.step {
            prop_assert_eq!(&same.promotion, &now.promotion);
            for (would_be, is) in same.queue.iter().zip(&now.queue) {
                let committed = would_be.committed.clone();
                let is = QueueEntry { was: Some(is.position), committed, ..is.clone() };
                prop_assert_eq!(would_be, &is);
            }
        }

        let mut rng = generator(seed, Purpose::Bootstrap, 9);
        for _ in 0..12 {
            let wanted = overrides(&mut rng, &LIBRARY.policy);
            let preview = engine.preview(&state, &look, &wanted).unwrap();
            let trace = set_after(&mut timeline, after_ms, &wanted).unwrap();
            prop_assert_eq!(&preview.weights, &trace.weights);
            prop_assert_eq!(&preview.promotion, &trace.promotion);
            prop_assert_eq!(&preview.arm, &trace.bandit.arm);
            prop_assert_eq!(&preview.queue, &trace.queue);
            prop_assert_eq!((&preview.overrides, &trace.overrides), (&wanted, &wanted));
            timeline.rewind(events);
        }
    }
}

#[test]
fn every_value_that_is_set_acts() {
    let mut timeline = played("likely-payer", 3, 8);
    let before = timeline.trace().clone();
    let one = |change: fn(&mut Overrides)| {
        let mut overrides = Overrides::default();
        change(&mut overrides);
        let mut timeline = timeline.clone();
        set(&mut timeline, &overrides).unwrap()
    };
    let alpha = one(|o| o.alpha = Some(Score::new(1.25)));
    assert_eq!(alpha.weights.alpha.value, Score::new(1.25));
    let beta = one(|o| o.beta = Some(Score::new(0.05)));
    assert_eq!(beta.weights.beta.value, Score::new(0.05));
    let gamma = one(|o| o.gamma = Some(Score::ZERO));
    assert_eq!(gamma.weights.gamma.value, Score::ZERO);
    let by_hand = alpha.weights.alpha.terms.iter().find(|term| term.name == "by hand").unwrap();
    assert_eq!(by_hand.value, Score::new(1.25) - before.weights.alpha.value);
    let terms = |weight: &Weight| weight.terms.iter().filter(|t| t.name == "by hand").count();
    assert_eq!((terms(&alpha.weights.beta), terms(&alpha.weights.gamma)), (0, 0));

    let rule = one(|o| (o.at_most, o.window) = (Some(1), Some(20)));
    assert_eq!((rule.promotion.at_most, rule.promotion.window), (1, 20));
    assert!(rule.queue.iter().filter(|entry| entry.promoted).count() <= 1);

    // An arm that is in force already stays with the chance it was chosen with.
    let pinned = if before.bandit.arm == "heavy" {
        one(|o| o.arm = Some("none".into()))
    } else {
        one(|o| o.arm = Some("heavy".into()))
    };
    assert_ne!(pinned.bandit.arm, before.bandit.arm);
    assert_eq!(pinned.bandit.propensity, Score::ONE);
    assert!(pinned.bandit.decided.as_ref().is_some_and(|choice| choice.by_hand));

    let unboosted = one(|o| o.boost = Some(Score::ZERO));
    assert!(unboosted.session.streaks.iter().all(|streak| streak.boost == Score::ZERO));

    // The user comes first whatever is set.
    let greedy = one(|o| (o.alpha, o.gamma) = (Some(Score::new(0.2)), Some(Score::ONE)));
    let w = &greedy.weights;
    assert!(w.alpha.value >= w.beta.value + w.gamma.value);
    assert_eq!(w.gamma.terms.iter().map(|term| term.value).sum::<Score>(), w.gamma.value);

    set(&mut timeline, &Overrides { alpha: Some(Score::ONE), ..Overrides::default() }).unwrap();
    let released = set(&mut timeline, &Overrides::default()).unwrap();
    assert_eq!(released.weights, before.weights);
    assert!(released.overrides.is_empty());
}

#[test]
fn a_pinned_arm_stays_until_it_is_released() {
    let mut timeline = played("explorer", 5, 2);
    set(&mut timeline, &Overrides { arm: Some("light".into()), ..Overrides::default() }).unwrap();
    let mut hands = Hands::new(5, &timeline);
    let mut decisions = 0;
    for _ in 0..30 {
        let event = hands.next(&timeline);
        let trace = timeline.apply(event).unwrap();
        assert_eq!(trace.bandit.arm, "light");
        decisions += usize::from(trace.bandit.decided.is_some());
        if let Some(learned) = &trace.bandit.learned {
            assert_eq!(learned.arm, "light");
        }
    }
    assert!(decisions > 1, "the bandit went on deciding");
    let released = set(&mut timeline, &Overrides::default()).unwrap();
    assert_eq!(released.bandit.arm, "light", "until its next turn");
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut timeline = played("explorer", 6, 2);
    let before = all_bytes(&timeline);
    let score = |value: f64| Some(Score::new(value));
    let none = Overrides::default;
    let bad = [
        (Overrides { alpha: score(-0.1), ..none() }, "`alpha` must be from 0 to 2"),
        (Overrides { gamma: score(2.1), ..none() }, "`gamma` must be from 0 to 2"),
        (Overrides { boost: score(5.5), ..none() }, "`boost` must be from 0 to 5"),
        (Overrides { window: Some(0), ..none() }, "`window` must be from 1 to 100"),
        (
            Overrides { at_most: Some(4), window: Some(3), ..none() },
            "`at_most` must not be over the window of 3",
        ),
        (Overrides { at_most: Some(11), ..none() }, "`at_most` must not be over the window of 10"),
        (
            Overrides { arm: Some("bold".into()), ..none() },
            "`arm` is no arm of this policy; it has none, light, standard, raised, heavy",
        ),
    ];
    let look = timeline.engine().look(timeline.state());
    for (overrides, why) in bad {
        let refusal = set(&mut timeline, &overrides).unwrap_err();
        assert_eq!(refusal.to_string(), why);
        let preview = timeline.engine().preview(timeline.state(), &look, &overrides);
        assert_eq!(preview.unwrap_err(), refusal);
    }
    assert_eq!(all_bytes(&timeline), before);
}

#[test]
fn a_boost_multiplies_what_streaks_and_searches_add() {
    let mut timeline = played("enthusiast", 4, 12);
    for _ in 0..3 {
        finish(&mut timeline);
    }
    let part = |trace: &Trace, id: &str, name: &str| -> Option<Node> {
        let entry = trace.queue.iter().find(|e| e.song.id == id)?;
        let adjustments = entry.ledger.score.children.iter().find(|n| n.name == "adjustments")?;
        adjustments.children.iter().find(|n| n.name == name).cloned()
    };
    let before = timeline.trace().clone();
    let doubled = Overrides { boost: Some(Score::new(2.0)), ..Overrides::default() };
    let after = set(&mut timeline, &doubled).unwrap();
    let mut found = 0;
    for entry in &before.queue {
        for name in ["genre streak", "search"] {
            let id = &entry.song.id;
            let both = part(&before, id, name).zip(part(&after, id, name));
            let Some((old, new)) = both else { continue };
            let twice = old.value + old.value;
            assert!((new.value - twice).abs() <= Score::from_millionths(1), "{old:?}, {new:?}");
            assert_eq!(new.how, format!("{}, times 2.00 by hand", old.how));
            found += 1;
        }
    }
    assert!(found > 0, "nothing in the queue was on a streak or searched for");
}

/// What is given back leaves the queue as it was, and what is taken back leaves nothing behind.
#[test]
fn values_go_as_they_came() {
    let mut timeline = played("likely-payer", 6, 12);
    let (before, bytes) = (timeline.trace().clone(), all_bytes(&timeline));
    let much = Overrides {
        alpha: Some(Score::new(0.3)),
        boost: Some(Score::new(5.0)),
        window: Some(5),
        ..Overrides::default()
    };
    let changed = set_after(&mut timeline, 20_000, &much).unwrap();
    assert_ne!(shown(&changed.queue), shown(&before.queue));
    let given_back = set_after(&mut timeline, 20_000, &Overrides::default()).unwrap();
    assert_eq!(shown(&given_back.queue), shown(&before.queue));
    assert_eq!(given_back.weights, before.weights);
    timeline.rewind(12);
    assert!(all_bytes(&timeline) == bytes);
    assert!(timeline.state().overrides.is_empty());
    let plain = go_on(timeline.clone(), Hands::new(9, &timeline), 4);
    set(&mut timeline, &much).unwrap();
    timeline.rewind(12);
    let undone = go_on(timeline.clone(), Hands::new(9, &timeline), 4);
    assert!(all_bytes(&undone) == all_bytes(&plain));
}

/// A near-line update waits for the listener's own next event.
#[test]
fn setting_values_changes_no_model() {
    let library = LIBRARY
        .with_policy(policy(|p| {
            (p.near_line.every, p.near_line.lag) = (1, 1);
            (p.near_line.gain, p.near_line.tolerance) = (-10.0, 10.0);
        }))
        .unwrap();
    let mut timeline = Timeline::start(engine_of(&library, "explorer", None, 7));
    assert_eq!(finish(&mut timeline).near_line.due, Some(2));
    let alpha = Overrides { alpha: Some(Score::ONE), ..Overrides::default() };
    let held = set(&mut timeline, &alpha).unwrap();
    assert_eq!((held.step, held.versions.model_number), (2, 0));
    assert_eq!(held.near_line.due, Some(3));
    assert_eq!(finish(&mut timeline).versions.model_number, 1);
}

/// A hand sets M, but is no way around a guardrail that has lowered it.
#[test]
fn the_guardrail_holds_what_is_set_by_hand() {
    let library = LIBRARY
        .with_policy(policy(|p| {
            (p.guardrail.horizon, p.guardrail.false_alarms) = (4, 0.5);
            (p.guardrail.hold, p.guardrail.levels) = (3, 2);
            p.guardrail.skips = 100;
            (p.mixing.at_most, p.guardrail.cap_step) = (3, 1);
        }))
        .unwrap();
    let mut timeline = Timeline::start(engine_of(&library, "explorer", None, 8));
    let five = Overrides { at_most: Some(5), ..Overrides::default() };
    assert_eq!(set(&mut timeline, &five).unwrap().promotion.at_most, 5);
    let skip = |timeline: &mut Timeline| {
        let head = Playhead::after(timeline.trace());
        timeline.apply(head.event(Action::Skip)).unwrap()
    };
    let skipped = (0..3).map(|_| skip(&mut timeline)).last().unwrap();
    assert_eq!(skipped.guardrail.level, 1);
    assert_eq!(skipped.promotion.at_most, 2, "the policy's 3, lowered by 1");
    let one = Overrides { at_most: Some(1), ..Overrides::default() };
    assert_eq!(set(&mut timeline, &one).unwrap().promotion.at_most, 1);
}

/// Who skips one song after another is sent no promoted one, whatever a bandit or a hand would have.
#[test]
fn promotion_waits_while_songs_are_skipped_in_a_row() {
    let library = LIBRARY.with_policy(policy(|p| p.guardrail.levels = 0)).unwrap();
    let mut timeline = Timeline::start(engine_of(&library, "promotion-averse", None, 8));
    let arm = Overrides { arm: Some("heavy".into()), ..Overrides::default() };
    assert!(set(&mut timeline, &arm).unwrap().promotion.target > Score::ZERO);
    let skip = |timeline: &mut Timeline| {
        let head = Playhead::after(timeline.trace());
        timeline.apply(head.event(Action::Skip)).unwrap()
    };
    let before = (0..2).map(|_| skip(&mut timeline)).last().unwrap();
    assert!(before.promotion.target > Score::ZERO, "two are not yet three");
    for skips in 3..6 {
        let held = skip(&mut timeline);
        assert_eq!((held.promotion.at_most, held.promotion.target), (0, Score::ZERO));
        assert!(held.queue.iter().all(|entry| !entry.promoted));
        let limit = held.promotion.limits.iter().find(|limit| limit.rule == "at_most").unwrap();
        assert_eq!(limit.from, format!("{skips} skips in a row"));
    }
    let by_hand = Overrides { at_most: Some(5), ..arm };
    assert_eq!(set(&mut timeline, &by_hand).unwrap().promotion.at_most, 0, "no way around it");
    assert_eq!(finish(&mut timeline).promotion.at_most, 5, "it goes on with a song heard");
}
