//! A training log of simulated listeners, written as they are drawn.

use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::manifest::{LogManifest, Origin};
use super::write::{LogWriter, SHARD_PLAYS};
use crate::data::simulated::simulated;
use crate::data::split::Splits;
use melody_core::catalogue::Catalogue;
use melody_core::plays::LoggedListener;
use melody_simulation::{LogConfig, World};

/// Listeners simulated side by side before they are written.
const SIDE_BY_SIDE: u64 = 256;

/// Simulates `listeners` listeners into a new training log. `done` is told after each.
///
/// # Errors
/// When the folder is not empty or cannot be written to.
pub fn simulate_log(
    folder: &Path,
    catalogue: &Catalogue,
    config: LogConfig,
    listeners: u64,
    splits: Splits,
    done: &(dyn Fn() + Sync),
) -> Result<LogManifest, String> {
    let mut writer = simulated_log(folder, catalogue, config, splits)?;
    let world = World::new(catalogue);
    for first in (0..listeners).step_by(SIDE_BY_SIDE as usize) {
        let some = first..listeners.min(first + SIDE_BY_SIDE);
        for listener in draw_some((catalogue, &world), config, some, done) {
            writer.push(listener)?;
        }
    }
    writer.finish()
}

/// Begins the log of simulated listeners, who are pushed in the order of their numbers.
///
/// # Errors
/// When the folder is not empty or cannot be made.
pub fn simulated_log<'a>(
    folder: &Path,
    catalogue: &'a Catalogue,
    config: LogConfig,
    splits: Splits,
) -> Result<LogWriter<'a>, String> {
    let origin = Origin::Simulated { seed: config.seed, sessions: config.sessions };
    LogWriter::create(folder, catalogue, origin, splits, SHARD_PLAYS)
}

/// Some of the listeners of such a log, in order and the same whatever the number of threads. `done` is told after each.
pub fn draw_some(
    (catalogue, world): (&Catalogue, &World),
    config: LogConfig,
    numbers: Range<u64>,
    done: &(dyn Fn() + Sync),
) -> Vec<LoggedListener> {
    let one = |index| {
        let listener = simulated(catalogue, world, config, index);
        done();
        listener
    };
    numbers.into_par_iter().map(one).collect()
}
