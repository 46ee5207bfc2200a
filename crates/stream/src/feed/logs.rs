//! Feedback logs, read one after the other, or in turn while they grow.

use std::path::PathBuf;

use super::message::Message;
use crate::publish::Tail;

/// Records read of one log before the next.
const IN_TURN: usize = 256;

/// Some logs.
pub struct LogFeed {
    tails: Vec<Tail>,
    turn: usize,
    given: u64,
}

impl LogFeed {
    /// Reads these from their beginnings.
    pub fn new(logs: &[PathBuf]) -> Self {
        LogFeed { tails: logs.iter().map(|log| Tail::new(log)).collect(), turn: 0, given: 0 }
    }

    /// The next records; none where the logs hold no more by now.
    ///
    /// # Errors
    /// When a log cannot be read, or is not as it was written.
    pub fn more(&mut self) -> Result<Vec<Message>, String> {
        for _ in 0..self.tails.len() {
            let count = self.tails.len();
            let lines = self.tails[self.turn].take(IN_TURN)?;
            self.turn = (self.turn + 1) % count;
            if !lines.is_empty() {
                let message = |(sequence, bytes)| Message { bytes, received_ms: None, sequence };
                let first = self.given + 1;
                self.given += lines.len() as u64;
                return Ok((first..)
                    .zip(lines.into_iter().map(|l| l.bytes))
                    .map(message)
                    .collect());
            }
        }
        Ok(Vec::new())
    }
}
