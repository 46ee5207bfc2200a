//! What a session teaches, kept for the next one.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use melody::bandit::{Kept, WarmStart};
use melody::engine::{Timeline, Trace};
use melody::event::Action;
use melody::feedback::log::{FeedbackLog, Header};
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::playback::Playhead;
use melody::saved::{Replayed, Saved};
use melody::score::Score;
use melody::tracefile;

const PROFILE: &str = "likely-payer";

fn library() -> Library {
    Library::load(&Opening::default(), Path::new(""), Backend::Flex).unwrap()
}

fn script(folder: &Path, songs: u32) -> String {
    let path = folder.join("session.toml");
    let text = format!(
        "format = 1\nname = \"kept\"\n[session]\nprofile = \"{PROFILE}\"\nseed = 4\n\
         [[steps]]\ndo = \"autopilot\"\nsongs = {songs}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn replay(script: &str, memory: &Path, trace: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_melody"))
        .args(["replay", script, "--memory"])
        .arg(memory)
        .arg("--trace")
        .arg(trace)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts")
}

fn traces(path: &Path) -> Vec<Trace> {
    tracefile::read(path).unwrap().traces
}

fn reopened(path: &Path) -> Replayed {
    let saved = Saved::read(path).unwrap();
    let profile = profile_named(&saved.opening.profile, Path::new("")).unwrap();
    saved.replay(&library(), &profile, &mut |_, _| {}).unwrap()
}

#[test]
fn a_session_starts_where_the_one_before_ended() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(folder.path(), 8);
    let memory = folder.path().join("memory");
    let kept = Kept::new(&memory, PROFILE);
    let [first, second] = ["first.jsonl", "second.jsonl"].map(|name| folder.path().join(name));

    assert!(replay(&script, &memory, &first).wait().unwrap().success());
    let started = traces(&first);
    assert_eq!(started[0].versions.memory_hash, None);
    let learned = started.iter().filter(|trace| trace.bandit.learned.is_some()).count() as u64;
    assert!(learned > 0);
    let between: WarmStart = kept.load().unwrap().unwrap();
    assert_eq!(between.memory.learned, learned);
    // What is on the disk is what the session ended with.
    let end = reopened(&first);
    assert_eq!(end.parted, None, "a session that began with no memory is the same again");
    assert_eq!(*between.memory, end.timeline.state().bandit.memory().rounded());

    let before = std::fs::read(kept.path()).unwrap();
    assert!(replay(&script, &memory, &second).wait().unwrap().success());
    let gone_on = traces(&second);
    assert_eq!(gone_on[0].versions.memory_hash.as_ref(), Some(&between.hash));
    let pulls = |traces: &[Trace]| traces[0].bandit.arms.iter().map(|arm| arm.pulls).sum::<u64>();
    assert_eq!((pulls(&started), pulls(&gone_on)), (0, learned));

    // The memory has moved on, which is said; from the old one it is the same session.
    let parted = reopened(&second).parted.expect("it starts from another memory");
    assert!(parted.others.iter().any(|other| other.what == "memory"), "{parted:?}");
    std::fs::write(kept.path(), before).unwrap();
    assert_eq!(reopened(&second).parted, None);
}

#[test]
fn a_saved_script_is_not_played_from_another_memory() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(folder.path(), 5);
    let memory = folder.path().join("memory");
    let trace = folder.path().join("trace.jsonl");
    for _ in 0..2 {
        assert!(replay(&script, &memory, &trace).wait().unwrap().success());
    }
    let kept = Kept::new(&memory, PROFILE);
    let library = library();
    let profile = || profile_named(PROFILE, Path::new("")).unwrap();
    let opening = Opening {
        profile: PROFILE.into(),
        seed: 4,
        memory: Some(memory.display().to_string()),
        ..Opening::default()
    };
    let engine = library.engine_of(&opening, &profile(), Path::new("")).unwrap();
    let timeline = Timeline::start(Arc::new(engine));
    let text = melody::script::render("saved", &opening, &timeline);
    let saved = folder.path().join("saved.toml");
    std::fs::write(&saved, text).unwrap();
    let again =
        |path: &Path| Saved::read(path).unwrap().replay(&library, &profile(), &mut |_, _| {});
    let trace = again(&saved).unwrap().timeline.trace().clone();
    assert_eq!(*trace, **timeline.trace(), "the same session to the bit");

    let mut other = (*kept.load().unwrap().unwrap().memory).clone();
    other.baselines.satisfaction += 0.01;
    kept.save(&other).unwrap();
    let Err(refused) = again(&saved) else { panic!("played from another memory") };
    assert!(refused.to_string().contains("the memory was"), "{refused}");
    std::fs::remove_file(kept.path()).unwrap();
    let Err(refused) = again(&saved) else { panic!("played from no memory") };
    assert!(refused.to_string().contains("nothing is kept"), "{refused}");
}

