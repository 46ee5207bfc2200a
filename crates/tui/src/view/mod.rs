//! What a frame shows: owned, so that drawing looks at nothing else.

pub(crate) mod departure;
pub(crate) mod frame;
pub(crate) mod movement;
pub(crate) mod narration;
pub(crate) mod strip;

pub use frame::{Caption, View};
pub use movement::Movement;
pub use narration::headline;
pub use strip::Strip;
