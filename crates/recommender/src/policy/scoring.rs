//! What scores a song in the end: the fused score, or a ranker that has learned to rank.

use serde::{Deserialize, Serialize};

/// The name of the ranker that ships with Melody.
pub const DEFAULT: &str = "default";

/// What scores a song in the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
// What a mistake in a file is told by stays what it was before this type got its name.
#[serde(deny_unknown_fields, default, expecting = "struct Ranking")]
pub struct Scoring {
    /// Fusion, or the ranker named below.
    pub scorer: Scorer,
    /// `default`, or a ranker's file, from the policy's folder.
    pub ranker: String,
}

impl Default for Scoring {
    fn default() -> Self {
        Scoring { scorer: Scorer::default(), ranker: DEFAULT.into() }
    }
}

/// Whose score orders the songs; artist spread and mixing come after either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scorer {
    /// Fusion and adjustments.
    #[default]
    Fusion,
    /// A ranker that has learned to rank, which sees both.
    Ltr,
}
