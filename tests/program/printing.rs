//! What is printed: a closed or a full output ends every command with a message or quietly, never with a panic; and no
//! text of a file reaches a terminal as a command to it.
//!
//! The commands are those that `melody help` lists. One that is not in the table here fails the test.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::fs::{self, OpenOptions};
use std::io::pipe;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use melody_core::shown::acts;

/// A small training.
const TRAINING: &str = concat!(
    r#"
listeners = 60
test_listeners = 20
sessions = 1
rollouts = 1
epochs = 1
batch = 8
warm_up = 2
examples = 16

"#,
    include_str!("tiny_network.toml")
);

/// A session that the bandit learns from, and a learner.
const SESSION: &str = "format = 1\nname = \"some songs\"\n[session]\nprofile = \"likely-payer\"\nseed = 5\n\
                       [[steps]]\ndo = \"autopilot\"\nsongs = 8\n";

/// A folder with what the commands read.
struct Place(tempfile::TempDir);

impl Place {
    fn furnished() -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.path("training.toml"), TRAINING).unwrap();
        fs::rename(crate::log::written(place.0.path()), place.path("log.jsonl")).unwrap();
        fs::write(place.path("session.toml"), SESSION).unwrap();
        let tracks: String = (0..20)
            .map(|song| format!("\na{song},Someone {song},Album,Song {song},{TRACK}"))
            .collect();
        fs::write(place.path("tracks.csv"), TRACKS.to_string() + &tracks).unwrap();
        place.done(&["replay", "session.toml", "--trace", "trace.jsonl"]);
        place.done(&["replay", "session.toml", "--log", "logs"]);
        // A learner keeps some sessions to judge by, drawn by a hash: of two it learns from one at least, but for rare luck.
        let other = SESSION.replace("seed = 5", "seed = 6");
        fs::write(place.path("other.toml"), other).unwrap();
        place.done(&["replay", "other.toml", "--log", "logs"]);
        place.done(&["learn", "--from", "logs/session.jsonl", "--out", "learner"]);
        place.done(&["export", "lightgbm", "default", "--out", "ranker.txt"]);
        place.done(&["log", "simulate", "--listeners", "8", "--rollouts", "1", "--out", "logged"]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_melody"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.env_remove("MELODY_CONFIG").env("XDG_CONFIG_HOME", self.path("home"));
        command
    }

    fn done(&self, arguments: &[impl AsRef<OsStr> + Debug]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// Takes away what commands have written under these names.
    fn remove(&self, names: [&str; 2]) {
        for name in names {
            let path = self.path(name);
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }

    /// How a command ends whose output takes nothing: the exit code, and what it says of it.
    fn on_a_full_disk(&self, arguments: &[impl AsRef<OsStr>]) -> (Option<i32>, String) {
        ended(self.command(arguments).stdout(full()))
    }

    /// How a command ends whose reader is gone.
    fn on_a_closed_pipe(&self, arguments: &[impl AsRef<OsStr>]) -> (Option<i32>, String) {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        ended(self.command(arguments).stdout(writer))
    }
}

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

fn ended(command: &mut Command) -> (Option<i32>, String) {
    let out = command.stderr(Stdio::piped()).output().unwrap();
    (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
}

fn shipped(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name).display().to_string()
}

/// What follows a command so that it prints something soon; `None` where it opens the simulator, which prints nothing, or needs a server. `out`:
/// where it may write.
fn arguments(command: &str, out: &str) -> Option<Vec<String>> {
    let fixture = |name: &str| shipped(&format!("tests/fixtures/import/{name}"));
    let text = match command {
        "open" => return None,
        // They need a server: `stream_work.rs`, `stream.rs`.
        "worker" | "versions" | "log publish" => return None,
        "learn" => format!("--from logs/session.jsonl logs/other.jsonl --plays 1 --out {out}"),
        "watch" => "learner".into(),
        "demo" => "--check".into(),
        "replay" | "explain" => "session.toml".into(),
        "diff" => "trace.jsonl trace.jsonl".into(),
        "report" => format!("trace.jsonl --out {out}"),
        "train" => format!("--config training.toml --out {out}"),
        "train-towers" => format!("--log logged --out {out}"),
        "train-ltr" => format!("--listeners 20 --songs 3 --out {out}.json"),
        "eval" => "--listeners 4 --resamples 0".into(),
        "simulate" => "--listeners 2 --songs 3".into(),
        "ab" => "default default --listeners 6 --songs 3".into(),
        "ablate" => "--only streaks,scenes --listeners 4 --songs 3".into(),
        "tune" => format!("--trials 2 --listeners 8 --songs 4 --out {out}.toml"),
        "ope" => "trace.jsonl".into(),
        "log show" | "log check" | "log script" => "log.jsonl".into(),
        "log salvage" => format!("log.jsonl --out {out}.jsonl"),
        "log simulate" => format!("--listeners 4 --rollouts 1 --out {out}"),
        "log import" => format!("{} --out {out}", fixture("lastfm.tsv")),
        "log split" => "logged".into(),
        "log export" => format!("logged --as plays --out {out}"),
        "trace export" => format!("trace.jsonl --as plays --out {out}"),
        "export lightgbm" => format!("default --out {out}"),
        "export onnx" => format!("default --out {out}"),
        "import lightgbm" => format!("ranker.txt --out {out}"),
        "catalogue generate" => format!("--out {out}"),
        "import history" => format!("{} --as {out}", fixture("spotify.json")),
        "import mssd" => format!("{} --out {out}", fixture("mssd_log.csv")),
        "import spotify-tracks" => format!("tracks.csv --out {out}"),
        "completions" => "bash".into(),
        "catalogue check" => "default".into(),
        "config" | "keys" | "man" => String::new(),
        other => panic!("`melody {other}` is new: say here what makes it print"),
    };
    Some(text.split_whitespace().map(String::from).collect())
}

/// Every command that has none below it, as the program itself lists them.
fn commands(place: &Place, above: &str) -> Vec<String> {
    let help: Vec<&str> = above.split_whitespace().chain(["--help"]).collect();
    let text = place.done(&help);
    let listed = text.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| format!("{above} {name}").trim().to_string())
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() && !above.is_empty() {
        return vec![above.to_string()];
    }
    names.iter().flat_map(|name| commands(place, name)).collect()
}

