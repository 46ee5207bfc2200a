//! One turn: what every step does once its event has been taken in, whether a session opens, goes on, or
//! is gone on with by another engine.
//!
//! ```text
//! a new request? -> choose the arm -> decide -> retrieve and score -> a song begins -> rank -> write the trace
//! ```
//!
//! Where a request is made as a song ends, what begins is the best of it: everything is ranked before, and
//! the rest again behind it.

use super::decide::Decision;
use super::happened::{Begins, Happened, Step};
use super::look::Look;
use super::outcome::Outcome;
use super::served::Served;
use super::setup::Engine;
use super::state::{Playing, Standing, State};
use super::trace::Trace;
use crate::ltr::Ranker;
use crate::policy::Policy;
use crate::ranking::{Begun, Listening, Ranking, Rules, rank};
use melody_core::catalogue::SongId;
use melody_core::score::Score;

impl Engine {
    /// Decides the state, lets play what begins, and fills the queue.
    pub(super) fn turn(&self, state: &mut State, mut step: Step, begins: Begins) -> Trace {
        let renewal = self.renewal(state, &step, begins);
        // What was picked by hand came from the queue as it was.
        let picked = match begins {
            Begins::Song { song, replayed: false, .. } => {
                state.served(song).map(|from| (song, from))
            }
            _ => None,
        };
        let may = renewal.is_some() && self.may_decide(&step.happened, picked);
        self.choose_arm(state, &mut step.happened, may);
        let decision = self.decide(state);
        let begins = (begins, picked.map(|(_, from)| from));
        if self.setup.unseen && renewal.is_none() {
            return self.unranked(state, decision, step, begins);
        }
        let look = &self.look_at(state, begins.0.song().as_slice());
        if let Some(because) = renewal {
            self.request(state, because);
        }
        self.begins(state, &decision, look, begins);
        let ranking = self.rank(state, &decision, look, Some(state.playing.song));
        let front = ranking.queue.iter().map(|queued| queued.song);
        let committed = match state.request.step == state.step {
            true => self.commit(state, front),
            false => front.take(ranking.committed).collect(),
        };
        let trace = match self.setup.unseen {
            true => self.told(state, &decision, committed.len(), step),
            false => self.report(Outcome {
                state,
                decision: &decision,
                look,
                ranking: &ranking,
                committed: &committed,
                step,
            }),
        };
        let queue = ranking.queue.clone();
        let due = (state.request.step == state.step).then(|| {
            let due = committed.iter().map(|song| Some((*song, ranking.due(*song)?)));
            due.flatten().collect()
        });
        drop(ranking);
        if let Some(due) = due {
            state.request.due = due;
        }
        (state.queue, state.owed) = (queue, false);
        state.request.left = committed;
        state.standing = Some(Standing { target: decision.target, segments: decision.names() });
        trace
    }

    /// Whether the bandit may decide in a turn that makes a request: as a song ends, and unless one begins
    /// that the running decision is to be judged by.
    fn may_decide(&self, happened: &Happened, picked: Option<(SongId, Served)>) -> bool {
        let promoted = |(song, _)| self.setup.catalogue.song(song).promoted();
        happened.ended.is_some() && !picked.is_some_and(promoted)
    }

    /// Lets play what begins in this turn. `from` is where a song that was picked by hand stood.
    pub(super) fn begins(
        &self,
        state: &mut State,
        decision: &Decision,
        look: &Look,
        (begins, from): (Begins, Option<Served>),
    ) {
        let example = |song: SongId| {
            let own = look.scored.place(song).map(|place| look.scored.own(place).to_vec());
            (own.unwrap_or_default(), look.listener.shared.clone())
        };
        let (song, replayed, opened) = match begins {
            Begins::Nothing => return,
            Begins::Retold => {
                state.playing.example = example(state.playing.song);
                return;
            }
            Begins::Best => (self.best(state, decision, look, None), false, false),
            Begins::Next => (self.next(state, decision, look), false, false),
            Begins::Song { song, replayed, opened } => (song, replayed, opened),
        };
        let served = match opened || replayed {
            true => from,
            false => {
                state.request.begun += 1;
                Some(state.request.at(state.request.begun))
            }
        };
        let campaign = self.setup.catalogue.song(song).campaign;
        let begun = Begun { song, campaign, at_ms: state.at_ms as i64, chosen: replayed || opened };
        state.heard.begin(begun, decision.target, decision.mixing.at_most);
        state.playing = Playing {
            song,
            began_ms: state.at_ms,
            heard_ms: 0,
            liked: false,
            saved: false,
            replayed,
            opened,
            searched: state.searches.names(&self.setup.catalogue, song),
            served,
            heads: look.scored.place(song).map(|place| *look.scored.outputs(place)),
            example: example(song),
        };
    }

