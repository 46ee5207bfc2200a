//! The algorithms: each judges the arms by what the memory holds, and says how likely it was to
//! choose each.

pub(super) mod adaptive;
mod beta;
mod chances;
mod fixed;
mod judge;
mod learn;
mod linear;
mod noise;
mod softmax;
mod squarecb;
mod ucb1;
mod verdict;

pub use beta::Beta;
pub use chances::{Normal, Spread, argmax, probability_best};
pub use judge::judge;
pub use learn::learn;
pub use ucb1::upper_bound as ucb1;
pub use verdict::{Draws, Estimate};
