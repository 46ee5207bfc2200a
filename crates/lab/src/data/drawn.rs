//! Data sets of simulated listeners, and those of a log: who is in which part.
//!
//! Simulated listeners are told apart by their number alone, so that a split is a range of numbers and
//! no listener is ever in two of them.

use std::ops::Range;

use rayon::prelude::*;

use super::dataset::Dataset;
use super::rows::rows;
use super::simulated::simulated;
use super::split::{Sessions, Split, Splits};
use crate::config::TrainingConfig;
use melody_core::catalogue::Catalogue;
use melody_core::plays::LoggedListener;
use melody_simulation::{LogConfig, World};

impl Dataset {
    /// Simulates the listeners of a split. `done` is told after each listener.
    pub fn simulate(
        catalogue: &Catalogue,
        config: &TrainingConfig,
        split: Split,
        done: &(dyn Fn() + Sync),
    ) -> Self {
        let world = World::new(catalogue);
        let drawn = Drawn::new(config, split);
        let listeners = drawn.indices.clone().into_par_iter().map(|index| {
            let listener = simulated(catalogue, &world, drawn.log, index);
            done();
            rows(catalogue, &listener, drawn.sessions)
        });
        Dataset { listeners: listeners.collect() }
    }

    /// What of these listeners is in `split`.
    pub fn of(
        catalogue: &Catalogue,
        listeners: &[LoggedListener],
        splits: &Splits,
        split: Split,
    ) -> Self {
        let parts = listeners.par_iter().filter_map(|listener| {
            let part = splits.sessions(listener, split)?;
            Some(rows(catalogue, listener, part))
        });
        Dataset { listeners: parts.collect() }
    }
}

/// Share of test plays with a slate of alternatives.
const SLATES: f64 = 0.025;

/// Which listeners are simulated for a split, and which of their sessions are in it.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The listeners' numbers.
    pub indices: Range<u64>,
    /// How their sessions are drawn.
    pub log: LogConfig,
    /// Which of their sessions are meant.
    pub sessions: Sessions,
}

impl Drawn {
    /// The simulated listeners of one split of a training.
    pub fn new(config: &TrainingConfig, split: Split) -> Self {
        let validation = (config.listeners / 20).max(20);
        let after_training = config.listeners..config.listeners + validation;
        let after_validation = after_training.end..after_training.end + config.test_listeners;
        let (seed, sessions) = (config.seed, config.sessions);
        let log = |sessions, rollouts, slates| LogConfig { seed, sessions, rollouts, slates };
        let whole = Sessions { known: 0, until: sessions as usize };
        let (indices, log, sessions) = match split {
            Split::Train => (0..config.listeners, log(sessions, 0, 0.0), whole),
            Split::Validation => (after_training, log(sessions, 0, 0.0), whole),
            Split::Test => (after_validation, log(sessions, config.rollouts, SLATES), whole),
            // The same listeners come back once more after all that was learned from.
            Split::Later => (
                0..config.listeners.min(config.test_listeners),
                log(sessions + 1, config.rollouts, 0.0),
                Sessions { known: whole.until, until: whole.until + 1 },
            ),
        };
        Drawn { indices, log, sessions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_listener_is_in_two_parts_and_the_later_ones_come_back() {
        let config = TrainingConfig {
            listeners: 1000,
            test_listeners: 300,
            sessions: 4,
            ..TrainingConfig::default()
        };
        let [train, validation, test, later] = Split::ALL.map(|split| Drawn::new(&config, split));
        assert_eq!(train.indices, 0..1000);
        assert_eq!(validation.indices, 1000..1050);
        assert_eq!(test.indices, 1050..1350);
        assert_eq!(later.indices, 0..300);
        // One session more than was learned from, and only that one is judged by.
        assert_eq!((train.log.sessions, later.log.sessions), (4, 5));
        assert_eq!(later.sessions, Sessions { known: 4, until: 5 });
        assert_eq!(train.log.seed, later.log.seed);
        // Truth that takes long to estimate is for those judged by alone.
        assert_eq!([train.log.rollouts, validation.log.rollouts], [0, 0]);
        assert!(test.log.slates > 0.0 && later.log.slates == 0.0);
    }

    #[test]
    fn few_listeners_are_validated_by_twenty_at_least() {
        let config =
            TrainingConfig { listeners: 50, test_listeners: 80, ..TrainingConfig::default() };
        assert_eq!(Drawn::new(&config, Split::Validation).indices, 50..70);
        // No more can come back than there were.
        assert_eq!(Drawn::new(&config, Split::Later).indices, 0..50);
    }
}
