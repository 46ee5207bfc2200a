//! Moving on between decisions: the scales of weights, and what is out of date.

use super::regimes::Regimes;
use crate::bandit::memory::Memory;
use crate::policy;

/// Observations between two times that changes are looked for and scales move on.
const CONSOLIDATED: u64 = 10;

/// Every so often, forgets what is surely out of date and moves the scales of weights a step on.
pub(in crate::bandit) fn consolidate(memory: &mut Memory, policy: &policy::Bandit) {
    let context = memory.recent.last().map_or(0, |observation| observation.context.len());
    if !memory.learned.is_multiple_of(CONSOLIDATED) || context == 0 {
        return;
    }
    let regimes = Regimes::new(policy, memory, context);
    memory.relevance = match regimes.surely_changed() {
        Some((place, since)) => {
            let relevance = since.relevance();
            memory.forget_before(place);
            relevance
        }
        None => regimes.likeliest().relevance(),
    };
}

/// Scales of weights for sums that were gathered elsewhere, as of many listeners.
pub(in crate::bandit) fn settle(memory: &mut Memory, policy: &policy::Bandit, context: usize) {
    for _ in 0..STEPS {
        let regimes = Regimes::new(policy, memory, context);
        memory.relevance = regimes.likeliest().relevance();
    }
}

/// Steps after which scales hardly move any more.
const STEPS: usize = 30;
