//! What a frame shows: owned, so that drawing looks at nothing else.

pub mod frame;
pub mod movement;
pub mod narration;
pub mod strip;

pub use frame::{Caption, View};
pub use movement::Movement;
pub use narration::headline;
pub use strip::Strip;
