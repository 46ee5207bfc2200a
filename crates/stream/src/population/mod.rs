//! What listeners do, taken together: windows of plays by policy, version and segment, and whether the listeners of a new
//! version do worse than those of the one before.

mod canary;
mod tally;
mod windows;

pub use canary::{Alarm, Canary};
pub use tally::Tally;
pub use windows::{Group, Population, Row};
