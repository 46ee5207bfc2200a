//! What the simulator can be told, and by which keys.
//!
//! Everything that can be done stands once in the command table; keys, footer, help and palette are
//! made of it. What is typed, found and chosen from is here too, as it stands between keys and the
//! command they mean. Nothing here draws.

pub mod context;
pub mod keymap;
pub mod keys;
pub mod palette;
pub mod popup;
pub mod search;
pub mod sifted;
pub mod tab;
pub mod table;
pub mod typed;

pub use context::Context;
pub use keys::{Key, UnknownKey};
pub use palette::{Deed, Offer, Palette};
pub use popup::{Confirm, Picker, Picking, Popup, Proposal};
pub use search::{Index, Search, Seeking};
pub use sifted::Sifted;
pub use tab::Tab;
pub use table::{Command, Entry, TABLE, key_table, of};
