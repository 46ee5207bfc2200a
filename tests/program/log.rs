//! The feedback log: what is acknowledged stays, what is torn is cut off, what is changed is found.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use melody::engine::Trace;
use melody::feedback::log::{FeedbackLog, Head, Header, LogError, Record, TornTail, read};
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::script;
use melody::simulation::{Until, listen};
use melody::{input::TomlFile, tracefile};
use melody_core::output::{mount, refusing};

/// A short session's opening and traces.
pub(crate) fn session() -> &'static (Opening, Vec<Trace>) {
    static SESSION: OnceLock<(Opening, Vec<Trace>)> = OnceLock::new();
    SESSION.get_or_init(|| {
        let opening = Opening { seed: 5, ..Opening::default() };
        let library = Library::load(&opening, Path::new(""), Backend::Flex).unwrap();
        let profile = profile_named(&opening.profile, Path::new("")).unwrap();
        let engine = library.engine(&profile, opening.scene, opening.seed);
        let mut traces = Vec::new();
        let until = Until { songs: 4, leaving: false };
        listen(&engine, &profile, library.world(), opening.seed, until, &mut |_, trace| {
            traces.push(trace.clone());
        })
        .unwrap();
        (opening, traces)
    })
}

fn header() -> Header {
    let (opening, traces) = session();
    Header::new(opening, &traces[0])
}

/// A log of the short session.
pub(crate) fn written(folder: &Path) -> PathBuf {
    written_of(folder, &session().1)
}

fn written_of(folder: &Path, traces: &[Trace]) -> PathBuf {
    let path = folder.join("session.jsonl");
    let mut log = FeedbackLog::create(&path, &header()).unwrap();
    for (i, trace) in traces.iter().enumerate() {
        assert_eq!(log.append(trace).unwrap(), i as u64 + 1);
    }
    path
}

fn melody(arguments: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_melody")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

#[test]
fn what_is_appended_reads_back_with_its_impressions() {
    let folder = tempfile::tempdir().unwrap();
    let contents = read(&written(folder.path())).unwrap();
    let (opening, traces) = session();
    assert_eq!(contents.header.opening, *opening);
    assert_eq!(contents.torn, None);
    let steps = contents.steps();
    assert_eq!(steps.len(), traces.len());
    for (step, trace) in steps.iter().zip(traces) {
        assert_eq!(step.event, trace.event);
        let shown: Vec<&String> = step.impressions.iter().map(|i| &i.song).collect();
        let queue: Vec<&String> = trace.queue.iter().map(|e| &e.song.id).collect();
        assert_eq!(shown, queue);
        assert_eq!(step.propensity, trace.bandit.propensity);
    }
}

#[test]
fn going_back_leaves_out_what_no_longer_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let traces = &session().1;
    let (mut log, torn) = FeedbackLog::open(&path).unwrap();
    assert_eq!(torn, None);
    log.rewind(1).unwrap();
    log.append(&traces[2]).unwrap();
    let refused = log.append(&traces[1]).unwrap_err();
    assert!(matches!(refused, LogError::OutOfOrder { step: 1, expected: 3 }), "{refused}");
    assert!(log.rewind(3).is_err());
    let contents = read(&path).unwrap();
    let steps: Vec<u32> = contents.steps().iter().map(|s| s.step).collect();
    assert_eq!(steps, [0, 1, 2]);
    assert_eq!(contents.records.len(), traces.len() + 3);
    assert!(matches!(contents.records[traces.len() + 1].record, Record::Rewound { to: 1 }));
}

#[test]
fn a_log_is_never_overwritten_nor_shared() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    assert!(FeedbackLog::create(&path, &header()).is_err());
    let _held = FeedbackLog::open(&path).unwrap();
    let error = FeedbackLog::open(&path).unwrap_err().to_string();
    assert!(error.contains("another process"), "{error}");
}

/// Opens a log that nobody else writes to. A program that another test starts holds, between fork and
/// exec, what this process had open; so a lock just given up may seem to be held a moment longer.
fn opened(path: &Path) -> (FeedbackLog, Option<TornTail>) {
    let started = std::time::Instant::now();
    loop {
        match FeedbackLog::open(path) {
            Ok(opened) => return opened,
            Err(error) => assert!(
                error.to_string().contains("another process") && started.elapsed().as_secs() < 10,
                "{error}"
            ),
        }
    }
}

