//! Taking records in: each once, by its own hash, in an order that is kept.

mod branch;
mod hash;
mod heard;
mod kept;
#[cfg(test)]
pub(crate) mod made_up;
mod sessions;

pub use hash::Hash;
pub use heard::Heard;
pub use kept::{Counts, Inbox, Taken};
#[cfg(test)]
pub(crate) use sessions::judged;
pub use sessions::{HandedOut, Sessions};
