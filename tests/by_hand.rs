//! Values set by hand, what they would do, and sessions gone on with by another engine.

mod common;

use std::sync::Arc;

use common::{Hands, LIBRARY, all_bytes, engine, engine_of, policy, random_session};
use melody::engine::{Engine, Refusal, Timeline, Trace};
use melody::event::{Action, Event};
use melody::opening::Library;
use melody::overrides::Overrides;
use melody::playback::{Playhead, mirrored};
use melody::rng::{Purpose, generator};
use melody::scene::Scene;
use melody::score::Score;
use rand::RngExt;
use rand::seq::IndexedRandom;

const PROFILES: [&str; 4] = ["likely-payer", "enthusiast", "promotion-averse", "new-listener"];

fn played(profile: &str, seed: u64, events: usize) -> Timeline {
    random_session(engine(profile, None, seed), seed, events)
}

fn set(timeline: &mut Timeline, overrides: &Overrides) -> Result<Arc<Trace>, Refusal> {
    let head = Playhead::after(timeline.trace());
    timeline.apply(head.event(Action::Override(overrides.clone())))
}

/// Any values that may be set.
fn random(seed: u64) -> Overrides {
    let mut rng = generator(seed, Purpose::Bootstrap, 9);
    let mut maybe = |most: f64| {
        let value = rng.random_range(0.0..=most);
        rng.random_bool(0.5).then(|| Score::new(value))
    };
    let (alpha, beta, gamma, boost) = (maybe(2.0), maybe(0.6), maybe(0.6), maybe(5.0));
    let arms = ["none", "light", "standard", "raised", "heavy"];
    let window = rng.random_bool(0.5).then(|| rng.random_range(1..=30));
    Overrides {
        alpha,
        beta,
        gamma,
        boost,
        window,
        at_most: rng.random_bool(0.5).then(|| rng.random_range(0..=window.unwrap_or(10))),
        arm: rng.random_bool(0.4).then(|| (*arms.choose(&mut rng).unwrap()).into()),
    }
}