/// As if a crash had come before the newest record was acknowledged.
fn forget_head(path: &Path) {
    std::fs::remove_file(Head::path(path)).unwrap();
}

/// The disk refuses at every n-th call of opening a log and appending to it, once or for a while, and takes half of the write before:
/// each is tried until it is done, nothing that was acknowledged is lost at any time, and in the end the log is the same to the byte.
#[test]
fn a_write_that_fails_is_tried_again_and_loses_nothing() {
    const FULL: i32 = 28;
    const BROKEN: i32 = 5;
    let folder = tempfile::tempdir().unwrap();
    let traces = &session().1;
    let whole = std::fs::read(written(folder.path())).unwrap();
    // A record is a write, a wait for the disk, and the head's write.
    let calls = 3 + 3 * traces.len();
    let mut refused = 0;
    for (n, refusals, error) in
        (0..calls).flat_map(|n| [(n, 1, FULL), (n, 2, BROKEN), (n, 7, FULL)])
    {
        let within = folder.path().join(format!("{n}-{refusals}"));
        std::fs::create_dir(&within).unwrap();
        let path = within.join("log.jsonl");
        drop(FeedbackLog::create(&path, &header()).unwrap());
        let _mounted = mount(&within, refusing(n..n + refusals, error));
        let mut log = loop {
            match FeedbackLog::open(&path) {
                Ok((log, torn)) => {
                    assert_eq!(torn, None);
                    break log;
                }
                Err(_) => refused += 1,
            }
        };
        for trace in traces {
            while let Err(error) = log.append(trace) {
                assert!(matches!(error, LogError::Write { .. }), "{error}");
                refused += 1;
                let kept = read(&path).unwrap().steps().len();
                assert!(kept >= trace.step as usize, "call {n}: {kept} steps of {}", trace.step);
            }
            let kept = read(&path).unwrap_or_else(|error| panic!("call {n}: {error}"));
            assert_eq!(kept.steps().len(), trace.step as usize + 1, "call {n}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), whole, "call {n}, {refusals} times");
    }
    assert!(refused > 2 * calls, "{refused} refusals");
}

#[test]
fn a_torn_record_whose_newline_survived_is_cut_off_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let bytes = std::fs::read(&path).unwrap();
    let whole = bytes[..bytes.len() - 1].iter().rposition(|&b| b == b'\n').unwrap() + 1;
    let (line, step) = (session().1.len() + 1, session().1.len() as u32 - 1);
    // Of a record, a block is on the disk and the one before it is not.
    let mut torn = bytes.clone();
    torn[whole + 200..bytes.len() - 20].fill(0);
    std::fs::write(&path, &torn).unwrap();

    // It was acknowledged: that is damage, and nothing is cut off.
    let problem = FeedbackLog::open(&path).unwrap_err().problems.remove(0);
    assert_eq!(problem.line, Some(line), "{problem}");
    assert!(problem.message.contains("were acknowledged"), "{problem}");
    assert_eq!(std::fs::read(&path).unwrap(), torn, "left alone");

    // It was not: a crash has left it.
    forget_head(&path);
    let told = read(&path).unwrap().torn.expect("the last record is torn");
    assert_eq!((told.line, told.step), (line, Some(step)));
    assert!(told.why.is_some(), "{told:?}");
    let (code, out, _) = melody(&["log", "check", path.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(
        out.contains(&format!("line {line}")) && out.contains(&format!("step {step}")),
        "{out}"
    );
    let (mut log, cut) = opened(&path);
    assert_eq!(cut, Some(told));
    log.append(session().1.last().unwrap()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "the log goes on as if nothing was");

    // A broken line with records behind it is damage in any case, and a record that is whole is never cut off.
    forget_head(&path);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    let mut early = bytes.clone();
    early[whole - 100] ^= 1;
    for damaged in [early, [&lines[..line - 2], &lines[line - 1..]].concat().concat()] {
        std::fs::write(&path, &damaged).unwrap();
        let problem = read(&path).unwrap_err().problems.remove(0);
        assert_eq!(problem.line, Some(line - 1), "{problem}");
    }
}

#[test]
fn a_log_that_was_cut_between_two_records_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let file = path.to_str().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    for kept in 1..lines.len() {
        std::fs::write(&path, lines[..kept].concat()).unwrap();
        let problem = read(&path).unwrap_err().problems.remove(0);
        assert_eq!(problem.line, Some(kept + 1), "{problem}");
        let said = format!("{} records were acknowledged, {kept} are there", lines.len());
        assert!(problem.message.contains(&said), "{problem}");
        assert!(FeedbackLog::open(&path).is_err());
    }
    // Without its head a log is taken as it is, which is said.
    forget_head(&path);
    let (code, out, _) = melody(&["log", "check", file]);
    assert_eq!(code, 0);
    assert!(out.contains("cannot be told"), "{out}");

    // Another log in its place is not the one that was acknowledged.
    std::fs::write(&path, &bytes).unwrap();
    drop(opened(&path));
    let other = Opening { seed: 6, ..session().0.clone() };
    let elsewhere = folder.path().join("other.jsonl");
    let mut log = FeedbackLog::create(&elsewhere, &Header::new(&other, &session().1[0])).unwrap();
    for trace in &session().1 {
        log.append(trace).unwrap();
    }
    std::fs::copy(&elsewhere, &path).unwrap();
    let error = read(&path).unwrap_err().to_string();
    assert!(error.contains("was acknowledged with"), "{error}");
}

#[test]
fn everything_that_verifies_is_got_out_of_a_damaged_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let (file, out) = (path.to_str().unwrap(), folder.path().join("out.jsonl"));
    let bytes = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    let damaged = |line: usize| {
        let mut broken = lines[line].to_vec();
        broken[50] ^= 1;
        [lines[..line].concat(), broken, lines[line + 1..].concat()].concat()
    };
    std::fs::write(&path, damaged(3)).unwrap();
    let salvage = ["log", "salvage", file, "--out", out.to_str().unwrap()];
    let (code, said, error) = melody(&salvage);
    assert_eq!(code, 0, "{error}");
    assert!(said.contains("left: line 4,") && said.contains("of step 2"), "{said}");
    assert_eq!(std::fs::read(&out).unwrap(), lines[..3].concat());
    assert_eq!(read(&out).unwrap().steps().len(), 2, "it is a log");
    let beyond = folder.path().join("out.jsonl.beyond");
    assert_eq!(std::fs::read(&beyond).unwrap(), lines[4..].concat());
    // Nothing is ever overwritten.
    assert_eq!(melody(&salvage).0, 2);

    // With its opening damaged it is no log any more; every other record is there.
    std::fs::write(&path, damaged(0)).unwrap();
    let other = folder.path().join("other.jsonl");
    let (code, said, _) = melody(&["log", "salvage", file, "--out", other.to_str().unwrap()]);
    assert_eq!((code, other.exists()), (0, false), "{said}");
    assert_eq!(
        std::fs::read(folder.path().join("other.jsonl.beyond")).unwrap(),
        lines[1..].concat()
    );

    // What was cut off at the end is counted.
    std::fs::write(&path, lines[..2].concat()).unwrap();
    let third = folder.path().join("third.jsonl");
    let third = third.to_str().unwrap();
    let (_, said, _) = melody(&["log", "salvage", file, "--out", third, "--json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["records"], 2);
    assert_eq!(report["missing"], lines.len() - 2);
}

/// Cuts the last record at every length and opens what is left.
#[test]
fn a_torn_tail_of_any_length_is_cut_off_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let bytes = std::fs::read(&path).unwrap();
    let whole = bytes[..bytes.len() - 1].iter().rposition(|&b| b == b'\n').unwrap() + 1;
    let last = &session().1[session().1.len() - 1];
    for length in whole + 1..bytes.len() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let _ = std::fs::remove_file(Head::path(&path));
        assert_eq!(read(&path).unwrap().torn.map(|t| t.bytes), Some((length - whole) as u64));
        let (mut log, torn) = opened(&path);
        let torn = torn.expect("the tail is torn");
        assert_eq!(torn.line, session().1.len() + 1);
        assert_eq!(std::fs::read(&path).unwrap(), bytes[..whole]);
        if length % 64 == 0 {
            log.append(last).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "the log goes on as if nothing was");
        }
    }
}

