//! What each of the bandit's decisions left lying, worked out one after the other in the background.

use std::sync::Arc;

use super::background::Pending;
use melody_recommender::engine::{Timeline, Trace};
use melody_simulation::profile::Profile;
use melody_simulation::{Decision, Regret, World};

/// A decision, known by the trace of its step, and what came of trying every arm.
struct Known {
    trace: Arc<Trace>,
    /// Absent where it could not be worked out.
    regret: Option<Regret>,
}

/// A decision that is being tried with every arm.
struct Running {
    trace: Arc<Trace>,
    outcome: Pending<Option<Regret>>,
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
    pub fn follow(
        &mut self,
        timeline: &Timeline,
        profile: &Arc<Profile>,
        world: &Arc<World>,
        seed: u64,
        more: bool,
    ) {
        let outcome = self.running.as_ref().and_then(|running| running.outcome.ready());
        if let Some(outcome) = outcome {
            self.take(outcome);
        }
        let there = |trace: &Arc<Trace>| {
            timeline.trace_at(trace.step as usize).is_some_and(|now| Arc::ptr_eq(now, trace))
        };
        self.known.retain(|known| there(&known.trace));
        if self.running.is_some() || !more {
            return;
        }
        let from = self.known.last().map_or(0, |known| known.trace.step as usize + 1);
        let steps = from..=timeline.events().len();
        let mut decided = steps
            .filter_map(|step| timeline.trace_at(step))
            .filter(|trace| trace.bandit.decided.is_some());
        let by_itself = |trace: &&Arc<Trace>| {
            trace.bandit.decided.as_ref().is_some_and(|choice| !choice.by_hand)
        };
        // The newest decision is still open: what it earns is not known yet.
        let (Some(trace), Some(_)) = (decided.find(by_itself), decided.next()) else { return };
        let (timeline, step) = (timeline.clone(), trace.step as usize);
        let (profile, world) = (profile.clone(), world.clone());
        let outcome = Pending::start("regret", move || {
            Decision::at(&timeline, step, &profile, &world, seed)?.regret().ok()
        });
        self.running = Some(Running { trace: trace.clone(), outcome });
    }

    /// Waits for the one that is being worked out; whether there was one.
    pub fn settle(&mut self) -> bool {
        let outcome = self.running.as_ref().and_then(|running| running.outcome.wait());
        outcome.map(|outcome| self.take(outcome)).is_some()
    }

    fn take(&mut self, regret: Option<Regret>) {
        if let Some(Running { trace, .. }) = self.running.take() {
            self.known.push(Known { trace, regret });
        }
    }
}
