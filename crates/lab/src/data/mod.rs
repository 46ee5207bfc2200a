//! Listening as training data: rows, windows, batches, splits, and the logs on disk they come from.

mod batch;
mod dataset;
mod drawn;
mod heard;
pub mod log;
#[cfg(test)]
pub(crate) mod made_up;
mod rows;
mod simulated;
mod split;
mod windows;

pub use batch::Batch;
pub use dataset::{Alternative, Dataset, Listener, Row};
pub use drawn::Drawn;
pub use heard::{TrainedOn, held_out};
pub use rows::{replay, rows};
pub use simulated::{simulated, simulated_index, simulated_name};
pub use split::{Sessions, Split, Splits, session_of};
pub use windows::{Window, windows};
