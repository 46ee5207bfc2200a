//! A training log of simulated listeners, written as they are drawn.

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
    let origin = Origin::Simulated { seed: config.seed, sessions: config.sessions };
    let mut writer = LogWriter::create(folder, catalogue, origin, splits, SHARD_PLAYS)?;
    let world = World::new(catalogue);
    for first in (0..listeners).step_by(SIDE_BY_SIDE as usize) {
        let drawn: Vec<LoggedListener> = (first..listeners.min(first + SIDE_BY_SIDE))
            .into_par_iter()
            .map(|index| {
                let listener = simulated(catalogue, &world, config, index);
                done();
                listener
            })
            .collect();
        for listener in drawn {
            writer.push(listener)?;
        }
    }
    writer.finish()
}
