//! Sessions that go on with versions of the model which are published meanwhile: replayed, followed, made scripts of.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::publishing::{publish, publish_damaged, withdraw};
use melody::engine::Trace;
use melody::event::Action;
use melody::feedback::log::{FeedbackLog, Header};
use melody::model::Backend;
use melody::opening::{Library, profile_named};
use melody::saved::Saved;
use melody::tracefile;

fn melody(arguments: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_melody")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

/// Runs a command that must go well.
#[track_caller]
fn said(arguments: &[&str]) -> String {
    let (code, out, error) = melody(arguments);
    assert_eq!(code, 0, "{arguments:?}: {error}");
    out
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Two versions, and a place for files beside them.
struct Published {
    folder: tempfile::TempDir,
    versions: PathBuf,
    hashes: [String; 2],
}

impl Published {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let versions = folder.path().join("versions");
        let hashes = [(1, 0.05), (2, -0.05)].map(|(number, by)| publish(&versions, number, by));
        Published { folder, versions, hashes }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, session: &str, steps: &str) -> PathBuf {
        let path = self.at(name);
        let head = "format = 1\nname = \"versions\"\n[session]\nprofile = \"explorer\"\nseed = 5\n";
        std::fs::write(&path, format!("{head}{session}\n{steps}")).unwrap();
        path
    }

    /// Songs, with a version that takes over after two of them, and the other after two more.
    fn both(&self, session: &str) -> PathBuf {
        let [first, second] = &self.hashes;
        let listen = "[[steps]]\ndo = \"listen\"\nsongs = 2\n";
        let take = |hash: &str| format!("[[steps]]\ndo = \"version\"\nhash = \"{hash}\"\n");
        let expect = |hash: &str| {
            format!(
                "[[steps]]\ndo = \"expect\"\nwhat = \"versions.model_hash\"\nequals = \"{hash}\"\n"
            )
        };
        let steps = [
            listen.to_string(),
            take(first),
            expect(first),
            listen.to_string(),
            take(second),
            expect(second),
            listen.to_string(),
        ];
        self.script("both.toml", session, &steps.concat())
    }

    /// Plays songs while the versions are followed, and gives the traces.
    fn followed(&self, more: &[&str]) -> (Vec<Trace>, String) {
        let script = self.script("plain.toml", "", "[[steps]]\ndo = \"listen\"\nsongs = 4\n");
        let trace = self.at("followed.jsonl");
        let versions = text(&self.versions);
        let flags = ["replay", text(&script), "--trace", text(&trace), "--versions", versions];
        let arguments = [&flags[..], &["--follow"], more].concat();
        let (code, _, error) = melody(&arguments);
        assert_eq!(code, 0, "{error}");
        (tracefile::read(&trace).unwrap().traces, error)
    }
}

/// The versions that took over, with the step each did so at.
fn taken(traces: &[Trace]) -> Vec<(u32, String)> {
    let taken = traces.iter().filter_map(|trace| match &trace.event.as_ref()?.action {
        Action::Version { hash } => Some((trace.step, hash.clone())),
        _ => None,
    });
    taken.collect()
}

fn hash_of(trace: &Path) -> String {
    let traces: Vec<_> =
        tracefile::read(trace).unwrap().traces.into_iter().map(Into::into).collect();
    tracefile::hash(traces.iter())
}

#[test]
fn a_script_goes_on_with_the_versions_that_it_names_and_its_trace_is_played_again() {
    let published = Published::new();
    let [first, second] = published.hashes.clone();
    let script = published.both("");
    let trace = published.at("trace.jsonl");
    let versions = text(&published.versions);
    said(&["replay", text(&script), "--versions", versions, "--trace", text(&trace)]);
    let traces = tracefile::read(&trace).unwrap().traces;
    assert_eq!(taken(&traces), [(3, first), (6, second)]);

    // The trace names the folder, so it is played again by itself.
    let saved = Saved::read(&trace).unwrap();
    assert_eq!(saved.opening.versions.as_deref(), Some(versions));
    let library = Library::load(&saved.opening, Path::new(""), Backend::Flex).unwrap();
    let profile = profile_named(&saved.opening.profile, Path::new("")).unwrap();
    assert_eq!(saved.replay(&library, &profile, &mut |_, _| {}).unwrap().parted, None);

    // So does the script that is made of it, which says the same of itself.
    let again = published.at("again.toml");
    said(&["log", "script", text(&trace), "--out", text(&again)]);
    let replayed = published.at("again.jsonl");
    said(&["replay", text(&again), "--trace", text(&replayed)]);
    assert_eq!(hash_of(&replayed), hash_of(&trace));
    let third = said(&["log", "script", text(&replayed)]);
    assert_eq!(third, std::fs::read_to_string(&again).unwrap().replace("\"trace\"", "\"again\""));

    let told = said(&["explain", text(&again), "--step", "3", "--json"]);
    assert!(told.contains("\"step\": 3"), "{told}");
    said(&["explain", text(&script), "--versions", versions]);
}

#[test]
fn a_log_carries_what_took_over_and_becomes_the_same_session() {
    let published = Published::new();
    let script = published.both("versions = \"versions\"");
    let trace = published.at("trace.jsonl");
    said(&[
        "replay",
        text(&script),
        "--versions",
        text(&published.versions),
        "--trace",
        text(&trace),
    ]);
    let tracefile::TraceFile { header, traces } = tracefile::read(&trace).unwrap();
    let path = published.at("log.jsonl");
    let mut log = FeedbackLog::create(&path, &Header::new(&header.opening, &traces[0])).unwrap();
    for trace in &traces {
        log.append(trace).unwrap();
    }
    drop(log);
    let shown = said(&["log", "show", text(&path)]);
    assert!(shown.contains(&format!("version {}", &published.hashes[0][..12])), "{shown}");
    let again = published.at("again.toml");
    said(&["log", "script", text(&path), "--out", text(&again)]);
    let replayed = published.at("again.jsonl");
    said(&["replay", text(&again), "--trace", text(&replayed)]);
    assert_eq!(hash_of(&replayed), hash_of(&trace));
    let (code, same, _) = melody(&["diff", text(&trace), text(&trace)]);
    assert_eq!(code, 0, "{same}");
}

#[test]
fn a_version_that_is_not_there_is_told_with_what_names_it_and_the_folder() {
    let published = Published::new();
    let script = published.both("");
    let refused = |arguments: &[&str]| {
        let (code, _, error) = melody(arguments);
        assert_eq!(code, 2, "{error}");
        error
    };
    let error = refused(&["replay", text(&script)]);
    assert!(error.contains("both.toml:12: steps[1].hash: the step goes on with"), "{error}");
    assert!(error.contains("nothing says where") && error.contains("--versions DIR"), "{error}");
    let empty = published.at("empty");
    std::fs::create_dir(&empty).unwrap();
    let error = refused(&["replay", text(&script), "--versions", text(&empty)]);
    assert!(error.contains("both.toml:12: ") && error.contains(text(&empty)), "{error}");
    let nowhere = published.at("nowhere");
    let error = refused(&["explain", text(&script), "--versions", text(&nowhere)]);
    assert!(error.contains(&published.hashes[0][..12]) && error.contains("nowhere"), "{error}");
    let error = refused(&["replay", text(&script), "--versions", text(&nowhere), "--follow"]);
    assert!(error.contains("nowhere: no such folder"), "{error}");

    // Of a trace it is the event, counted from 1, that is named.
    let trace = published.at("trace.jsonl");
    said(&[
        "replay",
        text(&script),
        "--versions",
        text(&published.versions),
        "--trace",
        text(&trace),
    ]);
    std::fs::remove_dir_all(&published.versions).unwrap();
    let saved = Saved::read(&trace).unwrap();
    let library = Library::load(&saved.opening, Path::new(""), Backend::Flex).unwrap();
    let profile = profile_named(&saved.opening.profile, Path::new("")).unwrap();
    let Err(error) = saved.replay(&library, &profile, &mut |_, _| {}) else { panic!("played") };
    let error = error.to_string();
    assert!(error.contains("trace.jsonl: event 3 goes on with"), "{error}");
    assert!(error.contains(text(&published.versions)), "{error}");
    // A hash that is none is told before anything is looked for.
    let short = "[[steps]]\ndo = \"version\"\nhash = \"abc\"\n";
    let script = published.script("short.toml", "", short);
    let error = refused(&["replay", text(&script)]);
    assert!(error.contains("steps[0].hash: must be the 64 hexadecimal digits"), "{error}");
}

#[test]
fn newer_versions_take_over_as_a_script_plays_and_it_is_the_same_without_following() {
    let published = Published::new();
    let [first, second] = published.hashes.clone();
    let (traces, notes) = published.followed(&[]);
    assert_eq!((taken(&traces), notes.as_str()), (vec![(2, second.clone())], ""));
    assert!(traces[1].ended.is_some() && traces[2].ended.is_none());
    let trace = published.at("followed.jsonl");
    let again = published.at("again.toml");
    said(&["log", "script", text(&trace), "--out", text(&again)]);
    let replayed = published.at("again.jsonl");
    said(&["replay", text(&again), "--trace", text(&replayed)]);
    assert_eq!(hash_of(&replayed), hash_of(&trace));

    withdraw(&published.versions, &[&second]);
    assert_eq!(taken(&published.followed(&[]).0), [(2, first.clone())]);
    withdraw(&published.versions, &[&first, &second]);
    assert_eq!(taken(&published.followed(&[]).0), []);
    withdraw(&published.versions, &[]);

    // The newest is for nobody, so everybody has the one before; or for all.
    assert_eq!(taken(&published.followed(&["--canary", "0"]).0), [(2, first)]);
    assert_eq!(taken(&published.followed(&["--canary", "1"]).0), [(2, second.clone())]);

    publish_damaged(&published.versions, 3);
    let (traces, notes) = published.followed(&[]);
    assert_eq!(taken(&traces), [(2, second)], "the newest that is whole");
    assert_eq!(notes.matches("note: passed over: ").count(), 1, "{notes}");
    assert!(notes.contains("v000003"), "{notes}");
}

/// Puts a policy of its own beside versions, as a learner does: the shipped one under another name.
pub(crate) fn publish_policy(versions: &Path, name: &str) -> String {
    use melody::policy::{load, shipped};
    let inside = versions.join("policies");
    std::fs::create_dir_all(&inside).unwrap();
    let path = inside.join("p000001.toml");
    let base = shipped("default").unwrap();
    std::fs::write(&path, base.text.replacen("\"default\"", &format!("\"{name}\""), 1)).unwrap();
    let hash = load(&path).unwrap().hash;
    let list = serde_json::json!({
        "base": { "name": base.name, "hash": base.hash },
        "policies": [{
            "number": 1, "hash": hash, "records": 900, "segment": "casual", "side": "listening",
            "from": 0, "to": 1, "sessions": 40, "share": 0.5, "usual": 0.7, "p": 0.01,
        }],
    });
    std::fs::write(inside.join("policies.json"), list.to_string()).unwrap();
    hash
}

#[test]
fn who_follows_begins_with_the_newest_policy_and_the_trace_names_its_file() {
    let published = Published::new();
    let policy = publish_policy(&published.versions, "default-p1");
    let (traces, _) = published.followed(&[]);
    assert!(traces.iter().all(|trace| trace.versions.policy_hash == policy));
    assert_eq!(traces[0].versions.policy, "default-p1");
    let trace = published.at("followed.jsonl");
    let saved = Saved::read(&trace).unwrap();
    assert!(saved.opening.policy.ends_with("p000001.toml"), "{}", saved.opening.policy);
    let library = Library::load(&saved.opening, Path::new(""), Backend::Flex).unwrap();
    let profile = profile_named(&saved.opening.profile, Path::new("")).unwrap();
    assert_eq!(saved.replay(&library, &profile, &mut |_, _| {}).unwrap().parted, None);
    // Of another policy none were made.
    let (traces, _) = published.followed(&["--policy", "untuned"]);
    assert_eq!(traces[0].versions.policy, "untuned");
    // Who does not follow goes by what the script says.
    let script = published.at("plain.toml");
    said(&[
        "replay",
        text(&script),
        "--versions",
        text(&published.versions),
        "--trace",
        text(&trace),
    ]);
    assert_eq!(tracefile::read(&trace).unwrap().traces[0].versions.policy, "default");
    // What is damaged is told.
    std::fs::write(published.versions.join("policies/p000001.toml"), "format = 1").unwrap();
    let versions = text(&published.versions);
    let (code, _, error) = melody(&["replay", text(&script), "--versions", versions, "--follow"]);
    assert_eq!(code, 2);
    assert!(error.contains("p000001.toml"), "{error}");
}
