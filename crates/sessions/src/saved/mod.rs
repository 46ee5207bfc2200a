//! Sessions that were written down and can be opened again: scripts, traces and feedback logs, told
//! apart by what is in them.
//!
//! A session is its opening and its events, so opening one is playing it again. A trace or a log also
//! says what came of the events then; where something else comes of them now, it is said from which
//! step on and which version is another.

mod content;
mod replay;

pub use content::{Kind, Saved, glance};
pub use replay::{Other, Parted, Replayed};
