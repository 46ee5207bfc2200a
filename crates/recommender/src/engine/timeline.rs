//! A session with its past: events are the truth, states a cache.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::refusal::Refusal;
use super::setup::{Engine, Trained};
use super::state::State;
use super::trace::Trace;
use melody_core::event::Event;

/// Of the older states every how-manyth is kept: each may hold a version of the model that no other does. The others
/// are worked out again when asked for, in a fraction of a second.
const EVERY: usize = 64;
/// So many of the newest states are kept all, so that taking back a few steps costs nothing.
const NEWEST: usize = 16;

/// Every step of a session so far. Rewinding keeps a prefix; forking clones one.
#[derive(Clone, Debug)]
pub struct Timeline {
    engine: Arc<Engine>,
    events: Vec<Event>,
    /// One more than events: the first is the session's start.
    traces: Vec<Arc<Trace>>,
    /// States by step, the newest always among them.
    states: BTreeMap<usize, Arc<State>>,
    /// Events before this one were another engine's and are not taken back.
    own_from: usize,
}

impl Timeline {
    /// A session without an event yet.
    pub fn start(engine: Arc<Engine>) -> Self {
        let (state, trace) = engine.start();
        Timeline {
            engine,
            events: Vec::new(),
            traces: vec![Arc::new(trace)],
            states: BTreeMap::from([(0, Arc::new(state))]),
            own_from: 0,
        }
    }

    /// Applies an event and returns its trace.
    pub fn apply(&mut self, event: Event) -> Result<Arc<Trace>, Refusal> {
        let outcome = self.engine.step(self.state(), &event)?;
        Ok(self.push(event, outcome))
    }

    /// Gives the session other trained models, for events that let them take over.
    pub fn offer(&mut self, versions: impl IntoIterator<Item = Arc<Trained>>) {
        let known =
            |trained: &Arc<Trained>| self.engine.setup.versions.contains_key(&trained.model.hash);
        let new: Vec<Arc<Trained>> = versions.into_iter().filter(|given| !known(given)).collect();
        if !new.is_empty() {
            let setup = self.engine.setup.clone().offering(new);
            self.engine = Arc::new(Engine::new(setup));
        }
    }

    /// Takes in the outcome of an event that was worked out elsewhere, on the newest state.
    pub fn push(&mut self, event: Event, (state, trace): (State, Trace)) -> Arc<Trace> {
        debug_assert_eq!(state.step as usize, self.traces.len(), "an outcome of the newest state");
        let trace = Arc::new(trace);
        self.events.push(event);
        self.traces.push(trace.clone());
        let step = self.events.len();
        self.states.insert(step, Arc::new(state));
        let old = step.checked_sub(NEWEST);
        if let Some(old) = old.filter(|old| old % EVERY != 0 && *old != self.own_from) {
            self.states.remove(&old);
        }
        trace
    }

    /// Forgets every event after the first `events`; a fork keeps those before it began. Going far
    /// back works some steps out again, 64 at most.
    pub fn rewind(&mut self, events: usize) {
        let events = events.max(self.own_from);
        if events >= self.events.len() {
            return;
        }
        // What is worked out last on the way stays: one step back is often followed by another.
        self.states.append(&mut self.worked_out(events, NEWEST));
        self.events.truncate(events);
        self.traces.truncate(events + 1);
        self.states.split_off(&(events + 1));
    }

    /// The newest `many` states up to that of a step, worked out from the nearest that is kept. Those on the
    /// way are let go at once: each may hold a version of the model that was learned anew for it.
    fn worked_out(&self, to: usize, many: usize) -> BTreeMap<usize, Arc<State>> {
        let kept = self.states.range(..=to).next_back().expect("a first state is kept");
        let mut state = kept.1.clone();
        let mut states = BTreeMap::from([(*kept.0, state.clone())]);
        for (step, event) in (kept.0 + 1..).zip(&self.events[*kept.0..to]) {
            let again = self.engine.step(&state, event);
            state = Arc::new(again.expect("what was taken in once is not refused").0);
            states.insert(step, state.clone());
            if states.len() > many {
                states.pop_first();
            }
        }
        states
    }

    /// Another engine takes over at the newest step, with what it has made of that step.
    pub(super) fn go_on_with(&mut self, engine: Arc<Engine>, state: State, trace: Trace) {
        self.engine = engine;
        self.own_from = self.events.len();
        self.traces.pop();
        self.traces.push(Arc::new(trace));
        // Earlier states could not be worked out again, and cannot be gone back to.
        self.states = BTreeMap::from([(self.own_from, Arc::new(state))]);
    }

    /// Events before the first of this engine's own; 0 unless the session was forked.
    pub fn own_from(&self) -> usize {
        self.own_from
    }

