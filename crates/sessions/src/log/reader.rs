//! Reading a log, every record checked.
//!
//! A log can be less than whole in two ways, and they are told apart. What a crash leaves is at the end and
//! was never acknowledged: the torn tail, which is cut off. Everything else is damage, which is told with its
//! place and left alone. Where the log's head says that the last record was acknowledged, a broken last line
//! is damage as well.

use std::path::Path;

use serde::Serialize;

use super::head::Head;
use super::line::{Broken, NO_HASH, parse, verify};
use super::record::{Header, LOG_FORMAT, Record, StepRecord, Stored};
use melody_core::event::Event;
use melody_core::input::{InputError, Problem, read_bytes};

/// A whole log.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// The first record's: what the session opened with.
    pub header: Header,
    /// Every record, the opening first.
    pub records: Vec<Stored>,
    /// What a crash left behind the last record.
    pub torn: Option<TornTail>,
    /// The length in bytes of what is whole.
    pub whole: u64,
    /// The newest record known to have been acknowledged. None where the log has no head: whether records
    /// are missing at its end cannot be told then.
    pub head: Option<Head>,
}

/// A record at the end of a log that is not whole. Nothing in it was ever acknowledged, as far as the log's
/// head tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TornTail {
    /// The line it stands on, from 1.
    pub line: usize,
    /// Its length.
    pub bytes: u64,
    /// The step it was for, as far as it can be made out.
    pub step: Option<u32>,
    /// How it begins.
    pub text: String,
    /// What keeps it from being a record, where its line has an end; a line without one is cut short.
    pub why: Option<String>,
}

/// Characters of a torn tail that are shown.
const SHOWN: usize = 80;

impl Contents {
    /// The steps that still count, in order: what was rewound is left out.
    pub fn steps(&self) -> Vec<&StepRecord> {
        let mut steps: Vec<&StepRecord> = Vec::new();
        for stored in &self.records {
            match &stored.record {
                Record::Opened(_) => {}
                Record::Step(step) => steps.push(step),
                Record::Rewound { to } => steps.truncate(*to as usize + 1),
            }
        }
        steps
    }

    /// The events that still count.
    pub fn events(&self) -> Vec<Event> {
        self.steps().iter().filter_map(|step| step.event.clone()).collect()
    }

    /// The hash of the last record: it stands for the whole log.
    pub fn hash(&self) -> &str {
        self.records.last().map_or(NO_HASH, |stored| &stored.hash)
    }

    /// The number the next step must have.
    pub(super) fn next_step(&self) -> u32 {
        self.steps().len() as u32
    }
}

/// A file's lines, read as far as each follows the one before.
pub(super) struct Scan {
    /// Those that do.
    pub records: Vec<Stored>,
    /// Their length in bytes.
    pub whole: u64,
    /// What is wrong with the line after them, if there is one.
    pub broken: Option<Broken>,
    /// The step that line was for, as far as it can be made out.
    pub step: Option<u32>,
}

impl Scan {
    /// The step of the broken line, in words.
    fn of_step(&self) -> String {
        self.step.map_or(String::new(), |step| format!(" (step {step})"))
    }
}

/// Reads the lines of a log up to the first that is not as it must be.
pub(super) fn scan(bytes: &[u8]) -> Scan {
    let mut scan = Scan { records: Vec::new(), whole: 0, broken: None, step: None };
    let mut next_step = 0;
    for (i, line) in lines(bytes).enumerate() {
        let previous = scan.records.last().map_or(NO_HASH, |stored| &stored.hash);
        let read = line
            .strip_suffix(b"\n")
            .ok_or_else(|| unended(line, i as u64, previous))
            .and_then(|line| parse(line, i as u64, previous))
            .and_then(|stored| Ok((follow(&stored.record, i, next_step)?, stored)));
        match read {
            Ok((next, stored)) => {
                next_step = next;
                scan.whole += line.len() as u64;
                scan.records.push(stored);
            }
            Err(broken) => {
                scan.broken = Some(broken);
                scan.step = step_of(&String::from_utf8_lossy(line));
                break;
            }
        }
    }
    scan
}

/// The lines of a log, each with its newline, if it has one.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|&b| b == b'\n')
}

/// What is wrong with a line that has no end.
fn unended(line: &[u8], sequence: u64, previous: &str) -> Broken {
    let (record, last) = line.split_at(line.len().saturating_sub(1));
    let why = match parse(record, sequence, previous) {
        Ok(_) => format!("the record is followed by the byte {last:02x?}, not by a new line"),
        Err(_) => "the record is cut short".into(),
    };
    Broken { field: "(end of line)".into(), why }
}

