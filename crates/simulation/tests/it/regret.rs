//! What each arm would have earned, on the shipped model and catalogue.

use std::path::Path;
use std::sync::LazyLock;

use melody_core::event::Action;
use melody_core::input::TomlFile;
use melody_core::overrides::Overrides;
use melody_lab::off_policy::{Decided, Log, Report, Target, decided};
use melody_model::Backend;
use melody_recommender::engine::Timeline;
use melody_recommender::playback::Playhead;
use melody_sessions::library::Library;
use melody_sessions::names::profile_named;
use melody_sessions::opening::Opening;
use melody_sessions::script;
use melody_sessions::script::Run;
use melody_simulation::Decision;
use melody_simulation::profile::Profile;

const SEED: u64 = 3;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    Library::load(&Opening::default(), Path::new(""), Backend::Flex).expect("the shipped library")
});

fn profile() -> Profile {
    profile_named("promotion-averse", Path::new("")).unwrap()
}

fn at(timeline: &Timeline, step: usize) -> Option<Decision> {
    Decision::at(timeline, step, &profile(), LIBRARY.world(), SEED)
}

/// A session by its own listener.
fn session(songs: u32) -> Run {
    let text = format!(
        "format = 1\nname = \"regret\"\n[session]\nprofile = \"promotion-averse\"\n\
         seed = {SEED}\n[[steps]]\ndo = \"autopilot\"\nsongs = {songs}\n"
    );
    let script = script::parse(TomlFile::embedded("regret.toml", &text)).unwrap();
    let engine = LIBRARY.engine(&profile(), None, SEED);
    script::run(&script, engine, &profile(), LIBRARY.world()).unwrap()
}

fn of(timeline: &Timeline) -> Vec<Decided> {
    decided(timeline.traces().map(|trace| &**trace))
}

#[test]
fn the_chosen_arm_earns_what_it_really_did_and_no_choice_beats_the_best() {
    let timeline = session(18).timeline;
    let decision = |step: usize| at(&timeline, step);
    let steps = 0..=timeline.events().len();
    let decisions: Vec<usize> = steps.filter(|&step| decision(step).is_some()).collect();
    assert!(decisions.len() >= 4, "{decisions:?}");
    for (at, &step) in decisions.iter().enumerate().take(decisions.len() - 1) {
        let regret = decision(step).unwrap().regret().unwrap();
        assert_eq!(regret, decision(step).unwrap().regret().unwrap(), "the same draws every time");
        let next = timeline.trace_at(decisions[at + 1]).unwrap();
        let learned = next.bandit.learned.as_ref().unwrap();
        assert_eq!(regret.rewards[regret.arm], learned.reward.total, "step {step}");
        assert!(regret.value() >= melody_core::score::Score::ZERO);
        let best = regret.rewards.iter().max().unwrap();
        assert_eq!(regret.value(), *best - regret.rewards[regret.arm]);
    }
}

#[test]
fn the_truth_of_another_policy_is_what_its_arms_earn_at_the_same_decisions() {
    let timeline = session(13).timeline;
    let decisions = of(&timeline);
    let regret = |step: u32| at(&timeline, step as usize)?.regret().ok();
    let rewards: Vec<Vec<f64>> = decisions
        .iter()
        .map(|one| {
            let regret = regret(one.choice.step).unwrap();
            assert_eq!((regret.arm, regret.rewards[regret.arm]), (one.choice.arm, one.reward));
            regret.rewards.iter().map(|reward| reward.value()).collect()
        })
        .collect();
    let log = Log::new([decisions.clone()]);
    let known = |step: u32| {
        let place = decisions.iter().position(|one| one.choice.step == step)?;
        Some(rewards[place].clone())
    };
    let estimates = Report::new(&log, Target::all(log.arms().len()), None, None);
    let report = estimates.clone().beside(&log, known);
    assert_eq!((report.known, report.decisions), (Some(rewards.len()), rewards.len()));
    assert_eq!((report.sessions, report.unit), (1, "decision"));
    let truth = |target: Target| {
        report.rows.iter().find(|row| row.target == target).and_then(|row| row.truth).unwrap()
    };
    let n = rewards.len() as f64;
    let means: Vec<f64> =
        (0..rewards[0].len()).map(|arm| rewards.iter().map(|r| r[arm]).sum::<f64>() / n).collect();
    for (arm, mean) in means.iter().enumerate() {
        assert!((truth(Target::Always(arm)) - mean).abs() < 1e-12);
    }
    let all = means.iter().sum::<f64>() / means.len() as f64;
    assert!((truth(Target::Uniform) - all).abs() < 1e-12);

    let partly = estimates.clone().beside(&log, |step| known(step).filter(|_| step == 0));
    assert_eq!(partly.known, Some(1));
    let nothing = estimates.beside(&log, |_| None);
    assert!(nothing.rows.iter().all(|row| row.truth.is_none()));
}

#[test]
fn what_a_person_decided_or_cut_short_is_not_in_the_log() {
    let Run { mut timeline, mut head, .. } = session(6);
    let before = of(&timeline);
    assert!(!before.is_empty());
    let arms = &LIBRARY.policy.bandit.arms;
    let now = timeline.trace().bandit.arm.clone();
    let other = arms.iter().find(|arm| arm.name != now).unwrap().name.clone();
    let pinned = Overrides { arm: Some(other), ..Overrides::default() };
    let trace = timeline.apply(head.event(Action::Override(pinned))).unwrap();
    assert!(trace.bandit.decided.as_ref().unwrap().by_hand);
    for _ in 0..2 * LIBRARY.policy.bandit.every {
        head.wait(1000);
        let trace = timeline.apply(head.event(Action::Skip)).unwrap();
        head = Playhead::after(&trace);
    }
    let learned = timeline.traces().filter(|trace| trace.bandit.learned.is_some()).count();
    assert!(learned > before.len());
    assert_eq!(of(&timeline), before);
}

/// With less promotion by hand an arm earns what is not its own doing, until it is given back.
#[test]
fn what_was_played_under_values_set_by_hand_is_not_in_the_log() {
    let Run { mut timeline, mut head, .. } = session(5);
    let before = of(&timeline);
    let set = |timeline: &mut Timeline, head: Playhead, set: Overrides| {
        timeline.apply(head.event(Action::Override(set))).unwrap()
    };
    let skip_on = |timeline: &mut Timeline, head: &mut Playhead, decisions: u32| {
        for _ in 0..decisions * LIBRARY.policy.bandit.every {
            head.wait(1000);
            *head = Playhead::after(&timeline.apply(head.event(Action::Skip)).unwrap());
        }
    };
    set(&mut timeline, head, Overrides { at_most: Some(0), ..Overrides::default() });
    skip_on(&mut timeline, &mut head, 2);
    assert_eq!(of(&timeline), before, "the one it was set in, and those it stayed set in");
    set(&mut timeline, head, Overrides::default());
    skip_on(&mut timeline, &mut head, 3);
    assert!(of(&timeline).len() > before.len(), "the next that the bandit made alone");
}
