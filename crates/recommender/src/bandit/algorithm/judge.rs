//! One decision: the policy's algorithm judges the arms.

use super::verdict::{Draws, Verdict};
use super::{adaptive, beta, dose, fixed, linear, softmax, squarecb, ucb1};
use crate::bandit::memory::Memory;
use crate::policy;
use crate::policy::Algorithm;

/// Judges the policy's arms for a context, whose first feature is always 1.
pub(crate) fn judge(
    policy: &policy::Bandit,
    memory: &Memory,
    context: &[f64],
    draws: &Draws,
) -> Verdict {
    match policy.algorithm {
        Algorithm::Adaptive => adaptive::judge(policy, memory, context),
        Algorithm::Dose => dose::judge(policy, memory, context),
        Algorithm::LinUcb => linear::upper_bounds(policy, memory, context),
        Algorithm::Thompson => linear::thompson(policy, memory, context, draws),
        Algorithm::SquareCb => squarecb::judge(policy, memory, context, draws),
        Algorithm::EpsilonGreedy => linear::greedy(policy, memory, context),
        Algorithm::Softmax => softmax::judge(policy, memory, context, draws),
        Algorithm::Beta => beta::judge(policy, memory, draws),
        Algorithm::Ucb1 => ucb1::judge(policy, memory),
        Algorithm::Fixed => fixed::judge(policy, memory, context),
    }
}
