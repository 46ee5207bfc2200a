//! Getting out of a damaged log what is as it was written.
//!
//! Every record carries the hash of its own bytes, so each can be checked alone, wherever it stands. Up to the
//! damage the records follow each other: they are a log again, byte for byte. What verifies behind it is no
//! log, since steps before it are missing, but it is what was written: it is handed out line by line.

use std::path::Path;

use serde::Serialize;

use super::head::Head;
use super::line::verify;
use super::reader::{Scan, lines, scan, step_of};
use super::record::{Record, Stored};
use melody_core::input::{InputError, read_bytes};

/// What could be got out of a log.
#[derive(Clone, Debug)]
pub struct Salvaged {
    /// The log up to the damage, as bytes: empty where its opening is damaged.
    pub log: Vec<u8>,
    /// How many records that is.
    pub records: usize,
    /// Records behind the damage that are as they were written.
    pub beyond: Vec<Beyond>,
    /// The lines that are not.
    pub lost: Vec<Lost>,
    /// Records that were acknowledged, as far as the log's head tells.
    pub acknowledged: Option<u64>,
}

/// A record behind the damage.
#[derive(Clone, Debug)]
pub struct Beyond {
    /// Its line, from 1.
    pub line: usize,
    /// What it tells.
    pub stored: Stored,
    /// As it was written, with its newline.
    pub bytes: Vec<u8>,
}

/// A line that is not a record as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// From 1.
    pub line: usize,
    /// Its length.
    pub bytes: usize,
    /// The step it was for, as far as it can be made out.
    pub step: Option<u32>,
    /// What is wrong with it.
    pub why: String,
}

impl Salvaged {
    /// Gets out of a log what verifies. Changes nothing.
    ///
    /// # Errors
    /// When the file cannot be read or is empty.
    pub fn of(path: &Path) -> Result<Self, InputError> {
        // The head first: a log that is being written grows meanwhile.
        let acknowledged = Head::read(path).map(|head| head.records());
        let bytes = read_bytes(path)?;
        let Scan { records, whole, .. } = scan(&bytes);
        let whole = whole as usize;
        let mut salvaged = Salvaged {
            log: bytes[..whole].to_vec(),
            records: records.len(),
            beyond: Vec::new(),
            lost: Vec::new(),
            acknowledged,
        };
        for (i, line) in lines(&bytes[whole..]).enumerate() {
            salvaged.sort(records.len() + i + 1, line);
        }
        Ok(salvaged)
    }

    fn sort(&mut self, line: usize, bytes: &[u8]) {
        match verify(bytes.strip_suffix(b"\n").unwrap_or(bytes)) {
            Ok(stored) => {
                let bytes = [bytes.strip_suffix(b"\n").unwrap_or(bytes), b"\n"].concat();
                self.beyond.push(Beyond { line, stored, bytes });
            }
            Err(broken) => self.lost.push(Lost {
                line,
                bytes: bytes.len(),
                step: step_of(&String::from_utf8_lossy(bytes)),
                why: broken.why,
            }),
        }
    }

    /// Records that were acknowledged and are nowhere in the file, as far as the log's head tells.
    pub fn missing(&self) -> u64 {
        let there = self.records + self.beyond.len() + self.lost.len();
        self.acknowledged.map_or(0, |acknowledged| acknowledged.saturating_sub(there as u64))
    }
}

impl Beyond {
    /// The step it is about, if it is a step.
    pub fn step(&self) -> Option<u32> {
        match &self.stored.record {
            Record::Step(step) => Some(step.step),
            Record::Opened(_) | Record::Rewound { .. } => None,
        }
    }
}
