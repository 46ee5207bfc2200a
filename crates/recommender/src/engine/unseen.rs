//! Sessions that nobody looks at.
//!
//! On a screen every event moves the whole queue, and somebody watches it move. In an experiment only what is
//! heard counts, and that is decided where a request is made: the songs it commits play whatever ranks above
//! them meanwhile. So between requests of an unseen session (`Setup::unseen`) nothing is retrieved or ranked, and
//! of all songs only the one that begins is scored. The queue is owed. It depends on nothing but the state,
//! and whoever looks at it then, as a listener does who picks a song by hand, gets the very queue that would
//! have stood there.

use std::borrow::Cow;

use super::decide::Decision;
use super::happened::{Begins, Step};
use super::look::Look;
use super::served::Served;
use super::setup::Engine;
use super::state::{Standing, State};
use super::trace::Trace;
use crate::ranking::Queued;
use crate::retrieval::Retrieved;

impl Engine {
    /// What comes next at a state, the next song first.
    pub fn queue<'a>(&self, state: &'a State) -> Cow<'a, [Queued]> {
        match state.owed {
            true => Cow::Owned(self.with_ranking(state, |ranking, _| ranking.queue.clone())),
            false => Cow::Borrowed(&state.queue),
        }
    }

    /// Ends a turn that makes no request: a song may begin, the committed songs that may still play stay, and
    /// the queue is owed. `begins` is as in [`Engine::begins`].
    pub(super) fn unranked(
        &self,
        state: &mut State,
        decision: Decision,
        step: Step,
        begins: (Begins, Option<Served>),
    ) -> Trace {
        if let Some(look) = self.glimpse(state, begins.0) {
            self.begins(state, &decision, &look, begins);
        }
        state.request.left = self.left(state, &decision);
        let trace = self.told(state, &decision, state.request.left.len(), step);
        state.queue.clear();
        state.owed = true;
        state.standing = Some(Standing { target: decision.target, segments: decision.names() });
        trace
    }

    /// Of all songs only the one that begins, or whose play is told in new terms; `None` where there is none.
    fn glimpse(&self, state: &State, begins: Begins) -> Option<Look> {
        let song = match begins {
            Begins::Nothing => return None,
            Begins::Retold => Some(state.playing.song),
            Begins::Best | Begins::Next => state.request.left.first().copied(),
            Begins::Song { song, .. } => Some(song),
        };
        let view = state.view();
        let listener = state.model.encode(&view);
        let songs = song.into_iter().collect();
        let scored = state.model.score(&listener, &self.setup.catalogue, &view, songs);
        Some(Look { listener, retrieved: Retrieved::default(), scored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{after, engine, past_play};
    use melody_core::catalogue::SongId;
    use melody_core::event::{Action, Target};
    use melody_core::rng::hash64;
    use melody_core::scene::Scene;

    /// Something a listener may do, by a draw; whatever is opened stands in the queue.
    fn act(draw: u64, queue: &[Queued]) -> Action {
        match draw % 12 {
            0..4 => Action::Finish,
            4..6 => Action::Skip,
            6 => Action::Like,
            7 => Action::Save,
            8 => Action::Replay,
            9 => Action::Search { query: "Song 7".into(), target: Target::Song(SongId(7)) },
            10 => Action::Open { song: queue[draw as usize / 12 % queue.len()].song },
            _ if draw.is_multiple_of(5) => Action::Scene { scene: Scene::Workout },
            _ => Action::Finish,
        }
    }

    #[test]
    fn what_is_heard_is_the_same_whether_anybody_looks_or_not() {
        let mut seen = engine(|settings| settings.requests.committed = 3);
        let past = [0, 4, 9, 30].map(|song| past_play(SongId(song), song != 9));
        seen.setup.past = std::sync::Arc::new(past.to_vec());
        let mut unseen = seen.clone();
        unseen.setup.unseen = true;
        let ((mut shown, _), (mut hidden, _)) = (seen.start(), unseen.start());
        let mut owed = 0;
        for n in 0..160 {
            let queue = seen.queue(&shown).into_owned();
            if n % 4 == 0 {
                assert_eq!(unseen.queue(&hidden), queue, "looked at after {n} events");
            }
            let action = act(hash64(&format!("unseen/{n}")), &queue);
            let event = after(&shown, 20_000, action);
            let (told, trace) = (seen.step(&shown, &event), unseen.step(&hidden, &event));
            let ((next, told), (unwatched, trace)) = match (told, trace) {
                (Ok(told), Ok(trace)) => (told, trace),
                (told, trace) => {
                    assert_eq!(told.err(), trace.err());
                    continue;
                }
            };
            (shown, hidden) = (next, unwatched);
            owed += usize::from(hidden.owed);
            assert_eq!(hidden.playing, shown.playing, "after {event:?}");
            assert_eq!(hidden.request, shown.request);
            assert_eq!((&hidden.heard, &hidden.guardrail), (&shown.heard, &shown.guardrail));
            assert_eq!((trace.ended, trace.playing), (told.ended, told.playing));
            assert_eq!((trace.bandit, trace.weights), (told.bandit, told.weights));
            assert_eq!((trace.near_line, trace.metrics), (told.near_line, told.metrics));
            assert_eq!((trace.request, trace.listener), (told.request, told.listener));
            assert_eq!(trace.queue.len() + trace.notes.len(), 0);
        }
        assert!(owed > 40, "many events rank nothing: {owed}");
        assert_eq!(hidden.model.hash, shown.model.hash);
        assert!(
            shown.learning.accepted + shown.learning.refused > 0,
            "the model was updated on the way"
        );
    }
}
