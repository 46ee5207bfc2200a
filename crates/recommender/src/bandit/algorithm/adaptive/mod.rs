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

mod consolidate;
mod judge;
mod posterior;
mod prior;
mod regimes;

pub(in crate::bandit) use consolidate::{consolidate, settle};
pub(crate) use judge::judge;
