//! Versions in the server's object store, for sessions on other machines.

mod filling;
mod packed;
mod place;
mod store;

pub use filling::{Filling, There};
pub use place::version_folder;
pub(crate) use place::{begin_version, show_version};
pub use store::{Fetched, Store, VersionsError};
