//! One record as one line of bytes, and back.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::record::{Record, Stored};

/// The hash before the first record.
pub(super) const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What stands between the hashed part of a line and its hash.
const BEFORE_HASH: &str = ",\"hash\":\"";
const AFTER_HASH: &str = "\"}";
/// Length of a hash in hexadecimal.
const HASH: usize = 64;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Broken {
    /// Where in it.
    pub field: String,
    /// In words.
    pub why: String,
}

#[derive(Serialize)]
struct Unsigned<'a> {
    sequence: u64,
    previous: &'a str,
    record: &'a Record,
}

/// The line of a record, with its newline, and its hash.
pub(super) fn render(sequence: u64, previous: &str, record: &Record) -> (Vec<u8>, String) {
    let unsigned = Unsigned { sequence, previous, record };
    let mut line = serde_json::to_vec(&unsigned).expect("a record is plain data");
    // The closing brace gives way to the hash.
    line.pop();
    let hash = hash(&line);
    for part in [BEFORE_HASH, &hash, AFTER_HASH, "\n"] {
        line.extend_from_slice(part.as_bytes());
    }
    (line, hash)
}

/// Reads a line, without its newline, whose bytes must be as they were written, wherever it stands.
///
/// # Errors
/// When they are not, or make no record.
pub fn verify(line: &[u8]) -> Result<Stored, Broken> {
    let broken = |field: &str, why: String| Broken { field: field.into(), why };
    let end = BEFORE_HASH.len() + HASH + AFTER_HASH.len();
    let split = line.len().saturating_sub(end);
    let (hashed, rest) = line.split_at(split);
    let signed = rest.starts_with(BEFORE_HASH.as_bytes()) && rest.ends_with(AFTER_HASH.as_bytes());
    if !signed {
        return Err(broken("hash", "the line does not end in a hash".into()));
    }
    let stated = &rest[BEFORE_HASH.len()..BEFORE_HASH.len() + HASH];
    let real = hash(hashed);
    if stated != real.as_bytes() {
        return Err(broken(
            "hash",
            format!(
                "the record was changed: its bytes have the hash {real}, the line states {}",
                String::from_utf8_lossy(stated)
            ),
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(line);
    serde_path_to_error::deserialize(&mut reader)
        .map_err(|e| broken(&e.path().to_string(), e.inner().to_string()))
}

/// Reads a line, without its newline, that must be record `sequence` after the hash `previous`.
pub(super) fn parse(line: &[u8], sequence: u64, previous: &str) -> Result<Stored, Broken> {
    let broken = |field: &str, why: String| Broken { field: field.into(), why };
    let stored = verify(line)?;
    if stored.sequence != sequence {
        let why = format!("is {}, where {sequence} must follow", stored.sequence);
        return Err(broken("sequence", why));
    }
    if stored.previous != previous {
        let why = format!(
            "the chain is broken: the record before has the hash {previous}, this one follows {}",
            stored.previous
        );
        return Err(broken("previous", why));
    }
    Ok(stored)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
