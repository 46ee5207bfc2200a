//! The same moment after a past that lacks one play: what a play before the session still does.
//!
//! What was heard before the session is all that is left out: the history is made again without it, play by play, and
//! with it all that is read from a history, the model's view of the listener, sources, segment, appetite for what is
//! new, the promoted songs of the day. What happened in the session stays as it was: what was heard in it, the bandit's
//! running decision, the guardrail's level, what was learned near-line, what a request has committed.

use super::look::Look;
use super::setup::Engine;
use super::state::State;
use crate::ranking::{Ledger, Placement};
use melody_core::catalogue::SongId;
use melody_core::listener::History;

impl Engine {
    /// The state without each of the newest plays before the session, `newest` at most: the number of the play in
    /// [`Setup::past`](super::Setup::past) and the state, the newest first. Nothing where more was heard in the session
    /// than a history keeps of it, as it could not be made again.
    pub fn without_each(&self, state: &State, newest: usize) -> Vec<(usize, State)> {
        let (past, catalogue) = (&self.setup.past, &self.setup.catalogue);
        let recent = state.history.recent();
        let heard = (state.history.all().plays as usize).checked_sub(past.len());
        let Some(from) = heard.and_then(|heard| recent.len().checked_sub(heard)) else {
            return Vec::new();
        };
        let first = past.len().saturating_sub(newest);
        // What all of them have is recorded once.
        let mut before = History::default();
        past[..first].iter().for_each(|play| before.record(catalogue, play.clone()));
        let without = |left_out: usize| {
            let mut history = before.clone();
            let kept = (first..past.len()).filter(|at| *at != left_out).map(|at| &past[at]);
            kept.chain(recent.iter().skip(from))
                .for_each(|play| history.record(catalogue, play.clone()));
            let mut heard = state.heard.clone();
            let play = &past[left_out];
            if let Some(campaign) = catalogue.song(play.song).campaign {
                heard.forget(Placement { song: play.song, campaign, at_ms: play.began_ms });
            }
            (left_out, State { history, heard, ..state.clone() })
        };
        (first..past.len()).rev().map(without).collect()
    }

    /// A song's place in the queue that a state leads to, from 1, and where every point of its score comes from. `look`
    /// must be of this very state.
    pub fn stands(&self, state: &State, look: &Look, song: SongId) -> (Option<usize>, Ledger) {
        let look = self.with_songs(state, look, &[song]);
        self.with_ranking_of(state, &look, |ranking, _| {
            let place = ranking.queue.iter().position(|queued| queued.song == song);
            (place.map(|place| place + 1), ranking.ledger(song))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::tests_support::{FIRST_PROMOTED, engine, past_play, skip, step};
    use crate::engine::trace::Trace;
    use melody_core::event::Action;
    use melody_core::listener::{HISTORY_LENGTH, Interaction};
    use melody_core::overrides::Overrides;
    use melody_core::rng::hash64;

    /// An engine whose listener has a past; in its sessions nothing is learned near-line.
    fn with_past(past: Vec<Interaction>) -> Engine {
        let mut engine = engine(|settings| settings.near_line.every = 1_000);
        engine.setup.past = Arc::new(past);
        engine
    }

    fn past(seed: u64, plays: u64) -> Vec<Interaction> {
        let play = |at: u64| {
            let draw = hash64(&format!("{seed} {at}"));
            let songs = [SongId((draw % 12) as u32), SongId(FIRST_PROMOTED + (draw % 3) as u32)];
            let mut play =
                past_play(songs[usize::from(draw.is_multiple_of(7))], !draw.is_multiple_of(3));
            play.began_ms = -1_000_000 * (plays - at) as i64;
            play
        };
        (0..plays).map(play).collect()
    }

    /// The listener picks these songs one after the other, so that the same is heard whatever is recommended.
    fn picked(engine: &Engine, first: SongId, songs: &[u32]) -> Option<(State, Trace)> {
        let set = Overrides { arm: Some("standard".into()), ..Overrides::default() };
        let (mut state, mut trace) = engine.start_with(set);
        (state.playing.song == first).then_some(())?;
        for song in songs.iter().map(|song| SongId(*song)).filter(|song| *song != first) {
            (state, trace) = step(engine, &state, 2_000, Action::Open { song });
        }
        Some((state, trace))
    }

    #[test]
    fn a_moment_without_a_play_is_that_of_a_session_whose_past_lacks_it_to_the_digit() {
        let (mut compared, mut moved) = (0, 0);
        for seed in 0..12 {
            let past = past(seed, 9);
            let whole = with_past(past.clone());
            let songs = [1, 4, 7, 2, 5].map(|song| (song + seed as u32) % 12);
            for steps in [0, 2, 5] {
                let first = whole
                    .start_with(Overrides { arm: Some("standard".into()), ..Overrides::default() });
                let first = first.0.playing.song;
                let (state, trace) = picked(&whole, first, &songs[..steps]).unwrap();
                for (left_out, without) in whole.without_each(&state, 6) {
                    let mut lacking = past.clone();
                    lacking.remove(left_out);
                    let other = with_past(lacking);
                    // Where it begins with another song another thing is heard.
                    let Some((there, really)) = picked(&other, first, &songs[..steps]) else {
                        continue;
                    };
                    let look = whole.look(&without);
                    assert_eq!(without.heard, there.heard);
                    whole.with_ranking_of(&without, &look, |ranking, _| {
                        assert_eq!(ranking.queue, there.queue, "seed {seed}, play {left_out}");
                    });
                    for entry in &really.queue {
                        let song = whole.setup.catalogue.find(&entry.song.id).unwrap();
                        let (place, ledger) = whole.stands(&without, &look, song);
                        assert_eq!((place, &ledger), (Some(entry.position), &entry.ledger));
                    }
                    compared += 1;
                    moved += usize::from(really.queue != trace.queue);
                }
            }
        }
        assert!(compared > 60 && moved > 30, "{compared} compared, {moved} of them moved");
    }

    #[test]
    fn the_newest_plays_are_left_out_one_by_one_and_what_was_heard_since_stays() {
        let engine = with_past(past(1, 8));
        let (state, _) = skip(&engine, &skip(&engine, &engine.start().0).0);
        let all = engine.without_each(&state, 3);
        assert_eq!(all.iter().map(|(play, _)| *play).collect::<Vec<_>>(), [7, 6, 5]);
        for (play, without) in all {
            assert_eq!(without.history.all().plays, 9);
            let left_out = &engine.setup.past[play];
            let plays = |state: &State| state.history.song(left_out.song).plays;
            assert_eq!(plays(&without) + 1, plays(&state));
            assert_eq!(without.history.recent().back(), state.history.recent().back());
        }
        assert_eq!(engine.without_each(&state, 100).len(), 8);
    }

    #[test]
    fn a_session_longer_than_what_is_kept_of_it_tells_nothing_of_the_past() {
        let engine = with_past(past(1, 4));
        let mut state = engine.start().0;
        for _ in 0..HISTORY_LENGTH {
            state = skip(&engine, &state).0;
        }
        assert_eq!(engine.without_each(&state, 4).len(), 4);
        assert!(engine.without_each(&skip(&engine, &state).0, 4).is_empty());
    }
}
