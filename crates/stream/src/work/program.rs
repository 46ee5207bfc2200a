//! Which program this is.
//!
//! The same bits are promised of one program, not of one version: another build may sum in another order. So a program is
//! known by the hash of its file, and workers that are another one leave the shards alone.

use std::fmt;
use std::fs::File;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::hash::sha256_of;

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Melody's version.
    pub version: String,
    /// SHA-256 of the program's file, in hexadecimal.
    pub sha256: String,
}

/// The running program's own file, also where another has taken its place meanwhile.
const ITSELF: &str = "/proc/self/exe";

impl Program {
    /// The one that is running.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn running() -> Result<Self, String> {
        let fail =
            |error: std::io::Error| format!("this program's own file cannot be read: {error}");
        let file = match File::open(Path::new(ITSELF)) {
            Ok(file) => file,
            Err(_) => std::env::current_exe().and_then(File::open).map_err(fail)?,
        };
        let sha256 = sha256_of(file).map_err(fail)?;
        Ok(Program { version: env!("CARGO_PKG_VERSION").into(), sha256 })
    }

    /// What a subject calls it.
    pub(super) fn token(&self) -> &str {
        self.sha256.get(..TOKEN).unwrap_or(&self.sha256)
    }
}

/// Digits of a hash that tell programs apart in subjects and messages.
const TOKEN: usize = 16;

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} ({})", self.version, self.token())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_program_is_the_same_each_time_and_has_a_hash() {
        let one = Program::running().unwrap();
        assert_eq!(one, Program::running().unwrap());
        assert_eq!((one.sha256.len(), one.token().len()), (64, TOKEN));
        assert_eq!(one.to_string(), format!("{} ({})", one.version, &one.sha256[..16]));
    }
}
