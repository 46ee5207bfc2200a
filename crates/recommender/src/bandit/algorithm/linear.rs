//! What goes by one linear model of the reward an arm: LinUCB, linear Thompson sampling, the greedy.

use super::chances::{Normal, probability_best};
use super::noise::{NOISE, NOISE_COUNT};
use super::verdict::{Draws, Estimate, Verdict};
use crate::bandit::memory::Memory;
use crate::bandit::ridge::{Belief, LinearArm};
use crate::bandit::sums::Sums;
use crate::policy;

/// Every arm under the policy's ridge and forgetting, with the sums it comes from.
fn arms(policy: &policy::Bandit, memory: &Memory, features: usize) -> Vec<(Sums, LinearArm)> {
    let sums = memory.sums(policy, features);
    let arm = |sums: Sums| {
        let arm = LinearArm::new(&sums, policy.ridge);
        (sums, arm)
    };
    sums.into_iter().map(arm).collect()
}

fn beliefs(policy: &policy::Bandit, memory: &Memory, context: &[f64]) -> Vec<Belief> {
    arms(policy, memory, context.len()).iter().map(|(_, arm)| arm.belief(context)).collect()
}

/// The arms by expected reward, each with its standard deviation under the noise of all.
pub(super) fn estimates(
    policy: &policy::Bandit,
    memory: &Memory,
    context: &[f64],
) -> Vec<Estimate> {
    let arms = arms(policy, memory, context.len());
    let unexplained = |(sums, arm): &(Sums, LinearArm)| sums.rr - arm.b.dot(&arm.theta());
    let squares: f64 = arms.iter().map(unexplained).sum();
    let observations: f64 = arms.iter().map(|(sums, _)| sums.n).sum();
    let prior = NOISE_COUNT * NOISE * NOISE;
    let noise = ((squares.max(0.0) + prior) / (observations + NOISE_COUNT)).sqrt();
    let estimate = |(_, arm): &(Sums, LinearArm)| {
        let Belief { mean, width } = arm.belief(context);
        Estimate { mean, deviation: noise * width, judged: mean, chance: 0.0 }
    };
    arms.iter().map(estimate).collect()
}

/// Disjoint LinUCB: the highest upper confidence bound.
pub(super) fn upper_bounds(policy: &policy::Bandit, memory: &Memory, context: &[f64]) -> Verdict {
    let estimate = |belief: &Belief| Estimate {
        mean: belief.mean,
        deviation: policy.exploration * belief.width,
        judged: belief.upper_bound(policy.exploration),
        chance: 0.0,
    };
    Verdict::best(beliefs(policy, memory, context).iter().map(estimate).collect())
}

/// Linear Thompson sampling: the highest of one draw from each arm's posterior.
pub(super) fn thompson(
    policy: &policy::Bandit,
    memory: &Memory,
    context: &[f64],
    draws: &Draws,
) -> Verdict {
    let beliefs = beliefs(policy, memory, context);
    let posteriors: Vec<Normal> = beliefs
        .iter()
        .map(|belief| {
            let (mean, deviation) = belief.posterior(policy.exploration);
            Normal { mean, deviation }
        })
        .collect();
    let estimate = |(posterior, noise): (&Normal, &f64)| Estimate {
        mean: posterior.mean,
        deviation: posterior.deviation,
        judged: posterior.mean + posterior.deviation * noise,
        chance: 0.0,
    };
    let mut verdict = Verdict::best(posteriors.iter().zip(&draws.normals).map(estimate).collect());
    for (arm, chance) in verdict.arms.iter_mut().zip(probability_best(&posteriors)) {
        arm.chance = chance;
    }
    verdict
}

/// The highest expected reward. With the policy's uniform share this is epsilon-greedy.
pub(super) fn greedy(policy: &policy::Bandit, memory: &Memory, context: &[f64]) -> Verdict {
    Verdict::best(estimates(policy, memory, context))
}
