//! Two arms, one population.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cohort::Cohort;
use super::days::{Daily, daily};
use super::metric::{Direction, Metric};
use super::outcome::ListenerOutcome;
use crate::statistics::{BURN_IN, Paired, Peeking, known_pairs, paired, peeking};
use melody_sessions::library::Library;
use melody_simulation::Variant;

/// What an arm was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// All listeners differ by the same, which leaves no spread to tell chance by.
    Untested,
}

/// One metric of b against a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared.
    pub metric: Metric,
    /// The same in words.
    pub about: Cow<'static, str>,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The world that the listeners live in.
    pub world: Cow<'static, str>,
    /// The arm that the other is held against.
    pub a: Arm,
    /// The arm in question.
    pub b: Arm,
    /// Over the whole cohort.
    pub metrics: Vec<Comparison>,
    /// By the segment arm a puts a listener in.
    pub segments: BTreeMap<String, Vec<Comparison>>,
    /// Day by day, where sessions go over two days at least.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Daily>,
}

/// What arm b must not be worse in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    /// The metric.
    pub metric: Metric,
    /// By how much it may be worse, in the metric's own unit, though it has to be shown that it is by less. Without one it must not be
    /// shown to be worse at all, which few listeners never show.
    pub margin: Option<f64>,
}

impl AbReport {
    /// Why arm b may not pass, over all listeners: it is worse, or not shown to be worse by less than the margin, or nothing could
    /// be tested. `None` where it may. Who passes only where all of several gates are passed needs no correction for their number: a
    /// mistake takes all of them (an intersection-union test; Berger, Technometrics 1982).
    pub fn fails(&self, gate: Gate) -> Option<String> {
        let Some(found) = self.metrics.iter().find(|c| c.metric == gate.metric) else {
            return Some("could not be tested: that takes two listeners at least".into());
        };
        let Paired { pairs, mean_a, mean_b, .. } = found.paired;
        match (found.verdict, gate.margin) {
            (Verdict::Untested, _) => Some(format!(
                "could not be tested: all {pairs} listeners differ by the same, which leaves no spread to \
                 judge by; ask for more `--listeners`"
            )),
            _ if mean_a == 0.0 && mean_b == 0.0 => Some(format!(
                "could not be tested: there was none in either arm among {pairs} listeners"
            )),
            (Verdict::Worse, None) => Some("arm b is significantly worse".into()),
            (_, Some(margin)) if found.at_worst() > margin => Some(format!(
                "arm b may be worse by {:.4}, more than {margin}; more `--listeners` tell closer",
                found.at_worst()
            )),
            _ => None,
        }
    }
}

impl Comparison {
    /// By how much b may be worse than a, by its interval; below 0 where it is better for certain, and 0 where nothing differs.
    fn at_worst(&self) -> f64 {
        let [low, high] = self.paired.interval.unwrap_or_default();
        if self.better == Direction::Lower { high } else { -low }
    }
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
        world: Variant::name_of(a.world().nature()).into(),
        a: Arm::new(a),
        b: Arm::new(b),
        metrics: comparisons(of_a, of_b, &everyone),
        segments: segments
            .into_iter()
            .map(|(segment, members)| (segment, comparisons(of_a, of_b, &members)))
            .collect(),
        days: daily(of_a, of_b),
    }
}

/// Every metric over some listeners; none where they are too few for a test.
fn comparisons(
    of_a: &[ListenerOutcome],
    of_b: &[ListenerOutcome],
    members: &[usize],
) -> Vec<Comparison> {
    let compared = |metric: Metric| {
        let values = |arm: &[ListenerOutcome]| -> Vec<Option<f64>> {
            members.iter().map(|&i| metric.of(&arm[i])).collect()
        };
        let (a, b) = known_pairs(&values(of_a), &values(of_b));
        let paired = paired(&a, &b)?;
        let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
        Some(Comparison {
            metric,
            about: metric.about().into(),
            better: metric.direction(),
            verdict: verdict(metric, &paired),
            always_valid: peeking(&differences, metric.mixing_deviation()),
            paired,
        })
    };
    Metric::ALL.into_iter().filter_map(compared).collect()
}

