//! What happened on the way from one step to the next, gathered while the event is taken in and told in
//! the trace afterwards.

use super::state::State;
use super::trace::EndedPlay;
use crate::bandit::{Choice, Credit, Learned};
use crate::feedback::{Intervention, UpdateReport};
use crate::session::Streaks;
use melody_core::catalogue::SongId;
use melody_core::event::Event;
use melody_core::score::Score;

/// What the step is compared with.
pub(super) struct Before {
    /// Songs of the queue, in order.
    pub queue: Vec<SongId>,
    pub target: Option<Score>,
    /// Names, the listener's own first; none before the first decision.
    pub segments: Vec<String>,
    pub streaks: Streaks,
}

impl Before {
    /// The state as it was decided last; nothing but an empty queue before a session's first decision.
    pub(super) fn new(state: &State) -> Self {
        Before {
            target: state.standing.as_ref().map(|standing| standing.target),
            segments: state.standing.iter().flat_map(|s| s.segments.clone()).collect(),
            ..Before::of_queue(state)
        }
    }

    /// Only the queue: what an engine that has not led to the state can tell. Nothing has moved since.
    pub(super) fn of_queue(state: &State) -> Self {
        let queue = state.queue.iter().map(|q| q.song).collect();
        Before { queue, target: None, segments: Vec::new(), streaks: state.streaks.clone() }
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
    /// The model that another took over from.
    pub gave_way: Option<GaveWay>,
    /// The session goes on under another policy or model, or in another scene.
    pub resumed: bool,
}

/// A model that gave way to another.
pub(super) struct GaveWay {
    pub name: String,
    /// Of its weights as they were then, near-line updates counted.
    pub hash: String,
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
    /// What is up next: the first of the committed songs, or if none is left the one that ranks first.
    Next,
    Song {
        song: SongId,
        /// It repeats the play before it.
        replayed: bool,
        /// The listener chose it.
        opened: bool,
    },
}

impl Begins {
    /// The song that is to begin, where it is known before anything is ranked.
    pub(super) fn song(self) -> Option<SongId> {
        match self {
            Begins::Song { song, .. } => Some(song),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{finish, small};

    #[test]
    fn a_session_begins_after_nothing_and_a_step_after_the_decision_before_it() {
        let engine = small();
        let (state, trace) = engine.start();
        let before = Before::new(&state);
        assert_eq!(before.target, Some(trace.promotion.target));
        assert_eq!(before.segments, [trace.listener.segment.name]);
        let ids: Vec<&str> =
            before.queue.iter().map(|s| engine.setup.catalogue.song(*s).id.as_str()).collect();
        let shown: Vec<&str> = trace.queue.iter().map(|entry| entry.song.id.as_str()).collect();
        assert_eq!(ids, shown);
        let fresh = State { standing: None, ..state };
        let before = Before::new(&fresh);
        assert_eq!((before.target, before.segments.len()), (None, 0));
    }

    #[test]
    fn what_a_state_holds_of_its_decision_is_what_deciding_it_again_gives() {
        let engine = small();
        let mut state = engine.start().0;
        for _ in 0..5 {
            state = finish(&engine, &state).0;
            let standing = state.standing.as_ref().unwrap();
            let again = engine.decide(&state);
            assert_eq!((standing.target, &standing.segments), (again.target, &again.names()));
        }
    }
}
