//! Softmax: chances by the exponential of expected rewards (Boltzmann exploration).

use super::linear::estimates;
use super::verdict::{Draws, Estimate, Verdict};
use crate::bandit::memory::Memory;
use crate::policy;

/// An arm that is the policy's exploration below another in expected reward is `e` times less likely.
pub(super) fn judge(
    policy: &policy::Bandit,
    memory: &Memory,
    context: &[f64],
    draws: &Draws,
) -> Verdict {
    let mut arms = estimates(policy, memory, context);
    // A tiny exploration is none, and divides by no zero.
    weigh(&mut arms, policy.exploration.max(1e-9));
    Verdict::by_lot(arms, draws.lot)
}

fn weigh(arms: &mut [Estimate], temperature: f64) {
    let highest = arms.iter().map(|arm| arm.mean).fold(f64::NEG_INFINITY, f64::max);
    for arm in arms.iter_mut() {
        arm.chance = ((arm.mean - highest) / temperature).exp();
    }
    let sum: f64 = arms.iter().map(|arm| arm.chance).sum();
    arms.iter_mut().for_each(|arm| arm.chance /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_temperature_below_is_e_times_less_likely() {
        let arm = |mean| Estimate { mean, deviation: 0.0, judged: mean, chance: 0.0 };
        let mut arms = [arm(0.1), arm(0.3)];
        weigh(&mut arms, 0.2);
        assert!((arms[1].chance / arms[0].chance - std::f64::consts::E).abs() < 1e-12);
        // However cold it is, nothing overflows.
        weigh(&mut arms, 1e-9);
        assert_eq!(arms[1].chance, 1.0);
    }
}
