//! How a learner learns. It stands in the learner's folder from its beginning, since what was made is made again by it.

use serde::{Deserialize, Serialize};

/// What can be set of how an update is made; the rest is the same for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    /// Of the order of windows.
    pub seed: u64,
    /// Plays of an update: as soon as so many can be learned from, one is made.
    pub plays: usize,
    /// Windows of plays in one step of the optimiser.
    pub batch: usize,
    /// Times that an update learns from each window.
    pub epochs: u32,
    /// AdamW's, for what heads and experts learn.
    pub head_rate: f64,
    /// The same for the whole network.
    pub network_rate: f64,
    /// Of so many updates one is of the whole network; 0: none is.
    pub network_every: u64,
    /// The newest plays that were kept back, which an update is judged by: whole sessions, until there are so many.
    pub judged: usize,
    /// How much worse the loss on these may be after an update that is taken.
    pub tolerance: f64,
}

/// As they were found to foretell the next day best: `docs/continual.md`.
impl Default for Learning {
    fn default() -> Self {
        Learning {
            seed: 1,
            plays: 512,
            batch: 4,
            epochs: 1,
            head_rate: 1e-4,
            network_rate: 3e-4,
            network_every: 1,
            judged: 2_000,
            tolerance: 5e-3,
        }
    }
}

/// Fewer plays say nothing for or against an update.
pub const FEWEST_JUDGED: usize = 100;
