//! The inbox on disk: every record that was taken, as it was written, in the order in which it came.
//!
//! It is what has been consumed. A record is taken once it is on this disk, and only then; one that is there already is
//! passed over, whatever a server says of it. What is no record of ours is refused, counted, and kept aside.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::hash::Hash;
use melody_core::output::{DiskFile, sync_folder};
use melody_sessions::log::{LOG_FORMAT, Record, Stored, verify};

/// What was taken.
const TAKEN: &str = "inbox.jsonl";
/// What was refused, and why.
const REFUSED: &str = "refused.jsonl";

/// What became of bytes that came in.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// A record that was not there.
    New(Box<Stored>),
    /// A record that is there already.
    Known,
    /// Of a log format that this program does not read: a newer one, or one of before.
    Other(String),
    /// No record of a feedback log, or not as it was written.
    Foreign(String),
}

/// How many came in, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Taken.
    pub taken: u64,
    /// Passed over, since they were there.
    pub known: u64,
    /// Refused: of another format.
    pub other: u64,
    /// Refused: foreign, or damaged.
    pub foreign: u64,
}

/// Where a record lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// From 0, in the order in which they were taken.
    number: u64,
    start: u64,
    length: u32,
    previous: Hash,
}

/// The inbox of one folder, which one program at a time can hold.
pub struct Inbox {
    path: PathBuf,
    file: DiskFile,
    refused: DiskFile,
    places: HashMap<Hash, Place>,
    length: u64,
    counts: Counts,
    unsynced: bool,
}

#[derive(Serialize)]
struct Refused<'a> {
    why: &'a str,
    /// As far as they are text.
    message: &'a str,
}

impl Inbox {
    /// Opens the inbox of a folder, made if it is not there. What a crash has left half-written at its end was never taken,
    /// and is cut off.
    ///
    /// # Errors
    /// When the disk refuses, or a record is not as it was written.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join(TAKEN);
        let fail = |e: std::io::Error| format!("{}: {e}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = DiskFile::open(&path, &options).map_err(fail)?;
        let mut aside = OpenOptions::new();
        let refused =
            DiskFile::open(&folder.join(REFUSED), aside.create(true).append(true)).map_err(fail)?;
        sync_folder(folder).map_err(fail)?;
        let all = File::open(&path).map_err(fail)?;
        let size = all.metadata().map_err(fail)?.len();
        let mut reader = BufReader::new(all);
        let mut places = HashMap::new();
        let mut start = 0;
        let mut line = Vec::new();
        loop {
            line.clear();
            reader.read_until(b'\n', &mut line).map_err(fail)?;
            let Some(record) = line.strip_suffix(b"\n") else { break };
            let number = places.len() as u64;
            let stored = verify(record).map_err(|broken| {
                format!(
                    "{}:{}: {broken}\n  help: what was learned from this folder rests on it; bring the file back",
                    path.display(),
                    number + 1
                )
            })?;
            let (hash, place) = place(&stored, (number, start, record.len()))?;
            places.insert(hash, place);
            start += line.len() as u64;
        }
        if start < size {
            file.cut(start).and_then(|()| file.sync()).map_err(fail)?;
        }
        file.seek(SeekFrom::Start(start)).map_err(fail)?;
        let counts = Counts { taken: places.len() as u64, ..Counts::default() };
        Ok(Inbox { path, file, refused, places, length: start, counts, unsynced: false })
    }

    /// What came in since the inbox was opened, with what it held then.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many records it holds.
    pub fn len(&self) -> u64 {
        self.places.len() as u64
    }

    /// Whether nothing was taken yet.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Goes through the first `until` records in the order in which they were taken.
    ///
    /// # Errors
    /// When the disk refuses, or `visit` does.
    pub fn each(
        &self,
        until: u64,
        visit: &mut dyn FnMut(Stored) -> Result<(), String>,
    ) -> Result<(), String> {
        let fail = |e: std::io::Error| format!("{}: {e}", self.path.display());
        let lines = BufReader::new(File::open(&self.path).map_err(fail)?).split(b'\n');
        for (number, line) in (0..until).zip(lines) {
            let stored = verify(&line.map_err(fail)?);
            visit(
                stored.map_err(|broken| {
                    format!("{}:{}: {broken}", self.path.display(), number + 1)
                })?,
            )?;
        }
        Ok(())
    }

