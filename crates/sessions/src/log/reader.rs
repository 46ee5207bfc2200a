//! Reading a log, every record checked.

use std::path::Path;

use serde::Serialize;

use super::line::{Broken, NO_HASH, parse};
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
}

/// A half-written record at the end of a log. Nothing in it was ever acknowledged.
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

/// Reads and checks a log. Changes nothing: a torn tail is told, not cut off.
///
/// # Errors
/// When a record is not what it was when it was written, or is missing; names the line and field.
pub fn read(path: &Path) -> Result<Contents, InputError> {
    let name = path.display().to_string();
    let bytes = read_bytes(path)?;
    let wrong = |line: usize, broken: Broken| {
        Problem::new(&name, broken.why).line(line).field(broken.field)
    };
    let mut records: Vec<Stored> = Vec::new();
    let mut next_step = 0;
    let (mut whole, mut torn) = (0, None);
    for (i, line) in bytes.split_inclusive(|&b| b == b'\n').enumerate() {
        let previous = records.last().map_or(NO_HASH, |stored| &stored.hash);
        let sequence = i as u64;
        let Some(complete) = line.strip_suffix(b"\n") else {
            torn = tail(line, i + 1, sequence, previous).map_err(|b| wrong(i + 1, b))?;
            break;
        };
        let stored = parse(complete, sequence, previous).map_err(|b| wrong(i + 1, b))?;
        next_step = follow(&stored.record, i, next_step).map_err(|b| wrong(i + 1, b))?;
        whole += line.len() as u64;
        records.push(stored);
    }
    match records.first().map(|stored| stored.record.clone()) {
        Some(Record::Opened(header)) => Ok(Contents { header: *header, records, torn, whole }),
        _ => Err(Problem::new(&name, "the file ends within its first record, so no step is in it")
            .line(1)
            .field("record")
            .help("nothing was ever acknowledged here; delete the file")
            .into()),
    }
}

/// What stands behind the last newline. The beginning of a record is a torn tail; a whole record and
/// more is not something a crash can leave.
fn tail(
    bytes: &[u8],
    line: usize,
    sequence: u64,
    previous: &str,
) -> Result<Option<TornTail>, Broken> {
    let (record, last) = bytes.split_at(bytes.len().saturating_sub(1));
    if parse(record, sequence, previous).is_ok() {
        let why = format!("the record is followed by the byte {last:02x?}, not by a new line");
        return Err(Broken { field: "(end of line)".into(), why });
    }
    let text = String::from_utf8_lossy(bytes);
    let after = text.split_once("\"step\":").map_or("", |(_, after)| after);
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    // A number that is itself cut off tells nothing.
    let step = if after.len() > digits.len() { digits.parse().ok() } else { None };
    Ok(Some(TornTail {
        line,
        bytes: bytes.len() as u64,
        step,
        text: text.chars().take(SHOWN).collect(),
    }))
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
