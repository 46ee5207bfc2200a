//! The server: where it is, and a connection to it that blocks.

mod address;
mod link;

pub use address::Address;
pub use link::{Link, Unreachable};
