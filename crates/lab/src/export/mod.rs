//! What was logged, in the forms that others read.
//!
//! Plays and impressions are tables ([`Sheet`]: CSV or Parquet, by the file's ending), a row each. The bandit's decisions, which alone
//! were drawn with a known probability, go into the layouts of off-policy evaluation: the Open Bandit data set's, which
//! OBP's own reader takes, and Vowpal Wabbit's. A training log becomes RecBole's atomic files, and
//! a training its curves in TensorBoard ([`Curves`]). Nothing is worked out anew here: every
//! number is the one in the trace or log, so that `melody ope` and whoever reads the export estimate from the same.

mod decisions;
mod listening;
mod recbole;
mod sheet;
mod steps;
mod tensorboard;
mod vowpal;

pub use decisions::open_bandit;
pub use listening::{columns, logged_plays};
pub use recbole::recbole;
pub use sheet::{Cell, Column, Sheet};
pub use steps::{
    LOG_IMPRESSIONS, LOG_PLAYS, TRACE_IMPRESSIONS, TRACE_PLAYS, log_impressions, log_plays,
    trace_impressions, trace_plays,
};
pub use tensorboard::Curves;
pub use vowpal::{Costs, cb_adf, dsjson};
