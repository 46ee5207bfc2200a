//! What a training works on, what it tells on its way, and what it ends with.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::validation::Validation;
use crate::config::TrainingConfig;
use crate::data::Dataset;
use crate::data::log::Source;
use crate::evaluation::{Greedy, Judge};
use melody_core::catalogue::Catalogue;
use melody_model::Network;
use melody_model::objective::LossWeights;

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done before it: the first is 0.
    pub step: u64,
    /// In the whole training.
    pub steps: u64,
    /// Interest, subscription, exposure.
    pub losses: [f32; 3],
    /// As used; where plays have weights of their own, as with `rmtl`, their mean over the step's plays.
    pub weights: LossWeights,
    /// As the scheme and the completion constraint asked, before the user-first rule.
    #[serde(default)]
    pub asked: LossWeights,
    /// The user-first rule had to lower the commercial weights, of a play at least.
    pub clamped: bool,
    /// The completion constraint's.
    #[serde(default)]
    pub multiplier: f64,
    /// What RMTL's critics expect of the rest of the session, by task, a mean over the step's plays, once they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<[f64; 3]>,
    /// Of this step.
    pub learning_rate: f64,
}

/// How training ended.
pub enum Outcome {
    /// All steps are done, or validation no longer improved.
    Finished(Box<Trained>),
    /// Stopped by the watcher; a checkpoint was written.
    Interrupted {
        /// Steps done.
        step: u64,
    },
}

/// A trained network: the best that validation saw.
pub struct Trained {
    /// The best that validation saw.
    pub network: Network,
    /// Every step.
    pub log: Vec<Progress>,
    /// In order.
    pub validations: Vec<Validation>,
    /// Steps before the validation that the network was taken at.
    pub best_step: u64,
    /// Validation no longer improved, and training ended before its time.
    pub stopped_early: bool,
}

/// What a training works on.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// That was listened to.
    pub catalogue: &'a Catalogue,
    /// Every setting of the training.
    pub config: &'a TrainingConfig,
    /// Learned from.
    pub data: &'a Source,
    /// Watched, never learned from.
    pub validation: &'a Dataset,
    /// How choices are made that the completion constraint looks at.
    pub greedy: Greedy,
    /// That tensors are computed on.
    pub device: &'a Device,
    /// Where checkpoints are kept.
    pub folder: &'a Path,
}

impl<'a> Training<'a> {
    /// The network of this training, to be asked about plays.
    pub fn judge(&self, network: &'a Network) -> Judge<'a> {
        let Training { catalogue, config, device, .. } = *self;
        Judge { network, shape: &config.network, catalogue, device }
    }
}
