//! Calibration: Platt's scaling of each output, folded into its tower's last layer.
//!
//! On validation listeners, p = 1 / (1 + exp(-(a x + b))) is fitted to each yes/no output's logit x by
//! maximum likelihood (Platt 1999; temperature scaling, Guo et al. 2017, is the case b = 0). As the
//! last layer is linear, scaling its weights by `a` and its bias to `a bias + b` changes the model
//! to just that, and nothing else has to know.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::data::{Dataset, Row};
use melody_model::{LABELS, Network, Output, Task};

/// What was done to one output's logit x: it became `scale` x + `shift`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// Its name.
    pub output: String,
    /// Factor of the logit; 1 changes nothing.
    pub scale: f64,
    /// Added to the scaled logit.
    pub shift: f64,
    /// Log loss on the validation listeners before and after.
    pub log_loss: [f64; 2],
}

/// Fewest examples of either kind that an output is calibrated with.
const FEWEST: usize = 50;

/// Fits each yes/no output on the fresh plays of `data`, whose `logits` are given, and folds the scaling into the network.
pub fn calibrate(
    network: Network,
    data: &Dataset,
    logits: &[[f32; LABELS]],
) -> (Network, Vec<Scaling>) {
    let rows: Vec<&Row> = data.listeners.iter().flat_map(|l| l.fresh()).collect();
    let mut network = network;
    let mut done = Vec::new();
    for output in Output::ALL {
        if matches!(output, Output::PlayRatio | Output::Replays) {
            continue;
        }
        let at = output.index();
        let known = rows.iter().zip(logits).filter(|(row, _)| row.mask[at] > 0.0);
        let examples: Vec<(f64, f64)> =
            known.map(|(row, logits)| (logits[at].into(), row.labels[at].into())).collect();
        let positives = examples.iter().filter(|(_, label)| *label > 0.5).count();
        if positives < FEWEST || examples.len() - positives < FEWEST {
            continue;
        }
        let (scale, shift) = fit(&examples);
        let log_loss = [mean_loss(&examples, 1.0, 0.0), mean_loss(&examples, scale, shift)];
        if log_loss[1] < log_loss[0] {
            fold(&mut network, output, scale, shift);
            done.push(Scaling { output: output.name().into(), scale, shift, log_loss });
        }
    }
    (network, done)
}

/// Scale and shift of the highest likelihood, by Newton's method on its convex problem.
fn fit(examples: &[(f64, f64)]) -> (f64, f64) {
    let (mut scale, mut shift) = (1.0, 0.0);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
        for &(x, y) in examples {
            let p = 1.0 / (1.0 + (-(scale * x + shift)).exp());
            let (error, curve) = (p - y, p * (1.0 - p));
            g = [g[0] + error * x, g[1] + error];
            h = [h[0] + curve * x * x, h[1] + curve * x, h[2] + curve];
        }
        // Keeps the step finite where all logits are alike.
        let ridge = 1e-9 * examples.len() as f64;
        let (a, b, c) = (h[0] + ridge, h[1], h[2] + ridge);
        let determinant = a * c - b * b;
        let step = [(c * g[0] - b * g[1]) / determinant, (a * g[1] - b * g[0]) / determinant];
        (scale, shift) = (scale - step[0], shift - step[1]);
        if step[0].abs() + step[1].abs() < 1e-10 {
            break;
        }
    }
    (scale, shift)
}

fn mean_loss(examples: &[(f64, f64)], scale: f64, shift: f64) -> f64 {
    let loss = |&(x, y): &(f64, f64)| {
        let x = scale * x + shift;
        x.max(0.0) - x * y + (-x.abs()).exp().ln_1p()
    };
    examples.iter().map(loss).sum::<f64>() / examples.len() as f64
}

fn fold(network: &mut Network, output: Output, scale: f64, shift: f64) {
    let (layer, column) = match output.task() {
        Task::Interest => (&mut network.head.interest.output, output.index()),
        Task::Subscription => (&mut network.head.subscription.output, 0),
        Task::Exposure => (&mut network.head.exposure.output, 0),
    };
    let (scale, shift) = (scale as f32, shift as f32);
    let [rows, columns] = layer.weight.val().dims();
    let Linear { weight, bias } = layer;
    *weight = changed(weight, [rows, columns], |values| {
        values.iter_mut().skip(column).step_by(columns).for_each(|w| *w *= scale);
    });
    if let Some(bias) = bias {
        *bias = changed(bias, [columns], |values| {
            values[column] = values[column] * scale + shift;
        });
    }
}

/// The parameter with other values, under its own identifier.
fn changed<const D: usize>(
    param: &Param<Tensor<D>>,
    shape: [usize; D],
    change: impl FnOnce(&mut Vec<f32>),
) -> Param<Tensor<D>> {
    let device = param.val().device();
    let values = param.val().into_data().try_to_vec::<f32>();
    let mut values = values.expect("networks here hold 32-bit floats");
    change(&mut values);
    param.clone().map(|_| Tensor::from_data(TensorData::new(values, shape), &device))
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    #[test]
    fn finds_the_scaling_that_spoiled_the_logits() {
        let mut rng = generator(5, Purpose::Training, 0);
        let examples: Vec<(f64, f64)> = (0..200_000)
            .map(|_| {
                let true_logit = rng.random_range(-3.0..3.0);
                let p: f64 = 1.0 / (1.0 + f64::exp(-true_logit));
                let happens = if rng.random_bool(p) { 1.0 } else { 0.0 };
                // Twice as sure as it should be, and always half a logit too high.
                (2.0 * true_logit + 0.5, happens)
            })
            .collect();
        let (scale, shift) = fit(&examples);
        assert!((scale - 0.5).abs() < 0.01, "{scale}");
        assert!((shift + 0.25).abs() < 0.02, "{shift}");
        assert!(mean_loss(&examples, scale, shift) < mean_loss(&examples, 1.0, 0.0));
    }

    #[test]
    fn logits_that_say_nothing_leave_a_finite_fit() {
        let examples: Vec<(f64, f64)> =
            (0..100).map(|i| (1.5, if i < 30 { 1.0 } else { 0.0 })).collect();
        let (scale, shift) = fit(&examples);
        let p = 1.0 / (1.0 + (-(scale * 1.5 + shift)).exp());
        assert!((p - 0.3).abs() < 1e-6, "{p}");
    }
}
