//! Listening to judge a model by, in chunks of whole listeners.

use std::sync::Arc;

use rayon::prelude::*;

use super::read::TrainingLog;
use crate::config::TrainingConfig;
use crate::data::drawn::Drawn;
use crate::data::simulated::simulated;
use crate::data::split::{Sessions, Split};
use melody_core::catalogue::Catalogue;
use melody_core::input::InputError;
use melody_core::plays::LoggedListener;
use melody_simulation::World;

/// Where the listening comes from.
#[derive(Clone, Debug)]
pub enum Listening {
    /// Simulated as it is asked for.
    Simulated {
        /// That is listened to.
        catalogue: Arc<Catalogue>,
        /// Its hidden truth.
        world: Arc<World>,
        /// Which listeners.
        drawn: Drawn,
    },
    /// One split of a training log, or all of it.
    Log(TrainingLog, Option<Split>),
}

/// Listeners simulated at once.
const CHUNK: u64 = 250;

impl Listening {
    /// The simulated listeners of a split of `config`.
    pub fn simulated(catalogue: Arc<Catalogue>, config: &TrainingConfig, split: Split) -> Self {
        let world = Arc::new(World::new(&catalogue));
        Listening::Simulated { catalogue, world, drawn: Drawn::new(config, split) }
    }

    /// Parts that are read one at a time.
    pub fn chunks(&self) -> usize {
        match self {
            Listening::Simulated { drawn, .. } => {
                (drawn.indices.end - drawn.indices.start).div_ceil(CHUNK) as usize
            }
            Listening::Log(log, _) => log.manifest().shards.len(),
        }
    }

    /// The listeners of a chunk, each with the sessions that count.
    ///
    /// # Errors
    /// When a log's shard cannot be read.
    pub fn read(&self, chunk: usize) -> Result<Vec<(LoggedListener, Sessions)>, InputError> {
        match self {
            Listening::Simulated { catalogue, world, drawn } => {
                let first = drawn.indices.start + chunk as u64 * CHUNK;
                let indices = first..drawn.indices.end.min(first + CHUNK);
                let draw = |index| (simulated(catalogue, world, drawn.log, index), drawn.sessions);
                Ok(indices.into_par_iter().map(draw).collect())
            }
            Listening::Log(log, split) => {
                let splits = log.manifest().splits;
                let part = |listener: &LoggedListener| match split {
                    Some(split) => splits.sessions(listener, *split),
                    None => Some(Sessions { known: 0, until: listener.sessions.len() }),
                };
                let listeners = log.listeners(chunk)?.into_iter();
                Ok(listeners.filter_map(|l| part(&l).map(|part| (l, part))).collect())
            }
        }
    }
}
