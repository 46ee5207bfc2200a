//! A message, wherever it comes from.

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// A record, if it is one.
    pub bytes: Vec<u8>,
    /// When the server received it, in milliseconds since 1970; absent where it comes from a log.
    pub received_ms: Option<i64>,
    /// Its place in the stream, from 1, or among the logs' records.
    pub sequence: u64,
}
