//! What a search has played at a time: listeners of one cohort, each through some of a few policies.

use std::fmt;

use super::part::Part;
use crate::experiment::cohort::Cohort;
use melody_recommender::policy::Policy;

/// Runs that know nothing of each other, of listeners of one cohort.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What it is for.
    pub stage: Stage,
    /// Whose listeners they are.
    pub cohort: Cohort,
    /// In any order, and on any number of machines.
    pub runs: Vec<Run>,
}

/// Some of the listeners under one policy.
#[derive(Clone, Debug)]
pub struct Run {
    /// The policy that the search began from, with other values.
    pub policy: Policy,
    /// Their numbers in the cohort.
    pub listeners: Vec<u64>,
}

/// Where a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its listeners meet draws.
    Draws(Part),
    /// What was found is tried on listeners it has not seen.
    Unseen(Part),
    /// What it has come to is judged by listeners that decided nothing.
    Fresh,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Stage::Draws(part) => write!(f, "draws of {}", part.name()),
            Stage::Unseen(part) => write!(f, "{} on unseen listeners", part.name()),
            Stage::Fresh => f.write_str("fresh listeners"),
        }
    }
}
