//! SquareCB: inverse gap weighting (Foster and Rakhlin, ICML 2020; Abe and Long, ICML 1999).

use super::chances::argmax;
use super::linear::estimates;
use super::verdict::{Draws, Estimate, Verdict};
use crate::bandit::memory::Memory;
use crate::policy;

/// With `K` arms and gap weight `g`, an arm whose expected reward is `d` below the best's has the
/// chance `1 / (K + g d)`; the best has what is left. `g` grows as the root of what has been learned,
/// over the policy's exploration.
pub(super) fn judge(
    policy: &policy::Bandit,
    memory: &Memory,
    context: &[f64],
    draws: &Draws,
) -> Verdict {
    let mut arms = estimates(policy, memory, context);
    // A tiny exploration is none, and divides by no zero.
    let weight = (memory.learned as f64).sqrt() / policy.exploration.max(1e-9);
    inverse_gaps(&mut arms, weight);
    Verdict::by_lot(arms, draws.lot)
}

fn inverse_gaps(arms: &mut [Estimate], weight: f64) {
    let best = argmax(arms.iter().map(|arm| arm.mean));
    let (count, highest) = (arms.len() as f64, arms[best].mean);
    let mut others = 0.0;
    for (_, arm) in arms.iter_mut().enumerate().filter(|(place, _)| *place != best) {
        arm.chance = 1.0 / (count + weight * (highest - arm.mean));
        others += arm.chance;
    }
    arms[best].chance = 1.0 - others;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_gap_has_a_smaller_chance() {
        let arm = |mean| Estimate { mean, deviation: 0.0, judged: mean, chance: 0.0 };
        let mut arms = [arm(0.1), arm(0.5), arm(0.3)];
        inverse_gaps(&mut arms, 10.0);
        let chances = arms.map(|arm| arm.chance);
        assert_eq!(chances[0], 1.0 / 7.0);
        assert_eq!(chances[2], 1.0 / 5.0);
        assert_eq!(chances[1], 1.0 - (1.0 / 7.0 + 1.0 / 5.0));
        // Nothing learned: all alike.
        inverse_gaps(&mut arms, 0.0);
        assert!(arms.iter().all(|arm| (arm.chance - 1.0 / 3.0).abs() < 1e-15));
    }
}
