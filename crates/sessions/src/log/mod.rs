//! The feedback log: every event and the impressions it led to, kept on disk.
//!
//! JSON Lines, append-only. The first record is what the session opened with; then one record per
//! step. Every record carries the hash of the one before it, so nothing can be changed, dropped or
//! put in between without it showing. An append counts once the disk has it; what a crash leaves
//! half-written after that is the torn tail, which is cut off and told. How far the log was acknowledged
//! stands beside it, too, so that a log which was cut between two records is not taken for a whole one.
//!
//! ```text
//! create -> append, append, ... (crash) -> open: torn tail cut off -> append, ...
//! ```

mod head;
mod line;
mod listener;
mod reader;
mod record;
mod salvage;
mod writer;

pub use head::Head;
pub use line::{Broken, verify};
pub use listener::{Listener, PastPlay};
pub use reader::{Contents, TornTail, read};
pub use record::{
    Ended, Header, Impression, LOG_FORMAT, LearnedReward, Record, StepRecord, Stored,
};
pub use salvage::{Beyond, Lost, Salvaged};
pub use writer::{FeedbackLog, LogError};
