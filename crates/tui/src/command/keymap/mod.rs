//! Which key means what: the command table's own keys, patched by a keymap.

pub mod file;
pub mod lines;

pub use file::{load, parse};
pub use lines::Keymap;