#[test]
fn a_preview_is_what_setting_the_values_leads_to() {
    for (i, profile) in PROFILES.iter().enumerate() {
        let mut timeline = played(profile, i as u64, 6);
        for round in 0..12 {
            let overrides = random(100 * i as u64 + round);
            let (engine, state) = (timeline.engine().clone(), timeline.state().clone());
            let look = engine.look(&state);
            let preview = engine.preview(&state, &look, &overrides, state.at_ms);
            let trace = set(&mut timeline, &overrides).unwrap();
            let context = format!("{profile}, {overrides:?}");
            assert_eq!(preview.weights, trace.weights, "{context}");
            assert_eq!(preview.promotion, trace.promotion, "{context}");
            assert_eq!(preview.arm, trace.bandit.arm, "{context}");
            assert_eq!(preview.queue, trace.queue, "{context}");
            assert_eq!(trace.overrides, overrides);
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
        (
            Overrides { arm: Some("bold".into()), ..none() },
            "`arm` is no arm of this policy; it has none, light, standard, raised, heavy",
        ),
    ];
    for (overrides, why) in bad {
        assert_eq!(set(&mut timeline, &overrides).unwrap_err().to_string(), why);
    }
    assert_eq!(all_bytes(&timeline), before);
}

#[test]
fn what_was_set_is_taken_back_with_its_event() {
    let mut timeline = played("enthusiast", 7, 4);
    let before = all_bytes(&timeline);
    set(&mut timeline, &random(1)).unwrap();
    timeline.rewind(before.len() - 1);
    assert_eq!(all_bytes(&timeline), before);
    assert!(timeline.state().overrides.is_empty());
}

/// The shipped library under a policy with other arms and weights.
fn other() -> Library {
    LIBRARY.with_policy(policy(|settings| {
        settings.bandit.arms.truncate(2);
        settings.mixing.at_most = 1;
        settings.fusion.epsilon = 0.0;
    }))
}

#[test]
fn the_same_engine_goes_on_as_if_nothing_had_happened() {
    for (i, profile) in PROFILES.iter().enumerate() {
        let whole = played(profile, 20 + i as u64, 12);
        let mut forked = whole.fork(whole.engine().clone(), 6, None).unwrap();
        let original = whole.trace_at(6).unwrap();
        let order = |trace: &Trace| -> Vec<(String, Score)> {
            trace.queue.iter().map(|entry| (entry.song.id.clone(), entry.score)).collect()
        };
        assert_eq!(order(forked.trace()), order(original));
        for event in &whole.events()[6..] {
            forked.apply(event.clone()).unwrap();
        }
        assert!(all_bytes(&forked)[7..] == all_bytes(&whole)[7..], "{profile}");
    }
}

#[test]
fn another_policy_and_scene_go_on_from_any_step() {
    let other = other();
    for (i, profile) in PROFILES.iter().enumerate() {
        let mut whole = played(profile, 30 + i as u64, 12);
        let pinned = Overrides { arm: Some("heavy".into()), ..Overrides::default() };
        set(&mut whole, &pinned).unwrap();
        for step in [0, 5, 13] {
            let engine = engine_of(&other, profile, None, 30 + i as u64);
            let scene = Some(Scene::Workout);
            let mut forked = whole.fork(engine, step, scene).unwrap();
            assert_eq!(forked.events().len(), step);
            assert_eq!(forked.trace().listener.scene, Scene::Workout);
            assert_eq!(forked.trace().promotion.at_most.min(1), forked.trace().promotion.at_most);
            assert!(["none", "light"].contains(&forked.trace().bandit.arm.as_str()));
            let mut hands = Hands::new(step as u64, &forked);
            for _ in 0..8 {
                let event = hands.next(&forked);
                forked.apply(event).unwrap();
            }
            forked.rewind(0);
            assert_eq!(forked.events().len(), step, "what came before is another engine's");
        }
        assert!(whole.fork(whole.engine().clone(), 14, None).is_none());
    }
}

/// Does in `forked` what was done in `whole` from `step` on.
fn follow(whole: &Timeline, forked: &mut Timeline, step: usize) -> (usize, Vec<Refusal>) {
    let (mut done, mut refused) = (0, Vec::new());
    for (i, event) in whole.events().iter().enumerate().skip(step) {
        let before = Playhead::after(whole.trace_at(i).unwrap());
        let head = Playhead::after(forked.trace());
        let playing = forked.state().playing.song;
        let duration = forked.trace().playing.song.duration_ms;
        let Some(event) = mirrored(event, before, head, (playing, duration)) else { continue };
        match forked.apply(event) {
            Ok(_) => done += 1,
            Err(refusal) => refused.push(refusal),
        }
    }
    (done, refused)
}

#[test]
fn a_mirror_of_the_same_engine_does_the_same() {
    for seed in 0..6 {
        let whole = played(PROFILES[seed as usize % 4], 40 + seed, 14);
        let mut forked = whole.fork(whole.engine().clone(), 4, None).unwrap();
        follow(&whole, &mut forked, 4);
        assert_eq!(forked.events(), whole.events());
    }
}

#[test]
fn a_mirror_in_another_engine_is_never_out_of_time() {
    let other = other();
    for seed in 0..8 {
        let profile = PROFILES[seed as usize % 4];
        let whole = played(profile, 50 + seed, 20);
        let engine: Arc<Engine> = engine_of(&other, profile, None, 50 + seed);
        let mut forked = whole.fork(engine, 3, Some(Scene::Focus)).unwrap();
        let (done, refused) = follow(&whole, &mut forked, 3);
        assert!(done > 8, "{done} of 17");
        for refusal in refused {
            let sensible = matches!(
                refusal,
                Refusal::Already { .. }
                    | Refusal::SameScene { .. }
                    | Refusal::Subscribed
                    | Refusal::PlayingNow
                    | Refusal::BadOverride { .. }
            );
            assert!(sensible, "{refusal}");
        }
        let in_order = |events: &[Event]| events.windows(2).all(|w| w[0].at_ms <= w[1].at_ms);
        assert!(in_order(forked.events()));
    }
}
