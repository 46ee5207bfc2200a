//! One simulated listener with all their sessions, as a training log keeps a listener.
//!
//! The same number under the same seed is the same listener, in a log and in memory alike; the name says
//! both, so that a model can tell whom it has learned from.

use melody_core::catalogue::Catalogue;
use melody_core::plays::LoggedListener;
use melody_simulation::{LogConfig, World, listener_log};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_seed_and_number() {
        assert_eq!(simulated_index(7, &simulated_name(7, 123)), Some(123));
        assert_eq!(simulated_index(8, &simulated_name(7, 123)), None);
        assert_eq!(simulated_index(7, "somebody"), None);
        // Seed 1 is no beginning of seed 17.
        assert_eq!(simulated_index(1, &simulated_name(17, 3)), None);
    }

    #[test]
    fn the_same_number_is_the_same_listener() {
        let catalogue = melody_core::catalogue::default_catalogue();
        let world = World::new(&catalogue);
        let config = LogConfig { seed: 3, sessions: 1, rollouts: 0, slates: 0.0 };
        let drawn = |index| simulated(&catalogue, &world, config, index);
        assert_eq!(drawn(4), drawn(4));
        assert_ne!(drawn(4).sessions, drawn(5).sessions);
        // More sessions later begin with the same ones.
        let more = simulated(&catalogue, &world, LogConfig { sessions: 2, ..config }, 4);
        assert_eq!(more.sessions[0], drawn(4).sessions[0]);
    }
}
