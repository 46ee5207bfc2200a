//! Autopilot at the controls: the simulated listener's plan for the current song, carried out as the
//! song plays.

use std::collections::VecDeque;
use std::sync::Arc;

use melody_core::event::Action;
use melody_core::listener::Tier;
use melody_recommender::engine::{EndedPlay, Engine, State, Timeline};
use melody_simulation::profile::Profile;
use melody_simulation::{Autopilot, Departure, Plan, World};

/// A simulated listener and what it is about to do.
#[derive(Clone, Debug)]
pub(crate) struct Pilot {
    engine: Arc<Engine>,
    listener: Autopilot,
    /// Absent between songs.
    plan: Option<Course>,
}

/// What is left of a plan.
#[derive(Clone, Debug)]
struct Course {
    /// By how much of the song has been heard, in milliseconds.
    during: VecDeque<(u32, Action)>,
    after: Vec<Action>,
    leaves: bool,
    /// What was paid when it was made: who subscribes in the middle of a preview hears the song on.
    tier: Tier,
}

/// The next thing to do.
pub(crate) struct Step {
    pub action: Action,
    /// If it ends the play: what follows at once, and whether the listener then leaves.
    pub then: Option<(Vec<Action>, bool)>,
}

impl Pilot {
    /// The profile's listener after the session so far.
    pub(crate) fn new(
        timeline: &Timeline,
        profile: &Profile,
        world: &Arc<World>,
        seed: u64,
    ) -> Self {
        let traces = timeline.traces().map(|trace| &**trace);
        let engine = timeline.engine().clone();
        let listener = Autopilot::new(&engine, profile, world.clone(), seed);
        let listener = listener.after(traces);
        Pilot { engine, listener, plan: None }
    }

    /// Why the listener leaves, if they do so now.
    pub(crate) fn departure(&self) -> Departure {
        self.listener.departure()
    }

    /// Takes in a play that ended, whoever ended it. `tier` is what was paid while it played.
    pub(crate) fn observe(&mut self, ended: &EndedPlay, tier: Tier) {
        self.listener.observe(ended, tier);
        self.plan = None;
    }

    /// How much of the current song will have been heard when the next thing is done.
    pub(crate) fn next_at(&mut self, state: &State) -> Option<u32> {
        self.course(state).during.front().map(|(heard_ms, _)| *heard_ms)
    }

    /// Takes the next thing to do off the plan.
    pub(crate) fn take(&mut self, state: &State) -> Option<Step> {
        let course = self.course(state);
        let (_, action) = course.during.pop_front()?;
        let then = course.during.is_empty().then(|| (course.after.clone(), course.leaves));
        Some(Step { action, then })
    }

    fn course(&mut self, state: &State) -> &mut Course {
        let (engine, listener) = (&self.engine, &self.listener);
        self.plan.take_if(|plan| plan.tier != state.tier);
        self.plan.get_or_insert_with(|| {
            let Plan { during, after, leaves, .. } = listener.plan(engine, state);
            Course { during: during.into(), after, leaves, tier: state.tier }
        })
    }
}
