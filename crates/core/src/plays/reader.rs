//! Reading files of plays: many, of any format, leniently, to import them; or one of our own, strictly.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::format::{Format, recognise, unknown};
use super::play::Play;
use super::record::Refused;
use super::spotify::username;
use crate::input::{InputError, Layout, Problem, Progress, Records};

/// Reasons that are told apart; what comes after is counted together.
const REASONS: usize = 24;
/// Other listeners that are named.
const NAMED: usize = 4;
/// Plays a profile may bring.
pub const MOST_RECORDED: usize = 5_000;

/// Records that are no plays, for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Records dropped for this reason.
    pub count: u64,
    /// The first one: file, line and what exactly was wrong.
    pub first: String,
}

/// What was read and what of it was dropped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReadSummary {
    /// Each file with the format it is in.
    pub files: Vec<(String, Option<Format>)>,
    /// Records read, good and bad.
    pub records: u64,
    /// By reason.
    pub dropped: BTreeMap<String, Dropped>,
    /// Plays of others than the listener asked for, or else of others than the first one.
    pub other_listeners: u64,
    /// Some of the others.
    pub others: BTreeSet<String>,
    /// The one whose plays these are, if the file names any.
    pub listener: Option<String>,
    /// Whether listeners were told apart by Spotify's `username`, of which there are several.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_username: bool,
}

impl ReadSummary {
    pub(super) fn drop(&mut self, refused: Refused, place: String) {
        let known = self.dropped.contains_key(&refused.reason);
        let reason = match known || self.dropped.len() < REASONS {
            true => refused.reason,
            false => "other reasons".into(),
        };
        let dropped = self.dropped.entry(reason).or_default();
        dropped.count += 1;
        if dropped.first.is_empty() {
            dropped.first = match refused.detail.is_empty() {
                true => place,
                false => format!("{place}: {}", refused.detail),
            };
        }
    }

    /// Why records are no plays, each reason with how many and the first; empty where all are.
    pub fn reasons(&self) -> String {
        let reasons = self.dropped.iter().map(|(reason, dropped)| {
            format!("{} dropped: {reason} (first {})", dropped.count, dropped.first)
        });
        reasons.collect::<Vec<_>>().join("; ")
    }

    /// The problem with files of which no play is left.
    pub fn nothing_kept(&self) -> Problem {
        let name = self.files.first().map_or(String::new(), |(name, _)| name.clone());
        let problem = Problem::new(name, "no play could be read").line(1).field("(whole file)");
        let others: Vec<&str> = self.others.iter().map(String::as_str).collect();
        let reasons = self.reasons();
        problem.help(match (others.is_empty(), reasons.is_empty()) {
            (false, _) => format!("listeners here: {}", others.join(", ")),
            (true, false) => reasons,
            (true, true) => "it has no record".into(),
        })
    }

    /// Whether a play is of the listener asked for; counts it if not.
    fn is_of(&mut self, play: &Play, asked: Option<&str>) -> bool {
        let listener = play.listener.as_deref().unwrap_or_default();
        let of = match asked {
            Some(asked) => asked == listener,
            None => self.listener.as_deref().is_none_or(|first| first == listener),
        };
        if of {
            self.listener.get_or_insert_with(|| listener.into());
        } else {
            self.other_listeners += 1;
            if self.others.len() < NAMED {
                self.others.insert(listener.into());
            }
        }
        of
    }
}