#[test]
fn a_file_torn_in_its_first_record_holds_nothing_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    forget_head(&path);
    let bytes = std::fs::read(&path).unwrap();
    let first = bytes.iter().position(|&b| b == b'\n').unwrap();
    for length in [1, first / 2, first] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let error = FeedbackLog::open(&path).unwrap_err().to_string();
        assert!(error.contains("first record"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes[..length]);
    }
}

/// Every byte of the file is changed in turn, to one or another value; each is found, and named.
#[test]
fn a_flipped_byte_anywhere_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = written_of(folder.path(), &session().1[..3]);
    let bytes = std::fs::read(&path).unwrap();
    for i in 0..bytes.len() {
        let flip = [0x01, 0x20, 0x80][i % 3];
        let mut changed = bytes.clone();
        changed[i] ^= flip;
        std::fs::write(&path, &changed).unwrap();
        let found = read(&path);
        let error = found.expect_err(&format!("byte {i} was changed")).problems.remove(0);
        assert!(error.line.is_some() && error.field.is_some(), "{error}");
        // A broken line end may show on the line it opens or on the one it runs into.
        let line = bytes[..i].iter().filter(|&&b| b == b'\n').count() + 1;
        assert!(error.line.is_some_and(|l| l == line || l == line + 1), "{error}, byte {i}");
    }
    std::fs::write(&path, &bytes).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    for (kept, field) in [
        ([&lines[..2], &lines[3..]].concat().concat(), "sequence"),
        ([&lines[..2], &lines[1..]].concat().concat(), "sequence"),
        (lines[1..].concat(), "sequence"),
    ] {
        std::fs::write(&path, &kept).unwrap();
        let error = FeedbackLog::open(&path).unwrap_err();
        assert_eq!(error.problems[0].field.as_deref(), Some(field), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), kept, "nothing is changed");
    }
}

