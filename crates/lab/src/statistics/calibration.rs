//! Whether a predicted 30 % happens three times in ten.

use serde::{Deserialize, Serialize};

use super::binary::Labelled;

/// One bin of a reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// From 0, which holds the smallest probabilities.
    pub index: usize,
    /// Examples in it.
    pub count: usize,
    /// Of their probabilities.
    pub mean_predicted: f64,
    /// The share of them that happened.
    pub mean_observed: f64,
}

/// How far predicted probabilities are from what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Expected calibration error: mean gap between predicted and observed, weighted by bin size.
    pub expected_error: f64,
    /// The largest gap of any bin.
    pub maximum_error: f64,
    /// Bins that hold anything.
    pub bins: Vec<Bin>,
}

/// Which of `bins` equal widths a probability is in.
pub(super) fn bin(probability: f64, bins: usize) -> usize {
    ((probability * bins as f64) as usize).min(bins - 1)
}

/// Reliability over `bins` equal widths of predicted probability; a bin includes its lower edge,
/// and the last its upper one too.
pub fn calibration(examples: &[Labelled], bins: usize) -> Calibration {
    let mut sums = vec![(0usize, 0.0f64, 0.0f64); bins];
    for example in examples {
        let (count, predicted, observed) = &mut sums[bin(example.score, bins)];
        *count += 1;
        *predicted += example.score;
        *observed += example.observed();
    }
    let bins: Vec<Bin> = sums
        .into_iter()
        .enumerate()
        .filter(|(_, (count, ..))| *count > 0)
        .map(|(index, (count, predicted, observed))| Bin {
            index,
            count,
            mean_predicted: predicted / count as f64,
            mean_observed: observed / count as f64,
        })
        .collect();
    let gap = |bin: &Bin| (bin.mean_predicted - bin.mean_observed).abs();
    let total = examples.len().max(1) as f64;
    Calibration {
        expected_error: bins.iter().map(|b| gap(b) * b.count as f64 / total).sum(),
        maximum_error: bins.iter().map(gap).fold(0.0, f64::max),
        bins,
    }
}
