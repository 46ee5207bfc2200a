//! A log's acknowledged records, read from anywhere in it while it grows. The log is its own spool: what is not sent yet
//! lies in it.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use melody_sessions::log::{Head, verify};

/// Bytes read at once.
const CHUNK: usize = 1 << 20;

/// One record as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 0.
    pub sequence: u64,
    /// SHA-256 of the record and all before it, in hexadecimal.
    pub hash: String,
    /// Without its newline.
    pub bytes: Vec<u8>,
}

/// A place in a log.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    /// Where each record begins that was gone over, and the one after them.
    starts: Vec<u64>,
    /// The record that is read next.
    next: u64,
    /// Records that were known to be acknowledged.
    known: u64,
}

impl Tail {
    pub(crate) fn new(log: &Path) -> Self {
        Tail { path: log.into(), starts: vec![0], next: 0, known: 0 }
    }

    /// How many records the log has acknowledged: all that are whole where nobody is writing, since a head may lag behind what a
    /// writer that was killed has left; else as many as the head says.
    pub(crate) fn acknowledged(&mut self) -> Result<u64, String> {
        let head = Head::read(&self.path).map(|head| head.records());
        self.known = self.known.max(head.unwrap_or(0));
        if self.written_to() {
            return Ok(self.known);
        }
        self.go_over(u64::MAX)?;
        self.known = self.starts.len() as u64 - 1;
        Ok(self.known)
    }

    /// Whether somebody holds the log to write to it. Looked at only where there is more in it than is known to be acknowledged.
    fn written_to(&self) -> bool {
        let end = self.starts.get(self.known as usize);
        let Ok(file) = File::open(&self.path) else { return true };
        let more = file.metadata().map_or(0, |all| all.len());
        match end {
            Some(end) if more <= *end => true,
            _ => file.try_lock_shared().is_err(),
        }
    }

    /// The hash of the first record; `None` while there is none.
    pub(crate) fn first(&mut self) -> Result<Option<String>, String> {
        let next = std::mem::replace(&mut self.next, 0);
        let first = self.take(1);
        self.next = next;
        Ok(first?.pop().map(|line| line.hash))
    }

    /// Goes on reading at this record.
    pub(crate) fn seek(&mut self, record: u64) {
        self.next = record;
    }

    /// Up to `most` of the next records, as far as they are acknowledged, each checked.
    pub(crate) fn take(&mut self, most: usize) -> Result<Vec<Line>, String> {
        let until = self.acknowledged()?.min(self.next.saturating_add(most as u64));
        self.go_over(until)?;
        let until = until.min(self.starts.len() as u64 - 1);
        if until <= self.next {
            return Ok(Vec::new());
        }
        let [first, last] = [self.next, until].map(|record| self.starts[record as usize]);
        let mut bytes = vec![0; (last - first) as usize];
        let mut file = self.open()?;
        let read = file.seek(SeekFrom::Start(first)).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|e| self.told(&e.to_string()))?;
        let mut lines = Vec::new();
        for bytes in bytes.split_inclusive(|&b| b == b'\n') {
            let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            let number = self.next + lines.len() as u64;
            let stored = verify(bytes).map_err(|broken| {
                self.told(&format!("record {number}: {broken}; `melody log check` tells more"))
            })?;
            lines.push(Line { sequence: stored.sequence, hash: stored.hash, bytes: bytes.into() });
        }
        self.next = until;
        Ok(lines)
    }

    /// Finds where the records up to this one begin.
    fn go_over(&mut self, until: u64) -> Result<(), String> {
        if self.starts.len() as u64 > until {
            return Ok(());
        }
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            // It has not begun yet.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.told(&error.to_string())),
        };
        let mut at = self.starts.last().copied().unwrap_or(0);
        file.seek(SeekFrom::Start(at)).map_err(|e| self.told(&e.to_string()))?;
        let mut chunk = vec![0; CHUNK];
        while self.starts.len() as u64 <= until {
            let read = file.read(&mut chunk).map_err(|e| self.told(&e.to_string()))?;
            if read == 0 {
                break;
            }
            for (i, _) in chunk[..read].iter().enumerate().filter(|(_, b)| **b == b'\n') {
                self.starts.push(at + i as u64 + 1);
            }
            at += read as u64;
        }
        Ok(())
    }

    fn open(&self) -> Result<File, String> {
        File::open(&self.path).map_err(|e| self.told(&e.to_string()))
    }

    fn told(&self, why: &str) -> String {
        format!("{}: {why}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::log;

    #[test]
    fn records_come_in_order_from_wherever_one_likes() {
        let folder = tempfile::tempdir().unwrap();
        let (path, hashes) = log(folder.path(), 1, 6);
        let mut tail = Tail::new(&path);
        let told = |lines: Vec<Line>| lines.into_iter().map(|l| l.hash).collect::<Vec<_>>();
        assert_eq!(told(tail.take(2).unwrap()), hashes[..2]);
        assert_eq!(told(tail.take(100).unwrap()), hashes[2..]);
        assert_eq!(tail.take(100).unwrap(), []);
        tail.seek(1);
        assert_eq!(told(tail.take(3).unwrap()), hashes[1..4]);
        assert_eq!(tail.next, 4);
    }

    #[test]
    fn what_is_not_acknowledged_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (path, hashes) = log(folder.path(), 1, 6);
        let whole = std::fs::read(&path).unwrap();
        let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
        // The head is of six; of the file there are three and a half.
        std::fs::write(&path, [lines[..3].concat(), lines[3][..9].to_vec()].concat()).unwrap();
        let mut tail = Tail::new(&path);
        assert_eq!(tail.take(100).unwrap().len(), 3);
        // Without a head all is read that has an end.
        let head = std::fs::read(Head::path(&path)).unwrap();
        std::fs::remove_file(Head::path(&path)).unwrap();
        assert_eq!(Tail::new(&path).acknowledged(), Ok(3));
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(tail.take(100).unwrap()[0].hash, hashes[3]);
        // While somebody writes, what the head does not tell of is not acknowledged; once nobody does, it is whole.
        std::fs::write(Head::path(&path), head).unwrap();
        let (mut writer, _) = melody_sessions::log::FeedbackLog::open(&path).unwrap();
        writer.rewind(1).unwrap();
        std::fs::write(Head::path(&path), b"torn").unwrap();
        let mut tail = Tail::new(&path);
        assert_eq!(tail.take(100).unwrap(), []);
        drop(writer);
        assert_eq!(tail.take(100).unwrap().len(), 7);
    }

    #[test]
    fn a_changed_record_is_not_sent_and_says_where_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = log(folder.path(), 1, 4);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.split_inclusive('\n').map(String::from).collect();
        lines[2] = lines[2].replacen("\"step\":1", "\"step\":7", 1);
        std::fs::write(&path, lines.concat()).unwrap();
        let told = Tail::new(&path).take(100).unwrap_err();
        assert!(told.contains("record 2") && told.contains("was changed"), "{told}");
    }
}
