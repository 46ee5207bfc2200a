//! What each of the bandit's decisions left lying, worked out one after the other in the background.

use std::sync::Arc;

use super::background::Pending;
use crate::engine::{Refusal, State, Timeline};
use crate::simulation::{Decision, Regret, World};

/// A decision, known by the state right after it, and what came of trying every arm.
struct Known {
    after: Arc<State>,
    /// Absent where it could not be worked out.
    regret: Option<Regret>,
}

/// A decision that is being tried with every arm.
struct Running {
    after: Arc<State>,
    outcome: Pending<Result<Regret, Refusal>>,
}

/// Regrets of a session, oldest first.
#[derive(Default)]
pub struct Regrets {
    known: Vec<Known>,
    running: Option<Running>,
}

impl Regrets {
    /// Those of decisions made before one step.
    pub fn before(&self, step: u32) -> Vec<Regret> {
        let known = self.known.iter().filter_map(|known| known.regret.as_ref());
        known.filter(|regret| regret.step < step).cloned().collect()
    }

    /// Whether one is being worked out.
    pub fn working(&self) -> bool {
        self.running.is_some()
    }

    /// Takes in what is done, forgets what was taken back, and starts on the next if `more` are wanted.
    pub fn follow(&mut self, timeline: &Timeline, world: &Arc<World>, seed: u64, more: bool) {
        let outcome = self.running.as_ref().and_then(|running| running.outcome.ready());
        if let Some(outcome) = outcome {
            self.take(outcome);
        }
        let there = |after: &Arc<State>| {
            timeline.at(after.step as usize).is_some_and(|(state, _)| Arc::ptr_eq(state, after))
        };
        self.known.retain(|known| there(&known.after));
        if self.running.is_some() || !more {
            return;
        }
        let from = self.known.last().map_or(0, |known| known.after.step as usize + 1);
        let steps = from..=timeline.events().len();
        let mut decided = steps
            .filter_map(|step| Some((timeline.at(step)?, step)))
            .filter(|((_, trace), _)| trace.bandit.decided.is_some());
        let next = decided.find_map(|((after, _), step)| {
            Some((after, Decision::at(timeline, step, world, seed)?))
        });
        // The newest decision is still open: what it earns is not known yet.
        let (Some((after, decision)), Some(_)) = (next, decided.next()) else { return };
        let outcome = Pending::start("regret", move || decision.regret());
        self.running = Some(Running { after: after.clone(), outcome });
    }

    /// Waits for the one that is being worked out; whether there was one.
    pub fn settle(&mut self) -> bool {
        let outcome = self.running.as_ref().and_then(|running| running.outcome.wait());
        outcome.map(|outcome| self.take(outcome)).is_some()
    }

    fn take(&mut self, outcome: Result<Regret, Refusal>) {
        if let Some(Running { after, .. }) = self.running.take() {
            self.known.push(Known { after, regret: outcome.ok() });
        }
    }
}
