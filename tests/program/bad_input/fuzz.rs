//! Random damage to good files: a parser may refuse or accept, never panic, and what it refuses it
//! places in the file.

use std::path::Path;

use melody::catalogue;
use melody::input::{InputError, TomlFile};
use melody::tui::Theme;
use melody::tui::keymap;
use melody::tui::theme::{self, Shelf};
use melody::{config, policy, profile, script, tracefile, training};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::bad_input::bench::{Bench, CAMPAIGNS, POLICY, PROFILE, SCRIPT, songs};
use crate::bad_input::config::CONFIG;
use crate::bad_input::keymap::KEYMAP;
use crate::bad_input::theme::THEME;

/// One piece of damage.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Drop(Index),
    Repeat(Index),
    Swap(Index, Index),
    /// A word or number becomes something else.
    Replace(Index, &'static str),
    Cut(Index),
}

const NASTY: &[&str] = &[
    "nan",
    "-inf",
    "1e999",
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "0x7f",
    "1_0",
    "\"\"",
    "'''",
    "\"\\u0000\"",
    "[]",
    "{}",
    "[[",
    "=",
    ".",
    "true",
    "2020-01-01",
    "\u{feff}",
    "\"",
    ",",
    "\r\n",
    "曲",
    "a.b.c",
    "[x]\n[x]",
    "\\",
    "#",
];

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let at = any::<Index>;
    let one = prop_oneof![
        2 => (at(), any::<u8>()).prop_map(|(i, bits)| Damage::Flip(i, bits)),
        2 => at().prop_map(Damage::Drop),
        1 => at().prop_map(Damage::Repeat),
        1 => (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        6 => (at(), prop::sample::select(NASTY)).prop_map(|(i, to)| Damage::Replace(i, to)),
        1 => at().prop_map(Damage::Cut),
    ];
    prop::collection::vec(one, 1..4)
}

fn damaged(good: &str, damage: &[Damage]) -> String {
    let mut text = good.to_string();
    for one in damage {
        if text.is_empty() {
            break;
        }
        let mut lines: Vec<&str> = text.lines().collect();
        text = match one {
            Damage::Flip(at, bits) => {
                let mut bytes = text.into_bytes();
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
                String::from_utf8_lossy(&bytes).into_owned()
            }
            Damage::Drop(at) => {
                lines.remove(at.index(lines.len().max(1)).min(lines.len() - 1));
                lines.join("\n")
            }
            Damage::Repeat(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
                lines.join("\n")
            }
            Damage::Swap(a, b) => {
                let count = lines.len();
                lines.swap(a.index(count), b.index(count));
                lines.join("\n")
            }
            Damage::Replace(at, to) => {
                // The word, number or mark that begins nearest.
                let start = text.floor_char_boundary(at.index(text.len()));
                let part = &text[start..];
                let length = part
                    .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '-'))
                    .unwrap_or(part.len());
                format!("{}{to}{}", &text[..start], &part[length..])
            }
            Damage::Cut(at) => {
                let end = text.floor_char_boundary(at.index(text.len()));
                text[..end].to_string()
            }
        };
    }
    text
}

/// Requires every problem to be placed.
fn placed<T>(result: Result<T, InputError>) -> Result<(), TestCaseError> {
    let Err(error) = result else { return Ok(()) };
    prop_assert!(!error.problems.is_empty());
    for problem in &error.problems {
        let field = problem.field.as_deref().unwrap_or_default();
        prop_assert!(problem.line.is_some() && !field.is_empty(), "{problem}");
        prop_assert!(!problem.file.is_empty() && !problem.message.is_empty());
    }
    prop_assert!(!error.to_string().is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn policies(damage in damage()) {
        placed(policy::parse(&TomlFile::embedded("p", &damaged(POLICY, &damage))))?;
    }

    #[test]
    fn profiles(damage in damage()) {
        placed(profile::parse(&TomlFile::embedded("p", &damaged(PROFILE, &damage)), Path::new("nowhere")))?;
    }

    #[test]
    fn scripts(damage in damage()) {
        placed(script::parse(TomlFile::embedded("s", &damaged(SCRIPT, &damage))))?;
    }

    #[test]
    fn training_configs(damage in damage()) {
        let good = toml::to_string_pretty(&training::TrainingConfig::default()).unwrap();
        placed(training::TrainingConfig::parse(&TomlFile::embedded("t", &damaged(&good, &damage))))?;
    }

    #[test]
    fn keymaps(damage in damage()) {
        placed(keymap::parse(&TomlFile::embedded("k", &damaged(KEYMAP, &damage))))?;
    }

    #[test]
    fn themes(damage in damage()) {
        placed(theme::parse(&TomlFile::embedded("t", &damaged(THEME, &damage)), Theme::colours()))?;
    }

    #[test]
    fn configs(damage in damage()) {
        let file = TomlFile::embedded("c", &damaged(CONFIG, &damage));
        placed(config::parse(&file, Path::new("nowhere/melody/config.toml"), &Shelf::default()))?;
    }

    #[test]
    fn catalogues(of_songs in damage(), of_manifest in prop::option::weighted(0.3, damage())) {
        let manifest = of_manifest.map_or(CAMPAIGNS.into(), |d| damaged(CAMPAIGNS, &d));
        let songs = damaged(&songs(24), &of_songs);
        placed(catalogue::parse(&TomlFile::embedded("c", &manifest), "songs.csv", &songs))?;
    }
}

#[test]
fn traces_and_imports() {
    let bench = Bench::new();
    bench.accepts(&["replay", "session.toml", "--trace", "trace.jsonl"]);
    let good = std::fs::read_to_string(bench.path("trace.jsonl")).unwrap();
    // Few lines suffice: every line is read in the same way.
    let short: String = good.lines().take(2).map(|line| format!("{line}\n")).collect();
    let csv = songs(24).replacen(
        "song_id,title,artists,genre",
        "track_id,track_name,artists,track_genre",
        1,
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..Default::default()
    });
    runner
        .run(&damage(), |damage| {
            let path = bench.path("damaged");
            std::fs::write(&path, damaged(&short, &damage)).unwrap();
            if let Ok(file) = tracefile::read(&path) {
                // What was accepted can be compared without trouble.
                melody::diff::diff(&file.traces, &file.traces, 0.0);
                let other = tracefile::read(&bench.path("trace.jsonl")).unwrap();
                melody::diff::diff(&file.traces, &other.traces, 0.0);
            } else {
                placed(tracefile::read(&path))?;
            }
            std::fs::write(&path, damaged(&csv, &damage)).unwrap();
            placed(catalogue::import_spotify(&path, "x").map(|_| ()))
        })
        .unwrap();
}
