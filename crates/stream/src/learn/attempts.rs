//! What was tried, one line each: with it and the inbox every version is made again.
//!
//! A line is written once the version it tells of is on the disk. It is the position as well: what its records were is
//! learned from, what came after them is not. So a learner that is killed anywhere learns nothing twice and loses nothing.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use melody_core::output::DiskFile;

const ATTEMPTS: &str = "attempts.jsonl";

/// What an update moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Experts, gates and towers.
    Head,
    /// All of it.
    Network,
}

impl Kind {
    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Head => "head",
            Kind::Network => "network",
        }
    }
}

/// One update that was tried: what it was made of, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// From 1.
    pub attempt: u64,
    /// What it moved.
    pub kind: Kind,
    /// SHA-256 of the weights it began with, in hexadecimal.
    pub parent: String,
    /// Records of the inbox that had been taken when it was made, from its beginning.
    pub records: u64,
    /// SHA-256 over the hashes of these records in their order, in hexadecimal.
    pub order: String,
    /// Plays it learned from.
    pub plays: usize,
    /// Plays it was judged by.
    pub judged: usize,
    /// The loss on the plays learned from, before and after.
    pub learned_loss: [f64; 2],
    /// The loss on the plays judged by, before and after; zeros where there were none.
    pub judged_loss: [f64; 2],
    /// Whether it became a version.
    pub accepted: bool,
    /// The version's number, or that of the one that stays.
    pub version: u64,
    /// SHA-256 of the weights that it made, in hexadecimal, also where it was refused.
    pub hash: String,
}

/// The file of attempts, opened to be added to.
pub(super) struct Attempts {
    path: PathBuf,
    file: DiskFile,
}

impl Attempts {
    /// Opens the file of a folder, made if it is not there, with what is in it. What a crash has left half-written is cut off.
    pub(super) fn open(folder: &Path) -> Result<(Self, Vec<Attempt>), String> {
        let path = folder.join(ATTEMPTS);
        let (attempts, whole) = read_to(&path)?;
        let fail = |e: std::io::Error| format!("{}: {e}", path.display());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let mut file = DiskFile::open(&path, &options).map_err(fail)?;
        file.cut(whole).and_then(|()| file.sync()).map_err(fail)?;
        file.seek(SeekFrom::Start(whole)).map_err(fail)?;
        Ok((Attempts { path, file }, attempts))
    }

    /// Adds one, and waits until the disk has it.
    pub(super) fn add(&mut self, attempt: &Attempt) -> Result<(), String> {
        let mut line = serde_json::to_vec(attempt).map_err(|e| e.to_string())?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        written.map_err(|e| format!("{}: {e}", self.path.display()))
    }
}

/// The attempts of a folder; none where it has none.
pub(super) fn read(folder: &Path) -> Result<Vec<Attempt>, String> {
    read_to(&folder.join(ATTEMPTS)).map(|(attempts, _)| attempts)
}

/// The attempts of a file, and how many bytes of it are whole lines.
fn read_to(path: &Path) -> Result<(Vec<Attempt>, u64), String> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let mut attempts = Vec::new();
    let mut whole = 0;
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        let Some(text) = line.strip_suffix(b"\n") else { break };
        let mut reader = serde_json::Deserializer::from_slice(text);
        let attempt: Attempt = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
            let place = format!("{}:{}", path.display(), attempts.len() + 1);
            format!("{place}: field `{}`: {}", e.path(), e.inner())
        })?;
        whole += line.len() as u64;
        attempts.push(attempt);
    }
    Ok((attempts, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(number: u64) -> Attempt {
        Attempt {
            attempt: number,
            kind: Kind::Head,
            parent: "p".into(),
            records: 10 * number,
            order: "o".into(),
            plays: 4,
            judged: 0,
            learned_loss: [0.1 + 0.2, 1.0 / 3.0],
            judged_loss: [0.0; 2],
            accepted: true,
            version: number,
            hash: "h".into(),
        }
    }

    #[test]
    fn a_line_that_is_not_whole_was_never_tried() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, before) = Attempts::open(folder.path()).unwrap();
        assert!(before.is_empty());
        file.add(&attempt(1)).unwrap();
        file.add(&attempt(2)).unwrap();
        drop(file);
        let path = folder.path().join(ATTEMPTS);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let (mut file, before) = Attempts::open(folder.path()).unwrap();
        assert_eq!(before, [attempt(1)]);
        file.add(&attempt(2)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        assert_eq!(read(folder.path()).unwrap(), [attempt(1), attempt(2)]);
    }

    #[test]
    fn a_damaged_line_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ATTEMPTS);
        std::fs::write(&path, "{\"attempt\":\"one\"}\n").unwrap();
        let told = read(folder.path()).unwrap_err();
        assert!(told.contains("attempts.jsonl:1: field `attempt`"), "{told}");
    }
}
