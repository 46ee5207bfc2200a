//! `melody explain`: what it says in words of a song beside its numbers.

use std::process::Command;

fn melody(arguments: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_melody")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

const SCRIPT: &str = "format = 1\nname = \"third\"\n[session]\nprofile = \"casual-listener\"\nseed = 1\n\
    [[steps]]\ndo = \"play\"\nseconds = 3\n[[steps]]\ndo = \"skip\"\n\
    [[steps]]\ndo = \"play\"\nseconds = 400\n[[steps]]\ndo = \"play\"\nseconds = 5\n\
    [[steps]]\ndo = \"like\"\n[[steps]]\ndo = \"play\"\nseconds = 400\n";

/// The accounts of a step's songs, in the order of the queue.
fn told(step: u32) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("third.toml");
    std::fs::write(&script, SCRIPT).unwrap();
    let script = script.to_str().unwrap();
    let one = |rank: u32| {
        let (step, rank) = (step.to_string(), rank.to_string());
        let (code, out, err) = melody(&["explain", script, "--step", &step, "--rank", &rank]);
        assert_eq!(code, 0, "{err}");
        out
    };
    (1..=8).map(one).collect()
}

#[test]
fn a_promoted_song_is_told_by_the_rules_that_place_it_and_not_by_scores() {
    let mut promoted = 0;
    for said in told(4) {
        assert!(!said.contains("above by score") && !said.contains("below by score"), "{said}");
        assert!(said.contains(" in the queue: "), "{said}");
        let Some(line) = said.lines().find(|line| line.starts_with("promoted, in place of "))
        else {
            continue;
        };
        assert!(line.ends_with(" before alpha") && !line.contains("place of s1"), "{line}");
        if !said.contains("why not above") {
            continue;
        }
        promoted += 1;
        assert!(!said.contains("enough as it is"), "{said}");
        let moves = said.matches("really ranked, ").count();
        let nothing = said.contains("set by itself, no arm") || said.contains("the next request");
        assert_eq!(moves == 0, nothing, "{said}");
        // The credit is that of the trace, so all places count.
        let due = said.lines().find(|line| line.contains("due at place ")).unwrap();
        let words: Vec<&str> = due.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "place").unwrap();
        let songs = words.iter().position(|word| *word == "+").unwrap();
        assert_eq!(words[at + 1].trim_end_matches(':'), words[songs + 1], "{due}");
    }
    assert!(promoted > 0, "one stands in the queue");
}

#[test]
fn what_is_taken_away_is_drawn_with_another_sign() {
    // One is by an artist who has just been heard.
    let said = told(0).concat();
    let parts: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("    ") && line.contains(" -0.0"))
        .filter(|line| !line.contains(" -0.000"))
        .collect();
    assert!(!parts.is_empty(), "{said}");
    for part in parts {
        let bar = part.split_whitespace().find(|word| word.chars().all(|c| "#-".contains(c)));
        assert!(bar.is_none_or(|bar| !bar.contains('#')), "{part}");
    }
}

/// Without the like the session is another one: replayed from a script that lacks it, the song stands and scores as was said.
#[test]
fn what_an_event_did_is_what_a_session_without_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_string()
    };
    let with = write("with.toml", SCRIPT);
    let lacking = SCRIPT.replace("[[steps]]\ndo = \"like\"\n", "");
    let without = write("without.toml", &lacking);
    let json = |file: &str, song: &[&str]| -> serde_json::Value {
        let (code, out, err) = melody(&[&["explain", file, "--causes", "--json"], song].concat());
        assert_eq!(code, 0, "{err}");
        serde_json::from_str(&out).unwrap()
    };
    let account = json(&with, &["--rank", "2"]);
    let song = account["song"]["id"].as_str().unwrap();
    let causes = account["causes"].as_array().unwrap();
    let like =
        causes.iter().find(|cause| cause["event"].as_str().unwrap().starts_with("like")).unwrap();
    assert_eq!(like["instead"], "left-out");
    let there = json(&without, &["--song", song]);
    assert_eq!(like["place"], there["position"]);
    assert_eq!(like["score"], there["ledger"]["score"]["value"]);
    let value = |of: &serde_json::Value| (of.as_f64().unwrap() * 1e6).round() as i64;
    let here = value(&account["ledger"]["score"]["value"]);
    assert_eq!(value(&like["adds"]), here - value(&like["score"]));
    assert_ne!(value(&like["adds"]), 0, "the like did nothing");
    let (code, out, err) = melody(&["explain", &with, "--rank", "2", "--causes"]);
    assert!(code == 0 && out.contains("  like "), "{out}{err}");
}
