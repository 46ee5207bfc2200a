//! What listeners do, taken together: windows of plays by policy, version and segment; whether the listeners of a new version do
//! worse than those of the one before; and whether those of a segment do worse than they did.

mod canary;
mod guardrail;
mod spoken;
mod tally;
mod watch;
mod windows;

pub use canary::Alarm;
pub use guardrail::{Levels, Standing};
pub use tally::Tally;
pub use windows::{Group, Population, Row};
