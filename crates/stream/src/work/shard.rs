//! What lies in the queue: which shard of which job.

use serde::{Deserialize, Serialize};

use super::program::Program;

/// A shard to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shard {
    /// The version of this form; only 1 is known.
    pub format: u32,
    /// Who asks for it.
    pub program: Program,
    /// What the job is called.
    pub job: String,
    /// The shard's number in it.
    pub shard: u64,
    /// How long a worker may be silent about it before another may have it, in milliseconds.
    pub lease_ms: u64,
}

/// Why a shard is not done here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotOurs {
    /// It is no shard that this program knows.
    #[error("what lies in the queue is no shard of this format: {0}")]
    Unknown(String),
    /// Another program asks for it, which would come to other bits.
    #[error(
        "it is a shard of Melody {asks}, and this is Melody {here}; the same program must do it"
    )]
    Another {
        /// Who asks.
        asks: Program,
        /// Who was asked.
        here: Program,
    },
}

impl Shard {
    pub(super) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a shard holds texts and whole numbers")
    }

    /// A shard that this program may do.
    pub(super) fn read(bytes: &[u8], here: &Program) -> Result<Self, NotOurs> {
        let shard: Shard =
            serde_json::from_slice(bytes).map_err(|error| NotOurs::Unknown(error.to_string()))?;
        if shard.format != 1 {
            return Err(NotOurs::Unknown(format!("format {}", shard.format)));
        }
        if shard.program != *here {
            return Err(NotOurs::Another { asks: shard.program, here: here.clone() });
        }
        Ok(shard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_program_s_shard_is_left_alone() {
        let here = Program { version: "0.1.0".into(), sha256: "a".repeat(64) };
        let asks = Program { sha256: "b".repeat(64), ..here.clone() };
        let shard = Shard {
            format: 1,
            program: here.clone(),
            job: "c".repeat(64),
            shard: 3,
            lease_ms: 30_000,
        };
        assert_eq!(Shard::read(&shard.bytes(), &here), Ok(shard.clone()));
        let other = Shard { program: asks.clone(), ..shard.clone() };
        let refused = Shard::read(&other.bytes(), &here).unwrap_err();
        assert_eq!(refused, NotOurs::Another { asks, here: here.clone() });
        let newer = Program { version: "0.2.0".into(), ..here.clone() };
        assert!(matches!(Shard::read(&shard.bytes(), &newer), Err(NotOurs::Another { .. })));
        let later = Shard { format: 2, ..shard };
        assert!(matches!(Shard::read(&later.bytes(), &here), Err(NotOurs::Unknown(_))));
        assert!(matches!(Shard::read(b"what is this", &here), Err(NotOurs::Unknown(_))));
    }
}
