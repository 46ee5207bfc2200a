//! The training loop.

use std::ops::ControlFlow;
use std::path::Path;

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::batch::{Batch, windows};
use super::checkpoint::Checkpoint;
use super::config::TrainingConfig;
use super::dataset::Dataset;
use crate::catalogue::Catalogue;
use crate::model::{Network, SongTable};
use crate::objective::{LossWeights, masked_losses};
use crate::rng::{Purpose, generator};

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub step: u64,
    pub steps: u64,
    /// Interest, subscription, exposure.
    pub losses: [f32; 3],
    pub weights: LossWeights,
    /// The user-first rule had to lower the commercial weights.
    pub clamped: bool,
    pub learning_rate: f64,
}

/// How training ended.
pub enum Outcome {
    Finished {
        network: Box<Network>,
        log: Vec<Progress>,
    },
    /// Stopped by the watcher; a checkpoint was written.
    Interrupted {
        step: u64,
    },
}

/// Steps between the entries of the log.
const LOG_EVERY: u64 = 20;

/// Trains a network. `watch` sees every step and may stop the training, which then writes a
/// checkpoint into `folder`; a checkpoint found there is taken up where it stopped.
///
/// # Errors
/// When the checkpoint cannot be read or written, or was made with another config.
pub fn train(
    catalogue: &Catalogue,
    config: &TrainingConfig,
    data: &Dataset,
    device: &Device,
    folder: &Path,
    watch: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Outcome, String> {
    let table = SongTable::new(catalogue, &config.network, device);
    let windows = windows(data);
    let per_epoch = windows.len().div_ceil(config.batch) as u64;
    let steps = per_epoch * u64::from(config.epochs);

    let mut network = Network::new(&config.network, config.seed, device).train();
    let mut optimizer = optimizer(config);
    let mut step = 0;
    let mut log = Vec::new();
    if let Some(saved) = Checkpoint::find(folder, config)? {
        step = saved.step;
        log = saved.log;
        network = network.valid().load_file(Checkpoint::network_path(folder)).train();
        optimizer = optimizer
            .load(Checkpoint::optimizer_path(folder))
            .map_err(|e| format!("{}: {e}", Checkpoint::optimizer_path(folder).display()))?;
    }

    let mut order: Vec<usize> = Vec::new();
    while step < steps {
        let place = step % per_epoch;
        if order.is_empty() || place == 0 {
            order = (0..windows.len()).collect();
            order.shuffle(&mut generator(config.seed, Purpose::Training, step / per_epoch));
        }
        let in_batch = order.iter().skip(place as usize * config.batch).take(config.batch);
        let chosen: Vec<_> = in_batch.map(|&w| windows[w]).collect();
        let batch = Batch::gather(data, &chosen, config.network.session_window, device);
        let keep = keep_ids(config, table.len(), step, device);
        let (weights, clamped) = config.objective.scheme.weights(&config.objective, step, steps);
        let learning_rate = learning_rate(config, step, steps);

        let (head, ..) = network.forward(&table, Some(keep), &batch.sequences);
        let losses =
            masked_losses(head.logits, batch.labels, batch.mask, &config.objective.interest);
        let values = losses.values();
        let gradients = losses.total(weights).backward();
        let mut gradients = GradientsParams::from_grads(gradients, &network);
        // What is learned of one listener is for near-line updates to fill in.
        gradients.remove::<2>(network.head.listener.id);
        network = optimizer.step(learning_rate, network, gradients);

        let progress = Progress { step, steps, losses: values, weights, clamped, learning_rate };
        step += 1;
        if progress.step.is_multiple_of(LOG_EVERY) || step == steps {
            log.push(progress);
        }
        if watch(&progress).is_break() {
            Checkpoint { step, log }.write(folder, config, &network.valid(), &optimizer)?;
            return Ok(Outcome::Interrupted { step });
        }
    }
    Checkpoint::remove(folder);
    Ok(Outcome::Finished { network: Box::new(network.valid()), log })
}

fn optimizer(config: &TrainingConfig) -> ModuleOptimizer {
    AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_weight_decay(config.weight_decay)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(config.gradient_clip)))
        .init()
}

/// Rises over the warm-up, then falls along a cosine to a twentieth.
fn learning_rate(config: &TrainingConfig, step: u64, steps: u64) -> f64 {
    let warm = ((step + 1) as f64 / config.warm_up.max(1) as f64).min(1.0);
    let progress = step as f64 / steps.max(1) as f64;
    let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
    config.learning_rate * warm * (0.05 + 0.95 * cosine)
}

/// Which artists and songs keep their identifiers in this step, `[songs, 2]`.
fn keep_ids(config: &TrainingConfig, songs: usize, step: u64, device: &Device) -> Tensor<2> {
    let mut rng = generator(config.seed, Purpose::Training, (1 << 40) + step);
    let values: Vec<f32> = (0..songs)
        .flat_map(|_| [config.hide_artist, config.hide_song])
        .map(|hide| if rng.random_bool(hide) { 0.0 } else { 1.0 })
        .collect();
    Tensor::from_data(TensorData::new(values, [songs, 2]), device)
}
