//! Learning from what comes in: a few plays at a time, each version judged before it is given out, and every one of them
//! made again from the order in which records were taken.

mod attempts;
mod config;
mod folder;
mod learner;
mod update;
mod verify;

pub use attempts::{Attempt, Kind};
pub use config::Learning;
pub use folder::{Made, version_folder};
pub use learner::{Learner, Start};
pub use verify::{Verified, verify};
