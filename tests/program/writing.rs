//! What is written is whole or not there, and nothing is lost by it: neither what is read nor what is something else.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use melody_core::output::{Draft, mount, refusing};
use melody_recommender::engine::Trace;
use melody_sessions::trace_file;

fn melody(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut melody = Command::new(env!("CARGO_BIN_EXE_melody"));
    melody.current_dir(folder).args(arguments).env("XDG_CONFIG_HOME", folder.join("home"));
    let out = melody.output().unwrap();
    (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
}

/// That a command refuses, naming the file, and leaves it as it was.
fn spares(folder: &Path, file: &str, arguments: &[&str]) {
    let before = fs::read(folder.join(file)).unwrap();
    let (code, error) = melody(folder, arguments);
    assert_eq!(code, Some(2), "{arguments:?}: {error}");
    assert!(error.contains(file) && error.contains("would be lost"), "{arguments:?}: {error}");
    assert!(fs::read(folder.join(file)).unwrap() == before, "{arguments:?} changed {file}");
    let drafts = fs::read_dir(folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".draft"));
    assert_eq!(drafts.count(), 0, "{arguments:?} left a draft");
}

const SCRIPT: &str = "format = 1\nname = \"short\"\n[session]\nprofile = \"explorer\"\nseed = 4\n\
                      [[steps]]\ndo = \"skip\"\nafter = 5\ntimes = 2\n";

const TRACKS: &str = "track_id,artists,album_name,track_name,popularity,duration_ms,explicit,\
danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,\
tempo,time_signature,track_genre\n\
a1,Nobody,Album,Song,50,200000,False,0.5,0.5,1,-5.0,1,0.05,0.1,0.0,0.1,0.5,120.0,4,pop\n";

#[test]
fn nothing_is_written_over_what_is_read_or_is_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    crate::log::written(here);
    fs::write(here.join("diary.txt"), "dear diary\n").unwrap();
    fs::write(here.join("s.toml"), SCRIPT).unwrap();
    spares(here, "session.jsonl", &["log", "script", "session.jsonl", "--out", "session.jsonl"]);
    spares(here, "session.jsonl", &["log", "script", "session.jsonl", "--out", "./session.jsonl"]);
    spares(here, "diary.txt", &["log", "script", "session.jsonl", "--out", "diary.txt"]);
    spares(here, "s.toml", &["replay", "s.toml", "--trace", "s.toml"]);

    fs::create_dir(here.join("sp")).unwrap();
    fs::write(here.join("sp/songs.csv"), TRACKS).unwrap();
    spares(here, "sp/songs.csv", &["import", "spotify-tracks", "sp/songs.csv", "--out", "sp"]);
    spares(here, "sp/songs.csv", &["catalogue", "generate", "--out", "sp"]);

    let play =
        "{\"time\":\"2024-01-01T00:00:00Z\",\"title\":\"A\",\"artist\":\"B\",\"completed\":true}\n";
    fs::write(here.join("h.jsonl"), play).unwrap();
    let import = ["import", "history", "h.jsonl"];
    spares(here, "h.jsonl", &[&import[..], &["--log", "h.jsonl"]].concat());
    spares(here, "diary.txt", &[&import[..], &["--log", "diary.txt"]].concat());
    spares(
        here,
        "h.jsonl",
        &[&import[..], &["--out", "h.jsonl", "--as", "me", "--force"]].concat(),
    );

    let policy = include_str!("../../assets/policy/default.toml");
    fs::write(here.join("mine.toml"), policy).unwrap();
    spares(
        here,
        "mine.toml",
        &["tune", "--policy", "mine.toml", "--name", "x", "--out", "mine.toml"],
    );
    spares(here, "diary.txt", &["tune", "--name", "x", "--out", "diary.txt"]);
    spares(here, "diary.txt", &["train-ltr", "--out", "diary.txt"]);
    spares(here, "diary.txt", &["simulate", "--experience", "diary.txt"]);

    fs::create_dir(here.join("mine")).unwrap();
    fs::write(here.join("mine/config.toml"), "seed = 4\n").unwrap();
    spares(here, "mine/config.toml", &["train", "--out", "mine"]);
}

#[test]
fn an_older_one_of_its_kind_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    crate::log::written(here);
    fs::write(here.join("s.toml"), SCRIPT).unwrap();
    for arguments in [
        &["log", "script", "session.jsonl", "--out", "again.toml"][..],
        &["replay", "s.toml", "--trace", "t.jsonl"],
        &["catalogue", "generate", "--out", "catalogue"],
    ] {
        for _ in 0..2 {
            let (code, error) = melody(here, arguments);
            assert_eq!(code, Some(0), "{arguments:?}: {error}");
        }
    }
}

/// On a disk with room for the beginning of a trace only, the old one stays as it was.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_older_trace() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("s.toml"), SCRIPT).unwrap();
    assert_eq!(melody(here, &["replay", "s.toml", "--trace", "t.jsonl"]).0, Some(0));
    let before = fs::read(here.join("t.jsonl")).unwrap();
    // 64 blocks of 512 or 1024 bytes: less than a trace, and a write beyond them is an error.
    let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" replay s.toml --trace t.jsonl";
    let out = Command::new("sh")
        .current_dir(here)
        .args(["-c", limited, env!("CARGO_BIN_EXE_melody")])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&out.stderr);
    assert!(before.len() > 64 * 1024, "the trace would fit: {} bytes", before.len());
    assert_eq!(out.status.code(), Some(2), "{error}");
    assert!(error.contains("t.jsonl"), "{error}");
    assert!(fs::read(here.join("t.jsonl")).unwrap() == before);
    assert!(!here.join("t.jsonl.draft").exists());
}

/// Whatever call of the disk fails while a trace is written, once or for good: there is the older trace or the new one, whole, and what
/// failed is told.
#[test]
fn on_a_disk_that_fails_the_older_trace_or_the_new_one_is_there() {
    const FULL: i32 = 28;
    const BROKEN: i32 = 5;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("t.jsonl");
    let (opening, traces) = crate::log::session();
    let header = trace_file::Header::new("test", opening);
    let traces: Vec<Arc<Trace>> = traces.iter().cloned().map(Arc::new).collect();
    let write = |steps: usize| -> Result<(), String> {
        let mut draft = Draft::begin(&place)?;
        trace_file::write(&mut draft, &header, traces[..steps].iter())
            .map_err(|error| format!("t.jsonl: {error}"))?;
        draft.commit()
    };
    let older = 2;
    let (mut n, mut told) = (0, 0);
    loop {
        write(older).unwrap();
        let mounted = mount(folder.path(), refusing(n..n + 1, FULL));
        let once = write(traces.len());
        drop(mounted);
        let steps = trace_file::read(&place).unwrap().traces.len();
        assert!(steps == older || steps == traces.len(), "call {n}: {steps} steps");

        write(older).unwrap();
        let mounted = mount(folder.path(), refusing(n..usize::MAX, BROKEN));
        let for_good = write(traces.len());
        drop(mounted);
        let steps = trace_file::read(&place).unwrap().traces.len();
        assert!(steps == older || steps == traces.len(), "call {n}: {steps} steps");
        for tried in [&once, &for_good] {
            assert!(
                tried.as_ref().err().is_none_or(|error| error.contains("t.jsonl")),
                "{tried:?}"
            );
            told += usize::from(tried.is_err());
        }
        if for_good.is_ok() {
            assert_eq!(steps, traces.len());
            assert!(told > 20, "{told} failures in {n} calls");
            return;
        }
        n += 1;
    }
}
