//! From the local log to the stream: at least once, in order, and nothing waits for it.

mod publisher;
mod sent;
mod tail;

pub(crate) use publisher::feedback;
pub use publisher::{Publisher, Reached, Spool};
pub(crate) use tail::Tail;
