//! Reading a script, checked whole.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::steps::{Script, Step};
use crate::names::DEFAULT;
use crate::opening::Opening;
use melody_core::input::{Checker, InputError, TomlFile};
use melody_core::scene::Scene;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptFile {
    format: u32,
    name: String,
    #[serde(default)]
    about: String,
    session: SessionEntry,
    #[serde(default)]
    steps: Vec<Step>,
}

/// A script's `[session]`, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionEntry {
    profile: String,
    scene: Option<Scene>,
    seed: u64,
    #[serde(default = "default_name")]
    policy: String,
    #[serde(default = "default_name")]
    model: String,
    #[serde(default = "default_name")]
    catalogue: String,
    memory: Option<String>,
    memory_hash: Option<String>,
    versions: Option<String>,
}

impl From<SessionEntry> for Opening {
    fn from(entry: SessionEntry) -> Self {
        let SessionEntry { profile, scene, seed, policy, model, catalogue, .. } = entry;
        let SessionEntry { memory, memory_hash, versions, .. } = entry;
        Opening { profile, scene, seed, policy, model, catalogue, memory, memory_hash, versions }
    }
}

fn default_name() -> String {
    DEFAULT.into()
}

/// Reads a script from a file, checking all of it.
pub fn load(path: &Path) -> Result<Script, InputError> {
    parse(TomlFile::read(path)?)
}

/// Longest time a step may take, in seconds: a day.
const LONGEST: f64 = 86_400.0;
/// Most songs one step may play.
const MOST_SONGS: f64 = 10_000.0;

/// Builds a script from its text. Songs and paths are looked up when it runs.
pub fn parse(file: TomlFile) -> Result<Script, InputError> {
    let entry: ScriptFile = file.parse()?;
    let mut check = file.checker();
    check.require(entry.format == 1, "format", "only format 1 is known");
    check.text("name", &entry.name);
    let mut marks = BTreeSet::new();
    for (i, step) in entry.steps.iter().enumerate() {
        check_step(&mut check, &format!("steps[{i}]"), step, &mut marks);
    }
    check.finish()?;
    Ok(Script {
        file,
        name: entry.name,
        about: entry.about,
        opening: entry.session.into(),
        steps: entry.steps,
    })
}

/// Checks the step that stands at `field`. `marks` are those set before it.
pub fn check_step(check: &mut Checker, field: &str, step: &Step, marks: &mut BTreeSet<String>) {
    let at = |name: &str| format!("{field}.{name}");
    let mut one_of = |given: &[bool], names: &str| {
        let one = given.iter().filter(|given| **given).count() == 1;
        check.require(one, field, format!("needs exactly one of {names}"));
    };
    match step {
        Step::Search { song, artist, artist_of, .. } => {
            let given = [song.is_some(), artist.is_some(), artist_of.is_some()];
            one_of(&given, "`song`, `artist` and `artist_of`");
        }
        Step::Open { song, position } => {
            one_of(&[song.is_some(), position.is_some()], "`song` and `position`");
            check.require(*position != Some(0), &at("position"), "places are counted from 1");
        }
        Step::Play { seconds: Some(_), ratio: Some(_) } => {
            check.problem(field, "has both `seconds` and `ratio`; one is enough");
        }
        Step::Play { seconds: Some(seconds), .. } | Step::Wait { seconds } => {
            check.range(&at("seconds"), *seconds, 0.0..=LONGEST);
        }
        Step::Play { ratio: Some(ratio), .. } => check.range(&at("ratio"), *ratio, 0.0..=1.0),
        Step::Skip { after, times } => {
            check.range(&at("after"), *after, 0.0..=LONGEST);
            check.range(&at("times"), f64::from(*times), 1.0..=MOST_SONGS);
        }
        Step::Listen { songs, after, .. } => {
            check.range(&at("songs"), f64::from(*songs), 1.0..=MOST_SONGS);
            check.range(&at("after"), *after, 0.0..=LONGEST);
        }
        Step::Autopilot { songs } => {
            check.range(&at("songs"), f64::from(*songs), 1.0..=MOST_SONGS);
        }
        Step::Override(set) => {
            if let Some((name, why)) = set.problem() {
                check.problem(&at(name), why);
            }
        }
        Step::Version { hash } => {
            let hexadecimal = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let why =
                "must be the 64 hexadecimal digits of `weights_sha256` in a version's model.toml";
            check.require(hash.len() == 64 && hexadecimal, &at("hash"), why);
        }
        Step::Mark { name } => {
            marks.insert(name.clone());
        }
        Step::Expect(expectation) => expectation.check(check, field, marks),
        _ => {}
    }
}
