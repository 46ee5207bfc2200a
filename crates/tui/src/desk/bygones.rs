//! What plays before the session still do to a song: the moment ranked again without each of them.
//!
//! What happened in the session stays as it was ([`Engine::without_each`]); an event of the session is another matter,
//! which changes what came after it (`causes.rs`). The plays are those that the model may still see. Scoring the
//! catalogue for each of them is the costly part, and is done once for all songs of a step.

use std::sync::Arc;

use melody_core::catalogue::SongId;
use melody_core::listener::{HISTORY_LENGTH, Interaction};
use melody_recommender::engine::{Engine, Look, State, Timeline};
use melody_recommender::ranking::Ledger;

/// Plays looked at, the newest: as many as the model sees of a history.
const NEWEST: usize = HISTORY_LENGTH;

/// A moment without one play, ready to be ranked.
pub(crate) struct Without {
    /// The number of the play before the session.
    play: usize,
    state: State,
    look: Look,
}

/// A step without each of the newest plays before the session; nothing where its state is gone.
pub(crate) fn without(timeline: &Timeline, step: usize) -> Arc<Vec<Without>> {
    let engine = timeline.engine();
    let states = timeline.state_at(step).map(|state| engine.without_each(&state, NEWEST));
    let looked = |(play, state): (usize, State)| {
        let look = engine.look(&state);
        Without { play, state, look }
    };
    Arc::new(states.into_iter().flatten().map(looked).collect())
}

/// A play before the session, and a song without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bygone {
    /// How it went.
    pub play: Interaction,
    /// What was played.
    pub title: String,
    /// The explained song's place in the queue without it, from 1; absent where it has none.
    pub place: Option<usize>,
    /// Where every point of the explained song's score comes from without it.
    pub ledger: Ledger,
}

/// What each of the newest plays before a session does to a song.
#[derive(Clone, Debug, PartialEq)]
pub struct Bygones {
    /// The song's identifier in the catalogue.
    pub song: String,
    /// Plays before the session, those not looked at counted.
    pub past: usize,
    /// The newest play first. Nothing where the session is longer than what is kept of it.
    pub without: Vec<Bygone>,
}

impl Bygones {
    /// Ranks the moment again without each of the plays.
    pub(crate) fn of(engine: &Engine, moments: &[Without], song: SongId) -> Self {
        let (catalogue, past) = (&engine.setup.catalogue, &engine.setup.past);
        let one = |moment: &Without| {
            let (place, ledger) = engine.stands(&moment.state, &moment.look, song);
            let play = past[moment.play].clone();
            let title = catalogue.song(play.song).title.to_string();
            Bygone { play, title, place, ledger }
        };
        Bygones {
            song: catalogue.song(song).id.to_string(),
            past: past.len(),
            without: moments.iter().map(one).collect(),
        }
    }
}
