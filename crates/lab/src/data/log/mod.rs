//! The training log: listening on disk, larger than memory.
//!
//! A folder with `log.toml` and shards in the Arrow IPC file format (`shard-00000.arrow`, ...). A row is
//! a listener, so that a shard holds whole listeners, with their account and the list of their plays,
//! oldest first. The plays are kept raw: features are made of them when they are read, by the same
//! code that makes those of a session (`training/rows.rs`). `log.toml` says of which catalogue the
//! log is, how it is split, and how much of each split is in which shard, with each shard's SHA-256.
//!
//! ```text
//! LogWriter::push, push, ... finish -> log.toml      TrainingLog::open -> read -> Dataset
//! ```

mod carried;
mod columns;
mod convert;
mod count;
mod decode;
mod encode;
mod extents;
mod feedback;
mod leaks;
mod listening;
mod manifest;
mod planted;
mod plays;
mod read;
mod retyped;
mod schema;
mod simulate;
mod sorting;
mod source;
mod time;
mod write;

pub use carried::{bring_listeners, carry_listeners};
pub use convert::{Converted, Converting};
pub use feedback::{Unfit, heard};
pub use leaks::{Features, Leak, LeakCheck};
pub use listening::Listening;
pub use manifest::{Count, LogManifest, Origin, Shard};
pub use read::TrainingLog;
pub use simulate::{draw_some, simulate_log, simulated_log};
pub use source::{ReadAhead, Source};
pub use write::{LogWriter, SHARD_PLAYS, split_again};
