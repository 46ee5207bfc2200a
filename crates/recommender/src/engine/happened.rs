//! What happened on the way from one step to the next, gathered while the event is taken in and told in
//! the trace afterwards.

use super::state::State;
use super::trace::EndedPlay;
use crate::bandit::{Choice, Credit, Learned};
use crate::feedback::{Intervention, UpdateReport};
use crate::policy::Group;
use melody_core::catalogue::SongId;
use melody_core::event::Event;
use melody_core::score::Score;

/// What the step is compared with.
pub(super) struct Before {
    /// Songs of the queue, in order.
    pub queue: Vec<SongId>,
    pub target: Option<Score>,
    pub segment: Option<Group>,
}

impl Before {
    /// The state as it was decided last; nothing but an empty queue before a session's first decision.
    pub(super) fn new(state: &State) -> Self {
        Before {
            target: state.standing.as_ref().map(|standing| standing.target),
            segment: state.standing.as_ref().map(|standing| standing.segment.clone()),
            ..Before::of_queue(state)
        }
    }

    /// Only the queue: what an engine that has not led to the state can tell.
    pub(super) fn of_queue(state: &State) -> Self {
        let queue = state.queue.iter().map(|q| q.song).collect();
        Before { queue, target: None, segment: None }
    }
}

/// What happened on the way.
#[derive(Default)]
pub(super) struct Happened {
    pub ended: Option<EndedPlay>,
    pub intervention: Option<Intervention>,
    pub learned: Option<Learned>,
    pub credited: Option<Credit>,
    pub decided: Option<Choice>,
    pub update: Option<UpdateReport>,
}

/// A step on its way to its trace.
pub(super) struct Step {
    pub before: Before,
    pub happened: Happened,
    /// Absent where a session begins, or goes on under another engine.
    pub event: Option<Event>,
}

/// What begins to play in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// The same song plays on.
    Nothing,
    /// The same song plays on; what it will teach is in another model's terms from here on.
    Retold,
    /// The song that ranks first of all, as a session opens.
    Best,
    Song {
        song: SongId,
        /// It repeats the play before it.
        replayed: bool,
        /// The listener chose it.
        opened: bool,
    },
}
