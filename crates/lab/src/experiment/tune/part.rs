//! The two parts of a policy that a search goes through, one after the other.

use serde::Serialize;

/// What is searched at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Weights and rules by the listener's segment.
    Segments,
    /// What each scene adds to them.
    Scenes,
}

impl Part {
    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Segments => "segments",
            Part::Scenes => "scenes",
        }
    }
}
