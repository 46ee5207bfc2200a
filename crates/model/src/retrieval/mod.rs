//! Retrieval: which few hundred songs of a large catalogue are worth the network's time.
//!
//! ```text
//! song      -> the network's vector -> tower -> bytes, in cells, once a catalogue ─┐
//! listener  -> moment and history   -> tower -> whole numbers, each event ───────┴► scan: the songs that fit best
//! ```

mod bytes;
mod cells;
pub(crate) mod listener;
pub(crate) mod tower;
pub(crate) mod towers;
pub(crate) mod vectors;

pub use listener::{listener_features, listener_width};
pub use towers::{D_RETRIEVAL, Towers};
pub use vectors::{Chosen, Query, Vectors};
