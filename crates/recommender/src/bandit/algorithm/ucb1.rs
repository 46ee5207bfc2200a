//! UCB1 (Auer et al., Machine Learning 2002): an upper bound of each arm's mean, whatever the context.

use super::verdict::{Estimate, Verdict};
use crate::bandit::memory::Memory;
use crate::policy;

pub(crate) fn judge(policy: &policy::Bandit, memory: &Memory) -> Verdict {
    let sums = memory.sums(policy, 1);
    let total: f64 = sums.iter().map(|sums| sums.n).sum();
    let arms = sums.iter().map(|sums| {
        // Of an arm of which nothing is known half an observation is supposed, of no reward.
        let n = sums.n.max(0.5);
        let mean = sums.rewards() / n;
        let judged = upper_bound(mean, n, total.max(1.0), policy.exploration);
        Estimate { mean, deviation: judged - mean, judged, chance: 0.0 }
    });
    Verdict::best(arms.collect())
}

/// `mean + exploration sqrt(2 ln total / n)`, `n` of `total` observations being the arm's.
pub fn upper_bound(mean: f64, n: f64, total: f64, exploration: f64) -> f64 {
    mean + exploration * (2.0 * total.ln() / n).sqrt()
}