    /// The one that takes the next event; a fork's earlier steps were another's.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Oldest first, those before a fork too.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// After the last event.
    pub fn state(&self) -> &Arc<State> {
        self.states.last_key_value().expect("the newest state is kept").1
    }

    /// Of the newest step.
    pub fn trace(&self) -> &Arc<Trace> {
        self.traces.last().expect("a timeline has a first step")
    }

    /// The trace of the step after the first `step` events.
    pub fn trace_at(&self, step: usize) -> Option<&Arc<Trace>> {
        self.traces.get(step)
    }

    /// Whether the state of a step is at hand, so that going back there costs nothing.
    pub fn keeps(&self, step: usize) -> bool {
        self.states.contains_key(&step)
    }

    /// The state after the first `step` events; where a fork began at the earliest. One of long ago is
    /// worked out again.
    pub fn state_at(&self, step: usize) -> Option<Arc<State>> {
        if !(self.own_from..=self.events.len()).contains(&step) {
            return None;
        }
        self.worked_out(step, 1).pop_last().map(|(_, state)| state)
    }

    /// Events up to which another timeline is this one: a copy of it, cut short or gone on with.
    pub fn shared_with(&self, other: &Timeline) -> usize {
        let same = self.traces.iter().zip(&other.traces).take_while(|(a, b)| Arc::ptr_eq(a, b));
        same.count().saturating_sub(1)
    }

    /// Of every step, the session's start first: one more than events.
    pub fn traces(&self) -> impl DoubleEndedIterator<Item = &Arc<Trace>> {
        self.traces.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{after, small};
    use melody_core::event::Action;

    fn skipped(events: usize) -> Timeline {
        let mut timeline = Timeline::start(Arc::new(small()));
        for _ in 0..events {
            let event = after(timeline.state(), 1_000, Action::Skip);
            timeline.apply(event).unwrap();
        }
        timeline
    }

    #[test]
    fn the_newest_states_are_kept_and_every_sixty_fourth_of_the_older() {
        let timeline = skipped(90);
        let kept: Vec<usize> = (0..=90).filter(|&step| timeline.keeps(step)).collect();
        let expected: Vec<usize> = [0, 64].into_iter().chain(75..=90).collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_state_that_was_let_go_is_worked_out_again_as_it_was() {
        let timeline = skipped(24);
        let then = skipped(5);
        assert!(!timeline.keeps(5));
        let again = timeline.state_at(5).unwrap();
        assert_eq!((again.step, again.playing.song), (5, then.state().playing.song));
        assert_eq!(again.queue, then.state().queue);
        assert_eq!(again.playing, then.state().playing);
        assert!(timeline.state_at(25).is_none(), "it has not come yet");
    }

    #[test]
    fn what_is_worked_out_on_the_way_back_is_let_go_but_for_the_newest() {
        let mut timeline = skipped(62);
        assert_eq!(timeline.worked_out(40, 1).into_keys().collect::<Vec<_>>(), [40]);
        let queue = timeline.state_at(35).unwrap().queue.clone();
        timeline.rewind(40);
        let kept: Vec<usize> = (0..=40).filter(|&step| timeline.keeps(step)).collect();
        let expected: Vec<usize> = [0].into_iter().chain(25..=40).collect();
        assert_eq!(kept, expected, "not all forty");
        assert_eq!(timeline.state_at(35).unwrap().queue, queue, "worked out twice, the same");
    }

    #[test]
    fn a_rewound_session_is_a_prefix_and_goes_on_from_there() {
        let mut timeline = skipped(24);
        let whole = timeline.clone();
        timeline.rewind(30);
        assert_eq!(timeline.events().len(), 24, "nothing to take back");
        timeline.rewind(5);
        assert_eq!((timeline.events().len(), timeline.traces().count()), (5, 6));
        assert_eq!(timeline.state().step, 5);
        assert_eq!(timeline.shared_with(&whole), 5);
        assert!(timeline.trace_at(6).is_none());
        let event = after(timeline.state(), 1_000, Action::Skip);
        let trace = timeline.apply(event).unwrap();
        assert_eq!(trace, *whole.trace_at(6).unwrap(), "the same again");
        assert_eq!(timeline.shared_with(&whole), 5, "though it is another");
    }

    #[test]
    fn a_refused_event_leaves_the_session_as_it_was() {
        let mut timeline = skipped(2);
        let before = timeline.clone();
        let event = after(timeline.state(), 10, Action::Finish);
        assert!(timeline.apply(event).is_err());
        assert_eq!(timeline.events(), before.events());
        assert!(Arc::ptr_eq(timeline.state(), before.state()));
    }
}
