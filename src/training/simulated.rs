//! One simulated listener with all their sessions, as a training log keeps a listener.
//!
//! The same number under the same seed is the same listener, in a log and in memory alike; the name says
//! both, so that a model can tell whom it has learned from.

use super::log::LoggedListener;
use crate::catalogue::Catalogue;
use crate::simulation::{LogConfig, World, listener_log};

/// Listener `index` of a simulated log.
pub fn simulated(
    catalogue: &Catalogue,
    world: &World,
    config: LogConfig,
    index: u64,
) -> LoggedListener {
    let (person, sessions) = listener_log(catalogue, world, config, index);
    LoggedListener { name: simulated_name(config.seed, index), account: person.account, sessions }
}

/// Name of a simulated listener: the same wherever the same listener is drawn.
pub fn simulated_name(seed: u64, index: u64) -> String {
    format!("simulated-{seed}-{index}")
}

/// The number of the simulated listener of this name and seed.
pub fn simulated_index(seed: u64, name: &str) -> Option<u64> {
    name.strip_prefix(&format!("simulated-{seed}-"))?.parse().ok()
}
