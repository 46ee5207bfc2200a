//! Metrics of probabilities against yes/no outcomes.

use std::collections::BTreeMap;

/// A predicted probability (or any score), what happened, and how much the example counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labelled {
    /// Predicted: a probability in [0, 1], or any number where only the order counts.
    pub score: f64,
    /// Whether it happened.
    pub label: bool,
    /// How many examples it counts as.
    pub weight: f64,
}

impl Labelled {
    /// An example that counts once.
    pub fn new(score: f64, label: bool) -> Self {
        Labelled { score, label, weight: 1.0 }
    }

    /// 1 for what happened, 0 for what did not.
    pub fn observed(&self) -> f64 {
        f64::from(u8::from(self.label))
    }

    /// Negative log likelihood, the probability held off 0 and 1 by the machine epsilon as
    /// scikit-learn does.
    pub fn log_loss(&self) -> f64 {
        let p = self.score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        if self.label { -p.ln() } else { -(1.0 - p).ln() }
    }

    /// What one example adds to the Brier score, in [0, 1] for a probability.
    pub fn squared_error(&self) -> f64 {
        (self.score - self.observed()).powi(2)
    }
}

/// Area under the ROC curve: the chance that a positive scores above a negative, ties counting
/// half. `None` where only one class is present, since no such pair exists.
pub fn auc(examples: &[Labelled]) -> Option<f64> {
    let mut sorted: Vec<&Labelled> = examples.iter().collect();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let (mut below, mut wins, mut positives) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.score == b.score) {
        let weight = |label: bool| -> f64 {
            tied.iter().filter(|e| e.label == label).map(|e| e.weight).sum()
        };
        let (up, down) = (weight(true), weight(false));
        wins += up * (below + down / 2.0);
        below += down;
        positives += up;
    }
    (positives > 0.0 && below > 0.0).then(|| wins / (positives * below))
}

/// AUC within each group, averaged with the groups' sizes as weights; groups of one class are left
/// out. Also the number of groups used.
pub fn grouped_auc<G: Ord + Copy>(examples: &[(G, Labelled)]) -> Option<(f64, usize)> {
    let mut groups: BTreeMap<G, Vec<Labelled>> = BTreeMap::new();
    for (group, example) in examples {
        groups.entry(*group).or_default().push(*example);
    }
    let scored: Vec<(f64, f64)> = groups
        .values()
        .filter_map(|group| auc(group).map(|value| (value, group.len() as f64)))
        .collect();
    let total: f64 = scored.iter().map(|(_, size)| size).sum();
    let value = scored.iter().map(|(value, size)| value * size).sum::<f64>() / total;
    (!scored.is_empty()).then_some((value, scored.len()))
}

/// Mean negative log likelihood. `None` for no examples.
pub fn log_loss(examples: &[Labelled]) -> Option<f64> {
    weighted_mean(examples, Labelled::log_loss)
}

/// Mean squared error of the probabilities.
pub fn brier(examples: &[Labelled]) -> Option<f64> {
    weighted_mean(examples, Labelled::squared_error)
}

/// Predicted over observed positives: 1 when calibrated in the large. `None` without positives.
pub fn predicted_over_observed(examples: &[Labelled]) -> Option<f64> {
    let predicted = weighted_mean(examples, |e| e.score)?;
    let observed = weighted_mean(examples, Labelled::observed)?;
    (observed > 0.0).then(|| predicted / observed)
}

/// Average precision: precision at each distinct score, weighted by the recall gained there.
/// `None` without positives.
pub fn average_precision(examples: &[Labelled]) -> Option<f64> {
    let mut sorted: Vec<&Labelled> = examples.iter().collect();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let positives: f64 = examples.iter().filter(|e| e.label).map(|e| e.weight).sum();
    let (mut hits, mut seen, mut sum) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.score == b.score) {
        let gained: f64 = tied.iter().filter(|e| e.label).map(|e| e.weight).sum();
        seen += tied.iter().map(|e| e.weight).sum::<f64>();
        hits += gained;
        sum += gained * hits / seen;
    }
    (positives > 0.0).then(|| sum / positives)
}

fn weighted_mean(examples: &[Labelled], value: impl Fn(&Labelled) -> f64) -> Option<f64> {
    let total: f64 = examples.iter().map(|e| e.weight).sum();
    let sum: f64 = examples.iter().map(|e| e.weight * value(e)).sum();
    (total > 0.0).then(|| sum / total)
}
