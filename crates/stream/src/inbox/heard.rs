//! One play, as those are told of it who look at all listeners together.

use super::hash::Hash;

/// A play that is over, and under what it was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The session, by the hash of its first record.
    pub session: Hash,
    /// Its place among the session's plays, from 0.
    pub place: usize,
    /// Who listens, by the name that traces give; absent in logs that do not say it.
    pub listener: Option<String>,
    /// The policy's name.
    pub policy: String,
    /// SHA-256 of its file, in hexadecimal.
    pub policy_hash: String,
    /// SHA-256 of the trained weights that served it, in hexadecimal.
    pub version: String,
    /// The segment that the listener was in; absent in logs that do not say it.
    pub segment: Option<String>,
    /// The song's identifier.
    pub song: String,
    /// Heard to the end, or nearly so.
    pub completed: bool,
    /// Left before a quarter was heard.
    pub left_at_once: bool,
    /// Liked or saved while it played.
    pub liked: bool,
    /// Of the song, in milliseconds.
    pub heard_ms: u32,
    /// Whether the queue brought it.
    pub served: bool,
    /// The listener subscribed while it played.
    pub subscribed: bool,
}
