//! What long work tells on its way, and how it is broken off.
//!
//! The library knows what it is doing and how much of it there is; how that looks, and whether somebody
//! wants it to end, is for whoever watches. Some of the work is done on many threads at once, so that what
//! they tell is passed on one at a time.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::compare::Told;
use crate::data::Split;
use crate::training::Progress;
use melody_core::input::InputError;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Simulating the listeners of a split.
    Simulating(Split),
    /// Steps of the optimiser.
    Training,
    /// Training in many ways, a run at a time.
    Comparing,
    /// Judging a model by the listeners of a split, or by all there are.
    Judging(Option<Split>),
    /// Letting simulated listeners ask for songs.
    Asking,
    /// Growing the trees of a ranker.
    Growing,
    /// Letting a model rank songs for its towers to learn from.
    Towers,
}

/// What is told.
#[derive(Clone, Copy)]
pub enum Stage<'a> {
    /// Work begins, of so many units; of a training the first step tells how many there are.
    Begins(Work, u64),
    /// A unit of it is done.
    One,
    /// The work is done.
    Ends,
    /// Something that whoever asked for the work should know, before it begins.
    Note(&'a str),
    /// A step of a training.
    Step(&'a Progress),
    /// Of run number so much of a comparison.
    Run(usize, &'a Told<'a>),
}

/// Whoever watches. To break off is heeded where a training begins and at its steps: what is there by then
/// is kept, and the same work goes on from it. Anywhere else the answer changes nothing.
pub type Watch<'a> = dyn FnMut(Stage) -> ControlFlow<()> + Send + 'a;

/// Why long work came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Undone {
    /// A file that was handed in.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The watcher broke off; a checkpoint was written, unless nothing had begun.
    #[error("interrupted after step {step}\n  help: the same command takes the training up again")]
    Interrupted {
        /// Steps done.
        step: u64,
    },
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl From<String> for Undone {
    fn from(message: String) -> Self {
        Undone::Other(message)
    }
}

/// Tells a watcher, from any thread.
pub struct Teller<'a, 'w>(Mutex<&'a mut Watch<'w>>);

impl<'a, 'w> Teller<'a, 'w> {
    /// Tells this watcher.
    pub fn new(watch: &'a mut Watch<'w>) -> Self {
        Teller(Mutex::new(watch))
    }

    /// Tells of a stage; the answer says whether to go on.
    pub fn tell(&self, stage: Stage) -> ControlFlow<()> {
        // A watcher that panicked has its panic on the way; what it showed is of no more use.
        let mut watch = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (*watch)(stage)
    }

    /// One more unit is done.
    pub fn one(&self) {
        let _ = self.tell(Stage::One);
    }

    /// Tells that `work` begins, lets it be done, and tells that it has ended.
    pub fn of<T>(&self, work: Work, units: u64, done: impl FnOnce() -> T) -> T {
        let _ = self.tell(Stage::Begins(work, units));
        let made = done();
        let _ = self.tell(Stage::Ends);
        made
    }

    /// The same for work that may fail, which then does not end.
    pub fn try_of<T, E>(
        &self,
        work: Work,
        units: u64,
        done: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let _ = self.tell(Stage::Begins(work, units));
        let made = done()?;
        let _ = self.tell(Stage::Ends);
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn threads_are_told_of_one_at_a_time_between_begin_and_end() {
        let mut told = Vec::new();
        let mut watch = |stage: Stage| {
            told.push(match stage {
                Stage::Begins(Work::Asking, units) => format!("begins {units}"),
                Stage::One => "one".to_string(),
                Stage::Ends => "ends".to_string(),
                _ => "something else".to_string(),
            });
            ControlFlow::Continue(())
        };
        let teller = Teller::new(&mut watch);
        let sum: u64 = teller
            .of(Work::Asking, 40, || (0..40u64).into_par_iter().inspect(|_| teller.one()).sum());
        assert_eq!(sum, 780);
        assert_eq!((told.len(), told[0].as_str(), told[41].as_str()), (42, "begins 40", "ends"));
        assert!(told[1..41].iter().all(|word| word == "one"));
    }

    #[test]
    fn work_that_fails_does_not_end() {
        let mut ends = 0;
        let mut watch = |stage: Stage| {
            ends += usize::from(matches!(stage, Stage::Ends));
            ControlFlow::Continue(())
        };
        let teller = Teller::new(&mut watch);
        assert_eq!(teller.try_of(Work::Growing, 1, || Err::<(), u8>(3)), Err(3));
        assert_eq!(teller.try_of(Work::Growing, 1, || Ok::<u8, u8>(4)), Ok(4));
        assert_eq!(ends, 1);
    }
}
