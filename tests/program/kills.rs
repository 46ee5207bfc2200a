//! Killed at any moment: the simulator with somebody at its keys, a log, a memory and a trace, ended without a word.
//!
//! What was acknowledged is there, what was half-written is cut off and told, the session replays to the very step that the log ends
//! with, and no other file is anything but whole. `MELODY_KILLS=200` asks for so many kills; a few are made always.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use melody_core::rng::{Purpose, generator};
use melody_recommender::bandit::Kept;
use melody_sessions::log::{FeedbackLog, Head, StepRecord, read};
use melody_sessions::trace_file;
use rand::RngExt;

use super::terminal::Running;

const MELODY: &str = env!("CARGO_BIN_EXE_melody");
/// Kills without being asked for more.
const FEW: u64 = 3;
/// What is pressed until then: skipping, liking, saving, playing again, going a step back.
const KEYS: [&str; 6] = ["n", "n", "l", "s", "r", "u"];
/// The longest that a session is let live, in milliseconds after its first screen.
const LONGEST: u64 = 1_500;

fn run(folder: &Path, arguments: &[&str]) {
    let done = Command::new(MELODY).current_dir(folder).args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {error}");
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_replays_to_where_it_was() {
    let kills = std::env::var("MELODY_KILLS").map_or(FEW, |kills| kills.parse().unwrap());
    let (mut steps, mut torn) = (0, 0);
    for kill in 0..kills {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let seed = kill.to_string();
        let mut melody = Running::start(
            folder.path(),
            (80, 24),
            &[
                "--profile",
                "explorer",
                "--seed",
                &seed,
                "--log",
                "log.jsonl",
                "--memory",
                "memory",
                "--trace",
                "trace.jsonl",
            ],
        );
        melody.wait_for("Queue");
        let mut rng = generator(kill, Purpose::Bootstrap, 0);
        let (began, lives) = (Instant::now(), Duration::from_millis(rng.random_range(0..LONGEST)));
        while began.elapsed() < lives {
            melody.press(KEYS[rng.random_range(0..KEYS.len())]);
            std::thread::sleep(Duration::from_millis(rng.random_range(0..40)));
        }
        melody.signal("KILL");
        melody.end();

        // Read first: what is there must satisfy the head, which is never ahead of the log.
        let head = Head::read(&at("log.jsonl"));
        let contents =
            read(&at("log.jsonl")).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        let acknowledged = head.map_or(0, |head| head.records());
        assert!(contents.records.len() as u64 >= acknowledged, "kill {kill}");
        torn += usize::from(contents.torn.is_some());
        run(folder.path(), &["log", "check", "log.jsonl", "--repair"]);
        FeedbackLog::open(&at("log.jsonl")).unwrap();

        // Whole or not there at all.
        let memory = Kept::new(&at("memory"), "explorer").load();
        memory.unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        assert!(!at("trace.jsonl").exists(), "a trace is there once it is whole");
        // The session began without one.
        let _ = std::fs::remove_dir_all(at("memory"));

        run(folder.path(), &["log", "script", "log.jsonl", "--out", "again.toml"]);
        run(folder.path(), &["replay", "again.toml", "--trace", "again.jsonl"]);
        let again = trace_file::read(&at("again.jsonl")).unwrap();
        let replayed: Vec<StepRecord> = again.traces.iter().map(StepRecord::from).collect();
        let logged = contents.steps();
        assert!(replayed.iter().eq(logged.iter().copied()), "kill {kill}: another session");
        steps += logged.len();
    }
    println!("{kills} kills: {steps} steps, all of them kept; {torn} torn records cut off");
    assert!(steps as u64 > kills, "the sessions were killed before they took a step");
}
