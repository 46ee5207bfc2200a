//! Something asked of the engine about one step, worked out on another thread.

use std::sync::Arc;

use super::background::Pending;
use melody_recommender::engine::{Engine, Look, State, Timeline, Trace};

/// What is asked about: a step, by its very trace, and the particulars.
type Question<Q> = (Arc<Trace>, Q);

struct Answer<T> {
    said: T,
    /// Kept for the next question about the same step: scoring the catalogue is the costly part. Absent
    /// where nothing had to be scored.
    look: Option<Arc<Look>>,
}

/// An answer on its way; none if the step is gone by then.
type Coming<T> = Pending<Option<Answer<T>>>;

/// The newest answer, and the question under way, of which there is one at most.
pub(crate) struct Inquiry<Q, T> {
    asked: Option<(Question<Q>, Coming<T>)>,
    answered: Option<(Question<Q>, Answer<T>)>,
}

impl<Q, T> Default for Inquiry<Q, T> {
    fn default() -> Self {
        Inquiry { asked: None, answered: None }
    }
}

impl<Q: PartialEq + Clone + Send + 'static, T: Send + 'static> Inquiry<Q, T> {
    /// Takes in an answer that has come, and asks unless the answer is known or one is on its way.
    pub(crate) fn ask(
        &mut self,
        timeline: &Timeline,
        step: usize,
        particulars: Q,
        work: impl FnOnce(&Engine, &State, &Trace, &Look, Q) -> T + Send + 'static,
    ) {
        self.ask_if_new(timeline, step, particulars, move |timeline, trace, look, particulars| {
            let (engine, state) = (timeline.engine(), timeline.state_at(step)?);
            let look = look.unwrap_or_else(|| Arc::new(engine.look(&state)));
            let said = work(engine, &state, trace, &look, particulars);
            Some(Answer { said, look: Some(look) })
        });
    }

    /// The same of what the traces up to the step say, with nothing to be scored.
    pub(crate) fn ask_of_traces(
        &mut self,
        timeline: &Timeline,
        step: usize,
        particulars: Q,
        work: impl FnOnce(&Timeline, Q) -> T + Send + 'static,
    ) {
        self.ask_if_new(timeline, step, particulars, |timeline, _, _, particulars| {
            Some(Answer { said: work(timeline, particulars), look: None })
        });
    }

    fn ask_if_new(
        &mut self,
        timeline: &Timeline,
        step: usize,
        particulars: Q,
        answer: impl FnOnce(&Timeline, &Trace, Option<Arc<Look>>, Q) -> Option<Answer<T>>
        + Send
        + 'static,
    ) {
        self.take_in();
        let Some(trace) = timeline.trace_at(step).cloned() else { return };
        let of_step = self.answered.as_ref().filter(|((known, _), _)| Arc::ptr_eq(known, &trace));
        if self.asked.is_some() || of_step.is_some_and(|((_, known), _)| *known == particulars) {
            return;
        }
        let look = of_step.and_then(|(_, answer)| answer.look.clone());
        let question = (trace.clone(), particulars.clone());
        let timeline = timeline.clone();
        let work = move || answer(&timeline, &trace, look, particulars);
        self.asked = Some((question, Pending::start("inquiry", work)));
    }

    /// Takes in an answer that has come.
    pub(crate) fn take_in(&mut self) {
        if let Some(answer) = self.asked.as_ref().and_then(|(_, pending)| pending.ready()) {
            self.take(answer);
        }
    }

    /// Waits for the answer to what was asked.
    pub(crate) fn settle(&mut self) {
        let answer = self.asked.as_ref().and_then(|(_, pending)| pending.wait());
        self.take(answer.flatten());
    }

    fn take(&mut self, answer: Option<Answer<T>>) {
        if let (Some((question, _)), Some(answer)) = (self.asked.take(), answer) {
            let before = self.answered.replace((question, answer));
            // What it kept of a large catalogue, and of states, takes a frame's time to be freed.
            Pending::start("let go", move || drop(before));
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.asked.is_some()
    }

    /// The newest answer, where it is about this very step.
    pub(crate) fn said_of(&self, timeline: &Timeline, step: usize) -> Option<&T> {
        let trace = timeline.trace_at(step)?;
        let ((known, _), answer) = self.answered.as_ref()?;
        Arc::ptr_eq(known, trace).then_some(&answer.said)
    }

    /// The newest answer, where it is about the step of this very trace.
    pub(crate) fn said_at(&self, trace: &Trace) -> Option<&T> {
        let ((known, _), answer) = self.answered.as_ref()?;
        std::ptr::eq(&**known, trace).then_some(&answer.said)
    }

    /// The newest answer, be it of an earlier question.
    pub(crate) fn said(&self) -> Option<&T> {
        self.answered.as_ref().map(|(_, answer)| &answer.said)
    }
}
