//! Beta Thompson sampling: each arm a coin whose chance of success is not known, whatever the context.
//! With two arms, one without and one with promoted songs, it is natural against promoted.

use statrs::distribution::{ContinuousCDF, Normal as StandardNormal};
use statrs::function::beta::{beta_reg, ln_beta};

use super::chances::{Spread, probability_best};
use super::verdict::{Draws, Estimate, Verdict};
use crate::bandit::memory::Memory;
use crate::bandit::sums::Sums;
use crate::policy;

/// A Beta distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    /// One more than successes.
    pub alpha: f64,
    /// One more than failures.
    pub beta: f64,
    /// Natural logarithm of what makes the density integrate to 1.
    ln_scale: f64,
}

impl Beta {
    /// From the two shape parameters, over zero.
    pub fn new(alpha: f64, beta: f64) -> Self {
        Beta { alpha, beta, ln_scale: ln_beta(alpha, beta) }
    }

    /// The posterior under a uniform prior. A reward counts as a part of a success: none at `low` or
    /// below, all of one at `high`.
    pub fn posterior(sums: &Sums, [low, high]: [f64; 2]) -> Self {
        let successes = (sums.rewards() - low * sums.n) / (high - low);
        let successes = successes.clamp(0.0, sums.n);
        Beta::new(1.0 + successes, 1.0 + (sums.n - successes))
    }

    /// The square of the standard deviation.
    pub fn variance(&self) -> f64 {
        let n = self.alpha + self.beta;
        self.alpha * self.beta / (n * n * (n + 1.0))
    }

    /// The value below which a share `p` of the distribution lies, to a relative 1e-12 or so.
    pub fn quantile(&self, p: f64) -> f64 {
        // The distribution function rises, so halving never fails; rounding ends it.
        let (mut low, mut high) = (0.0, 1.0);
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high || high - low <= 1e-13 * middle {
                return middle;
            }
            if self.below(middle) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
}

impl Spread for Beta {
    fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    fn deviation(&self) -> f64 {
        self.variance().sqrt()
    }

    fn range(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn density(&self, x: f64) -> f64 {
        let (a, b) = (self.alpha - 1.0, self.beta - 1.0);
        // A power of zero is 1 even where the logarithm is not finite.
        let power = |exponent: f64, ln: f64| if exponent == 0.0 { 0.0 } else { exponent * ln };
        (power(a, x.ln()) + power(b, (-x).ln_1p()) - self.ln_scale).exp()
    }

    fn below(&self, x: f64) -> f64 {
        beta_reg(self.alpha, self.beta, x.clamp(0.0, 1.0))
    }
}

/// In units of the reward: a success is worth the upper end of the policy's reward range.
pub(crate) fn judge(policy: &policy::Bandit, memory: &Memory, draws: &Draws) -> Verdict {
    let [low, high] = policy.reward_range;
    let coins: Vec<Beta> =
        memory.sums(policy, 1).iter().map(|sums| Beta::posterior(sums, [low, high])).collect();
    let reward = |success: f64| low + (high - low) * success;
    let estimate = |(coin, noise): (&Beta, &f64)| Estimate {
        mean: reward(coin.mean()),
        deviation: (high - low) * coin.deviation(),
        judged: reward(coin.quantile(StandardNormal::standard().cdf(*noise))),
        chance: 0.0,
    };
    let mut verdict = Verdict::best(coins.iter().zip(&draws.normals).map(estimate).collect());
    for (arm, chance) in verdict.arms.iter_mut().zip(probability_best(&coins)) {
        arm.chance = chance;
    }
    verdict
}
