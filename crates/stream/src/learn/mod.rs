//! Learning from what comes in: a few plays at a time, each version judged before it is given out, and every one of them
//! made again from the order in which records were taken.

mod attempts;
mod config;
mod folder;
mod learner;
mod mind;
mod policies;
mod status;
mod update;
mod verify;
mod withdrawn;

pub use attempts::{Attempt, Kind};
pub use config::{FEWEST_JUDGED, Learning};
pub use folder::Made;
pub use learner::Learner;
pub use mind::Start;
pub use status::{STATUS, Status};
pub use verify::{MadeAgain, Verified, verify};
