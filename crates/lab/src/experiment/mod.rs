//! Experiments on simulated listeners: what a policy or model does to a whole population.
//!
//! A cohort of listeners is drawn from a seed; each plays sessions by themselves through the real
//! engine until they leave. What comes of it is measured, set beside real listening, or compared
//! between two arms that the very same listeners went through.

mod ab;
mod ablate;
mod carried;
mod cohort;
mod days;
mod diversity;
mod figures;
mod learn;
mod metric;
mod outcome;
mod ranker;
mod reality;
mod requests;
mod teach;
pub mod testbed;
mod tune;

pub use ab::{AbReport, Arm, Comparison, Gate, Verdict, compare};
pub use ablate::{
    Ablation, AblationReport, Absent, Difference, Finding, Judging, Measure, Mechanism, NoSuch,
    Tested,
};
pub use carried::{brought, carried};
pub use cohort::{Cohort, in_parallel};
pub use days::{Course, Daily, Day, Mean};
pub use diversity::Diversity;
pub use figures::{Days, Figures, Quartiles};
pub use learn::{Learned, OrderReport, PLACES, TooFew, boosting, learn, trees};
pub use metric::{Direction, Metric};
pub use outcome::{Heard, ListenerOutcome, Past, SessionOutcome};
pub use ranker::{RankerDelivered, train_ranker};
pub use reality::{Check, NOT_CAPTURED, checks};
pub use requests::{GRADES, Request, Shown, grade, requests};
pub use teach::teach;
pub use tune::{
    Batch, Bench, Expected, Found, InProcess, Judged, Nothing, Part, Run, Search, Stage, Tuned,
    Worth, render, runs, tune, unpromoted, worths, write,
};
