//! From the local log to the stream: at least once, in order, and nothing waits for it.

mod publisher;
mod sent;
mod tail;

pub use publisher::{Publisher, Reached, Spool};
