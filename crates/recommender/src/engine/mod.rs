//! The engine: one pure state machine, `step(state, event) -> (state, trace)`.
//!
//! It does no input or output, reads no clock and holds no terminal type. Time comes in with events,
//! randomness from generators keyed by seed, purpose and step. The same setup and events give the
//! same traces, to the bit, in the simulator, in a replay, forwards or after a rewind.

mod apply;
mod bygone;
mod decide;
mod explain;
mod happened;
mod listener_report;
mod look;
mod moves;
mod notes;
mod outcome;
mod preview;
mod refusal;
mod report;
mod request;
mod served;
mod setup;
mod state;
mod step;
mod takeover;
#[cfg(test)]
mod tests_support;
mod timeline;
mod trace;
mod turn;
mod unseen;

pub use explain::{AttendedPlay, Explanation, InterestPart, Neighbour, WhyNot};
pub use look::Look;
pub use moves::Move;
pub use preview::Preview;
pub use refusal::Refusal;
pub use served::{Renewal, Request, Served};
pub use setup::{Engine, Setup, Trained};
pub use state::{Moment, Playing, State};
pub use timeline::Timeline;
pub use trace::{
    BanditReport, CandidateReport, Commitment, DisplacedSong, EndedPlay, LATER_MS, Limit,
    ListenerReport, NearLineReport, Note, PlayingNow, PromotionReport, QueueEntry, RankerVersion,
    RequestReport, RunnerUp, SearchReport, SessionReport, Shares, SongRef, StreakReport,
    TRACE_FORMAT, TasteReport, Trace, Versions,
};
