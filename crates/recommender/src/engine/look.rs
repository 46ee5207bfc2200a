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
            assert_eq!(scored.outputs.len(), trace.candidates.scored);
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
