//! Looking at a state: its candidates retrieved and scored once, and ranked as often as somebody asks.

use std::borrow::Cow;

use super::setup::Engine;
use super::state::State;
use crate::ranking::Ranking;
use crate::retrieval::{Asking, Retrieved, Taste, gather};
use melody_core::catalogue::SongId;
use melody_model::{EncodedListener, Query, Scored};

/// A state's candidates, scored: the costly part of a decision, which values set by hand do not change.
#[derive(Clone)]
pub struct Look {
    /// The listener as the model encodes them.
    pub(super) listener: EncodedListener,
    pub(super) retrieved: Retrieved,
    /// The candidates, the song that plays, those committed, and songs that were asked about.
    pub(super) scored: Scored,
}

impl Engine {
    /// Retrieves and scores a state's candidates, to look at them several times.
    pub fn look(&self, state: &State) -> Look {
        self.look_at(state, &[])
    }

    /// The same with some songs that need not be candidates.
    pub fn look_at(&self, state: &State, asked: &[SongId]) -> Look {
        let (catalogue, view) = (&self.setup.catalogue, state.view());
        let listener = state.model.encode(&view);
        let retrieved = self.retrieve(state, &listener);
        let mut songs = retrieved.songs.clone();
        songs.extend(asked.iter().chain(&state.request.left).chain([&state.playing.song]));
        songs.sort_unstable();
        songs.dedup();
        let scored = state.model.score(&listener, catalogue, &view, songs);
        Look { listener, retrieved, scored }
    }

    /// The songs that sources bring at a state, whose listener the model has encoded.
    pub fn retrieve(&self, state: &State, listener: &EncodedListener) -> Retrieved {
        let query = state.model.query(listener, &state.view());
        gather(&self.asking(state, query.as_ref()))
    }

    /// A look at these songs too: the same one where it has them.
    pub(super) fn with_songs<'a>(
        &self,
        state: &State,
        look: &'a Look,
        songs: &[SongId],
    ) -> Cow<'a, Look> {
        match songs.iter().all(|song| look.scored.place(*song).is_some()) {
            true => Cow::Borrowed(look),
            false => Cow::Owned(self.look_at(state, songs)),
        }
    }

    /// What the sources are told of a state.
    pub fn asking<'a>(&'a self, state: &'a State, listener: Option<&'a Query>) -> Asking<'a> {
        Asking {
            catalogue: &self.setup.catalogue,
            policy: &self.setup.policy,
            view: state.view(),
            streaks: &state.streaks,
            searches: &state.searches,
            taste: state.model.vectors().zip(listener).map(|((songs, promoted), listener)| Taste {
                songs,
                promoted,
                listener,
            }),
            now_ms: state.moment.at_ms,
            seed: self.setup.seed,
            step: state.moment.step,
        }
    }

    /// Ranks the state's candidates again.
    pub fn with_ranking<T>(&self, state: &State, look: impl FnOnce(&Ranking, &Scored) -> T) -> T {
        self.with_ranking_of(state, &self.look(state), look)
    }

    /// The same of a look that was taken before. What is set by hand changes no
    /// score of the model.
    pub fn with_ranking_of<T>(
        &self,
        state: &State,
        seen: &Look,
        look: impl FnOnce(&Ranking, &Scored) -> T,
    ) -> T {
        let decision = self.decide(state);
        look(&self.rank(state, &decision, seen, Some(state.playing.song)), &seen.scored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{finish, small};
    use melody_core::overrides::Overrides;
    use melody_core::score::Score;

    #[test]
    fn a_state_looked_at_again_ranks_as_it_did() {
        let engine = small();
        let (state, trace) = finish(&engine, &engine.start().0);
        engine.with_ranking(&state, |ranking, scored| {
            assert_eq!(ranking.queue, state.queue);
            assert_eq!(scored.songs().len(), trace.candidates.scored);
        });
    }

    #[test]
    fn one_look_serves_whatever_is_set_by_hand() {
        let engine = small();
        let (state, _) = engine.start();
        let set = Overrides { gamma: Some(Score::new(2.0)), ..Overrides::default() };
        let set = state.with_overrides(set);
        let (look, own) = (engine.look(&state), engine.look(&set));
        let queue = |look: &Look| engine.with_ranking_of(&set, look, |r, _| r.queue.clone());
        assert_eq!(queue(&look), queue(&own));
    }
}
