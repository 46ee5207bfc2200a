//! Requests: how much of a ranking is fixed before the next one is made.

use serde::{Deserialize, Serialize};

/// How the queue is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// The first songs of a ranking that play in their order, whatever happens in between; in 1..=20. With
    /// 1 every song that comes up is ranked for when it does.
    pub committed: usize,
}

impl Default for Requests {
    /// As far as players fetch ahead.
    fn default() -> Self {
        Requests { committed: 3 }
    }
}
