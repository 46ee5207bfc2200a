//! Regret: what a decision of the bandit left lying, known because its listener is simulated.
//!
//! From the state before a decision the session is played on once per arm, by the same listener with
//! the same draws, until the bandit would decide again. What the policy's reward makes of each is
//! what that arm was worth; only the arm differs.

use std::sync::Arc;

use serde::Serialize;

use crate::autopilot::Autopilot;
use crate::profile::Profile;
use crate::sitting::play;
use crate::world::World;
use melody_core::event::{Action, Event};
use melody_core::overrides::Overrides;
use melody_core::score::Score;
use melody_recommender::bandit::argmax;
use melody_recommender::engine::{Engine, Refusal, State, Timeline};
use melody_recommender::playback::Playhead;

/// What each arm would have earned from one decision to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Regret {
    /// The step the decision was made at.
    pub step: u32,
    /// The arm chosen, by its place in the policy.
    pub arm: usize,
    /// Rewards in the policy's order of arms. At least one.
    pub rewards: Vec<Score>,
}

impl Regret {
    /// The arm that would have earned most; of equals the chosen one, or else the first.
    pub fn best(&self) -> usize {
        let best = argmax(self.rewards.iter().map(|reward| reward.value()));
        if self.rewards[best] == self.rewards[self.arm] { self.arm } else { best }
    }

    /// The best arm's reward minus the chosen one's; never negative.
    pub fn value(&self) -> Score {
        self.rewards[self.best()] - self.rewards[self.arm]
    }
}

/// A decision of a session, to be made again with every arm.
#[derive(Clone, Debug)]
pub struct Decision {
    engine: Arc<Engine>,
    step: u32,
    arm: usize,
    /// The event it was made at and the state before it; absent where the session begins.
    before: Option<(Arc<State>, Event)>,
    /// Subscribing, which a listener decides on while the play before the decision ends.
    also: Option<Event>,
    /// The simulated listener right after the decision.
    listener: Autopilot,
}

impl Decision {
    /// The decision made at a step; `None` if none was, or if a person made it.
    pub fn at(
        timeline: &Timeline,
        step: usize,
        profile: &Profile,
        world: &Arc<World>,
        seed: u64,
    ) -> Option<Self> {
        let trace = timeline.trace_at(step)?;
        let arm = trace.bandit.decided.as_ref().filter(|choice| !choice.by_hand)?.arm;
        let engine = timeline.engine().clone();
        let before = step.checked_sub(1).and_then(|last| {
            Some((timeline.state_at(last)?, timeline.events().get(last)?.clone()))
        });
        let also = timeline
            .events()
            .get(step)
            .filter(|event| event.action == Action::Subscribe && event.at_ms == trace.at_ms);
        let traces = timeline.traces().take(step + 1).map(|trace| &**trace);
        let listener = Autopilot::new(&engine, profile, world.clone(), seed).after(traces);
        Some(Decision { step: trace.step, arm, before, also: also.cloned(), listener, engine })
    }

    /// Makes it with every arm.
    ///
    /// # Errors
    /// When the engine refuses what the listener would do, as where a small catalogue runs out.
    pub fn regret(&self) -> Result<Regret, Refusal> {
        let arms = 0..self.engine.setup.policy.bandit.arms.len();
        let rewards = arms.map(|arm| self.reward(arm)).collect::<Result<_, _>>()?;
        Ok(Regret { step: self.step, arm: self.arm, rewards })
    }

    /// What an arm earns until the next decision.
    fn reward(&self, arm: usize) -> Result<Score, Refusal> {
        let engine = &self.engine;
        let pinned = Some(engine.setup.policy.bandit.arms[arm].name.clone());
        let (mut state, trace) = match &self.before {
            None => engine.start_with(Overrides { arm: pinned, ..Overrides::default() }),
            Some((before, event)) => {
                let overrides = Overrides { arm: pinned, ..before.overrides.clone() };
                engine.step(&before.with_overrides(overrides), event)?
            }
        };
        let mut head = Playhead::after(&trace);
        if let Some(event) = &self.also {
            state = engine.step(&state, event)?.0;
        }
        let mut listener = self.listener.clone();
        let mut earned: Option<Score> = None;
        loop {
            if let Some(earned) = earned {
                return Ok(earned);
            }
            play(engine, &mut listener, (&mut state, &mut head), &mut |_, trace| {
                let learned = trace.bandit.learned.as_ref();
                // A decision whose every play the listener chose has earned nothing.
                let nothing = trace.bandit.decided.as_ref().map(|_| Score::ZERO);
                earned = earned.or(learned.map(|learned| learned.reward.total)).or(nothing);
                // The last play may make the listener subscribe, right after it has been learned.
                let credit = trace.bandit.credited.as_ref();
                if let Some(credit) = credit.filter(|credit| credit.step == self.step) {
                    earned = earned.map(|earned| earned + credit.reward);
                }
            })?;
        }
    }
}
