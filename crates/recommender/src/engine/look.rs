//! Looking at a state again: its catalogue scored once, and ranked as often as somebody asks.

use super::setup::Engine;
use super::state::State;
use crate::ranking::Ranking;
use melody_model::Scored;

/// A state's catalogue, scored: the costly part of a decision, which values set by hand do not change.
pub struct Look {
    pub(super) scored: Scored,
}

impl Engine {
    /// Scores a state's catalogue, to look at it several times.
    pub fn look(&self, state: &State) -> Look {
        Look { scored: self.score(state).1 }
    }

    /// Ranks the state's catalogue again, for the account of any song, shown or not.
    pub fn with_ranking<T>(&self, state: &State, look: impl FnOnce(&Ranking, &Scored) -> T) -> T {
        self.with_ranking_of(state, &self.look(state), look)
    }

    /// The same where the state's catalogue has been scored already. What is set by hand changes no
    /// score of the model.
    pub fn with_ranking_of<T>(
        &self,
        state: &State,
        scored: &Look,
        look: impl FnOnce(&Ranking, &Scored) -> T,
    ) -> T {
        let decision = self.decide(state);
        let scored = &scored.scored;
        look(&self.rank(state, &decision, scored, Some(state.playing.song)), scored)
    }
}
