//! What other policies would have earned on a log, in one table.

use serde::Serialize;

use super::cressie_read::cressie_read;
use super::estimate::{Estimate, bootstrap};
use super::estimator::Estimator;
use super::log::Log;
use super::open_bandit::OpenBandit;
use super::sample::Sample;
use super::support::Support;
use super::target::Target;
use super::terms::{Terms, Units};

/// Estimates of one target policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The policy asked about.
    #[serde(skip)]
    pub target: Target,
    /// Its name in tables.
    pub policy: String,
    /// Whether the log can tell of it at all.
    pub support: Support,
    /// What a reader must know before believing an estimate; empty if nothing.
    pub warnings: Vec<String>,
    /// By estimator; those without a value on this log are absent.
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
    fn new(log: &Log, target: Target, threshold: f64, resampling: Option<Resampling>) -> Self {
        let samples = log.samples(|choice| target.probabilities(choice));
        let support = log.support(&samples, |choice| target.probabilities(choice), threshold);
        let rewards = || samples.iter().map(|s| s.reward);
        let range = [rewards().fold(0.0, f64::min), rewards().fold(0.0, f64::max)];
        let empirical = cressie_read(&samples, range).filter(|_| log.alone());
        let mut estimates = estimates(&samples, log.units(), threshold, resampling);
        if support.effective == 0.0 {
            // No decision did what the target would do, so that only the model speaks, whatever the name.
            estimates.retain(|estimate| estimate.estimator == Estimator::Direct);
        }
        Row {
            target,
            policy: target.name(log.arms()),
            warnings: support.warnings(),
            support,
            estimates,
            empirical_likelihood: empirical.map(|found| (found.value, found.interval)),
            truth: None,
        }
    }

    /// The estimate of one estimator, if it has a value.
    pub fn of(&self, estimator: Estimator) -> Option<&Estimate> {
        self.estimates.iter().find(|estimate| estimate.estimator == estimator)
    }
}

/// Every target policy on one log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Those with a decision.
    pub sessions: usize,
    /// Of all sessions.
    pub decisions: usize,
    /// What an interval counts: `session`, or of one session alone `decision`.
    pub unit: &'static str,
    /// Where the reward model comes from.
    pub model: &'static str,
    /// Where weights are cut, switched off and shrunk.
    pub threshold: f64,
    /// Where intervals come from: `percentile bootstrap`, or of sessions `jackknife`, of one session alone
    /// `delta method`.
    pub intervals: &'static str,
    /// Decisions of which is known what every arm would have earned; absent where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<usize>,
    /// One for each target policy, in the order asked.
    pub rows: Vec<Row>,
}

/// Resamples of a bootstrap and the seed they are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// How many times whole units are drawn again.
    pub resamples: u64,
    /// What the draws are keyed by.
    pub seed: u64,
}

impl Report {
    /// Of these policies. Intervals are as
    /// [`Terms::interval`] has them unless resampling is asked for.
    pub fn new(
        log: &Log,
        targets: Vec<Target>,
        threshold: Option<f64>,
        resampling: Option<Resampling>,
    ) -> Self {
        let threshold = threshold.unwrap_or_else(|| log.usual_threshold());
        let row = |target| Row::new(log, target, threshold, resampling);
        Report {
            sessions: log.sessions(),
            decisions: log.decisions().len(),
            unit: if log.alone() { "decision" } else { "session" },
            model: match log.alone() {
                true => "what the bandit believed before each decision",
                false => "a ridge regression per arm, cross-fitted by session",
            },
            threshold,
            intervals: intervals(resampling, log.alone()),
            known: None,
            rows: targets.into_iter().map(row).collect(),
        }
    }

    /// Of a log in the layout of the Open Bandit data set: what was logged, every item that was shown, and all alike, by
    /// importance weights alone.
    pub fn weighed(
        log: &OpenBandit,
        threshold: Option<f64>,
        resampling: Option<Resampling>,
    ) -> Self {
        let usual = (log.decisions() as f64).sqrt().max(1.0);
        let threshold = threshold.unwrap_or(usual);
        let never = log.never_shown().len() as f64 / log.items().len() as f64;
        let row = |target: Target| {
            let samples = log.samples(target)?;
            let missing = if target == Target::Uniform { never } else { 0.0 };
            let support = Support::new(&samples, &vec![missing; samples.len()], threshold);
            let mut estimates = estimates(&samples, log.units(), threshold, resampling);
            estimates.retain(|estimate| !estimate.estimator.modelled());
            (support.effective > 0.0).then(|| Row {
                target,
                policy: target.name(log.items()),
                warnings: support.warnings(),
                support,
                estimates,
                empirical_likelihood: None,
                truth: None,
            })
        };
        let sessions = log.sessions();
        Report {
            sessions: sessions.unwrap_or(1),
            decisions: log.decisions(),
            unit: if sessions.is_some() { "session" } else { "decision" },
            model: "none, for the file tells of what was shown alone",
            threshold,
            intervals: intervals(resampling, sessions.is_none()),
            known: None,
            rows: Target::simple(log.items().len()).into_iter().filter_map(row).collect(),
        }
    }

    /// Beside the truth: what every arm would have earned from the decision made at a step, as far as
    /// that is known, as it is of simulated listeners.
    pub fn beside(mut self, log: &Log, rewards: impl Fn(u32) -> Option<Vec<f64>>) -> Self {
        let known = log.decisions().iter().map(|d| &d.choice);
        let known: Vec<_> =
            known.filter_map(|choice| Some((choice, rewards(choice.step)?))).collect();
        self.known = Some(known.len());
        for row in &mut self.rows {
            let earned = known.iter().map(|(choice, rewards)| {
                let probabilities = row.target.probabilities(choice);
                probabilities.iter().zip(rewards).map(|(p, r)| p * r).sum::<f64>()
            });
            let sum: f64 = earned.sum();
            row.truth = (!known.is_empty()).then(|| sum / known.len() as f64);
        }
        self
    }
}

/// Where intervals come from, of a log without or with sessions to count.
fn intervals(resampling: Option<Resampling>, alone: bool) -> &'static str {
    match resampling {
        Some(_) => "percentile bootstrap",
        None if alone => "delta method",
        None => "jackknife",
    }
}

/// What every estimator makes of the samples, but for those without a value.
fn estimates(
    samples: &[Sample],
    units: Units,
    threshold: f64,
    resampling: Option<Resampling>,
) -> Vec<Estimate> {
    let terms = |estimator: Estimator| Some((estimator, estimator.terms(samples, threshold)?));
    let (estimators, terms): (Vec<Estimator>, Vec<Terms>) =
        Estimator::ALL.into_iter().filter_map(terms).unzip();
    let intervals = match resampling {
        None => terms.iter().map(|terms| terms.interval(units)).collect(),
        Some(Resampling { resamples, seed }) => bootstrap(&terms, units, resamples, seed),
    };
    let values = terms.iter().map(Terms::value);
    let all = estimators.into_iter().zip(values).zip(intervals);
    all.map(|((estimator, value), interval)| {
        // The direct method is as wrong as its model, of which the spread of what it says tells nothing.
        let interval = interval.filter(|_| estimator != Estimator::Direct);
        Estimate { estimator, value, interval }
    })
    .collect()
}
