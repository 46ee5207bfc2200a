//! A release is gated on scripts: replayed to a trace, and compared with another build's.

use std::fs;
use std::path::Path;
use std::process::Command;

fn melody(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut melody = Command::new(env!("CARGO_BIN_EXE_melody"));
    let out = melody.current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

/// A script of a few skips.
fn script(folder: &Path, file: &str, name: &str, skips: usize) {
    let head = "[session]\nprofile = \"explorer\"\nseed = 4\n";
    let step = format!("[[steps]]\ndo = \"skip\"\nafter = 5\ntimes = {skips}\n");
    let text = format!("format = 1\nname = \"{name}\"\n{head}{step}");
    fs::write(folder.join(file), text).unwrap();
}

#[test]
fn sessions_of_the_same_name_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    script(here, "one.toml", "first", 1);
    script(here, "two.toml", "second", 2);
    script(here, "more.toml", "second", 3);
    script(here, "third.toml", "third", 1);
    let trace = |scripts: &[&str], to: &str| {
        let arguments = [&["replay"], scripts, &["--trace", to]].concat();
        assert_eq!(melody(here, &arguments).0, 0);
    };
    trace(&["one.toml", "two.toml"], "a.jsonl");
    trace(&["two.toml", "one.toml"], "swapped.jsonl");
    let (code, out, _) = melody(here, &["diff", "a.jsonl", "swapped.jsonl"]);
    assert_eq!((code, out.as_str()), (0, "ok   first\nok   second\n"));

    trace(&["one.toml", "more.toml", "third.toml"], "b.jsonl");
    let (code, out, _) = melody(here, &["diff", "a.jsonl", "b.jsonl"]);
    let wanted = "ok   first\nDIFF second\nfirst difference at step 3";
    assert!(code == 1 && out.starts_with(wanted), "{out}");
    assert!(out.ends_with("DIFF third\n  only in b.jsonl\n"), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[3..5],
        ["  3 steps against 4", "  ranks and weights are the same in all 3 steps"]
    );
    let (_, json, _) = melody(here, &["diff", "a.jsonl", "b.jsonl", "--json"]);
    let pairs: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(pairs[1]["difference"]["step"], 3);
    assert_eq!((&pairs[0]["difference"], &pairs[2]["only_in"]), (&().into(), &"b.jsonl".into()));

    // What differs is summed up before it is listed.
    let other = fs::read_to_string(here.join("two.toml"))
        .unwrap()
        .replace("seed = 4", "seed = 4\nscene = \"workout\"");
    fs::write(here.join("two.toml"), other).unwrap();
    trace(&["one.toml", "two.toml"], "c.jsonl");
    let (code, out, _) = melody(here, &["diff", "a.jsonl", "c.jsonl"]);
    let lines: Vec<&str> = out.lines().collect();
    assert!(code == 1 && lines[2].starts_with("first difference at step 0"), "{out}");
    assert!(lines[3].contains(" of 3 steps have other ranks or weights; there"), "{out}");
    assert!(
        lines[3].contains("Kendall's tau") && lines[4].starts_with("values at step 0"),
        "{out}"
    );

    // One session beside one other, whatever their names.
    trace(&["one.toml"], "one.jsonl");
    trace(&["third.toml"], "third.jsonl");
    let (code, out, _) = melody(here, &["diff", "one.jsonl", "third.jsonl"]);
    assert_eq!((code, out.as_str()), (0, "the same: 2 steps\n"));
}

#[test]
fn a_tolerance_is_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    script(here, "one.toml", "first", 1);
    script(here, "two.toml", "first", 2);
    for name in ["one", "two"] {
        let (script, trace) = (format!("{name}.toml"), format!("{name}.jsonl"));
        assert_eq!(melody(here, &["replay", &script, "--trace", &trace]).0, 0);
    }
    for tolerance in ["nan", "inf", "-1"] {
        let tolerance = format!("--tolerance={tolerance}");
        let (code, out, error) = melody(here, &["diff", "one.jsonl", "two.jsonl", &tolerance]);
        assert!(code == 2 && out.is_empty(), "{tolerance}: {out}");
        assert!(error.contains("a number of 0 or more is needed"), "{error}");
    }
}

#[test]
fn no_trace_is_written_over_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    script(here, "one.toml", "first", 1);
    let before = fs::read(here.join("one.toml")).unwrap();
    let (code, _, error) = melody(here, &["replay", "one.toml", "--trace", "one.toml"]);
    assert!(code != 0 && error.contains("one.toml: no trace is written"), "{error}");
    assert_eq!(fs::read(here.join("one.toml")).unwrap(), before);
    // An older trace may be taken anew.
    for _ in 0..2 {
        assert_eq!(melody(here, &["replay", "one.toml", "--trace", "a.jsonl"]).0, 0);
    }
}
