//! The bandit's decisions in sessions that were written down.
//!
//! Intervals count sessions, so a session that is there twice would count for two that agree. Sessions are
//! told apart by their seed, by what was done and heard in them, and by what was decided: where all of that is the same it is
//! one session, under whatever name, and the beginning of a session is no session beside it. Decisions alone would not do:
//! who hears three songs out at a session's start earns what others earn who do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::decisions::{Decided, decided, flaw, paid_out};
use melody_core::event::Event;
use melody_core::input::{InputError, Problem};
use melody_recommender::engine::Trace;
use melody_sessions::trace_file as tracefile;

/// Where a decision stands: file, line and field.
type Place<'a> = (&'a str, usize, &'static str);

/// What trace files hold of the bandit's decisions.
pub struct Logged {
    /// Those that the bandit made by itself and that were paid out, by session.
    pub sessions: Vec<Vec<Decided>>,
    /// The number of each of them among all sessions read, copies counted.
    pub numbers: Vec<usize>,
    /// How many more were paid out, but made by a person or played under values set by one.
    pub by_hand: usize,
    /// How many more sessions there are that another holds, whole or as its beginning.
    pub copies: usize,
}

/// A session's decisions, what was made by hand beside them, and its number.
struct Found {
    seed: u64,
    /// What was done at each step, and the song that played then.
    steps: Vec<(Option<Event>, String)>,
    decisions: Vec<Decided>,
    by_hand: usize,
    number: usize,
}

/// The decisions of every session of every trace file, in order. A folder stands for the `.jsonl` files
/// in it, by name. A file that is named twice counts once, and so does a session that is there twice.
///
/// # Errors
/// When a file is not a trace file, when a decision's propensities make no sense, and when decisions
/// are not between the same arms in the same kind of context.
pub fn read_decisions(paths: &[PathBuf]) -> Result<Logged, InputError> {
    let mut sessions = Vec::new();
    let mut first: Option<Decided> = None;
    for path in trace_files(paths)? {
        let name = path.display().to_string();
        for session in tracefile::read_all(&path)? {
            let found = decided(session.traces.iter().map(|(_, trace)| trace));
            for one in &found {
                let step = one.choice.step;
                let at = session.traces.iter().find(|(_, trace)| trace.step == step);
                let line = at.map_or(session.line, |(line, _)| *line);
                check(one, (&name, line, "bandit.decided"), first.get_or_insert(one.clone()))?;
            }
            let paid = paid_out(session.traces.iter().map(|(_, trace)| trace));
            let by_hand = paid - found.len();
            let step = |(_, t): &(usize, Trace)| (t.event.clone(), t.playing.song.id.clone());
            sessions.push(Found {
                seed: session.header.opening.seed,
                steps: session.traces.iter().map(step).collect(),
                decisions: found,
                by_hand,
                number: sessions.len(),
            });
        }
    }
    Ok(told_apart(sessions))
}

/// Sessions with decisions, each once, in the order of the first that holds its beginning.
fn told_apart(sessions: Vec<Found>) -> Logged {
    let mut kept: Vec<Found> = Vec::new();
    // By the first decision, which sessions that hold each other share.
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut copies = 0;
    for session in sessions {
        let Some(first) = session.decisions.first() else {
            kept.push(session);
            continue;
        };
        let places = alike.entry(format!("{:?}", first.choice)).or_default();
        let holds = |place: &&usize| begin_alike(&kept[**place], &session);
        match places.iter().find(holds).copied() {
            Some(place) => {
                copies += 1;
                if session.steps.len() > kept[place].steps.len() {
                    kept[place] = session;
                }
            }
            None => {
                places.push(kept.len());
                kept.push(session);
            }
        }
    }
    let by_hand = kept.iter().map(|session| session.by_hand).sum();
    let numbers = kept.iter().map(|session| session.number).collect();
    let sessions = kept.into_iter().map(|session| session.decisions).collect();
    Logged { sessions, numbers, by_hand, copies }
}

/// Whether the shorter of two sessions is the beginning of the other. What was credited late may have come
/// after it ended.
fn begin_alike(a: &Found, b: &Found) -> bool {
    let same = |(a, b): (&Decided, &Decided)| {
        a.choice == b.choice && a.reward - a.late == b.reward - b.late
    };
    a.seed == b.seed
        && a.steps.iter().zip(&b.steps).all(|(a, b)| a == b)
        && a.decisions.iter().zip(&b.decisions).all(same)
}

/// The trace files that are named, each once; a folder stands for the `.jsonl` files in it, by name.
///
/// # Errors
/// When a folder cannot be read or has no trace file.
pub fn trace_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, InputError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(inside(path)?);
        } else {
            files.push(path.clone());
        }
    }
    // A path that leads nowhere stays, to be told of when it is read.
    let mut seen = BTreeSet::new();
    files.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    Ok(files)
}

fn inside(folder: &Path) -> Result<Vec<PathBuf>, InputError> {
    let name = folder.display().to_string();
    let wrong = |message: String| Problem::new(&name, message);
    let entries = std::fs::read_dir(folder).map_err(|e| wrong(e.to_string()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| wrong(e.to_string()))?.path();
        if path.is_file() && path.extension().is_some_and(|ending| ending == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    let help = "`melody replay SCRIPT --trace FILE` writes one";
    let none = || wrong("there is no trace file (.jsonl) in it".into()).help(help);
    if files.is_empty() { Err(none().into()) } else { Ok(files) }
}

/// Checks a decision by itself and beside the first of all.
fn check(decided: &Decided, (file, line, field): Place, first: &Decided) -> Result<(), InputError> {
    let problem = |part: &str, message: String| -> Result<(), InputError> {
        Err(Problem::new(file, message).line(line).field(format!("{field}.{part}")).into())
    };
    if let Some((part, message)) = flaw(&decided.choice) {
        return problem(part, message);
    }
    let names =
        |d: &Decided| -> Vec<String> { d.choice.arms.iter().map(|arm| arm.name.clone()).collect() };
    let (arms, expected) = (names(decided), names(first));
    if arms != expected {
        let (arms, expected) = (arms.join(", "), expected.join(", "));
        return problem("arms", format!("the arms are {arms}; those before are {expected}"));
    }
    let (features, expected) = (decided.choice.context.0.len(), first.choice.context.0.len());
    if features != expected {
        let message = format!("there are {features} features; those before have {expected}");
        return problem("context", message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_named_twice_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.jsonl"), "").unwrap();
        std::fs::write(at("b.jsonl"), "").unwrap();
        let named = [at("b.jsonl"), folder.path().into(), at("./a.jsonl"), at("nowhere")];
        assert_eq!(trace_files(&named).unwrap(), [at("b.jsonl"), at("a.jsonl"), at("nowhere")]);
    }
}
