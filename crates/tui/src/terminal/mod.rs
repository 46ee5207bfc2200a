//! The terminal: taken over, fed with what is drawn, and given back whatever happens.

pub(crate) mod run;
mod screen;

pub use run::{Ended, run};