    /// Takes what came in. It is not safe before [`Inbox::sync`] has returned.
    ///
    /// # Errors
    /// When the disk refuses: then nothing of it is there.
    pub fn take(&mut self, message: &[u8]) -> Result<Taken, String> {
        let message = message.strip_suffix(b"\n").unwrap_or(message);
        let stored = match verify(message) {
            Ok(stored) => stored,
            Err(broken) => {
                let other = other_format(message);
                let taken = match other {
                    Some(format) => Taken::Other(format!(
                        "is of log format {format}, and {LOG_FORMAT} is known here"
                    )),
                    None => Taken::Foreign(broken.to_string()),
                };
                return self.refuse(message, taken);
            }
        };
        if let Record::Opened(header) = &stored.record
            && header.log_format != LOG_FORMAT
        {
            let why =
                format!("is of log format {}, and {LOG_FORMAT} is known here", header.log_format);
            return self.refuse(message, Taken::Other(why));
        }
        let (hash, place) = place(&stored, (self.places.len() as u64, self.length, message.len()))?;
        if self.places.contains_key(&hash) {
            self.counts.known += 1;
            return Ok(Taken::Known);
        }
        let line = [message, b"\n"].concat();
        if let Err(error) = self.file.write_all(&line) {
            let back = self
                .file
                .cut(self.length)
                .and_then(|()| self.file.seek(SeekFrom::Start(self.length)).map(|_| ()));
            let back = back.err().map_or(String::new(), |e| {
                format!("; what had got through cannot be taken back: {e}")
            });
            return Err(format!("{}: {error}{back}", self.path.display()));
        }
        self.length += line.len() as u64;
        self.places.insert(hash, place);
        self.counts.taken += 1;
        self.unsynced = true;
        Ok(Taken::New(Box::new(stored)))
    }

    fn refuse(&mut self, message: &[u8], taken: Taken) -> Result<Taken, String> {
        let why = match &taken {
            Taken::Other(why) => {
                self.counts.other += 1;
                why
            }
            Taken::Foreign(why) => {
                self.counts.foreign += 1;
                why
            }
            Taken::New(_) | Taken::Known => return Ok(taken),
        };
        let text = String::from_utf8_lossy(message);
        let mut line =
            serde_json::to_vec(&Refused { why, message: &text }).map_err(|e| e.to_string())?;
        line.push(b'\n');
        self.refused.write_all(&line).map_err(|e| format!("{REFUSED}: {e}"))?;
        self.unsynced = true;
        Ok(taken)
    }

    /// Waits until all that was taken is on the disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&mut self) -> Result<(), String> {
        if self.unsynced {
            let synced = self.file.sync_data().and_then(|()| self.refused.sync_data());
            synced.map_err(|e| format!("{}: {e}", self.path.display()))?;
            self.unsynced = false;
        }
        Ok(())
    }

    /// A record and all before it in its log, oldest first; `None` where one of them is not among the first `among` that were
    /// taken.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn line_of(&self, hash: Hash, among: u64) -> Result<Option<Vec<Stored>>, String> {
        let mut line = Vec::new();
        let mut next = hash;
        let mut file =
            File::open(&self.path).map_err(|e| format!("{}: {e}", self.path.display()))?;
        while let Some(place) = self.places.get(&next).filter(|place| place.number < among) {
            let mut bytes = vec![0; place.length as usize];
            let read =
                file.seek(SeekFrom::Start(place.start)).and_then(|_| file.read_exact(&mut bytes));
            read.map_err(|e| format!("{}: {e}", self.path.display()))?;
            let stored = verify(&bytes).map_err(|broken| {
                format!("{}: record {}: {broken}", self.path.display(), place.number)
            })?;
            next = place.previous;
            let first = stored.sequence == 0;
            line.push(stored);
            if first {
                line.reverse();
                return Ok(Some(line));
            }
        }
        Ok(None)
    }
}

fn place(
    stored: &Stored,
    (number, start, length): (u64, u64, usize),
) -> Result<(Hash, Place), String> {
    let parse = |text: &str| Hash::parse(text).ok_or_else(|| format!("`{text}` is no SHA-256"));
    let (hash, previous) = (parse(&stored.hash)?, parse(&stored.previous)?);
    Ok((hash, Place { number, start, length: length as u32, previous }))
}

