//! Another trained model takes over in the middle of a session, as one that is trained elsewhere and published
//! while the session goes on.
//!
//! It is an event like any other, so that a session is still its opening and its events: it can be replayed, gone
//! back in and forked. Nobody at the controls does it, and it asks for nothing. So the same moment is ranked again
//! with the same draws, as where values are set by hand, and all that moves is the model's doing; but no new request
//! is made: what was promised to the player stays as it was queued, and the rest of the queue moves behind it.
//!
//! A near-line update under way is let go, as the weights it was started on are. What was learned of the listener
//! on those weights, and the plays it was learned from, mean nothing under others: both begin anew, with the
//! examples of the model that takes over, or with what an earlier session has learned on it.

use std::sync::Arc;

use super::happened::GaveWay;
use super::refusal::Refusal;
use super::setup::Engine;
use super::state::{Learning, State};
use melody_model::{Examples, ModelVersion};

/// Characters of a hash that tell models apart for a person.
const SHORT: usize = 12;

impl Engine {
    /// The trained model that a state goes by: the one that took over last, or the one the session started with.
    pub fn trained<'a>(&'a self, state: &'a State) -> &'a ModelVersion {
        state.taken.as_ref().map_or(&self.setup.model, |taken| &taken.model)
    }

    /// The examples of that model.
    pub(super) fn examples<'a>(&'a self, state: &'a State) -> &'a Arc<Examples> {
        state.taken.as_ref().map_or(&self.setup.examples, |taken| &taken.examples)
    }

    /// What earlier sessions have learned of the listener, where it was learned on the trained model of the state.
    pub(super) fn recall(&self, state: &mut State) {
        if let Some(learned) = &self.setup.learned
            && let Some(model) = learned.version(self.trained(state))
        {
            state.model = model;
            state.learning.examples = learned.newest.iter().cloned().collect();
        }
    }

    pub(super) fn check_version(&self, state: &State, hash: &str) -> Result<(), Refusal> {
        let short = || hash.chars().take(SHORT).collect();
        let known = self.setup.model.hash == hash || self.setup.versions.contains_key(hash);
        match known {
            false => Err(Refusal::NoSuchVersion { hash: short() }),
            true if self.trained(state).hash == hash => Err(Refusal::SameVersion { hash: short() }),
            true => Ok(()),
        }
    }

