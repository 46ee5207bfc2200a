//! The desk: a sitting and all that is worked out for it.
//!
//! A sitting is played here, kept, reopened and compared; what the views ask is worked out on other
//! threads. Nothing here knows of a terminal, of keys or of how anything looks.

pub(crate) mod background;
pub(crate) mod blackbox;
pub(crate) mod bygones;
pub(crate) mod choice;
pub(crate) mod comparing;
pub(crate) mod ended;
pub(crate) mod explaining;
pub(crate) mod fault;
mod following;
mod giving_way;
pub(crate) mod inquiry;
pub(crate) mod journal;
pub(crate) mod kept;
pub(crate) mod map;
mod memory;
pub(crate) mod messages;
pub(crate) mod others;
pub(crate) mod pilot;
pub(crate) mod regrets;
pub(crate) mod reopening;
pub(crate) mod save;
pub(crate) mod sitting;
pub(crate) mod slider;
pub(crate) mod speed;
pub(crate) mod sweep;
pub(crate) mod weeks;
pub(crate) mod what_if;

pub use bygones::{Bygone, Bygones};
pub use choice::Choice;
pub use comparing::{Against, Compared};
pub use explaining::{Counterpart, Explained};
pub use giving_way::screen_first;
pub use journal::{Journal, Standing};
pub use map::{First, Map, Winner};
pub use messages::Message;
pub use others::other_policies;
pub use save::{create_trace, trace as write_trace};
pub use sitting::{Happening, Sitting};
pub use slider::Slider;
pub use speed::Speed;
pub use sweep::{Placed, Sample, Sweep, Turn};
pub use weeks::Weekly;
pub use what_if::Drafted;