const WRITES_TO: &str = "MELODY_TEST_LOG";

/// Not a test of its own: the process that is killed below. Appends for ever and says what it has.
#[test]
fn writer_to_be_killed() {
    let Ok(path) = std::env::var(WRITES_TO) else { return };
    let mut log = FeedbackLog::create(Path::new(&path), &header()).unwrap();
    let traces = &session().1;
    log.append(&traces[0]).unwrap();
    for step in 1.. {
        let mut trace = traces[1].clone();
        trace.step = step;
        println!("\nhas {}", log.append(&trace).unwrap());
    }
}

#[test]
fn killing_the_writer_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    for (run, after) in [3, 40, 171].into_iter().enumerate() {
        let path = folder.path().join(format!("{run}.jsonl"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "log::writer_to_be_killed", "--nocapture"])
            .env(WRITES_TO, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut acknowledged = Vec::new();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            let Some(sequence) = line.strip_prefix("has ") else { continue };
            acknowledged.push(sequence.parse::<u64>().unwrap());
            if acknowledged.len() == after {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged.len() >= after);
        let (mut log, _) = FeedbackLog::open(&path).unwrap();
        let contents = read(&path).unwrap();
        let last = contents.records.last().unwrap().sequence;
        assert!(last >= *acknowledged.last().unwrap());
        // And it goes on.
        let mut trace = session().1[1].clone();
        trace.step = log.next_step();
        assert_eq!(log.append(&trace).unwrap(), last + 1);
    }
}

#[test]
fn a_log_becomes_a_script_that_replays_the_same_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let (code, text, error) = melody(&["log", "script", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    let script = script::parse(TomlFile::embedded("script.toml", &text)).unwrap();
    let (opening, traces) = session();
    assert_eq!(script.opening, *opening);
    let library = Library::load(&script.opening, Path::new(""), Backend::Flex).unwrap();
    let profile = profile_named(&opening.profile, Path::new("")).unwrap();
    let engine = library.engine(&profile, opening.scene, opening.seed);
    let ran = script::run(&script, engine, &profile, library.world()).unwrap();
    let traces: Vec<_> = traces.iter().cloned().map(std::sync::Arc::new).collect();
    assert_eq!(tracefile::hash(ran.timeline.traces()), tracefile::hash(traces.iter()));
}

#[test]
fn the_command_line_shows_checks_and_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let file = path.to_str().unwrap();
    let (code, out, _) = melody(&["log", "check", file]);
    assert_eq!(code, 0);
    assert!(out.contains("the chain holds"), "{out}");
    let (code, out, _) = melody(&["log", "show", file, "--json"]);
    assert_eq!(code, 0);
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["steps"].as_array().unwrap().len(), session().1.len());

    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 30]).unwrap();
    let (code, _, error) = melody(&["log", "check", file, "--repair"]);
    assert_eq!(code, 2, "what was acknowledged is not cut off");
    assert!(error.contains("were acknowledged") && error.contains("log salvage"), "{error}");
    forget_head(&path);
    let (code, out, _) = melody(&["log", "check", file]);
    assert_eq!(code, 0);
    assert!(out.contains("half-written"), "{out}");
    let (code, out, _) = melody(&["log", "check", file, "--repair"]);
    assert_eq!(code, 0, "{out}");
    assert!(read(&path).unwrap().torn.is_none());

    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    let (code, _, error) = melody(&["log", "check", file, "--repair"]);
    assert_eq!(code, 2);
    assert!(error.contains("session.jsonl:") && error.contains("hash"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), changed);

    let absent = folder.path().join("absent.jsonl");
    assert_eq!(melody(&["log", "check", absent.to_str().unwrap()]).0, 2);
}

