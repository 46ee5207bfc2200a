//! What a training is made of. A training goes on to the same bits only where all of it is the same, so a checkpoint says what it
//! was made of, and is taken up with nothing else.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::progress::Training;
use crate::config::TrainingConfig;
use crate::data::Splits;
use crate::data::log::Source;

/// The identities of a training's inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MadeOf {
    /// The catalogue's hash.
    pub catalogue: String,
    /// Of a log, a hash over its shards' hashes; of listeners that were simulated for the training, how much they heard, since what
    /// they heard follows from the catalogue and the config.
    pub log: String,
    /// That tensors are computed on.
    pub device: String,
    /// How the log is split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub splits: Option<Splits>,
    /// Every setting.
    pub config: TrainingConfig,
}

impl MadeOf {
    /// What this training is made of.
    pub(super) fn new(training: &Training) -> Self {
        let (log, splits) = match training.data {
            Source::Memory(_) => {
                let count = training.data.count();
                (format!("simulated, {} plays of {} listeners", count.plays, count.listeners), None)
            }
            Source::Log(log, _) => {
                let mut hash = Sha256::new();
                log.manifest().shards.iter().for_each(|shard| hash.update(&shard.sha256));
                let hash: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
                (hash, Some(log.manifest().splits))
            }
        };
        MadeOf {
            catalogue: training.catalogue.hash.clone(),
            log,
            device: format!("{:?}", training.device),
            splits,
            config: training.config.clone(),
        }
    }

    /// What is not the same now, in words; `None` where all of it is.
    pub(super) fn differs(&self, now: &MadeOf) -> Option<String> {
        let known = |what: &str, then: &str, now: &str| {
            (then != now).then(|| format!("another {what} (it was {then}, it is {now})"))
        };
        let unlike = |what: &str, differs: bool| differs.then(|| format!("another {what}"));
        let all = [
            unlike("training config", self.config != now.config),
            known("catalogue", short(&self.catalogue), short(&now.catalogue)),
            known("training log", short(&self.log), short(&now.log)),
            unlike("split of the log", self.splits != now.splits),
            known("device", &self.device, &now.device),
        ];
        let all: Vec<String> = all.into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" and "))
    }
}

/// The beginning of a hash; what is none stays.
fn short(text: &str) -> &str {
    if text.contains(' ') { text } else { text.get(..12).unwrap_or(text) }
}
