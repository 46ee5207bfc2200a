//! Data sets of simulated listeners, and those of a log: who is in which part.
//!
//! Simulated listeners are told apart by their number alone, so that a split is a range of numbers and
//! no listener is ever in two of them.

use std::ops::Range;

use rayon::prelude::*;

use super::config::TrainingConfig;
use super::dataset::Dataset;
use super::log::LoggedListener;
use super::rows::rows;
use super::simulated::simulated;
use super::split::{Sessions, Split, Splits};
use crate::catalogue::Catalogue;
use crate::simulation::{LogConfig, World};

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
    pub indices: Range<u64>,
    pub log: LogConfig,
    pub sessions: Sessions,
}

impl Drawn {
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
