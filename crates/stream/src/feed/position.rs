//! How far a stream was read: a place in it, and what lay there.
//!
//! It saves going through a stream from its beginning, and is trusted only where the message at that place is the one that
//! was taken: a server that lost its newest messages gives their places to others.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::nats::Address;
use melody_core::output::write_whole;

const FORMAT: u32 = 1;
const POSITION: &str = "position.json";

/// The newest message that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    format: u32,
    stream: String,
    /// Its place in the stream.
    pub(super) sequence: u64,
    /// The beginning of the SHA-256 of its bytes.
    pub(super) holds: String,
}

impl Position {
    pub(super) fn new(address: &Address, sequence: u64, message: &[u8]) -> Self {
        Position { format: FORMAT, stream: address.to_string(), sequence, holds: holds(message) }
    }

    /// That of a folder, if it is of this stream.
    pub(super) fn read(folder: &Path, address: &Address) -> Option<Self> {
        let position: Position = serde_json::from_slice(&std::fs::read(path(folder)).ok()?).ok()?;
        let ours = position.format == FORMAT && position.stream == address.to_string();
        ours.then_some(position)
    }

    /// That it cannot be written costs going through what was read, and nothing else.
    pub(super) fn write(&self, folder: &Path) {
        let mut text = serde_json::to_vec(self).expect("plain data");
        text.push(b'\n');
        let _ = write_whole(&path(folder), &text);
    }

    /// Whether this is what was taken there.
    pub(super) fn is(&self, message: &[u8]) -> bool {
        self.holds == holds(message)
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(POSITION)
}

fn holds(message: &[u8]) -> String {
    Sha256::digest(message).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_of_one_stream_and_one_message() {
        let folder = tempfile::tempdir().unwrap();
        let [here, there] = ["nats://localhost/A", "nats://localhost/B"]
            .map(|text| text.parse::<Address>().unwrap());
        assert_eq!(Position::read(folder.path(), &here), None);
        let position = Position::new(&here, 7, b"one");
        position.write(folder.path());
        assert_eq!(Position::read(folder.path(), &here), Some(position.clone()));
        assert_eq!(Position::read(folder.path(), &there), None);
        assert!(position.is(b"one") && !position.is(b"two"));
    }
}