#[test]
fn plays_of_any_import_are_judged_by_a_cut_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plays.jsonl");
    let play = |who: &str, time: &str, title: &str, more: &str| {
        format!(
            "{{\"listener\":\"{who}\",\"time\":\"2025-03-{time}:00Z\",\"title\":\"{title}\",\"artist\":\"x\"{more}}}\n"
        )
    };
    let plays = [
        play("ann", "01T10:00", "one", ""),
        play("ann", "01T10:05", "two", ""),
        play("bob", "02T10:00", "One", ""),
        play("bob", "02T10:05", "three", ",\"play_ratio\":0.4"),
        play("ann", "09T12:00", "two", ",\"opened\":true"),
    ];
    std::fs::write(&file, plays.concat()).unwrap();
    let file = file.to_str().unwrap();
    let judge = ["eval", "--protocol", "global-time", "--plays", file];
    let (code, out, err) = melody(&[&judge[..], &["--json"]].concat());
    assert_eq!(code, 0, "{err}");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["left_out"]["short"], 1);
    assert_eq!([&told["learned_from"], &told["songs"], &told["asked"]], [3, 2, 1]);
    // `one` was played twice before, `two` once: second place.
    let popular = &told["rows"][0];
    assert_eq!(popular["method"], "popularity");
    let ndcg = popular["parts"][0]["ndcg"][0].as_f64().unwrap();
    assert!((ndcg - 1.0 / 3f64.log2()).abs() < 1e-12, "{ndcg}");
    assert_eq!(popular["parts"][1]["part"], "organic");
    let (code, out, _) = melody(&judge);
    assert!(code == 0 && out.contains("organic plays of the test, 1 listener\n"), "{out}");

    // With a network beside them, the others are what they were.
    let with = [&judge[..], &["--sequential", "--json"]].concat();
    let (code, out, err) = melody(&with);
    assert_eq!(code, 0, "{err}");
    assert_eq!(melody(&with).1, out, "the same again");
    let trained: serde_json::Value = serde_json::from_str(&out).unwrap();
    let [were, are] = [&told, &trained].map(|judged| judged["rows"].as_array().unwrap());
    assert_eq!((&were[..], are.len()), (&are[..4], 5));
    assert_eq!(are[4]["method"], "SASRec-like");
    assert!(are[4]["steps"].as_u64().is_some_and(|steps| steps > 0), "{}", are[4]);

    let (code, _, err) = melody(&["eval", "--protocol", "global-time"]);
    assert!(code == 2 && err.contains("--log <DIR>|--plays <FILE>"), "{err}");
}

#[test]
fn on_a_training_log_the_model_stands_among_the_methods() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let log = log.to_str().unwrap();
    let made = ["log", "simulate", "--listeners", "12", "--rollouts", "1", "--out", log];
    assert_eq!(melody(&made).0, 0);
    let asked = ["eval", "--protocol", "global-time", "--log", log, "--test-days", "3", "--json"];
    let (code, out, err) = melody(&asked);
    assert_eq!(code, 0, "{err}");
    assert_eq!(melody(&asked).1, out, "the same again");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    let methods: Vec<&str> = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["method"].as_str().unwrap())
        .collect();
    assert_eq!(methods[4], "model, by interest");
    for row in told["rows"].as_array().unwrap() {
        for figure in ["ndcg", "recall"] {
            let at = |depth: usize| row["parts"][0][figure][depth].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&at(0)) && (0.0..=1.0).contains(&at(1)), "{row}");
        }
    }
}
