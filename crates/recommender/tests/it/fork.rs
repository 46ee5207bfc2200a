//! Sessions gone on with by another engine, and doing in one session what was done in another.

use std::sync::Arc;

use crate::common::{
    Hands, LIBRARY, all_bytes, debugged_session, engine, engine_of, go_on, policy,
};
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event};
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_model::{Backend, Network, device, load_shipped, weights_hash};
use melody_recommender::engine::{Engine, Note, Refusal, Timeline, Trace};
use melody_recommender::playback::{Playhead, mirrored};
use melody_recommender::policy::{Algorithm, Settings};
use melody_sessions::library::Library;

const PROFILES: [&str; 4] = ["likely-payer", "enthusiast", "promotion-averse", "new-listener"];

/// A session in which values are set by hand, too.
fn played(profile: &str, seed: u64, events: usize) -> Timeline {
    debugged_session(engine(profile, None, seed), seed, events)
}

/// The shipped library under a policy that learns near-line after every other play, and more.
fn learning(change: impl FnOnce(&mut Settings)) -> Library {
    LIBRARY
        .with_policy(policy(|p| {
            p.near_line.every = 2;
            p.requests.committed = 1;
            (p.near_line.gain, p.near_line.tolerance) = (-10.0, 10.0);
            change(p);
        }))
        .unwrap()
}

fn learned(seed: u64, events: usize) -> Timeline {
    debugged_session(engine_of(&learning(|_| {}), "enthusiast", None, seed), seed, events)
}

/// The current song finishes, however much of it had been heard.
fn finish(timeline: &mut Timeline) -> Arc<Trace> {
    let mut head = Playhead::after(timeline.trace());
    head.play(u64::MAX, timeline.trace().playing.length_ms());
    timeline.apply(head.event(Action::Finish)).unwrap()
}

/// The shipped library under a policy with other arms and weights.
fn other() -> Library {
    LIBRARY
        .with_policy(policy(|settings| {
            settings.bandit.arms.truncate(2);
            settings.mixing.at_most = 1;
            settings.fusion.epsilon = 0.0;
        }))
        .unwrap()
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
        let head = Playhead::after(whole.trace());
        whole.apply(head.event(Action::Override(pinned))).unwrap();
        for step in [0, 5, 13] {
            let engine = engine_of(&other, profile, None, 30 + i as u64);
            let scene = Some(Scene::Workout);
            let mut forked = whole.fork(engine, step, scene).unwrap();
            assert_eq!(forked.events().len(), step);
            assert_eq!(forked.trace().notes.contains(&Note::Started), step == 0);
            assert_eq!(forked.trace().listener.scene, Scene::Workout);
            assert!(["none", "light"].contains(&forked.trace().bandit.arm.as_str()));
            let hands = Hands::debugging(step as u64, &forked);
            forked = go_on(forked, hands, 8);
            forked.rewind(0);
            assert_eq!(forked.events().len(), step, "what came before is another engine's");
        }
        assert!(whole.fork(whole.engine().clone(), 14, None).is_none());
    }
}

/// What a hand has set stays in force as far as the other policy can be given it.
#[test]
fn a_fork_keeps_the_values_that_make_sense() {
    let mut whole = Timeline::start(engine("commuter", None, 3));
    let set = Overrides {
        alpha: Some(Score::ONE),
        at_most: Some(6),
        arm: Some("heavy".into()),
        ..Overrides::default()
    };
    whole.apply(Playhead::default().event(Action::Override(set.clone()))).unwrap();
    let same = whole.fork(whole.engine().clone(), 1, None).unwrap();
    assert_eq!(same.trace().overrides, set);
    let narrow = learning(|p| {
        p.bandit.arms.truncate(2);
        (p.mixing.at_most, p.mixing.window) = (1, 4);
    });
    let forked = whole.fork(engine_of(&narrow, "commuter", None, 3), 1, None).unwrap();
    assert_eq!(forked.trace().overrides, Overrides { at_most: Some(4), arm: None, ..set });
    assert_eq!(forked.trace().weights.alpha.value, Score::ONE);
}

/// A policy that differs elsewhere takes over what the bandit knows, has decided and has gathered.
#[test]
fn the_bandit_goes_on_where_its_arms_stay() {
    let whole = learned(8, 10);
    let other = learning(|p| {
        p.mixing.at_most = 3;
        p.bandit.algorithm = Algorithm::LinUcb;
        p.bandit.every += 1;
    });
    let mut forked = whole.fork(engine_of(&other, "enthusiast", None, 8), 10, None).unwrap();
    let (ours, theirs) = (forked.trace().bandit.clone(), whole.trace().bandit.clone());
    assert_eq!((&ours.arms, ours.since, &ours.decided), (&theirs.arms, theirs.since, &None));
    let gathered = |step: usize| whole.trace_at(step).unwrap().ended.is_some();
    let before = (theirs.since as usize + 1..=10).filter(|&step| gathered(step)).count() as u32;
    assert!(before > 0, "nothing had been gathered before the fork");
    let learned = loop {
        if let Some(learned) = finish(&mut forked).bandit.learned.clone() {
            break learned;
        }
    };
    // What was opened by hand ended as well, and is no decision's.
    let every = LIBRARY.policy.bandit.every + 1;
    assert!((1..=every).contains(&learned.plays), "{learned:?}");
    assert_eq!(forked.events().len() as u32, 10 + every - before);
}

