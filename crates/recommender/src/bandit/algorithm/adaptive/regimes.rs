//! Since when the listener has been as now: no change at all, or one at a few moments.

use super::posterior::{Posterior, log_sum_exp};
use crate::bandit::features;
use crate::bandit::memory::{Memory, RECENT};
use crate::bandit::sums::Sums;
use crate::policy;

/// A change is looked for once in so many observations, so that two moments are among the newest.
const EVERY: u64 = RECENT as u64 / 2;
/// How likely a change is at each moment before any observation.
const HAZARD: f64 = 0.0001;
/// Belief in a change from which on what was before it is forgotten.
const SURE: f64 = 0.95;

/// One stretch of observations that the present may belong to.
struct Regime {
    /// The first of the newest observations in it; 0 stands for the beginning of everything.
    since: usize,
    posterior: Posterior,
    /// How far it is believed in; all sum to 1.
    weight: f64,
}

pub(super) struct Regimes(Vec<Regime>);

impl Regimes {
    pub(super) fn new(policy: &policy::Bandit, memory: &Memory, context: usize) -> Self {
        let cuts = moments(memory);
        let parts = memory.parts(policy, features::count(context), &cuts);
        let ridge = memory.ridge(context);
        let posterior = |parts: &[Vec<Sums>]| Posterior::new(&together(parts), context, &ridge);
        let regimes = [0].into_iter().chain(cuts).enumerate().map(|(i, since)| {
            let posterior = posterior(&parts[i..]);
            (since, posterior)
        });
        let (sinces, posteriors): (Vec<usize>, Vec<Posterior>) = regimes.unzip();
        let evidence = |(i, now): (usize, &Posterior)| match i {
            0 => now.log_evidence(),
            _ => HAZARD.ln() + posterior(&parts[..i]).log_evidence() + now.log_evidence(),
        };
        let evidence: Vec<f64> = posteriors.iter().enumerate().map(evidence).collect();
        let all = log_sum_exp(&evidence);
        let weights = evidence.iter().map(|evidence| (evidence - all).exp());
        let regimes = sinces.into_iter().zip(posteriors).zip(weights);
        Regimes(
            regimes
                .map(|((since, posterior), weight)| Regime { since, posterior, weight })
                .collect(),
        )
    }

    /// Mean and standard deviation of what an arm's expected reward is believed to be.
    pub(super) fn belief(&self, arm: usize, x: &[f64]) -> (f64, f64) {
        let (mut mean, mut square) = (0.0, 0.0);
        for regime in &self.0 {
            for (weight, m, v) in regime.posterior.beliefs(arm, x) {
                mean += regime.weight * weight * m;
                square += regime.weight * weight * (v + m * m);
            }
        }
        (mean, (square - mean * mean).max(0.0).sqrt())
    }

    pub(super) fn likeliest(&self) -> &Posterior {
        let weigh = |a: &&Regime, b: &&Regime| a.weight.total_cmp(&b.weight);
        &self.0.iter().max_by(weigh).expect("one regime is from the beginning").posterior
    }

    /// The latest moment that a change has surely come at or after, as a place among the newest
    /// observations, with what is known since.
    pub(super) fn surely_changed(&self) -> Option<(usize, &Posterior)> {
        let mut belief = 0.0;
        let later = self.0.iter().skip(1).rev().find(|regime| {
            belief += regime.weight;
            belief > SURE
        });
        later.map(|regime| (regime.since, &regime.posterior))
    }
}

/// Places among the newest observations that a change may have come before, in order.
fn moments(memory: &Memory) -> Vec<usize> {
    let older = memory.learned.saturating_sub(memory.recent.len() as u64);
    (1..memory.recent.len()).filter(|place| (older + *place as u64).is_multiple_of(EVERY)).collect()
}

/// Sums by arm over all parts.
fn together(parts: &[Vec<Sums>]) -> Vec<Sums> {
    let (first, others) = parts.split_first().expect("there is one part at least");
    let mut all = first.clone();
    for part in others {
        all.iter_mut().zip(part).for_each(|(sum, more)| sum.plus(more));
    }
    all
}