/// Reads all plays of `files` in order and hands those of one listener to `take`: the one asked for, or
/// else the first there is. `all` takes every play of everyone.
///
/// # Errors
/// When a file cannot be read, is in no format that is known, or ends within an array. Records that are
/// no plays are no errors but counted.
pub fn import(
    files: &[PathBuf],
    format: Option<Format>,
    listener: Option<&str>,
    progress: Progress,
    all: &mut dyn FnMut(&Play) -> io::Result<()>,
    take: &mut dyn FnMut(Play),
) -> Result<ReadSummary, InputError> {
    let mut summary = ReadSummary { by_username: several_users(files)?, ..ReadSummary::default() };
    let mut buffer = Vec::new();
    for path in files {
        let mut records = Records::open(path, progress)?;
        let (found, layout) = recognise(&records.head);
        let format = format.or(found).ok_or_else(|| unknown(&records.name, &records.head))?;
        summary.files.push((records.name.clone(), Some(format)));
        while let Some(record) = records.next(layout, &mut buffer)? {
            summary.records += 1;
            let line = record.line;
            let play = match record.bytes {
                Some(bytes) => format.play(bytes).map(|play| match summary.by_username {
                    true if format == Format::Spotify => {
                        Play { listener: username(bytes), ..play }.cleaned()
                    }
                    _ => play,
                }),
                None => Err(Refused::reason("longer than a megabyte")),
            };
            match play {
                Err(refused) => summary.drop(refused, format!("{}:{line}", records.name)),
                Ok(play) => {
                    all(&play).map_err(|error| not_written(&error))?;
                    if summary.is_of(&play, listener) {
                        take(play);
                    }
                }
            }
        }
    }
    Ok(summary)
}

/// Whether files of Spotify's have plays of several users. One alone needs no name: newer files leave it out,
/// and are the same listener's.
fn several_users(files: &[PathBuf]) -> Result<bool, InputError> {
    let mut buffer = Vec::new();
    let mut first: Option<String> = None;
    for path in files {
        let mut records = Records::open(path, &|_| {})?;
        let (format, layout) = recognise(&records.head);
        let named = String::from_utf8_lossy(&records.head).contains("\"username\"");
        if format != Some(Format::Spotify) || !named {
            continue;
        }
        while let Some(record) = records.next(layout, &mut buffer)? {
            let Some(user) = record.bytes.and_then(username) else { continue };
            if *first.get_or_insert_with(|| user.clone()) != user {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

pub(super) fn not_written(error: &io::Error) -> Problem {
    Problem::new("(output)", format!("cannot be written: {error}"))
}

/// A history as a profile keeps it: plays in Melody's own JSON Lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Oldest first.
    pub plays: Vec<Play>,
    /// The hash of the catalogue that the plays' `song` is of; `song` counts in no other one.
    pub catalogue: Option<String>,
    /// Whether songs of the catalogue stand in for those it does not have.
    pub stand_ins: bool,
}

/// Reads a file of plays in Melody's own format, checking every line.
///
/// # Errors
/// Every line that is no play, with the field; more plays than a profile may bring.
pub fn load(path: &Path) -> Result<Vec<Play>, InputError> {
    let mut records = Records::open(path, &|_| {})?;
    let (mut plays, mut problems) = (Vec::new(), Vec::new());
    let mut buffer = Vec::new();
    while let Some(record) = records.next(Layout::Lines, &mut buffer)? {
        let line = record.line;
        let too_long = Refused::reason("(line): longer than a megabyte");
        match record.bytes.map_or(Err(too_long), |bytes| Format::Melody.play(bytes)) {
            Ok(play) if plays.len() < MOST_RECORDED => plays.push(play),
            Ok(_) => {
                let message = format!("more than {MOST_RECORDED} plays");
                let problem = Problem::new(&records.name, message).line(line).field("(line)");
                problems.push(problem.help("keep the newest"));
                break;
            }
            Err(Refused { reason, detail }) => {
                let (field, what) = reason.split_once(": ").unwrap_or(("(line)", &reason));
                let message = if detail.is_empty() { what.into() } else { detail };
                problems.push(Problem::new(&records.name, message).line(line).field(field));
            }
        }
    }
    if problems.is_empty() { Ok(plays) } else { Err(InputError { problems }) }
}

/// Writes plays in Melody's own format.
pub fn save<'p>(out: &mut impl Write, plays: impl IntoIterator<Item = &'p Play>) -> io::Result<()> {
    for play in plays {
        serde_json::to_writer(&mut *out, play)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
