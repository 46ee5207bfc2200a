//! The adaptive algorithm: a Bayesian regression of the reward an arm, that finds out by itself which
//! features and products of features matter, and whether the listener has changed.
//!
//! - *What matters.* Every feature's weight is normal around zero, with a scale of its own that all
//!   arms' observations inform: relevance determination (MacKay 1992; Tipping, JMLR 2001), held
//!   towards a prior, so that little data decides little ([`relevance`](prior)). Two forms are
//!   believed in by their evidence, as in Bayesian model averaging: linear in the context, and with
//!   all products ([`posterior`]).
//! - *Whether the listener has changed.* That everything until some moment was somebody else's is
//!   believed in by its evidence, too (Adams and MacKay 2007, with few moments). What is surely out of
//!   date is forgotten for good ([`regimes`]).
//! - *Deciding.* The highest upper bound: expectation plus the policy's exploration times the
//!   deviation of the mixture of all these. There is no draw in it, so a propensity is exact.
//!
//! Everything follows from sums of products over what the memory holds, in closed form: weights are in
//! units of the noise, whose variance is inferred along (a normal-inverse-gamma prior), so rewards may
//! have any scale from about a hundredth to a hundred.

mod posterior;
mod prior;
mod regimes;

use regimes::Regimes;

use super::{Estimate, Verdict};
use crate::bandit::features;
use crate::bandit::memory::Memory;
use crate::policy;

/// Observations between two times that changes are looked for and scales move on.
const CONSOLIDATED: u64 = 10;

pub fn judge(policy: &policy::Bandit, memory: &Memory, context: &[f64]) -> Verdict {
    let regimes = Regimes::new(policy, memory, context.len());
    let x = features::with_products(context);
    let estimate = |(mean, deviation): (f64, f64)| Estimate {
        mean,
        deviation,
        judged: mean + policy.exploration * deviation,
        chance: 0.0,
    };
    Verdict::best((0..policy.arms.len()).map(|arm| estimate(regimes.belief(arm, &x))).collect())
}

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