    /// Goes on with another trained model, and says which one gave way.
    pub(super) fn take_over(&self, state: &mut State, hash: &str) -> Result<GaveWay, Refusal> {
        self.check_version(state, hash)?;
        let gave_way = GaveWay { name: state.model.name.clone(), hash: state.model.hash.clone() };
        // Going back to the model that the session started with is taking over none.
        let first = self.setup.model.hash == hash;
        state.taken = self.setup.versions.get(hash).filter(|_| !first).cloned();
        state.model = self.trained(state).clone();
        let Learning { accepted, refused, .. } = state.learning;
        state.learning = Learning { accepted, refused, ..Learning::default() };
        self.recall(state);
        Ok(gave_way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::setup::Trained;
    use crate::engine::tests_support::{after, engine, finish, other_model, skip, small, step};
    use crate::engine::timeline::Timeline;
    use crate::engine::trace::{Note, Trace};
    use melody_core::event::Action;

    /// The small engine, which may go on with another model, and an event that says so.
    fn offered(mut engine: Engine) -> (Engine, Action) {
        let other = other_model(&engine.setup.catalogue, 2);
        let action = Action::Version { hash: other.model.hash.clone() };
        engine.setup = engine.setup.offering([Arc::new(other)]);
        (engine, action)
    }

    fn bytes(traces: &[Trace]) -> String {
        serde_json::to_string(traces).unwrap()
    }

    #[test]
    fn the_other_model_scores_from_that_event_on_and_the_trace_says_so() {
        let (engine, take_over) = offered(small());
        let (before, told) = skip(&engine, &engine.start().0);
        let (state, trace) = step(&engine, &before, 1_000, take_over.clone());
        let Action::Version { hash } = &take_over else { unreachable!() };
        assert_eq!((&trace.versions.model_hash, &state.model.hash), (hash, hash));
        assert_eq!((trace.versions.model.as_str(), trace.versions.model_number), ("other", 0));
        let note = Note::Version {
            name: "other".into(),
            hash: hash.clone(),
            from: "fresh".into(),
            from_hash: told.versions.model_hash.clone(),
        };
        assert_eq!(trace.notes, [note]);
        assert_eq!(trace.event.as_ref().map(|event| &event.action), Some(&take_over));
        assert_eq!((state.moment, state.playing.song), (before.moment, before.playing.song));
        let heads = |trace: &Trace| trace.queue[0].heads;
        let again = engine.look(&state);
        let place = again.scored.place(state.queue[0].song).unwrap();
        assert_eq!(heads(&trace), *again.scored.outputs(place));
        let place = engine.look(&before).scored.place(state.queue[0].song);
        let old = place.map(|place| *engine.look(&before).scored.outputs(place));
        assert_ne!(Some(heads(&trace)), old, "the same song, and another model");
        let (_, next) = skip(&engine, &state);
        assert_eq!(&next.versions.model_hash, hash);
    }

    #[test]
    fn committed_songs_stay_as_they_were_queued_and_nothing_is_asked_for() {
        let (engine, take_over) = offered(engine(|settings| settings.requests.committed = 3));
        let (state, trace) = engine.start();
        let left = state.request.left.clone();
        let (taken, told) = step(&engine, &state, 1_000, take_over);
        assert_eq!((taken.request.left.clone(), left.len()), (left.clone(), 2));
        assert_eq!(told.request.number, trace.request.number);
        let front: Vec<_> = taken.queue.iter().take(2).map(|queued| queued.song).collect();
        assert_eq!(front, left);
        assert_eq!(finish(&engine, &taken).0.playing.song, left[0]);
    }

    #[test]
    fn a_version_that_was_not_given_and_one_that_goes_on_already_are_refused() {
        let (engine, take_over) = offered(small());
        let state = engine.start().0;
        let refused = |state: &State, action: Action| {
            engine.step(state, &after(state, 1_000, action)).unwrap_err()
        };
        let unknown = refused(&state, Action::Version { hash: "ab".repeat(32) });
        assert_eq!(unknown, Refusal::NoSuchVersion { hash: "abababababab".into() });
        assert_eq!(
            unknown.to_string(),
            "the session has no model version abababababab to go on with"
        );
        let first = Action::Version { hash: engine.setup.model.hash.clone() };
        assert!(matches!(refused(&state, first.clone()), Refusal::SameVersion { .. }));
        let taken = step(&engine, &state, 1_000, take_over.clone()).0;
        assert!(matches!(refused(&taken, take_over), Refusal::SameVersion { .. }));
        let (back, trace) = step(&engine, &taken, 1_000, first);
        assert_eq!(trace.versions.model_hash, engine.setup.model.hash);
        assert!(back.taken.is_none());
    }

    #[test]
    fn near_line_learning_begins_anew_with_the_examples_of_the_model_that_takes_over() {
        let (engine, take_over) = offered(engine(|settings| {
            settings.near_line.every = 3;
            settings.near_line.lag = 4;
        }));
        let mut state = engine.start().0;
        for _ in 0..4 {
            state = finish(&engine, &state).0;
        }
        assert!(state.learning.pending.is_some() && state.learning.examples.len() == 4);
        let (mut state, trace) = step(&engine, &state, 1_000, take_over);
        assert_eq!((trace.near_line.due, trace.near_line.next_in), (None, 3));
        assert!(state.learning.examples.is_empty() && trace.near_line.update.is_none());
        assert!(!Arc::ptr_eq(engine.examples(&state), &engine.setup.examples));
        // What plays is told in the new model's terms, as what it will teach is learned on that.
        let own = engine.look(&state).scored;
        let place = own.place(state.playing.song).unwrap();
        assert_eq!(state.playing.example.0, own.own(place));
        let mut updates = Vec::new();
        for _ in 0..8 {
            let (next, trace) = finish(&engine, &state);
            updates.extend(trace.near_line.update);
            state = next;
        }
        assert!(!updates.is_empty());
        // Plays of before are not among what it learned from: three of the listener's, and four replayed.
        assert_eq!(updates[0].examples, 3 + 4);
    }

    #[test]
    fn what_was_learned_of_the_listener_on_a_model_counts_where_that_takes_over() {
        let (mut engine, take_over) = offered(small());
        let start = engine.start().0;
        let taken = step(&engine, &start, 1_000, take_over.clone()).0;
        let width = taken.model.of_listener().len();
        let known =
            State { model: taken.model.knowing(&vec![0.25; width]), ..skip(&engine, &taken).0 };
        let learned = known.learned(&engine.setup.model);
        assert_eq!(learned.version(&engine.setup.model).map(|model| model.hash), None);
        engine.setup.learned = Some(Arc::new(learned));
        let start = engine.start().0;
        assert_eq!(start.model.hash, engine.setup.model.hash, "learned on another");
        let (state, trace) = step(&engine, &start, 1_000, take_over);
        assert_eq!(state.model.of_listener(), vec![0.25; width]);
        assert_eq!((trace.versions.model_number, state.learning.examples.len()), (1, 1));
    }

    /// The session of a few plays, with a model that takes over in the middle.
    fn session(engine: Engine, take_over: &Action) -> Timeline {
        let mut timeline = Timeline::start(Arc::new(engine));
        for play in 0..24 {
            if play == 5 {
                timeline.apply(after(timeline.state(), 0, take_over.clone())).unwrap();
            }
            let action = if play % 3 == 0 { Action::Like } else { Action::Skip };
            timeline.apply(after(timeline.state(), 1_000, action)).unwrap();
            if play % 3 == 0 {
                timeline.apply(after(timeline.state(), 1_000, Action::Skip)).unwrap();
            }
        }
        timeline
    }

    #[test]
    fn gone_back_in_and_forked_it_is_the_same_to_the_bit() {
        let (engine, take_over) = offered(small());
        let whole = session(engine.clone(), &take_over);
        let is_version =
            |event: &melody_core::event::Event| matches!(event.action, Action::Version { .. });
        let at = whole.events().iter().position(is_version).unwrap();
        let traces = |timeline: &Timeline| {
            let all: Vec<Trace> = timeline.traces().map(|trace| (**trace).clone()).collect();
            bytes(&all)
        };
        for to in [at - 1, at, at + 1, at + 8] {
            let mut again = whole.clone();
            again.rewind(to);
            for event in &whole.events()[to..] {
                again.apply(event.clone()).unwrap();
            }
            assert!(traces(&again) == traces(&whole), "gone back to step {to}");
            // Its engine was not given the model: the session it goes on with hands it over.
            let mut forked = whole.fork(Arc::new(small()), to, None).unwrap();
            for event in &whole.events()[to..] {
                forked.apply(event.clone()).unwrap();
            }
            let after = |timeline: &Timeline| {
                let all = timeline.traces().skip(to + 1);
                bytes(&all.map(|trace| (**trace).clone()).collect::<Vec<_>>())
            };
            assert!(after(&forked) == after(&whole), "forked at step {to}");
        }
    }

    #[test]
    fn a_session_can_be_given_a_model_while_it_goes_on() {
        let (given, take_over) = offered(small());
        let mut timeline = Timeline::start(Arc::new(small()));
        let event = after(timeline.state(), 1_000, take_over);
        assert!(timeline.apply(event.clone()).is_err());
        timeline.offer(given.setup.versions.values().cloned());
        let trace = timeline.apply(event).unwrap();
        assert_eq!(trace.versions.model, "other");
        let (fresh, _) = offered(small());
        let again: Vec<Trace> = {
            let mut again = Timeline::start(Arc::new(fresh));
            again.apply(timeline.events()[0].clone()).unwrap();
            again.traces().map(|trace| (**trace).clone()).collect()
        };
        let traces: Vec<Trace> = timeline.traces().map(|trace| (**trace).clone()).collect();
        assert_eq!(bytes(&again), bytes(&traces), "when it was given does not matter");
    }

    #[test]
    fn under_another_model_a_fork_goes_by_that() {
        let (engine, take_over) = offered(small());
        let whole = session(engine, &take_over);
        let mut third = small();
        let Trained { model, examples } = other_model(&third.setup.catalogue, 3);
        (third.setup.model, third.setup.examples) = (model, examples);
        let hash = third.setup.model.hash.clone();
        let forked = whole.fork(Arc::new(third), 12, None).unwrap();
        assert_eq!(forked.trace().versions.model_hash, hash);
        assert_eq!(forked.engine().trained(forked.state()).hash, hash);
    }

    #[test]
    fn where_nobody_looks_what_is_heard_is_the_same() {
        let (seen, take_over) = offered(engine(|settings| settings.requests.committed = 3));
        let mut unseen = seen.clone();
        unseen.setup.unseen = true;
        let heard = |engine: Engine| {
            let mut state = engine.start().0;
            let mut songs = Vec::new();
            for play in 0..12 {
                if play == 4 {
                    state = step(&engine, &state, 0, take_over.clone()).0;
                }
                state = finish(&engine, &state).0;
                songs.push((state.playing.song, state.playing.heads));
            }
            songs
        };
        assert_eq!(heard(seen), heard(unseen));
    }
}
