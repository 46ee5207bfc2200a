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
