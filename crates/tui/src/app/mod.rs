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
mod reading;
mod recording;
mod rehearsal;
mod reopen;
mod rounds;
mod sharing;
mod showing;
pub(crate) mod simulator;
mod telling;
mod tour;
mod touring;
mod what_if;

pub use recording::Recorded;
pub use simulator::App;
