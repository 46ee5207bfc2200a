//! How far a log has been acknowledged, in a small file beside it.
//!
//! A log that was cut between two records is a whole log, only a shorter one: nothing in it can tell. So
//! the number and hash of the newest record stand in `LOG.head` as well, written once the disk has the
//! record. It is overwritten in place and not waited for: a head that lags behind says less than there
//! is, and is never wrong. Where there is none (a log that was copied without it), nothing is claimed; and
//! nothing by one that is half an older one, whose check does not fit.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use melody_core::output::DiskFile;

/// The version of the file.
const HEAD_FORMAT: u32 = 1;
/// What is put behind the log's name.
const ENDING: &str = ".head";

/// The newest record that the disk has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    log_head: u32,
    /// Its number, from 0.
    pub sequence: u64,
    /// Its hash, which stands for every record so far.
    pub hash: String,
    /// That the two above belong together: the beginning of the SHA-256 of both.
    check: String,
}

impl Head {
    /// Where the head of a log is.
    pub fn path(log: &Path) -> PathBuf {
        let mut name = log.as_os_str().to_os_string();
        name.push(ENDING);
        name.into()
    }

    /// How many records were acknowledged, as far as it tells.
    pub fn records(&self) -> u64 {
        self.sequence.saturating_add(1)
    }

    /// The head of a log; `None` where none is there, or what is there cannot be read.
    pub fn read(log: &Path) -> Option<Self> {
        let bytes = std::fs::read(Self::path(log)).ok()?;
        let head: Head = serde_json::from_slice(&bytes).ok()?;
        let whole = head.log_head == HEAD_FORMAT && head.check == check(head.sequence, &head.hash);
        whole.then_some(head)
    }
}

/// What vouches for a number and a hash.
fn check(sequence: u64, hash: &str) -> String {
    let of_both = Sha256::digest(format!("{sequence} {hash}"));
    of_both.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// The head of a log that is being written.
#[derive(Debug)]
pub(super) struct HeadFile(Option<DiskFile>);

impl HeadFile {
    /// Begins anew, whatever an older log of the name has left.
    pub(super) fn create(log: &Path) -> Self {
        Self::opened(log, true)
    }

    /// Goes on. What it says stays until more is acknowledged.
    pub(super) fn open(log: &Path) -> Self {
        Self::opened(log, false)
    }

    fn opened(log: &Path, anew: bool) -> Self {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(anew);
        HeadFile(DiskFile::open(&Head::path(log), &options).ok())
    }

    /// The disk has this record. Numbers only grow, so each head covers the one before as a whole. That it
    /// cannot be written takes nothing from the log.
    pub(super) fn acknowledge(&mut self, sequence: u64, hash: &str) {
        let check = check(sequence, hash);
        let head = Head { log_head: HEAD_FORMAT, sequence, hash: hash.into(), check };
        let mut line = serde_json::to_vec(&head).expect("a head is plain data");
        line.push(b'\n');
        if let Some(file) = &mut self.0 {
            let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&line));
        }
    }
}
