//! Reading files of plays: many, of any format, leniently, to import them; or one of our own, strictly.
//!
//! Files are gone through twice. The first time only their beginnings are looked at, and what is small and tells of the plays of
//! others is read (`survey.rs`). The second time the plays are, one file after the other, each on all cores (`side_by_side.rs`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::columns::is_parquet;
use super::file_of::FileOf;
use super::format::Format;
use super::head::Head;
use super::made::{Made, checked};
use super::own::LINES;
use super::play::Play;
use super::record::{Reading, Refused, decode, is_line};
use super::side_by_side::read_side_by_side;
use super::summary::ReadSummary;
use super::survey::{Survey, format_of};
use super::table::{hint, unknown};
use super::taking::{All, Taking};
use super::yambda;
use crate::input::{InputError, Layout, Problem, Progress, Records, each_file, files_of};

/// Plays a profile may bring.
pub const MOST_RECORDED: usize = 5_000;

/// Which plays are read.
#[derive(Clone, Copy)]
pub struct Importing<'a> {
    /// Files, archives and folders.
    pub files: &'a [PathBuf],
    /// The format of all files; recognised by what is in each if absent.
    pub format: Option<Format>,
    /// Whose plays are taken: the first one's there is if absent.
    pub listener: Option<&'a str>,
    /// Plays of a private session count, too.
    pub incognito: bool,
}

impl Importing<'_> {
    /// Reads all plays in order and hands those of the listener to `take`. `all` takes every play of everyone; where nobody does,
    /// plays of others, and marks on their songs, need only be counted.
    ///
    /// # Errors
    /// When a file cannot be read or ends within an array, or when none is in a format that is known. Records that are no plays
    /// are no errors but counted, and so are files without plays among others.
    pub fn read(
        self,
        progress: Progress,
        all: Option<All>,
        take: &mut dyn FnMut(Play),
    ) -> Result<ReadSummary, InputError> {
        let files: Vec<Vec<PathBuf>> =
            self.files.iter().map(|path| files_of(path)).collect::<Result<_, _>>()?;
        let files = files.concat();
        let mut survey = Survey::of(&files, self.format, self.incognito)?;
        let summary = ReadSummary {
            by_username: survey.by_username,
            marks: std::mem::take(&mut survey.marks),
            ..ReadSummary::default()
        };
        let listener = self.listener.map(str::to_string);
        let mut taking = Taking { listener, summary, all, take };
        for path in &files {
            if is_parquet(path) {
                read_parquet(path, progress, &mut taking)?;
                continue;
            }
            each_file(path, progress, &mut |name, reader| {
                let Some(records) = survey.open(name, reader)? else {
                    taking.summary.no_plays(name, "empty");
                    return Ok(());
                };
                self.read_file(&survey, name, records, &mut taking)
            })?;
        }
        let summary = taking.summary;
        if summary.files.is_empty() {
            return Err(self.nothing_known(&summary).into());
        }
        Ok(summary)
    }

    /// Reads the records of one file.
    fn read_file(
        &self,
        survey: &Survey,
        name: &str,
        mut records: Records,
        taking: &mut Taking,
    ) -> Result<(), InputError> {
        let bytes = records.head.clone();
        let head = Head::new(name, &bytes);
        let Some((format, layout)) = format_of(self.format, &head) else {
            if survey.files == 1 {
                return Err(unknown(&head).into());
            }
            taking.summary.no_plays(name, hint(&head).unwrap_or("not a history of listening"));
            return Ok(());
        };
        if !survey.has_plays(name, format, &mut taking.summary)? {
            return Ok(());
        }
        let file = FileOf { survey, format, name };
        let place = |line: usize| format!("{name}:{line}");
        let reader = match (format.about().begins)(&head, self.incognito) {
            Reading::Each(reader) => reader,
            Reading::Below(header, reader) => {
                let mut buffer = Vec::new();
                while let Some(record) = records.next(layout, &mut buffer)? {
                    match record.bytes {
                        Some(bytes) if is_line(bytes, &header) => break,
                        Some(_) => {}
                        None => taking.made(Made::too_long(), &|| place(record.line))?,
                    }
                }
                reader
            }
            Reading::InOrder(mut read) => {
                let mut buffer = Vec::new();
                while let Some(record) = records.next(layout, &mut buffer)? {
                    let made = file.made(&record, &mut read);
                    taking.made(made, &|| place(record.line))?;
                }
                return Ok(());
            }
        };
        read_side_by_side(&mut records, layout, &file, &reader, taking)
    }

    /// The problem where no file is in a format that is known.
    fn nothing_known(&self, summary: &ReadSummary) -> Problem {
        let name = self.files.first().map_or(String::new(), |path| path.display().to_string());
        let named: Vec<String> =
            summary.without_plays.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        let problem = Problem::new(name, "not recognised as a history of listening").line(1);
        let files = if named.is_empty() { "it has no file".into() } else { named.join("; ") };
        problem
            .field("(whole file)")
            .help(format!("`melody import --formats` lists what can be read; {files}"))
    }
}

/// Reads a file of Parquet.
fn read_parquet(path: &Path, progress: Progress, taking: &mut Taking) -> Result<(), InputError> {
    let name = path.display().to_string();
    let format = Format(&yambda::EVENTS);
    taking.summary.file(&name, format);
    let only = OnceLock::new();
    taking.settle(&only);
    yambda::read(path, &only, progress, &mut |chunk| {
        for (row, made) in chunk.events {
            taking.made(made, &|| format!("{name}: row {row}"))?;
        }
        taking.summary.records += chunk.others;
        taking.summary.pass_over(chunk.others, chunk.names.iter().map(i64::to_string));
        taking.settle(&only);
        Ok(())
    })
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
        match record.bytes.ok_or(too_long).and_then(own_line) {
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

/// The play of one line of our own.
fn own_line(record: &[u8]) -> Result<Play, Refused> {
    checked(decode(record)?, Format(&LINES))
}

/// Writes plays in Melody's own format.
pub fn save<'p>(out: &mut impl Write, plays: impl IntoIterator<Item = &'p Play>) -> io::Result<()> {
    for play in plays {
        serde_json::to_writer(&mut *out, play)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
