//! The simulator without a terminal: keys and time in, a view out.

mod choosing;
mod comparison;
mod palette;
mod past;
mod pickers;
mod reopen;
mod sharing;
pub(crate) mod simulator;
mod tour;

pub use simulator::App;
