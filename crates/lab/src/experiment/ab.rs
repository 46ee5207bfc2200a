//! Two arms, one population.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cohort::Cohort;
use super::metric::{Direction, Metric};
use super::outcome::ListenerOutcome;
use crate::statistics::{Paired, Peeking, paired, peeking};
use melody_sessions::library::Library;

/// What an arm was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Arm {
    /// The policy's name.
    pub policy: String,
    /// SHA-256 of its file, in hexadecimal.
    pub policy_hash: String,
    /// The model's name.
    pub model: String,
    /// SHA-256 of its weights, in hexadecimal.
    pub model_hash: String,
}

impl Arm {
    /// Names and hashes of what a library holds.
    pub fn new(library: &Library) -> Self {
        Arm {
            policy: library.policy.name.clone(),
            policy_hash: library.policy.hash.clone(),
            model: library.model.name.clone(),
            model_hash: library.model.hash.clone(),
        }
    }
}

/// What the paired t-test says at the 5 % level, in the metric's own direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// b is better than a.
    Better,
    /// b is worse than a.
    Worse,
    /// A difference that is neither good nor bad.
    Different,
    /// The difference may well be chance.
    NoneFound,
}

/// One metric of b against a.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared.
    pub metric: Metric,
    /// The same in words.
    pub about: &'static str,
    /// Which way is good.
    pub better: Direction,
    /// b against a, with their means and what chance makes of them.
    #[serde(flatten)]
    pub paired: Paired,
    /// What holds however often one has looked.
    pub always_valid: Peeking,
    /// What the t-test says of b.
    pub verdict: Verdict,
}

/// What an experiment found: b against a.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AbReport {
    /// What the cohort is drawn from.
    pub seed: u64,
    /// In each arm: the same ones.
    pub listeners: u64,
    /// Of each listener.
    pub sessions: u32,
    /// The name of the catalogue that both arms serve.
    pub catalogue: String,
    /// SHA-256 of its files, in hexadecimal.
    pub catalogue_hash: String,
    /// The arm that the other is held against.
    pub a: Arm,
    /// The arm in question.
    pub b: Arm,
    /// Over the whole cohort.
    pub metrics: Vec<Comparison>,
    /// By the segment arm a puts a listener in.
    pub segments: BTreeMap<String, Vec<Comparison>>,
}

/// Compares what came of the same cohort in two arms.
pub fn compare(
    cohort: &Cohort,
    (a, b): (&Library, &Library),
    (of_a, of_b): (&[ListenerOutcome], &[ListenerOutcome]),
) -> AbReport {
    let mut segments: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, listener) in of_a.iter().enumerate() {
        segments.entry(listener.segment.clone()).or_default().push(i);
    }
    let everyone: Vec<usize> = (0..of_a.len()).collect();
    AbReport {
        seed: cohort.seed,
        listeners: cohort.listeners,
        sessions: cohort.sessions,
        catalogue: a.catalogue.name.clone(),
        catalogue_hash: a.catalogue.hash.clone(),
        a: Arm::new(a),
        b: Arm::new(b),
        metrics: comparisons(of_a, of_b, &everyone),
        segments: segments
            .into_iter()
            .map(|(segment, members)| (segment, comparisons(of_a, of_b, &members)))
            .collect(),
    }
}

/// Every metric over some listeners; none where they are too few for a test.
fn comparisons(
    of_a: &[ListenerOutcome],
    of_b: &[ListenerOutcome],
    members: &[usize],
) -> Vec<Comparison> {
    let compared = |metric: Metric| {
        let values = |arm: &[ListenerOutcome]| -> Vec<f64> {
            members.iter().map(|&i| metric.of(&arm[i])).collect()
        };
        let (a, b) = (values(of_a), values(of_b));
        let paired = paired(&a, &b)?;
        let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
        Some(Comparison {
            metric,
            about: metric.about(),
            better: metric.direction(),
            verdict: verdict(metric, &paired),
            always_valid: peeking(&differences, metric.mixing_deviation()),
            paired,
        })
    };
    Metric::ALL.into_iter().filter_map(compared).collect()
}

fn verdict(metric: Metric, paired: &Paired) -> Verdict {
    let [low, high] = paired.interval;
    if low <= 0.0 && high >= 0.0 {
        return Verdict::NoneFound;
    }
    match (metric.direction(), low > 0.0) {
        (Direction::Neither, _) => Verdict::Different,
        (Direction::Higher, true) | (Direction::Lower, false) => Verdict::Better,
        (Direction::Higher, false) | (Direction::Lower, true) => Verdict::Worse,
    }
}
