//! Logs that are copies and branches of others, for tests.

use std::path::{Path, PathBuf};

use melody_core::output::write_whole;
use melody_sessions::log::{FeedbackLog, read};

/// The first records of a log in a file of their own.
pub(crate) fn copy(log: &Path, to: &Path, records: usize) -> PathBuf {
    let text = std::fs::read_to_string(log).unwrap();
    let lines: String = text.split_inclusive('\n').take(records).collect();
    write_whole(to, lines.as_bytes()).unwrap();
    to.into()
}

/// A log that begins with these and then takes two steps back; and the hash of the record that says so.
pub(crate) fn branch(log: &Path, to: &Path, records: usize) -> (PathBuf, String) {
    copy(log, to, records);
    let (mut other, _) = FeedbackLog::open(to).unwrap();
    other.rewind(records as u32 - 4).unwrap();
    drop(other);
    let own = read(to).unwrap().records[records].hash.clone();
    (to.into(), own)
}
