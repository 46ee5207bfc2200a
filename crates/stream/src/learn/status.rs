//! What a learner says of itself while it is at work: `status.json`, for whoever watches.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::attempts::Attempt;
use crate::inbox::Counts;
use crate::population::{Alarm, Row, Standing};
use melody_core::output::write_whole;
use melody_sessions::versions::PublishedPolicy;

/// The file's name in a learner's folder.
pub const STATUS: &str = "status.json";

/// A learner at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Where records come from: a stream, or how many logs.
    pub from: String,
    /// Whether it has ended since.
    pub ended: bool,
    /// The newest version; 0 is the model that it began with.
    pub version: u64,
    /// SHA-256 of the weights that it stands on, in hexadecimal.
    pub hash: String,
    /// The same of those that it began with.
    pub began: String,
    /// What came in.
    pub counts: Counts,
    /// Records whose predecessor has not come.
    pub early: usize,
    /// Messages that wait in the stream.
    pub pending: u64,
    /// Plays that wait for the next update.
    pub waiting: usize,
    /// Why the server is not reached, where it is not.
    pub away: Option<String>,
    /// Seconds from an event's coming to the server to the end of the update that took it, at the newest update: median, 99 of
    /// 100, most.
    pub lag_s: Option<[f64; 3]>,
    /// The newest updates, the last one last.
    pub updates: Vec<Attempt>,
    /// Plays by policy, version and segment.
    pub population: Vec<Row>,
    /// The policy that sessions begin with now.
    pub policy: String,
    /// Where the guardrail's watches over each segment stand.
    pub standings: Vec<Standing>,
    /// The policies that were made of late, the last one last.
    pub policies: Vec<PublishedPolicy>,
    /// Versions that were withdrawn.
    pub withdrawn: Vec<Alarm>,
}

impl Status {
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(STATUS);
        let bytes = std::fs::read(&path).map_err(|e| {
            let name = folder.display();
            match e.kind() {
                std::io::ErrorKind::NotFound => format!(
                    "{name}: no learner has begun here\n  help: `melody learn --from ... --out {name}` begins one"
                ),
                _ => format!("{}: {e}", path.display()),
            }
        })?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut reader)
            .map_err(|e| format!("{}: field `{}`: {}", path.display(), e.path(), e.inner()))
    }

    /// Puts it into a learner's folder.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let mut text = serde_json::to_vec(self).map_err(|e| e.to_string())?;
        text.push(b'\n');
        write_whole(&folder.join(STATUS), &text)
    }
}
