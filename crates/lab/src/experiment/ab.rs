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
    pub policy: String,
    pub policy_hash: String,
    pub model: String,
    pub model_hash: String,
}

impl Arm {
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
    Better,
    Worse,
    /// A difference that is neither good nor bad.
    Different,
    NoneFound,
}

/// One metric of b against a.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub metric: Metric,
    pub about: &'static str,
    pub better: Direction,
    #[serde(flatten)]
    pub paired: Paired,
    pub always_valid: Peeking,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AbReport {
    pub seed: u64,
    pub listeners: u64,
    pub sessions: u32,
    pub catalogue: String,
    pub catalogue_hash: String,
    pub a: Arm,
    pub b: Arm,
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
