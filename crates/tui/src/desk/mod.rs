//! The desk: a sitting and all that is worked out for it.
//!
//! A sitting is played here, kept, reopened and compared; what the views ask is worked out on other
//! threads. Nothing here knows of a terminal, of keys or of how anything looks.

pub mod background;
pub mod blackbox;
pub mod choice;
pub mod comparing;
pub mod explaining;
pub mod fault;
pub mod inquiry;
pub mod journal;
pub mod kept;
pub mod messages;
pub mod others;
pub mod pilot;
pub mod regrets;
pub mod reopening;
pub mod save;
pub mod sitting;
pub mod speed;
pub mod what_if;

pub use choice::Choice;
pub use comparing::{Against, Compared};
pub use explaining::Explained;
pub use journal::Journal;
pub use messages::Message;
pub use others::other_policies;
pub use save::{create_trace, trace as write_trace};
pub use sitting::{Happening, Sitting};
pub use speed::Speed;
pub use what_if::{Drafted, Slider};
