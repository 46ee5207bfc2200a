//! What would be: the queue under values set by hand, and a session gone on with by another engine.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::happened::{Before, Begins, Happened, Step};
use super::look::Look;
use super::refusal::Refusal;
use super::report::{promotion, queue};
use super::served::Request;
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
    /// exactly and whenever it comes, as it makes a new request of the same
    /// [`Moment`](super::state::Moment). So the values in force lead to the present queue, but for songs that
    /// an earlier request has committed to. `look` must be of this very state.
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
        // Setting values makes a new request.
        next.request = Request { number: state.request.number + 1, ..Request::default() };
        self.choose_arm(&mut next, &mut Happened::default(), false);
        let decision = self.decide(&next);
        let ranking = self.rank(&next, &decision, look, Some(next.playing.song));
        let committed = self.commit(&next, ranking.queue.iter().map(|queued| queued.song)).len();
        let before = Before::of_queue(state);
        let queue = queue(&self.setup.catalogue, &look.scored, (&ranking, committed), &before);
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
    /// only if the trained model is the same, and an update under way only if its settings are. A model that has
    /// taken over since goes on where both engines started with the same one.
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
            next.taken = None;
            next.learning = Learning::default();
        } else if ours.near_line != theirs.near_line {
            next.learning.pending = None;
        }
        let before = Before::of_queue(state);
        let same = same_model
            && ours.settings == theirs.settings
            && next.scene == state.scene
            && self.setup.ranker.as_ref().map(|r| &r.hash)
                == from.setup.ranker.as_ref().map(|r| &r.hash);
        let happened = Happened { resumed: !same, ..Happened::default() };
        let step = Step { before, happened, event: None };
        let begins = if same_model { Begins::Nothing } else { Begins::Retold };
        let trace = self.turn(&mut next, step, begins);
        (next, trace)
    }
}

impl Timeline {
    /// The session up to the first `step` events, gone on with by another engine over the same
    /// catalogue, which is given every model that this session was given. `None` if it has fewer events, or that
    /// one is before a fork began.
    pub fn fork(&self, engine: Arc<Engine>, step: usize, scene: Option<Scene>) -> Option<Self> {
        self.forked(engine, step, (scene, None))
    }

    /// The same under values set by hand from that step on, in place of those in force then. No event sets them, so
    /// they make no new request: what is committed stays, but for promoted songs that may not play under them. So two
    /// sessions part where the values first matter, and not at once.
    pub fn fork_under(&self, engine: Arc<Engine>, step: usize, set: Overrides) -> Option<Self> {
        self.forked(engine, step, (None, Some(set)))
    }

