//! Feedback at rest: logs as a data set of Parquet that others query, and logs or such a data set as a training log.
//!
//! ```text
//! DIR/sessions/day=2026-11-30/part-0.parquet     a row for each session, with its log's whole first record
//! DIR/events/day=...                             a row for each record
//! DIR/plays/day=...                              a row for each play that ended, of the steps that count
//! DIR/impressions/day=...                        a row for each place of each queue that was shown, of these
//! ```
//!
//! A session is known by its records' hashes. One that is in two files is there once, as far as the longer one goes; two that began
//! alike and parted are two sessions, and what the second shares with the first is marked. In a day's files sessions are in one
//! order in all four tables, so that they are read side by side and nothing but a session is in memory.
//!
//! Logs hold no time of day. The day is the one that is given, or that of the file's last change: it says where rows lie, and
//! nothing is learned of it.

mod chosen;
mod day;
mod folder;
mod left_out;
mod rows;
mod stored;
mod tables;
mod training;
mod write;

#[cfg(test)]
mod made_up;

pub use chosen::{Chosen, Session};
pub use day::Day;
pub use left_out::LeftOut;
pub use stored::{DataSet, is_data_set};
pub use tables::REST_FORMAT;
pub use training::{Source, Taught, Training, is_log};
pub use write::{Exported, Exporting, PART};