/// A guardrail stands no higher than the other policy lets it.
#[test]
fn the_guardrail_comes_down_to_the_levels_there_are() {
    let library = |levels| {
        LIBRARY
            .with_policy(policy(|p| {
                (p.guardrail.horizon, p.guardrail.false_alarms) = (1, 0.5);
                (p.guardrail.hold, p.guardrail.levels) = (1, levels);
            }))
            .unwrap()
    };
    let mut whole = Timeline::start(engine_of(&library(3), "explorer", None, 4));
    for _ in 0..4 {
        whole.apply(Playhead::after(whole.trace()).event(Action::Skip)).unwrap();
    }
    assert_eq!(whole.trace().guardrail.level, 3);
    for (levels, level) in [(0, 0), (1, 1), (5, 3)] {
        let engine = engine_of(&library(levels), "explorer", None, 4);
        let forked = whole.fork(engine, 4, None).unwrap();
        let guardrail = &forked.trace().guardrail;
        assert_eq!((guardrail.level, guardrail.levels), (level, levels));
    }
}

/// What the same model has learned goes on; an update under way does only under the same settings.
#[test]
fn learning_goes_on_where_its_settings_stay() {
    let mut whole = Timeline::start(engine_of(&learning(|_| {}), "enthusiast", None, 5));
    let under_way =
        |trace: &Trace| trace.versions.model_number > 0 && trace.near_line.due.is_some();
    for _ in 0..12 {
        if under_way(whole.trace()) {
            break;
        }
        finish(&mut whole);
    }
    assert!(under_way(whole.trace()), "no update is under way after one that was taken over");
    let (step, state) = (whole.events().len(), whole.state().clone());
    for (lag, goes_on) in [(LIBRARY.policy.near_line.lag, true), (9, false)] {
        let other = learning(|p| (p.near_line.lag, p.mixing.at_most) = (lag, 1));
        let other = engine_of(&other, "enthusiast", None, 5);
        let forked = whole.fork(other, step, None).unwrap();
        assert_eq!(forked.state().model.hash, state.model.hash);
        assert_eq!(forked.state().pending_update().is_some(), goes_on);
    }
}

/// Another model starts as trained and learns from plays under itself alone.
#[test]
fn a_fork_under_another_model_learns_anew() {
    let whole = learned(5, 10);
    assert!(whole.trace().versions.model_number > 0);
    let device = device(Backend::default());
    let mut files = load_shipped("default", &device).unwrap().unwrap();
    files.network = Network::new(&files.config, 99, &device);
    files.manifest.weights_sha256 = weights_hash(&files.network);
    let library = Library::new(LIBRARY.catalogue.clone(), learning(|_| {}).policy, files).unwrap();
    let other = engine_of(&library, "enthusiast", None, 5);
    let forked = whole.fork(other.clone(), 10, None).unwrap();
    let versions = &forked.trace().versions;
    assert_eq!((versions.model_number, &versions.model_hash), (0, &other.setup.model.hash));
    assert!(forked.state().pending_update().is_none());
    assert_eq!(forked.trace().near_line.next_in, 2);
    let hands = Hands::new(5, &forked);
    let on = go_on(forked, hands, 10);
    assert!(on.trace().versions.model_number > 0, "it never learned");
}

/// Does in `forked` what was done in `whole` from `step` on.
fn follow(whole: &Timeline, forked: &mut Timeline, step: usize) -> (usize, Vec<Refusal>) {
    let (mut done, mut refused) = (0, Vec::new());
    for (i, event) in whole.events().iter().enumerate().skip(step) {
        let before = Playhead::after(whole.trace_at(i).unwrap());
        let head = Playhead::after(forked.trace());
        let playing = forked.state().playing.song;
        let duration = forked.trace().playing.length_ms();
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

#[test]
fn a_song_of_another_length_is_heard_in_its_own_time() {
    let event = |at_ms, heard_ms, action| Event { at_ms, heard_ms, action };
    let (playing, other) = (SongId(1), SongId(2));
    let start = Playhead::default();
    let mirror =
        |event: &Event, head, duration_ms| mirrored(event, start, head, (playing, duration_ms));
    // Ten seconds waited, and a minute heard.
    let skip = event(70_000, 60_000, Action::Skip);
    let like = event(70_000, 60_000, Action::Like);
    let open = |song| event(70_000, 60_000, Action::Open { song });
    let finish = |at_ms, heard_ms| Some(event(at_ms, heard_ms, Action::Finish));

    // Long enough: as it was. Too short: the skip finishes the song, all else comes just before.
    assert_eq!(mirror(&skip, start, 60_001), Some(skip.clone()));
    assert_eq!(mirror(&skip, start, 60_000), finish(70_000, 60_000));
    assert_eq!(mirror(&skip, start, 50_000), finish(60_000, 50_000));
    assert_eq!(mirror(&like, start, 50_000), Some(event(59_999, 49_999, Action::Like)));
    assert_eq!(mirror(&open(other), start, 50_000).map(|event| event.heard_ms), Some(49_999));
    assert_eq!(mirror(&open(playing), start, 90_000), None);
    // A song that was finished is heard to its end.
    let finished = event(70_000, 60_000, Action::Finish);
    assert_eq!(mirror(&finished, start, 90_000), finish(100_000, 90_000));
    // Who is further on stays there.
    let ahead = Playhead { now_ms: 100_000, heard_ms: 80_000 };
    assert_eq!(mirror(&skip, ahead, 90_000), Some(event(110_000, 80_000, Action::Skip)));
    // A song that is over can only finish.
    let over = Playhead { now_ms: 100_000, heard_ms: 90_000 };
    assert_eq!(mirror(&skip, over, 90_000), finish(110_000, 90_000));
    assert_eq!(mirror(&finished, over, 90_000), finish(110_000, 90_000));
    assert_eq!(mirror(&like, over, 90_000), None);
    assert_eq!(mirror(&open(other), over, 90_000), None);
}
