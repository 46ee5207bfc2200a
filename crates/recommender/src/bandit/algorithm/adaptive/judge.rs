//! Deciding: the arm with the highest upper bound.

use super::regimes::Regimes;
use crate::bandit::algorithm::verdict::{Estimate, Verdict};
use crate::bandit::features;
use crate::bandit::memory::Memory;
use crate::policy;

pub(crate) fn judge(policy: &policy::Bandit, memory: &Memory, context: &[f64]) -> Verdict {
    let regimes = Regimes::new(policy, memory, context.len());
    let x = features::with_products(context);
    let estimate = |arm| {
        let (mean, deviation) = regimes.belief(arm, &x);
        let judged = mean + policy.exploration * deviation;
        Estimate { mean, deviation, judged, chance: 0.0 }
    };
    Verdict::best((0..policy.arms.len()).map(estimate).collect())
}
