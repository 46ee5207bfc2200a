//! A session with its past: events are the truth, states a cache.

use std::sync::Arc;

use super::refusal::Refusal;
use super::setup::Engine;
use super::state::State;
use super::trace::Trace;
use crate::event::Event;

/// One step kept: the event that led to it, the state after it and its trace.
#[derive(Clone, Debug)]
struct Step {
    state: Arc<State>,
    trace: Arc<Trace>,
}

/// Every step of a session so far. Rewinding keeps a prefix; forking clones one.
#[derive(Clone, Debug)]
pub struct Timeline {
    engine: Arc<Engine>,
    events: Vec<Event>,
    /// One more than events: the first is the session's start.
    steps: Vec<Step>,
    /// Events before this one were another engine's and are not taken back.
    own_from: usize,
}

impl Timeline {
    pub fn start(engine: Arc<Engine>) -> Self {
        let (state, trace) = engine.start();
        let first = Step { state: Arc::new(state), trace: Arc::new(trace) };
        Timeline { engine, events: Vec::new(), steps: vec![first], own_from: 0 }
    }

    /// Applies an event and returns its trace.
    pub fn apply(&mut self, event: Event) -> Result<Arc<Trace>, Refusal> {
        let outcome = self.engine.step(self.state(), &event)?;
        Ok(self.push(event, outcome))
    }

    /// Takes in the outcome of an event that was worked out elsewhere, on the newest state.
    pub fn push(&mut self, event: Event, (state, trace): (State, Trace)) -> Arc<Trace> {
        debug_assert_eq!(state.step as usize, self.steps.len(), "an outcome of the newest state");
        let step = Step { state: Arc::new(state), trace: Arc::new(trace) };
        let trace = step.trace.clone();
        self.events.push(event);
        self.steps.push(step);
        trace
    }

    /// Forgets every event after the first `events`; a fork keeps those before it began.
    pub fn rewind(&mut self, events: usize) {
        let events = events.max(self.own_from);
        self.events.truncate(events);
        self.steps.truncate(events + 1);
    }

    /// Another engine takes over at the newest step, with what it has made of that step.
    pub(super) fn go_on_with(&mut self, engine: Arc<Engine>, state: State, trace: Trace) {
        self.engine = engine;
        self.own_from = self.events.len();
        self.steps.pop();
        self.steps.push(Step { state: Arc::new(state), trace: Arc::new(trace) });
    }

    /// Events before the first of this engine's own; 0 unless the session was forked.
    pub fn own_from(&self) -> usize {
        self.own_from
    }

    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    pub fn state(&self) -> &Arc<State> {
        &self.steps.last().expect("a timeline has a first step").state
    }

    pub fn trace(&self) -> &Arc<Trace> {
        &self.steps.last().expect("a timeline has a first step").trace
    }

    /// The state and trace after the first `step` events.
    pub fn at(&self, step: usize) -> Option<(&Arc<State>, &Arc<Trace>)> {
        self.steps.get(step).map(|s| (&s.state, &s.trace))
    }

    pub fn traces(&self) -> impl DoubleEndedIterator<Item = &Arc<Trace>> {
        self.steps.iter().map(|step| &step.trace)
    }
}
