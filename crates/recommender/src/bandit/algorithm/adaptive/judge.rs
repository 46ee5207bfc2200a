//! Deciding: the arm with the highest upper bound, once each is moved by what promoted songs are worth to
//! this very listener.

use super::regimes::Regimes;
use crate::bandit::algorithm::verdict::{Estimate, Verdict};
use crate::bandit::features;
use crate::bandit::memory::Memory;
use crate::policy;

pub(crate) fn judge(policy: &policy::Bandit, memory: &Memory, context: &[f64]) -> Verdict {
    let regimes = Regimes::new(policy, memory, context.len());
    let x = features::with_products(context);
    let own = memory.lift.own(policy.prior);
    let estimate = |(place, arm): (usize, &policy::Arm)| {
        let (mean, deviation) = regimes.belief(place, &x);
        let mean = mean + arm.ratio * own;
        let judged = mean + policy.exploration * deviation;
        Estimate { mean, deviation, judged, chance: 0.0 }
    };
    Verdict::best(policy.arms.iter().enumerate().map(estimate).collect())
}
