//! What the Explain view is about: a song, the song it should beat, and the account of both, worked
//! out on another thread.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::background::Pending;
use crate::catalogue::SongId;
use crate::engine::{Explanation, Look, Timeline, Trace, WhyNot};

/// The account of one song at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    pub explanation: Explanation,
    pub why_not: Option<WhyNot>,
}

/// What an account is of.
struct Question {
    trace: Arc<Trace>,
    song: SongId,
    above: Option<SongId>,
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        // A step is the same if its trace is the very one.
        Arc::ptr_eq(&self.trace, &other.trace)
            && (self.song, self.above) == (other.song, other.above)
    }
}

struct Answer {
    explained: Arc<Explained>,
    /// Kept for the next question about the same state.
    look: Arc<Look>,
}

#[derive(Default)]
pub struct Explaining {
    /// A song that was looked up, shown or not, in place of the queue's selected one.
    pub looked_up: Option<SongId>,
    /// The song it should beat, if it is not simply the one before it.
    pub above: Option<SongId>,
    asked: Option<(Question, Pending<Option<Answer>>)>,
    answered: Option<(Question, Answer)>,
}

impl Explaining {
    /// It is about the queue's selected song again, beside the one before it.
    pub fn about_selected(&mut self) {
        self.looked_up = None;
        self.above = None;
    }

    /// Asks for a song's account, unless it is known or on its way.
    pub fn ask(&mut self, timeline: &Timeline, step: usize, song: SongId) {
        self.hear();
        let Some(trace) = timeline.trace_at(step).cloned() else { return };
        let above = self.above.filter(|above| *above != song);
        let question = Question { trace: trace.clone(), song, above };
        let known = self.answered.as_ref().is_some_and(|(known, _)| *known == question);
        if known || self.asked.is_some() {
            return;
        }
        let looked = self.answered.as_ref().filter(|(q, _)| Arc::ptr_eq(&q.trace, &trace));
        let look = looked.map(|(_, answer)| answer.look.clone());
        let timeline = timeline.clone();
        let work = move || {
            let (engine, state) = (timeline.engine(), timeline.state_at(step)?);
            let look = look.unwrap_or_else(|| Arc::new(engine.look(&state)));
            let explanation = engine.explain_of(&state, &trace, &look, song);
            let why_not = engine.why_not(&state, &look, song, above);
            Some(Answer { explained: Arc::new(Explained { explanation, why_not }), look })
        };
        self.asked = Some((question, Pending::start("explain", work)));
    }

    /// Takes in an account that has come.
    fn hear(&mut self) {
        if let Some(answer) = self.asked.as_ref().and_then(|(_, pending)| pending.ready())
            && let Some((question, _)) = self.asked.take()
        {
            self.answered = answer.map(|answer| (question, answer));
        }
    }

    /// Waits for the account that was asked for.
    pub fn settle(&mut self) {
        if let Some((question, pending)) = self.asked.take()
            && let Some(answer) = pending.wait().flatten()
        {
            self.answered = Some((question, answer));
        }
    }

    pub fn waits(&self) -> bool {
        self.asked.is_some()
    }

    /// The newest account.
    pub fn explained(&self) -> Option<Arc<Explained>> {
        self.answered.as_ref().map(|(_, answer)| answer.explained.clone())
    }
}