/// Reads and checks a log. Changes nothing: a torn tail is told, not cut off.
///
/// # Errors
/// When a record is not what it was when it was written, or is missing; names the line and field.
pub fn read(path: &Path) -> Result<Contents, InputError> {
    let name = path.display().to_string();
    // The head first: a log that is being written grows meanwhile.
    let head = Head::read(path);
    let bytes = read_bytes(path)?;
    let scan = scan(&bytes);
    if let Some(head) = &head {
        ends_as_acknowledged(&name, &scan, head)?;
    }
    let torn = scan.broken.as_ref().map(|broken| left_over(&name, &bytes, &scan, broken));
    let torn = torn.transpose()?;
    let Scan { records, whole, .. } = scan;
    match records.first().map(|stored| stored.record.clone()) {
        Some(Record::Opened(header)) => {
            Ok(Contents { header: *header, records, torn, whole, head })
        }
        _ => Err(Problem::new(&name, "the file ends within its first record, so no step is in it")
            .line(1)
            .field("record")
            .help("nothing was ever acknowledged here; delete the file")
            .into()),
    }
}

/// What stands behind the last whole record. A crash breaks the last line only, and leaves no record whole
/// that does not follow the one before; anything else is damage, told with its line and step.
fn left_over(
    name: &str,
    bytes: &[u8],
    scan: &Scan,
    broken: &Broken,
) -> Result<TornTail, InputError> {
    let rest = &bytes[scan.whole as usize..];
    let line = scan.records.len() + 1;
    let ended = rest.ends_with(b"\n");
    let whole = rest.strip_suffix(b"\n").is_some_and(|line| verify(line).is_ok());
    let torn = lines(rest).count() == 1 && !whole;
    // Nothing follows from a torn opening, but it is told as such where it is simply cut short.
    if torn && (line > 1 || !ended) {
        let text = String::from_utf8_lossy(rest);
        return Ok(TornTail {
            line,
            bytes: rest.len() as u64,
            step: scan.step,
            text: text.chars().take(SHOWN).collect(),
            why: ended.then(|| broken.why.clone()),
        });
    }
    Err(damage(name, line, &broken.field, format!("{}{}", broken.why, scan.of_step())))
}

/// Requires that the log still holds the newest record that is known to have been acknowledged.
fn ends_as_acknowledged(name: &str, scan: &Scan, head: &Head) -> Result<(), InputError> {
    let (there, acknowledged) = (scan.records.len(), head.records());
    let message = match (scan.records.get(head.sequence as usize), &scan.broken) {
        (Some(stored), _) if stored.hash == head.hash => return Ok(()),
        (Some(stored), _) => format!(
            "record {} has the hash {}, and was acknowledged with {}",
            head.sequence, stored.hash, head.hash
        ),
        (None, Some(broken)) => format!(
            "{}{}; {acknowledged} records were acknowledged, {there} are whole",
            broken.why,
            scan.of_step()
        ),
        (None, None) => {
            format!("the log was cut: {acknowledged} records were acknowledged, {there} are there")
        }
    };
    let field = scan.broken.as_ref().map_or("(end of the log)", |broken| &broken.field);
    // Where the record is broken its own line is named, where it is missing the one that would come.
    Err(damage(name, there.min(head.sequence as usize) + 1, field, message))
}

fn damage(name: &str, line: usize, field: &str, message: String) -> InputError {
    let help = "`melody log salvage LOG --out NEW` gets out what is as it was written";
    Problem::new(name, message).line(line).field(field).help(help).into()
}

/// The step that a broken line was for, as far as it can be made out.
pub(super) fn step_of(line: &str) -> Option<u32> {
    let (_, after) = line.split_once("\"step\":")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    // A number that is itself cut off tells nothing.
    if after.len() > digits.len() { digits.parse().ok() } else { None }
}

/// Checks that a record makes sense where it stands; gives the number of the next step.
fn follow(record: &Record, place: usize, next_step: u32) -> Result<u32, Broken> {
    let broken = |field: &str, why: String| Err(Broken { field: format!("record.{field}"), why });
    match record {
        Record::Opened(header) if place == 0 && header.log_format == LOG_FORMAT => Ok(0),
        Record::Opened(header) if place == 0 => broken(
            "log_format",
            format!("is {}, this program reads {LOG_FORMAT}", header.log_format),
        ),
        Record::Opened(_) => broken("kind", "a session opens once, at the first record".into()),
        _ if place == 0 => broken("kind", "the first record must be the opening".into()),
        Record::Step(step) if step.step != next_step => {
            broken("step", format!("is {}, where {next_step} must follow", step.step))
        }
        Record::Step(step) if (step.step == 0) != step.event.is_none() => {
            broken("event", "the session's start has none, every other step has one".into())
        }
        Record::Step(step) => Ok(step.step + 1),
        Record::Rewound { to } if *to >= next_step => {
            broken("to", format!("is {to}, where the next step is {next_step}"))
        }
        Record::Rewound { to } => Ok(to + 1),
    }
}
