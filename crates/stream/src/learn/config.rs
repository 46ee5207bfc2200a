//! How a learner learns. It stands in the learner's folder from its beginning, since what was made is made again by it.

use serde::{Deserialize, Serialize};

/// All that an update depends on beside plays and weights.
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
    /// Of the plays learned from before, the newest that are remembered, at most.
    pub remembered: usize,
    /// Plays of these that an update learns from again, beside the new ones.
    pub replayed: usize,
    /// AdamW's, for what heads and experts learn.
    pub head_rate: f64,
    /// The same for the whole network.
    pub network_rate: f64,
    /// What a play moves the identifiers of its song and artist by, along its own gradient, in every update; 0: they are
    /// learned with the network.
    pub identifier_rate: f64,
    /// Of so many updates one is of the whole network; 0: none is.
    pub network_every: u64,
    /// The newest plays that were kept back, which an update is judged by, at most.
    pub judged: usize,
    /// How much worse the loss on these may be after an update that is taken.
    pub tolerance: f64,
}

impl Default for Learning {
    fn default() -> Self {
        Learning {
            seed: 1,
            plays: 512,
            batch: 16,
            epochs: 1,
            remembered: 20_000,
            replayed: 0,
            head_rate: 1e-4,
            network_rate: 1e-4,
            identifier_rate: 0.0,
            network_every: 4,
            judged: 2_000,
            tolerance: 5e-4,
        }
    }
}

/// Fewer plays say nothing for or against an update.
pub(super) const FEWEST_JUDGED: usize = 100;
