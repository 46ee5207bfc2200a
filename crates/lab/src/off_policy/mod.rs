//! Off-policy evaluation: what another policy would have earned, from a log of what one policy did.
//!
//! A log holds decisions of a *logging* policy: the context `x`, the arm `a` it took, the probability
//! `p` with which it took it, and the reward `r`. A *target* policy takes arm `k` in context `x` with
//! probability `t(k, x)`. Its value here is the mean reward per decision that it would have earned in
//! the very contexts of the log, one decision at a time: where its own choices would have led the
//! listener is not asked. Every estimator is built of the importance weights `w = t(a, x) / p` and of a
//! reward model `q(x, k)`; [`Estimator`] has the formulas.
//!
//! Decisions of one listener are alike, so that intervals count listeners (or sessions), not decisions,
//! wherever a log tells them apart: see [`Units`].

#[cfg(test)]
mod coverage_test;
mod cressie_read;
mod decisions;
mod estimate;
mod estimator;
mod log;
mod open_bandit;
mod read;
mod regression;
mod report;
mod sample;
mod support;
mod target;
mod terms;

pub use cressie_read::{CressieRead, cressie_read};
pub use decisions::{Decided, decided, flaw, paid_out};
pub use estimate::{Estimate, bootstrap};
pub use estimator::Estimator;
pub use log::Log;
pub use open_bandit::OpenBandit;
pub use read::{Logged, read_decisions, trace_files};
pub use regression::{believed, cross_fitted};
pub use report::{Report, Resampling, Row};
pub use sample::Sample;
pub use support::{FEWEST, Support};
pub use target::Target;
pub use terms::{Terms, Units};