fn verdict(metric: Metric, paired: &Paired) -> Verdict {
    let Some([low, high]) = paired.interval else {
        // That nothing differs says something of many, and nothing of few.
        let same = paired.difference == 0.0 && paired.pairs >= BURN_IN;
        return if same { Verdict::NoneFound } else { Verdict::Untested };
    };
    if low <= 0.0 && high >= 0.0 {
        return Verdict::NoneFound;
    }
    match (metric.direction(), low > 0.0) {
        (Direction::Neither, _) => Verdict::Different,
        (Direction::Higher, true) | (Direction::Lower, false) => Verdict::Better,
        (Direction::Higher, false) | (Direction::Lower, true) => Verdict::Worse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(metric: Metric, a: &[f64], b: &[f64]) -> AbReport {
        let arm = || Arm {
            policy: "p".into(),
            policy_hash: String::new(),
            model: "m".into(),
            model_hash: String::new(),
        };
        let compared = paired(a, b).map(|paired| Comparison {
            metric,
            about: metric.about().into(),
            better: metric.direction(),
            verdict: verdict(metric, &paired),
            always_valid: peeking(&[], metric.mixing_deviation()),
            paired,
        });
        AbReport {
            seed: 1,
            listeners: a.len() as u64,
            sessions: 1,
            catalogue: "c".into(),
            catalogue_hash: String::new(),
            world: "fitted".into(),
            a: arm(),
            b: arm(),
            metrics: compared.into_iter().collect(),
            segments: BTreeMap::new(),
            days: Vec::new(),
        }
    }

    #[test]
    fn a_gate_that_could_test_nothing_does_not_pass_and_says_why() {
        let gate = Gate { metric: Metric::Skip, margin: None };
        let fails = |a: &[f64], b: &[f64]| report(Metric::Skip, a, b).fails(gate);
        let says = |a: &[f64], b: &[f64]| fails(a, b).unwrap_or_default();
        assert!(says(&[0.5], &[0.9]).contains("takes two listeners"));
        // Two listeners who agree, that it is worse or that it is the same.
        assert!(says(&[0.25, 0.5], &[0.5, 0.75]).contains("all 2 listeners differ by the same"));
        assert!(says(&[0.25, 0.5], &[0.25, 0.5]).contains("all 2 listeners differ by the same"));
        assert!(says(&[0.0; 40], &[0.0; 40]).contains("none in either arm among 40 listeners"));
        assert_eq!(says(&[0.1, 0.2, 0.3], &[0.6, 0.7, 0.9]), "arm b is significantly worse");
        // Forty who hear the very same in both arms, and three who differ by chance.
        assert_eq!(fails(&[0.5; 40], &[0.5; 40]), None);
        assert_eq!(fails(&[0.1, 0.5, 0.3], &[0.3, 0.2, 0.4]), None);
    }

    #[test]
    fn with_a_margin_it_has_to_be_shown_that_it_is_no_worse_than_that() {
        let fails = |metric, a: &[f64], b: &[f64], margin| {
            report(metric, a, b).fails(Gate { metric, margin: Some(margin) }).is_some()
        };
        // Three who differ by chance show nothing.
        let (a, b) = ([0.1, 0.5, 0.3], [0.3, 0.2, 0.4]);
        assert!(fails(Metric::Skip, &a, &b, 0.05) && fails(Metric::Completion, &a, &b, 0.05));
        // Forty who are worse by about .01, for certain: fine where twice as much is allowed.
        let a: Vec<f64> = (0..40).map(|i| 0.4 + 0.01 * f64::from(i % 7)).collect();
        let worse: Vec<f64> =
            a.iter().enumerate().map(|(i, a)| a + 0.01 + 0.001 * (i % 3) as f64).collect();
        assert_eq!(
            report(Metric::Skip, &a, &worse).fails(Gate { metric: Metric::Skip, margin: None }),
            Some("arm b is significantly worse".into())
        );
        assert!(!fails(Metric::Skip, &a, &worse, 0.02) && fails(Metric::Skip, &a, &worse, 0.01));
        // The same is better where more is better, and worse the other way round.
        assert!(!fails(Metric::Completion, &a, &worse, 0.001));
        assert!(!fails(Metric::Completion, &worse, &a, 0.02));
        assert!(fails(Metric::Completion, &worse, &a, 0.01));
        assert!(!fails(Metric::Skip, &a, &a, 0.001), "forty who hear the very same");
    }
}