#[test]
fn a_log_s_script_starts_from_the_memory_that_the_session_did() {
    let folder = tempfile::tempdir().unwrap();
    let taught = script(folder.path(), 5);
    let memory = folder.path().join("memory");
    let opening = Opening {
        profile: PROFILE.into(),
        seed: 4,
        memory: Some(memory.display().to_string()),
        ..Opening::default()
    };
    let profile = profile_named(PROFILE, Path::new("")).unwrap();
    // Once without a memory, though there is a folder for it, and once from what was kept there.
    for started in [false, true] {
        let engine = library().engine_of(&opening, &profile, Path::new("")).unwrap();
        let mut timeline = Timeline::start(Arc::new(engine));
        assert_eq!(timeline.trace().versions.memory_hash.is_some(), started);
        timeline.apply(Playhead::after(timeline.trace()).event(Action::Like)).unwrap();
        let log = folder.path().join(format!("log-{started}.jsonl"));
        let mut written =
            FeedbackLog::create(&log, &Header::new(&opening, timeline.trace_at(0).unwrap()))
                .unwrap();
        timeline.traces().for_each(|trace| {
            written.append(trace).unwrap();
        });
        drop(written);
        let made = folder.path().join(format!("made-{started}.toml"));
        let out = Command::new(env!("CARGO_BIN_EXE_melody"))
            .args(["log", "script"])
            .args([&log, Path::new("--out"), &made])
            .output()
            .unwrap();
        assert!(out.status.success(), "{out:?}");
        let name = log.file_stem().unwrap().to_string_lossy();
        let saved = melody::script::render(&name, &opening, &timeline);
        assert_eq!(std::fs::read_to_string(&made).unwrap(), saved, "as `w` saves it");
        let again =
            Saved::read(&made).unwrap().replay(&library(), &profile, &mut |_, _| {}).unwrap();
        assert_eq!(**again.timeline.trace(), **timeline.trace(), "the same session to the bit");
        let trace = folder.path().join("trace.jsonl");
        assert!(replay(&taught, &memory, &trace).wait().unwrap().success());
    }
    // The memory has moved on: refused, not another session that says ok.
    let made = folder.path().join("made-true.toml");
    let out = Command::new(env!("CARGO_BIN_EXE_melody")).arg("replay").arg(made).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("the memory was"), "{out:?}");
}

#[test]
fn whenever_the_program_is_killed_the_memory_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(folder.path(), 400);
    let memory = folder.path().join("memory");
    let kept = Kept::new(&memory, PROFILE);
    let mut learned = 0;
    for round in 0..6u64 {
        let mut child = replay(&script, &memory, &folder.path().join("trace.jsonl"));
        let began = Instant::now();
        // Until something more is on the disk, and a moment that differs by round.
        let more = |learned| {
            let start = kept.load().expect("a whole file");
            start.map_or(0, |start| start.memory.learned).max(learned)
        };
        while more(learned) == learned && began.elapsed() < Duration::from_secs(120) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_micros(700 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = more(0);
        assert!(now > learned, "round {round}: {now} after {learned}");
        learned = now;
    }
}

/// Plays songs to their ends until a decision has closed; the trace of that step.
fn until_learned(timeline: &mut Timeline, head: &mut Playhead) -> Arc<Trace> {
    loop {
        let trace = finish(timeline, head);
        if trace.bandit.learned.is_some() {
            return trace;
        }
    }
}

fn finish(timeline: &mut Timeline, head: &mut Playhead) -> Arc<Trace> {
    let duration = timeline.trace().playing.length_ms();
    head.play_until(duration, duration);
    let trace = timeline.apply(head.event(Action::Finish)).unwrap();
    *head = Playhead::after(&trace);
    trace
}

#[test]
fn a_subscription_is_credited_to_the_decision_whose_play_led_to_it() {
    let library = library();
    let profile = profile_named(PROFILE, Path::new("")).unwrap();
    let policy = library.policy.bandit.clone();
    let engine = library.engine(&profile, None, 2);
    let mut timeline = Timeline::start(Arc::new(engine));
    let mut head = Playhead::after(timeline.trace());
    let decided = timeline.trace().step;
    let closed = until_learned(&mut timeline, &mut head);
    let learned = closed.bandit.learned.clone().unwrap();
    let kept = |timeline: &Timeline| {
        let memory = timeline.state().bandit.memory().clone();
        (memory.recent.last().unwrap().reward, memory.baselines.commercial)
    };
    let (reward, usual) = kept(&timeline);
    assert_eq!(Score::new(reward), learned.reward.total);

    let trace = timeline.apply(head.event(Action::Subscribe)).unwrap();
    let credit = trace.bandit.credited.clone().expect("the closed decision's");
    assert_eq!((credit.step, &credit.arm), (decided, &learned.arm));
    assert!(credit.plays_ago < learned.plays as usize);
    // Five engagements' worth, per play.
    let commercial = 5.0 / f64::from(learned.plays);
    assert_eq!(credit.reward, Score::new(policy.commercial_weight * commercial));
    let (credited, moved) = kept(&timeline);
    assert!((credited - reward - credit.reward.value()).abs() < 1e-12);
    assert!((moved - usual - policy.baseline_rate * commercial).abs() < 1e-12);
    // It is not counted once more with the decision that runs now.
    let next = until_learned(&mut timeline, &mut head).bandit.learned.clone().unwrap();
    assert!(next.reward.commercial < Score::new(commercial), "{next:?}");
}

#[test]
fn two_programs_never_keep_the_same_memory() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(folder.path(), 3);
    let memory = folder.path().join("memory");
    let kept = Kept::new(&memory, PROFILE);
    let held = kept.hold().unwrap();
    let second = Command::new(env!("CARGO_BIN_EXE_melody"))
        .args(["replay", &script, "--memory"])
        .arg(&memory)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(2), "{said}");
    assert!(said.contains(".json: another program is using it"), "{said}");
    assert!(!kept.path().exists());
    drop(held);
    assert!(replay(&script, &memory, &folder.path().join("t.jsonl")).wait().unwrap().success());
    assert!(kept.load().unwrap().is_some());
}
