//! Who plays the batches of a search: this process, or others.

use super::batch::Batch;
use super::value::Worth;
use crate::experiment::cohort::{Cohort, in_parallel};
use melody_core::input::InputError;
use melody_recommender::engine::Refusal;
use melody_recommender::policy;
use melody_sessions::library::Library;

/// Whoever plays batches. What comes of a batch depends on the batch alone, and on the library that the search began from.
pub trait Bench {
    /// Why nothing came of a batch; a draw that makes no valid policy, which would be a fault of this program, ends a search,
    /// too.
    type Error: From<InputError>;

    /// What the policy of each run is worth to each of its listeners, in the order of runs and of listeners.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn play(&mut self, batch: &Batch) -> Result<Vec<Vec<Worth>>, Self::Error>;
}

/// Why a search in this process has nothing to write.
#[derive(Debug, thiserror::Error)]
pub enum Nothing {
    /// A draw that makes no valid policy.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The engine refused what a listener did, which would be a fault of this program.
    #[error(transparent)]
    Refusal(#[from] Refusal),
}

/// This process, on as many threads as rayon has.
pub struct InProcess<'a> {
    library: &'a Library,
    done: &'a (dyn Fn() + Sync),
}

impl<'a> InProcess<'a> {
    /// Plays under policies that are the library's with other values. `done` is called for each listener of each run.
    pub fn new(library: &'a Library, done: &'a (dyn Fn() + Sync)) -> Self {
        InProcess { library, done }
    }
}

impl Bench for InProcess<'_> {
    type Error = Nothing;

    fn play(&mut self, batch: &Batch) -> Result<Vec<Vec<Worth>>, Nothing> {
        let under = |policy: &policy::Policy| self.library.with_values(policy.clone());
        let libraries: Vec<Library> = batch.runs.iter().map(|run| under(&run.policy)).collect();
        let listeners = batch.runs.iter().map(|run| run.listeners.as_slice());
        let runs: Vec<(&Library, &[u64])> = libraries.iter().zip(listeners).collect();
        Ok(worths(&self.library.policy.bandit, &batch.cohort, &runs, self.done)?)
    }
}

/// What each library is worth to its listeners of the cohort, by their numbers, as the bandit of the policy that a search
/// began from counts it. The same whatever the number of threads. `done` is called as each listener is through.
///
/// # Errors
/// When the engine refuses what a listener does, which would be a fault of this program.
pub fn worths(
    bandit: &policy::Bandit,
    cohort: &Cohort,
    runs: &[(&Library, &[u64])],
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Vec<Worth>>, Refusal> {
    let all: Vec<(&Library, u64)> = runs
        .iter()
        .flat_map(|(library, listeners)| listeners.iter().map(|index| (*library, *index)))
        .collect();
    // All runs side by side: a few listeners of one would not keep every thread at work.
    let one = |place: u64| {
        let (library, index) = all[place as usize];
        cohort.listener(library, index).map(|outcome| Worth::new(&outcome, bandit))
    };
    let mut found = in_parallel(all.len() as u64, &one, done).into_iter();
    runs.iter().map(|(_, listeners)| found.by_ref().take(listeners.len()).collect()).collect()
}
