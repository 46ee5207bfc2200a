//! One decision: the algorithm's, or the arm that is drawn uniformly now and then, or pinned by hand.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::algorithm::{Draws, Estimate, judge};
use super::memory::Memory;
use crate::policy;
use crate::policy::Algorithm;

/// An arm chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// Its place in the policy.
    pub arm: usize,
    /// Drawn uniformly, for support, rather than judged best.
    pub uniform: bool,
    /// The policy's arms, with the chances that they were chosen by, which sum to 1.
    pub arms: Vec<Estimate>,
}

/// Chooses an arm for a context, whose first feature is always 1; one that is pinned for certain.
///
/// The chances are exact but for those of Thompson sampling, linear or Beta, which are integrated to
/// less than a millionth.
pub fn decide(
    policy: &policy::Bandit,
    memory: &Memory,
    context: &[f64],
    pinned: Option<usize>,
    rng: &mut ChaCha8Rng,
) -> Decided {
    let share = uniform_share(policy, memory.learned);
    let draws = Draws::new(policy.arms.len(), rng);
    let explore = rng.random_bool(share);
    let drawn = rng.random_range(0..policy.arms.len());
    let mut verdict = judge(policy, memory, context, &draws);
    let (arm, uniform) = match pinned {
        Some(arm) => (arm, false),
        None if explore => (drawn, true),
        None => (verdict.chosen, false),
    };
    for (place, estimate) in verdict.arms.iter_mut().enumerate() {
        estimate.chance = match pinned {
            Some(arm) => f64::from(u8::from(place == arm)),
            None => (1.0 - share) * estimate.chance + share / policy.arms.len() as f64,
        };
    }
    Decided { arm, uniform, arms: verdict.arms }
}

/// The chance that an arm is drawn uniformly after so many observations: the policy's share, falling
/// as one over their number once there are enough (Auer et al., Machine Learning 2002).
fn uniform_share(policy: &policy::Bandit, learned: u64) -> f64 {
    match (policy.algorithm, policy.uniform_for) {
        (Algorithm::Fixed, _) => 0.0,
        (_, None) => policy.uniform,
        (_, Some(full)) => policy.uniform * (f64::from(full) / (learned as f64 + 1.0)).min(1.0),
    }
}
