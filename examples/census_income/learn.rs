//! Trains one network and tests the best it was.

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};
use melody::evaluation::{Labelled, auc};
use melody::rng::{Purpose, generator};
use rand::seq::SliceRandom;

use super::data::{Census, Examples};
use super::fields::{LABELS, Label};
use super::net::Net;

const BATCH: usize = 1024;
/// Rows judged at once.
const TILE: usize = 4096;
const LEARNING_RATE: f64 = 2e-3;
/// Steps over which the learning rate rises.
const WARM_UP: usize = 100;
const WEIGHT_DECAY: f32 = 1e-4;

/// AUC of each task after the epoch at which their mean on validation was highest.
#[derive(Clone, Debug)]
pub(crate) struct Learned {
    /// Counted from 1.
    pub epoch: u32,
    pub validation: Vec<f64>,
    pub test: Vec<f64>,
}

/// Trains `net` on the tasks of `labels`, one logit each, for some epochs.
pub(crate) fn learn(
    net: Net,
    labels: &[Label],
    census: &Census,
    epochs: u32,
    seed: u64,
    device: &Device,
) -> Option<Learned> {
    let mut net = net.train();
    let mut optimizer =
        AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(WEIGHT_DECAY).init();
    let rows = census.train.rows();
    let steps = rows.div_ceil(BATCH) * epochs as usize;
    let mut step = 0;
    let mut best: Option<Learned> = None;
    for epoch in 0..epochs {
        let mut order: Vec<usize> = (0..rows).collect();
        order.shuffle(&mut generator(seed, Purpose::Training, epoch.into()));
        for places in order.chunks(BATCH) {
            let batch = census.train.pick(places);
            let loss = cross_entropy(net.forward(&batch, device), targets(&batch, labels, device));
            let gradients = GradientsParams::from_grads(loss.backward(), &net);
            net = optimizer.step(learning_rate(step, steps), net, gradients);
            step += 1;
        }
        let judge = net.valid();
        let validation = aucs(&judge, &census.validation, labels, device)?;
        let total = |aucs: &[f64]| aucs.iter().sum::<f64>();
        if best.as_ref().is_none_or(|best| total(&validation) > total(&best.validation)) {
            let test = aucs(&judge, &census.test, labels, device)?;
            best = Some(Learned { epoch: epoch + 1, validation, test });
        }
    }
    best
}

/// Rises, then falls along a cosine to a fiftieth.
fn learning_rate(step: usize, steps: usize) -> f64 {
    let warm = ((step + 1) as f64 / WARM_UP as f64).min(1.0);
    let cosine = 0.5 * (1.0 + (std::f64::consts::PI * step as f64 / steps as f64).cos());
    LEARNING_RATE * warm * (0.02 + 0.98 * cosine)
}

/// The labels of some tasks, `[rows, tasks]`.
fn targets(examples: &Examples, labels: &[Label], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = examples
        .labels
        .chunks(LABELS.len())
        .flat_map(|row| labels.iter().map(|label| row[place(*label)]))
        .collect();
    Tensor::from_data(TensorData::new(values, [examples.rows(), labels.len()]), device)
}

fn place(label: Label) -> usize {
    LABELS.iter().position(|&l| l == label).expect("every label is listed")
}

/// Cross-entropy with logits, `max(x, 0) - x y + ln(1 + exp(-|x|))`, summed over tasks and averaged
/// over rows: a scalar.
fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let of_each = logits.clone().clamp_min(0.0) - logits.clone() * labels
        + (logits.abs().neg().exp() + 1.0).log();
    of_each.sum_dim(1).mean()
}

/// AUC of each task; `None` where a label holds for all rows or for none.
fn aucs(net: &Net, examples: &Examples, labels: &[Label], device: &Device) -> Option<Vec<f64>> {
    let places: Vec<usize> = (0..examples.rows()).collect();
    let mut judged = vec![Vec::with_capacity(places.len()); labels.len()];
    for tile in places.chunks(TILE) {
        let rows = examples.pick(tile);
        let logits: Vec<f32> =
            net.forward(&rows, device).into_data().try_to_vec().expect("logits are 32-bit floats");
        for (logits, truth) in logits.chunks(labels.len()).zip(rows.labels.chunks(LABELS.len())) {
            for ((logit, label), into) in logits.iter().zip(labels).zip(&mut judged) {
                into.push(Labelled::new(f64::from(*logit), truth[place(*label)] > 0.5));
            }
        }
    }
    judged.iter().map(|task| auc(task)).collect()
}