    /// How likely it was that the song which plays is taken up, as the model saw it when it began, where it is
    /// promoted or a preview and came up by itself.
    pub(super) fn offered(&self, state: &State) -> Option<Score> {
        let Playing { song, heads, replayed, opened, .. } = &state.playing;
        let heads = heads.filter(|_| !(*replayed || *opened))?;
        let entry = self.setup.catalogue.song(*song);
        match self.setup.policy.previews.of(entry, state.tier) {
            _ if entry.promoted() => Some(heads.exposure),
            Some(_) => Some(heads.completion),
            None => None,
        }
    }

    /// The song that comes up as another has ended: committed, or where a request has just been made the
    /// best of it.
    fn next(&self, state: &mut State, decision: &Decision, look: &Look) -> SongId {
        match state.request.left.is_empty() {
            false => state.request.left.remove(0),
            true => self.best(state, decision, look, Some(state.playing.song)),
        }
    }

    /// The song that ranks first after one that has just ended, if one has; where there is none, what was
    /// next in the queue before.
    fn best(
        &self,
        state: &State,
        decision: &Decision,
        look: &Look,
        ended: Option<SongId>,
    ) -> SongId {
        let ranked = self.rank(state, decision, look, ended).queue;
        let first = ranked.first().or(state.queue.first());
        first.map_or(SongId(0), |queued| queued.song)
    }

    /// What songs are scored by: the policy and its ranker, or what is left of them where the guardrail is at
    /// its highest level.
    pub(super) fn scored_by(&self, state: &State) -> (&Policy, Option<&Ranker>) {
        match state.guardrail.plain(&self.setup.policy.guardrail) {
            true => (self.plain(), None),
            false => (&*self.setup.policy, self.setup.ranker.as_deref()),
        }
    }

    pub(super) fn rank<'a>(
        &'a self,
        state: &'a State,
        decision: &'a Decision,
        look: &'a Look,
        playing: Option<SongId>,
    ) -> Ranking<'a> {
        let (policy, ranker) = self.scored_by(state);
        let novelty =
            policy.scenes[&state.scene].novelty + policy.appetites[decision.appetite_place].novelty;
        rank(Listening {
            catalogue: &self.setup.catalogue,
            policy,
            ranker,
            view: state.view(),
            streaks: &state.streaks,
            searches: &state.searches,
            retrieved: &look.retrieved,
            scored: &look.scored,
            weights: &decision.weights,
            gamma_scores: decision.gamma_scores(policy),
            novelty,
            unsold: decision.unsold(policy).is_some(),
            boost: state.overrides.boost(),
            rules: self.mixed_under(state, decision),
            committed: state.committed(),
            playing,
            now_ms: state.moment.at_ms,
            seed: self.setup.seed,
            step: state.moment.step,
        })
    }

    /// What promoted songs are mixed in under.
    pub(super) fn mixed_under<'a>(&self, state: &'a State, decision: &'a Decision) -> Rules<'a> {
        Rules {
            mixing: &decision.mixing,
            at_most: decision.at_most,
            target: decision.target,
            heard: &state.heard,
            now_ms: state.moment.at_ms as i64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::happened::Before;
    use crate::engine::tests_support::small;

    fn turned(engine: &Engine, state: &State, begins: Begins) -> (State, Trace) {
        let mut next = state.clone();
        let step =
            Step { before: Before::of_queue(state), happened: Happened::default(), event: None };
        let trace = engine.turn(&mut next, step, begins);
        (next, trace)
    }

    #[test]
    fn where_nothing_begins_the_turn_gives_the_same_queue_again() {
        let engine = small();
        let (state, _) = engine.start();
        let (next, trace) = turned(&engine, &state, Begins::Nothing);
        assert_eq!((&next.queue, &next.playing), (&state.queue, &state.playing));
        assert_eq!(next.heard.len(), state.heard.len());
        assert!(trace.bandit.decided.is_none());
    }

    #[test]
    fn a_play_told_in_new_terms_is_the_same_play() {
        let engine = small();
        let (mut state, _) = engine.start();
        let example = std::mem::take(&mut state.playing.example);
        let (next, _) = turned(&engine, &state, Begins::Retold);
        assert_eq!(next.playing.example, example);
        assert_eq!(next.playing.song, state.playing.song);
        assert_eq!(next.heard.len(), state.heard.len(), "nothing began");
    }

    #[test]
    fn the_song_that_begins_leaves_the_queue_and_is_heard() {
        let engine = small();
        let (state, _) = engine.start();
        let song = state.queue[0].song;
        let begins = Begins::Song { song, replayed: false, opened: true };
        let (next, trace) = turned(&engine, &state, begins);
        assert_eq!((next.playing.song, next.playing.opened), (song, true));
        assert!(next.queue.iter().all(|queued| queued.song != song));
        assert_eq!(next.heard.len(), state.heard.len() + 1);
        assert_eq!(trace.playing.song.id, engine.setup.catalogue.song(song).id);
    }

    #[test]
    fn a_session_opens_with_the_best_song() {
        let engine = small();
        let (state, _) = engine.start();
        let decision = engine.decide(&state);
        let look = engine.look(&state);
        let silent = State { heard: crate::ranking::Heard::new([]), ..state.clone() };
        assert_eq!(engine.best(&silent, &decision, &look, None), state.playing.song);
    }
}
