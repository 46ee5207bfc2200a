//! A learner at work, live: what comes in, its versions, its lag, and how listeners fare under them.

mod lines;
mod live;

pub use lines::watched;
pub use live::watch;
