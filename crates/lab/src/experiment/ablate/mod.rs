//! Ablations: what each mechanism is worth, by taking it away.
//!
//! Every mechanism has one objective that it exists for, named in [`mechanism`] before anything is run, so that none
//! is judged by whichever figure came out well. A mechanism is one pair of arms, with it and without it, that differ
//! in nothing else; both meet the same listeners with the same draws, as the arms of an A/B test do. Most pairs share
//! the policy as it is, which is played once. What is told is the paired difference on the objective, and then what
//! the mechanism does to everything else, since what earns on its own figure may cost on others.

mod edit;
mod measure;
mod mechanism;
mod report;
mod run;

pub use measure::Measure;
pub use mechanism::Mechanism;
pub use report::{AblationReport, Absent, Difference, Finding, Tested};
pub use run::{Ablation, Judging, NoSuch};
