//! What other policies would have earned on a log, in one table.

use serde::Serialize;

use super::cressie_read::cressie_read;
use super::estimate::{Estimate, bootstrap};
use super::estimator::Estimator;
use super::log::Log;
use super::support::Support;
use super::target::Target;
use super::terms::{Terms, Units};

/// Estimates of one target policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    #[serde(skip)]
    pub target: Target,
    pub policy: String,
    pub support: Support,
    pub warnings: Vec<String>,
    pub estimates: Vec<Estimate>,
    /// Mean and 95 % interval by empirical likelihood, of one session alone: it is for decisions that
    /// do not depend on each other, and for rewards in the range of those logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empirical_likelihood: Option<(f64, [f64; 2])>,
    /// What it would really have earned per decision, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<f64>,
}

impl Row {
    pub fn of(&self, estimator: Estimator) -> Option<&Estimate> {
        self.estimates.iter().find(|estimate| estimate.estimator == estimator)
    }
}

/// Every target policy on one log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub sessions: usize,
    pub decisions: usize,
    /// What an interval counts: `session`, or of one session alone `decision`.
    pub unit: &'static str,
    /// Where the reward model comes from.
    pub model: &'static str,
    /// Where weights are cut, switched off and shrunk.
    pub threshold: f64,
    /// Where intervals come from: `delta method`, or `percentile bootstrap`.
    pub intervals: &'static str,
    /// Decisions of which is known what every arm would have earned.
    pub known: usize,
    pub rows: Vec<Row>,
}

/// Resamples of a bootstrap and the seed they are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    pub resamples: u64,
    pub seed: u64,
}

impl Report {
    /// Of the log's own policy, of every arm alone and of fixed rules. Intervals are by the delta method
    /// unless resampling is asked for.
    pub fn new(log: &Log, threshold: Option<f64>, resampling: Option<Resampling>) -> Self {
        let threshold = threshold.unwrap_or_else(|| log.usual_threshold());
        let first = log.decisions().first();
        let arms: Vec<String> = first
            .map(|d| d.choice.arms.iter().map(|arm| arm.name.clone()).collect())
            .unwrap_or_default();
        let alone = log.sessions() < 2;
        let row = |target: Target| {
            let samples = log.samples(|choice| target.probabilities(choice));
            let support = log.support(&samples, |choice| target.probabilities(choice), threshold);
            let terms =
                |estimator: Estimator| Some((estimator, estimator.terms(&samples, threshold)?));
            let terms: Vec<(Estimator, Terms)> =
                Estimator::ALL.into_iter().filter_map(terms).collect();
            let rewards = || samples.iter().map(|s| s.reward);
            let range = [rewards().fold(0.0, f64::min), rewards().fold(0.0, f64::max)];
            let empirical = cressie_read(&samples, range).filter(|_| alone);
            Row {
                target,
                policy: target.name(&arms),
                warnings: support.warnings(),
                support,
                estimates: estimates(terms, log.units(), resampling),
                empirical_likelihood: empirical.map(|found| (found.value, found.interval)),
                truth: None,
            }
        };
        Report {
            sessions: log.sessions(),
            decisions: log.decisions().len(),
            unit: if alone { "decision" } else { "session" },
            model: if alone {
                "what the bandit believed before each decision"
            } else {
                "a ridge regression per arm, cross-fitted by session"
            },
            threshold,
            intervals: if resampling.is_some() { "percentile bootstrap" } else { "delta method" },
            known: 0,
            rows: Target::all(arms.len()).into_iter().map(row).collect(),
        }
    }

    /// Beside the truth: what every arm would have earned from the decision made at a step, as far as
    /// that is known, as it is of simulated listeners.
    pub fn beside(mut self, log: &Log, rewards: impl Fn(u32) -> Option<Vec<f64>>) -> Self {
        let known = log.decisions().iter().map(|d| &d.choice);
        let known: Vec<_> =
            known.filter_map(|choice| Some((choice, rewards(choice.step)?))).collect();
        self.known = known.len();
        for row in &mut self.rows {
            let earned = known.iter().map(|(choice, rewards)| {
                let probabilities = row.target.probabilities(choice);
                probabilities.iter().zip(rewards).map(|(p, r)| p * r).sum::<f64>()
            });
            let sum: f64 = earned.sum();
            row.truth = (self.known > 0).then(|| sum / self.known as f64);
        }
        self
    }
}

fn estimates(
    terms: Vec<(Estimator, Terms)>,
    units: Units,
    resampling: Option<Resampling>,
) -> Vec<Estimate> {
    let intervals = match resampling {
        None => terms.iter().map(|(_, terms)| terms.interval(units)).collect(),
        Some(Resampling { resamples, seed }) => {
            let all: Vec<Terms> = terms.iter().map(|(_, terms)| terms.clone()).collect();
            bootstrap(&all, units, resamples, seed)
        }
    };
    let estimate = |((estimator, terms), interval): ((Estimator, Terms), _)| Estimate {
        estimator,
        value: terms.value(),
        interval,
    };
    terms.into_iter().zip(intervals).map(estimate).collect()
}
