//! The simulator without a terminal: keys and time in, a view out.

mod choosing;
mod comparison;
mod doing;
mod errands;
mod hands;
mod held;
mod indexing;
mod keeping;
mod next;
mod palette;
mod past;
mod pickers;
mod recording;
mod rehearsal;
mod reopen;
mod sharing;
mod showing;
pub(crate) mod simulator;
mod telling;
mod tour;
mod what_if;

pub use recording::Recorded;
pub use simulator::App;
