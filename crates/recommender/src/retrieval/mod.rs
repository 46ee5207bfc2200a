//! Retrieval: which songs of the catalogue are worth scoring for a listener now.
//!
//! ```text
//! towers, history, session, catalogue -> sources, each with its quota -> candidates, a few hundred -> ranking
//! ```

mod asking;
mod by_catalogue;
mod by_history;
mod by_session;
mod by_taste;
mod gather;
mod missed;
mod source;

pub use asking::{Asking, Taste};
pub use gather::{EVERYTHING, Retrieved, SOURCES, SourceSet, gather};
pub use missed::{Missed, Standing, standings};
pub use source::{Source, Value};
