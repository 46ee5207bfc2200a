//! The algorithms: each judges the arms by what the memory holds, and says how likely it was to
//! choose each.

pub(crate) mod adaptive;
pub(crate) mod beta;
pub(crate) mod chances;
mod dose;
mod fixed;
mod judge;
pub(crate) mod learn;
mod linear;
mod noise;
mod softmax;
mod squarecb;
pub(crate) mod ucb1;
mod verdict;

pub use beta::Beta;
pub use chances::{Normal, Spread, argmax, probability_best};
pub(super) use judge::judge;
pub use learn::learn;
pub use ucb1::upper_bound as ucb1;
pub(super) use verdict::{Draws, Estimate};