/// The log format that a message says it is of, where that is not ours.
fn other_format(message: &[u8]) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_slice(message).ok()?;
    let format = value.get("record")?.get("log_format")?.as_u64()?;
    (format != u64::from(LOG_FORMAT)).then_some(format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::log;

    fn lines(folder: &Path, seed: u64) -> Vec<Vec<u8>> {
        let (path, _) = log(folder, seed, 6);
        let text = std::fs::read(path).unwrap();
        text.split_inclusive(|b| *b == b'\n').map(|line| line.to_vec()).collect()
    }

    #[test]
    fn what_came_twice_is_taken_once_also_after_it_was_opened_again() {
        let (logs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let lines = lines(logs.path(), 1);
        let mut inbox = Inbox::open(folder.path()).unwrap();
        assert!(inbox.is_empty());
        for line in &lines[..4] {
            assert!(matches!(inbox.take(line).unwrap(), Taken::New(_)));
            assert_eq!(inbox.take(line).unwrap(), Taken::Known);
        }
        inbox.sync().unwrap();
        drop(inbox);
        let mut held = Vec::new();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let mut visit = |stored: Stored| {
            held.push(stored.sequence);
            Ok(())
        };
        inbox.each(3, &mut visit).unwrap();
        assert_eq!((inbox.len(), held), (4, vec![0, 1, 2]));
        assert_eq!(inbox.take(&lines[2]).unwrap(), Taken::Known);
        assert!(matches!(inbox.take(&lines[4]).unwrap(), Taken::New(_)));
        assert_eq!(inbox.counts(), Counts { taken: 5, known: 1, ..Counts::default() });
        assert_eq!(std::fs::read(folder.path().join(TAKEN)).unwrap(), lines[..5].concat());
    }

    #[test]
    fn a_torn_end_was_never_taken() {
        let (logs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let lines = lines(logs.path(), 1);
        let torn = [lines[0].as_slice(), &lines[1][..20]].concat();
        std::fs::write(folder.path().join(TAKEN), torn).unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        assert_eq!(inbox.counts().taken, 1);
        assert!(matches!(inbox.take(&lines[1]).unwrap(), Taken::New(_)));
        assert_eq!(std::fs::read(folder.path().join(TAKEN)).unwrap(), lines[..2].concat());
    }

    #[test]
    fn what_is_foreign_damaged_or_newer_is_counted_and_kept_aside() {
        let (logs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let lines = lines(logs.path(), 1);
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let mut changed = lines[1].clone();
        changed[40] ^= 1;
        let newer = String::from_utf8(lines[0].clone()).unwrap();
        let newer = newer.replacen("\"log_format\":1", "\"log_format\":2", 1);
        assert!(matches!(inbox.take(b"hello").unwrap(), Taken::Foreign(_)));
        assert!(
            matches!(inbox.take(&changed).unwrap(), Taken::Foreign(why) if why.contains("was changed"))
        );
        assert!(
            matches!(inbox.take(newer.as_bytes()).unwrap(), Taken::Other(why) if why.contains("format 2"))
        );
        assert_eq!(inbox.counts(), Counts { other: 1, foreign: 2, ..Counts::default() });
        let aside = std::fs::read_to_string(folder.path().join(REFUSED)).unwrap();
        assert_eq!(aside.lines().count(), 3);
        assert!(aside.contains("hello"), "{aside}");
    }

    #[test]
    fn a_record_is_found_with_all_before_it() {
        let (logs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let lines = lines(logs.path(), 1);
        let mut inbox = Inbox::open(folder.path()).unwrap();
        // In any order.
        let mut last = None;
        for place in [3, 0, 2, 1] {
            if let Taken::New(stored) = inbox.take(&lines[place]).unwrap() {
                last = if place == 3 { Hash::parse(&stored.hash) } else { last };
            }
        }
        let line = inbox.line_of(last.unwrap(), 4).unwrap().unwrap();
        assert_eq!(line.iter().map(|s| s.sequence).collect::<Vec<_>>(), [0, 1, 2, 3]);
        // The one before it came last.
        assert_eq!(inbox.line_of(last.unwrap(), 3), Ok(None));
        let unknown = Hash::parse(&"0".repeat(64)).unwrap();
        assert_eq!(inbox.line_of(unknown, 4), Ok(None));
    }
}
