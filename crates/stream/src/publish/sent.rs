//! How far a log was sent, in a small file beside it: `LOG.sent`.
//!
//! It is overwritten as a whole and may lag behind: what is sent again is known by its hash where it arrives. So a file that
//! is not there, or tells of another stream, another log of the name or a stream that was made anew, only means that sending
//! starts at the beginning.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::nats::Address;
use melody_core::output::write_whole;

/// The version of the file.
const FORMAT: u32 = 1;

/// How far a log was sent to a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    log_sent: u32,
    /// The stream, without who may go there.
    stream: String,
    /// When the server made the stream, as it says.
    created: String,
    /// The hash of the log's first record.
    log: String,
    /// Records that the stream has on its disk, as far as can be told from here: sending goes on after them.
    pub settled: u64,
    /// Records that the server has said it received.
    pub sent: u64,
}

impl Sent {
    /// Nothing was sent yet.
    pub(super) fn nothing(address: &Address) -> Self {
        let (created, log) = (String::new(), String::new());
        Sent { log_sent: FORMAT, stream: stream(address), created, log, settled: 0, sent: 0 }
    }

    /// What it is worth for this log and this stream: nothing was sent where either is another one.
    pub(super) fn of(&mut self, log: &str, created: &str) {
        if self.log != log || self.created != created {
            (self.settled, self.sent) = (0, 0);
            (self.log, self.created) = (log.into(), created.into());
        }
    }

    /// What stands beside the log; nothing was sent where that tells of another stream or cannot be read.
    pub(super) fn read(log: &Path, address: &Address) -> Self {
        let read = || -> Option<Sent> {
            let sent: Sent = serde_json::from_slice(&std::fs::read(path(log)).ok()?).ok()?;
            let same = sent.log_sent == FORMAT && sent.stream == stream(address);
            (same && sent.settled <= sent.sent).then_some(sent)
        };
        read().unwrap_or_else(|| Sent::nothing(address))
    }

    /// Puts it beside the log. That it cannot be written takes nothing from what was sent.
    pub(super) fn write(&self, log: &Path) {
        let mut line = serde_json::to_vec(self).expect("plain data");
        line.push(b'\n');
        let _ = write_whole(&path(log), &line);
    }
}

fn stream(address: &Address) -> String {
    address.to_string()
}

fn path(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_os_string();
    name.push(".sent");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_to_one_stream_says_nothing_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("session.jsonl");
        let [here, there] = ["nats://me:secret@localhost/A", "nats://localhost/B"]
            .map(|text| text.parse::<Address>().unwrap());
        assert_eq!(Sent::read(&log, &here), Sent::nothing(&here));
        let sent = Sent { settled: 3, sent: 5, ..Sent::nothing(&here) };
        sent.write(&log);
        assert_eq!(Sent::read(&log, &here), sent);
        assert_eq!(Sent::read(&log, &there), Sent::nothing(&there));
        let text = std::fs::read_to_string(path(&log)).unwrap();
        assert!(!text.contains("secret"), "{text}");
        let mut other = sent.clone();
        other.of("another log", "");
        assert_eq!((other.settled, other.sent), (0, 0));
        let mut same = sent.clone();
        same.of(&sent.log, &sent.created);
        assert_eq!(same, sent);
        std::fs::write(path(&log), &text[..text.len() / 2]).unwrap();
        assert_eq!(Sent::read(&log, &here), Sent::nothing(&here));
    }
}