    fn forked(
        &self,
        engine: Arc<Engine>,
        step: usize,
        (scene, set): (Option<Scene>, Option<Overrides>),
    ) -> Option<Self> {
        let mut forked = self.clone();
        forked.rewind(step);
        if forked.events().len() != step {
            return None;
        }
        let engine = match self.engine().setup.versions.is_empty() {
            true => engine,
            false => {
                let versions = self.engine().setup.versions.values().cloned();
                Arc::new(Engine::new(engine.setup.clone().offering(versions)))
            }
        };
        let from = match set {
            Some(set) => &forked.state().with_overrides(set),
            None => forked.state(),
        };
        let (state, mut trace) = engine.resume(self.engine(), from, scene);
        // The step is still the one that this event led to.
        let original = forked.trace();
        trace.event = original.event.clone();
        trace.ended = original.ended.clone();
        forked.go_on_with(engine, state, trace);
        Some(forked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{engine, finish, skip, small, step};
    use melody_core::event::Action;
    use melody_core::score::Score;

    #[test]
    fn the_values_in_force_lead_to_the_present_queue() {
        let engine = small();
        let (state, trace) = finish(&engine, &engine.start().0);
        let preview = engine.preview(&state, &engine.look(&state), &Overrides::default()).unwrap();
        let songs = |queue: &[QueueEntry]| -> Vec<(String, Score)> {
            queue.iter().map(|entry| (entry.song.id.clone(), entry.score)).collect()
        };
        assert_eq!(songs(&preview.queue), songs(&trace.queue));
        assert_eq!((preview.promotion, preview.weights), (trace.promotion, trace.weights));
        assert!(preview.queue.iter().all(|entry| entry.was == Some(entry.position)));
    }

    #[test]
    fn a_preview_is_what_setting_the_values_then_does() {
        let engine = small();
        let (state, _) = finish(&engine, &engine.start().0);
        let set = Overrides {
            gamma: Some(Score::new(1.2)),
            arm: Some("heavy".into()),
            ..Overrides::default()
        };
        let preview = engine.preview(&state, &engine.look(&state), &set).unwrap();
        assert_eq!(preview.arm, "heavy");
        let (_, trace) = step(&engine, &state, 10, Action::Override(set));
        assert_eq!(preview.queue, trace.queue);
        assert_eq!(preview.promotion, trace.promotion);
    }

    #[test]
    fn what_is_committed_and_set_without_an_event_stays_unless_it_may_not_play() {
        let three = || Arc::new(engine(|settings| settings.requests.committed = 3));
        let mut timeline = Timeline::start(three());
        let state = timeline.state().clone();
        timeline.apply(crate::engine::tests_support::after(&state, 9_000, Action::Like)).unwrap();
        let committed = timeline.state().request.left.clone();
        assert!(committed.len() > 1, "a like makes no request");
        let under = |at_most: usize| {
            let set = Overrides { at_most: Some(at_most), ..Overrides::default() };
            timeline.fork_under(three(), 1, set).unwrap()
        };
        let same = under(timeline.trace().promotion.at_most);
        assert_eq!(same.state().queue, timeline.state().queue, "nothing parts them");
        let none = under(0);
        assert!(none.state().queue.iter().all(|queued| !queued.promoted));
        let catalogue = &timeline.engine().setup.catalogue;
        let natural = committed.iter().filter(|song| !catalogue.song(**song).promoted());
        assert!(natural.eq(&none.state().request.left), "the others stay");
    }

    #[test]
    fn values_out_of_range_are_refused_without_a_preview() {
        let engine = small();
        let (state, _) = engine.start();
        let set = Overrides { at_most: Some(11), ..Overrides::default() };
        let refused = engine.preview(&state, &engine.look(&state), &set);
        assert!(matches!(refused, Err(Refusal::BadOverride { field: "at_most", .. })));
    }

    #[test]
    fn an_engine_that_takes_over_changes_nothing_where_it_is_the_same() {
        let engine = small();
        let (state, trace) = skip(&engine, &engine.start().0);
        let (resumed, again) = engine.resume(&engine, &state, None);
        assert_eq!(resumed.queue, state.queue);
        assert_eq!(resumed.playing, state.playing);
        assert_eq!((again.step, again.at_ms, again.event), (trace.step, trace.at_ms, None));
        assert!(again.bandit.decided.is_none());
    }

    #[test]
    fn other_arms_are_decided_between_anew_and_what_was_set_by_hand_is_kept_as_far_as_it_goes() {
        let ours = engine(|settings| {
            settings.bandit.arms.truncate(2);
            settings.mixing.window = 4;
        });
        let theirs = small();
        let (mut state, _) = theirs.start();
        state.overrides.arm = Some("heavy".into());
        state.overrides.at_most = Some(7);
        let (resumed, trace) = ours.resume(&theirs, &state, Some(Scene::Focus));
        assert!(trace.bandit.decided.is_some() && trace.bandit.arms.len() == 2);
        assert_eq!((resumed.overrides.arm, resumed.overrides.at_most), (None, Some(4)));
        assert_eq!(resumed.scene, Scene::Focus);
    }

    #[test]
    fn a_fork_keeps_what_led_to_it_and_is_not_taken_back_past_that() {
        let mut timeline = Timeline::start(Arc::new(small()));
        let mut state = timeline.state().clone();
        for _ in 0..4 {
            let event = crate::engine::tests_support::after(&state, 1_000, Action::Skip);
            timeline.apply(event).unwrap();
            state = timeline.state().clone();
        }
        assert!(timeline.fork(Arc::new(small()), 9, None).is_none());
        let mut fork = timeline.fork(Arc::new(small()), 2, None).unwrap();
        assert_eq!((fork.events().len(), fork.own_from()), (2, 2));
        assert_eq!(fork.events(), &timeline.events()[..2]);
        assert_eq!(fork.trace().event.as_ref(), timeline.events().get(1));
        assert_eq!(fork.shared_with(&timeline), 1);
        fork.rewind(0);
        assert_eq!(fork.events().len(), 2);
        assert!(fork.state_at(1).is_none());
    }
}