#[test]
fn every_command_says_when_its_output_is_full_and_ends_quietly_when_it_is_closed() {
    let place = Place::furnished();
    let all = commands(&place, "");
    assert!(all.len() > 20 && all.contains(&"log script".into()), "{all:?}");
    for name in &all {
        let words: Vec<&str> = name.split(' ').collect();
        let help = [&words[..], &["--help"]].concat();
        let (code, said) = place.on_a_full_disk(&help);
        assert_eq!(code, Some(1), "{help:?}: {said}");
        let line = |out: &str, json: bool| -> Option<Vec<String>> {
            let json = json.then(|| "--json".to_string());
            let words = words.iter().map(|word| word.to_string());
            Some(words.chain(arguments(name, out)?).chain(json).collect())
        };
        let Some(text) = line("first", false) else { continue };
        let (code, said) = place.on_a_full_disk(&text);
        assert_eq!(code, Some(1), "{text:?}: {said}");
        assert!(said.contains("the output could not be written: No space"), "{text:?}: {said}");
        let json = place.done(&help).contains("--json");
        let text = line("second", json).unwrap_or_default();
        let (code, said) = place.on_a_closed_pipe(&text);
        assert_eq!(code, Some(141), "{text:?}: {said}");
        assert!(!said.contains("error") && !said.contains("panicked"), "{text:?}: {said}");
        place.remove(["first", "second"]);
    }
}

#[test]
fn an_error_that_cannot_be_told_is_an_exit_code_all_the_same() {
    let place = Place(tempfile::tempdir().unwrap());
    for (arguments, code) in [
        (&["replay", "nowhere.toml"][..], 2),
        (&["replay"], 2),
        (&["keys", "--what"], 2),
        (&["demo", "nowhere.toml"], 2),
        (&["demo", "--kiosk", "--check"], 2),
    ] {
        let ended = place.command(arguments).stdout(Stdio::null()).stderr(full()).status().unwrap();
        assert_eq!(ended.code(), Some(code), "{arguments:?}");
    }
}

/// What a terminal acts on: a colour by an escape and by one character, a title, writing that goes the other way.
const HOSTILE: &str = "x\u{1b}[31m\u{9b}2J\u{1b}]0;y\u{7}\u{202e}z\u{2066}\u{7f}";

#[test]
fn no_text_of_a_file_reaches_the_terminal_as_a_command_to_it() {
    let place = Place(tempfile::tempdir().unwrap());
    let log = crate::log::written(place.0.path());
    // A log that was made elsewhere: its chain holds, and its words are whatever its author liked.
    let contents = melody::feedback::log::read(&log).unwrap();
    let mut header = contents.header.clone();
    header.opening.profile = HOSTILE.into();
    header.versions.model = HOSTILE.into();
    let name = format!("log{HOSTILE}.jsonl").replace('/', "");
    melody::feedback::log::FeedbackLog::create(&place.path(&name), &header).unwrap();
    let no_such = format!("{HOSTILE}.toml");
    let script = format!(
        "format = 1\nname = \"\"\n[session]\nprofile = \"{}\"\nseed = 1\n",
        escaped(HOSTILE)
    );
    fs::write(place.path("script.toml"), script).unwrap();
    for arguments in [
        &["log", "show", &name][..],
        &["log", "show", &name, "--json"],
        &["log", "check", &name],
        &["log", "script", &name],
        &["log", "script", &name, "--json"],
        &["replay", &no_such],
        &["replay", "script.toml"],
        &["open", HOSTILE],
        &["config", "--profile", HOSTILE],
        &["completions", HOSTILE],
        &[HOSTILE],
        &["catalogue", "check", HOSTILE],
        &["diff", &name, &name],
        &["eval", HOSTILE],
    ] {
        let out = place.command(arguments).output().unwrap();
        let said = String::from_utf8([out.stdout.clone(), out.stderr].concat()).unwrap();
        assert!(!said.is_empty(), "{arguments:?}");
        let acting = said.chars().find(|c| *c != '\n' && acts(*c));
        assert_eq!(acting, None, "{arguments:?}: {said:?}");
        if out.status.success() && arguments.contains(&"--json") {
            let value: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
            let shown = value.pointer("/header/opening/profile");
            assert!(shown.is_none_or(|profile| profile == HOSTILE), "{value}");
        }
    }
}

fn escaped(text: &str) -> String {
    text.chars().map(|c| if acts(c) { format!("\\u{:04x}", c as u32) } else { c.into() }).collect()
}

/// The columns of a table of tracks as the data set on Kaggle has them, and what all songs of it have behind their names.
const TRACKS: &str = "track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre";
const TRACK: &str = "50,200000,False,0.5,0.5,1,-8.0,1,0.05,0.3,0.0,0.1,0.5,120.0,4,pop";
