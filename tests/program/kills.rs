//! Killed at any moment: the simulator with somebody at its keys, a log, a memory and a trace, ended without a word; and the same on a
//! disk that takes no more of a file than so much, where writes are cut short and refused from some moment on.
//!
//! What was acknowledged is there, what was half-written is cut off and told, the session replays to the very step that the log ends
//! with, and no other file is anything but whole. `MELODY_KILLS=200` asks for so many kills of each kind; a few are made always.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use melody_core::rng::{Purpose, generator};
use melody_recommender::bandit::Kept;
use melody_sessions::log::{FeedbackLog, Head, Record, StepRecord, read};
use melody_sessions::trace_file;
use rand::RngExt;

use super::running::Running;

const MELODY: &str = env!("CARGO_BIN_EXE_melody");
/// Kills without being asked for more.
const FEW: u64 = 3;
/// What is pressed until then: skipping, liking, saving, playing again, going a step back.
const KEYS: [&str; 6] = ["n", "n", "l", "s", "r", "u"];
/// The longest that a session is let live, in milliseconds after its first screen.
const LONGEST: u64 = 1_500;
const SIZE: (u16, u16) = (80, 24);
const FILES: [&str; 4] = ["--log", "log.jsonl", "--trace", "trace.jsonl"];

fn kills() -> u64 {
    std::env::var("MELODY_KILLS").map_or(FEW, |kills| kills.parse().unwrap())
}

fn run(folder: &Path, arguments: &[&str]) {
    let done = Command::new(MELODY).current_dir(folder).args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {error}");
}

/// Presses keys for a while.
fn used(melody: &mut Running, kill: u64) {
    let mut rng = generator(kill, Purpose::Bootstrap, 0);
    let (began, lives) = (Instant::now(), Duration::from_millis(rng.random_range(0..LONGEST)));
    while began.elapsed() < lives {
        melody.press(KEYS[rng.random_range(0..KEYS.len())]);
        std::thread::sleep(Duration::from_millis(rng.random_range(0..40)));
    }
}

/// What a session left of its log.
struct Left {
    steps: usize,
    /// The furthest step that is recorded, also where the session went back behind it.
    furthest: u32,
    torn: bool,
}

/// Looks through what a session that is over has left in a folder.
fn looked_through(folder: &Path, kill: u64) -> Left {
    let at = |name: &str| folder.join(name);
    // Read first: what is there must satisfy the head, which is never ahead of the log.
    let head = Head::read(&at("log.jsonl"));
    let contents = read(&at("log.jsonl")).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
    let acknowledged = head.map_or(0, |head| head.records());
    assert!(contents.records.len() as u64 >= acknowledged, "kill {kill}");
    run(folder, &["log", "check", "log.jsonl", "--repair"]);
    FeedbackLog::open(&at("log.jsonl")).unwrap();

    // Whole or not there at all.
    let memory = Kept::new(&at("memory"), "explorer").load();
    memory.unwrap_or_else(|error| panic!("kill {kill}: {error}"));
    // The session began without one.
    let _ = std::fs::remove_dir_all(at("memory"));

    run(folder, &["log", "script", "log.jsonl", "--out", "again.toml"]);
    run(folder, &["replay", "again.toml", "--trace", "again.jsonl"]);
    let again = trace_file::read(&at("again.jsonl")).unwrap();
    let replayed: Vec<StepRecord> = again.traces.iter().map(StepRecord::from).collect();
    let logged = contents.steps();
    assert!(replayed.iter().eq(logged.iter().copied()), "kill {kill}: another session");
    let steps = contents.records.iter().filter_map(|stored| match &stored.record {
        Record::Step(step) => Some(step.step),
        _ => None,
    });
    let furthest = steps.max().unwrap_or(0);
    Left { steps: logged.len(), furthest, torn: contents.torn.is_some() }
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_replays_to_where_it_was() {
    let kills = kills();
    let (mut steps, mut torn) = (0, 0);
    for kill in 0..kills {
        let folder = tempfile::tempdir().unwrap();
        let seed = kill.to_string();
        let who = ["--profile", "explorer", "--seed", &seed, "--memory", "memory"];
        let mut melody = Running::start(folder.path(), SIZE, &[&who[..], &FILES].concat());
        melody.wait_for("Queue");
        used(&mut melody, kill);
        melody.signal("KILL");
        melody.end();
        let left = looked_through(folder.path(), kill);
        assert!(!folder.path().join("trace.jsonl").exists(), "a trace is there once it is whole");
        steps += left.steps;
        torn += usize::from(left.torn);
    }
    println!("{kills} kills: {steps} steps, all of them kept; {torn} torn records cut off");
    assert!(steps as u64 > kills, "the sessions were killed before they took a step");
}

/// The step that the bottom row says the log has come to, if it is behind.
fn told(screen: &str) -> Option<u32> {
    let (_, after) = screen.split_once("LOG AT STEP ")?;
    after.split(',').next()?.parse().ok()
}

/// A limit on the length of files is what a full disk is to a log: a write is cut short there, the next one refused.
#[cfg(target_os = "linux")]
#[test]
fn on_a_disk_that_takes_no_more_it_loses_nothing_that_it_said_was_kept() {
    let kills = kills();
    let (mut steps, mut torn, mut behind, mut missing) = (0, 0, 0, 0);
    for kill in 0..kills {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = generator(kill, Purpose::Bootstrap, 1);
        // In blocks of 512 or 1024 bytes: logs of one step to about ten.
        let blocks: u64 = rng.random_range(12..40);
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let seed = kill.to_string();
        let start = ["-c", &limited, MELODY, "--profile", "explorer", "--seed", &seed];
        let arguments = [&start[..], &FILES].concat();
        let mut melody = Running::start_program(folder.path(), SIZE, "sh", &arguments, &[]);
        melody.wait_for("Queue");
        used(&mut melody, kill);
        let said = told(&melody.contents());
        behind += usize::from(said.is_some());
        let leaves = kill % 2 == 1;
        melody.signal(if leaves { "TERM" } else { "KILL" });
        let code = melody.end();
        assert!(code != 0, "kill {kill}");
        missing += usize::from(leaves && melody.contents().contains("are missing"));
        let left = looked_through(folder.path(), kill);
        assert!(left.furthest >= said.unwrap_or(0), "kill {kill}: {} of {said:?}", left.furthest);
        if folder.path().join("trace.jsonl").exists() {
            trace_file::read(&folder.path().join("trace.jsonl")).unwrap();
        }
        steps += left.steps;
        torn += usize::from(left.torn);
    }
    println!(
        "{kills} sessions on a disk that takes no more: {behind} logs behind, of {missing} that was told on \
         leaving; {steps} steps kept, {torn} torn records cut off"
    );
    // A few kills need not come while the screen says so; one that leaves in order always tells.
    assert!(missing > 0, "{behind} logs were seen behind, {missing} were told on leaving");
}
