//! What would be: the queue under values set by hand, and a session gone on with by another engine.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::happened::{Before, Begins, Happened, Step};
use super::look::Look;
use super::refusal::Refusal;
use super::report::{promotion, queue};
use super::setup::Engine;
use super::state::{Learning, State};
use super::timeline::Timeline;
use super::trace::{PromotionReport, QueueEntry, Trace};
use crate::bandit::Bandit;
use crate::policy::under;
use crate::ranking::FusionWeights;
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;

/// The queue that setting values by hand would lead to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// What was asked for.
    pub overrides: Overrides,
    /// The weights it leads to, term by term.
    pub weights: FusionWeights,
    /// Promotion as it would be.
    pub promotion: PromotionReport,
    /// The arm that would be in force.
    pub arm: String,
    /// `was` is the place in the present queue.
    pub queue: Vec<QueueEntry>,
}

impl Engine {
    /// What an [`Action::Override`](melody_core::event::Action::Override) with these values would lead to,
    /// exactly and whenever it comes, as it ranks the same [`Moment`](super::state::Moment) again. So the
    /// values in force lead to the present queue. `look` must be of this very state.
    ///
    /// # Errors
    /// When the event would be refused for its values.
    pub fn preview(
        &self,
        state: &State,
        look: &Look,
        overrides: &Overrides,
    ) -> Result<Preview, Refusal> {
        self.check_overrides(overrides)?;
        let mut next = state.with_overrides(overrides.clone());
        let decision = self.decide_anew(&mut next, &mut Happened::default());
        let ranking = self.rank(&next, &decision, &look.scored, Some(next.playing.song));
        let queue = queue(&self.setup.catalogue, &look.scored, &ranking, &Before::of_queue(state));
        Ok(Preview {
            overrides: overrides.clone(),
            promotion: promotion(&next, &decision, &ranking, &queue),
            arm: self.setup.policy.bandit.arms[next.bandit.arm()].name.clone(),
            weights: decision.weights.clone(),
            queue,
        })
    }

    /// Goes on from a state that another engine over the same catalogue has led to, under this one's
    /// policy and model, and under `scene` if one is given: decides and fills the queue again, at the
    /// same step and without an event. Values set by hand stay in force as far as this policy can be given
    /// them, and the guardrail's level as far as it has such levels.
    ///
    /// A bandit with the very same arms goes on with its running decision; one with others decides
    /// anew, what has been learned going over to arms of the same name. Near-line learning goes on
    /// only if the trained model is the same, and an update under way only if its settings are.
    pub fn resume(&self, from: &Engine, state: &State, scene: Option<Scene>) -> (State, Trace) {
        let (ours, theirs) = (&self.setup.policy, &from.setup.policy);
        let mut next = state.clone();
        next.scene = scene.unwrap_or(state.scene);
        next.overrides = under(next.overrides, ours);
        next.guardrail = next.guardrail.under(&ours.guardrail);
        if ours.bandit.arms != theirs.bandit.arms {
            next.bandit = Bandit::new(state.bandit.memory().clone());
        }
        let same_model = self.setup.model.hash == from.setup.model.hash;
        if !same_model {
            next.model = self.setup.model.clone();
            next.learning = Learning::default();
        } else if ours.near_line != theirs.near_line {
            next.learning.pending = None;
        }
        let before = Before::of_queue(state);
        let step = Step { before, happened: Happened::default(), event: None };
        let begins = if same_model { Begins::Nothing } else { Begins::Retold };
        let trace = self.turn(&mut next, step, begins);
        (next, trace)
    }
}

impl Timeline {
    /// The session up to the first `step` events, gone on with by another engine over the same
    /// catalogue. `None` if it has fewer events, or that one is before a fork began.
    pub fn fork(&self, engine: Arc<Engine>, step: usize, scene: Option<Scene>) -> Option<Self> {
        let mut forked = self.clone();
        forked.rewind(step);
        if forked.events().len() != step {
            return None;
        }
        let (state, mut trace) = engine.resume(self.engine(), forked.state(), scene);
        // The step is still the one that this event led to.
        let original = forked.trace();
        trace.event = original.event.clone();
        trace.ended = original.ended.clone();
        forked.go_on_with(engine, state, trace);
        Some(forked)
    }
}
