//! Learning what came of an arm: the memory keeps it, and an algorithm that moves on by itself does.

use super::adaptive;
use crate::bandit::memory::{Memory, Observation};
use crate::policy;
use crate::policy::Algorithm;

/// Learns what came of an arm. The context's first feature is always 1.
pub fn learn(policy: &policy::Bandit, memory: &mut Memory, observation: Observation) {
    memory.keep(observation, policy.forgetting);
    if policy.algorithm == Algorithm::Adaptive {
        adaptive::consolidate(memory, policy);
    }
}
