//! Versions in the server's object store, for sessions on other machines.

mod packed;
mod store;

pub use store::{Fetched, Store, VersionsError};
