//! Mixing promoted songs in among natural ones, under rules that hold for every input.
//!
//! A promoted song is placed only where no rule forbids it, whatever the target asks. The rules look
//! back over what was just heard, so windows span requests and caps span sessions. The target decides
//! how many promoted songs there are: every song earns credit, and a promoted song costs one. Which
//! ones is decided by score and caps; where they stand, by one of two methods.

mod ahead;
mod caps;
mod cut;
mod due;
pub(crate) mod exact;
mod greedy;
pub(crate) mod heard;
pub(crate) mod mixer;
mod places;
pub(crate) mod rules;

pub use ahead::ahead;
pub use due::Due;
pub(super) use due::{Standing, due};
pub use exact::discount;
pub use heard::{Begun, DAY_MS, Heard, Placement};
pub use mixer::mix;
pub(super) use mixer::{crowded_out, refusal};
pub use rules::{Candidate, Displaced, Mix, Placed, Rules};
