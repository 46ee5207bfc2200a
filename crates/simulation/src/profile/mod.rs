//! Listener profiles: the mock users.

mod file;
mod listener;
mod of_plays;
mod shipped;
mod write;

pub use file::{load, parse};
pub use listener::{Past, PastPlays, Profile};
pub use of_plays::of_plays;
pub use shipped::{shipped, shipped_names};
pub use write::render;
