//! The terminal: taken over, fed with what is drawn, and given back whatever happens.

mod keys;
mod line;
pub(crate) mod run;
mod screen;
mod signals;

pub use run::{Ended, run};
