//! Requests: each full ranking that the queue is filled from is one, and fixes its first songs.
//!
//! Players fetch ahead, so a ranking decides more than the next song. While some of a request's songs are
//! left, every event is still scored and ranked, and all of the queue behind them moves; they keep the front
//! in their order. They are let go only where they may no longer play: a promoted song that a rule of mixing
//! forbids by now, as after songs were skipped in a row (`ranking/mixing/ahead.rs`). What was merely decided,
//! a ratio or a weight, lets none go.
//!
//! A new request is made as a song ends and none is left: everything is ranked, and then the best of it
//! begins. And at once, whatever is left, where the listener asks for something or somebody sets values: a
//! search, a song opened by hand, another scene, a subscription, values set by hand, the guardrail, another
//! policy. Likes, saves, skips and replays tell of the listener but ask for nothing.
//!
//! So every song that comes up by itself was put at its place by a request of the running decision of the
//! bandit: decisions are made where requests are, as a song ends.

use super::decide::Decision;
use super::happened::{Begins, Happened, Step};
use super::served::{Renewal, Request, Served};
use super::setup::Engine;
use super::state::State;
use crate::ranking::{Due, ahead};
use melody_core::catalogue::SongId;
use melody_core::event::Action;
use melody_core::score::Score;

impl State {
    /// The songs that keep the front of the queue. At the step a request is made at they are what ranks
    /// first anyway.
    pub(super) fn committed(&self) -> &[SongId] {
        if self.request.step == self.step { &[] } else { &self.request.left }
    }

    /// Why a committed promoted song has its place: what the request went by. `None` for any other song.
    pub(super) fn kept_due(&self, song: SongId) -> Option<Due> {
        let (_, due) = self.request.due.iter().find(|(due, _)| *due == song)?;
        let kept = self.committed().contains(&song);
        kept.then(|| Due { as_of: Some(self.request.step), ..due.clone() })
    }

    /// How a song stands in the queue as it is shown; `None` if it is not there.
    pub(super) fn served(&self, song: SongId) -> Option<Served> {
        let at = self.queue.iter().position(|queued| queued.song == song)?;
        Some(self.request.at(self.request.begun + at + 1))
    }
}

impl Engine {
    /// Why a new request is made in this turn, if one is. Committed songs that may no longer play are let
    /// go first.
    pub(super) fn renewal(
        &self,
        state: &mut State,
        step: &Step,
        begins: Begins,
    ) -> Option<Renewal> {
        if !state.request.left.is_empty() && state.request.step != state.step {
            state.request.left = self.left(state, &self.decide(state));
        }
        let Happened { intervention, resumed, .. } = &step.happened;
        let asked = match step.event.as_ref().map(|event| &event.action) {
            Some(Action::Search { .. }) => Some(Renewal::Search),
            Some(Action::Open { .. }) => Some(Renewal::Opened),
            Some(Action::Scene { .. }) => Some(Renewal::Scene),
            Some(Action::Subscribe) => Some(Renewal::Subscribed),
            Some(Action::Override(_)) => Some(Renewal::ByHand),
            _ => None,
        };
        let first = (state.request.number == 0).then_some(Renewal::Start);
        let resumed = resumed.then_some(Renewal::Resumed);
        let guarded = intervention.as_ref().map(|_| Renewal::Guardrail);
        let through = begins == Begins::Next && state.request.left.is_empty();
        let through = through.then_some(Renewal::Played);
        first.or(resumed).or(asked).or(guarded).or(through)
    }

    /// The committed songs that may still play.
    pub(super) fn left(&self, state: &State, decision: &Decision) -> Vec<SongId> {
        let rules = self.mixed_under(state, decision);
        let campaign = |song: &SongId| (*song, self.setup.catalogue.song(*song).campaign);
        ahead(&rules, state.request.left.iter().map(campaign)).0
    }

    /// A new request under the running decision, with nothing begun or committed yet.
    pub(super) fn request(&self, state: &mut State, because: Renewal) {
        let choice = state.bandit.choice.as_ref();
        let taken = choice.and_then(|choice| choice.arms.get(choice.arm));
        state.request = Request {
            number: state.request.number + 1,
            step: state.step,
            because,
            begun: 0,
            left: Vec::new(),
            due: Vec::new(),
            decision: choice.map_or(0, |choice| choice.step),
            propensity: taken.map_or(Score::ZERO, |arm| arm.propensity),
        };
    }

    /// Fixes the first songs of a queue that a request has just been filled with.
    pub(super) fn commit(&self, state: &State, queue: impl Iterator<Item = SongId>) -> Vec<SongId> {
        let songs = self.setup.policy.requests.committed;
        queue.take(songs.saturating_sub(state.request.begun)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{
        FIRST_PROMOTED, after, engine, finish, skip, small, step as stepped,
    };
    use crate::engine::trace::Trace;
    use crate::policy::Algorithm;
    use melody_core::event::Target;
    use melody_core::overrides::Overrides;
    use melody_core::scene::Scene;

    fn three() -> Engine {
        engine(|settings| settings.requests.committed = 3)
    }

    fn front(trace: &Trace) -> Vec<&str> {
        let committed = trace.queue.iter().filter(|entry| entry.committed.is_some());
        committed.map(|entry| entry.song.id.as_str()).collect()
    }

    /// Plays of the next decision that is paid out.
    fn until_learned(engine: &Engine, mut state: State) -> u32 {
        loop {
            let (next, trace) = finish(engine, &state);
            if let Some(learned) = trace.bandit.learned {
                return learned.plays;
            }
            state = next;
        }
    }

    #[test]
    fn committed_songs_play_in_their_order_whatever_is_ranked_meanwhile() {
        let engine = three();
        let (mut state, trace) = engine.start();
        assert_eq!((trace.request.number, trace.request.left), (1, 2), "one plays, two are fixed");
        let fixed = state.request.left.clone();
        let mut rests = Vec::new();
        for action in [Action::Like, Action::Save] {
            let (next, trace) = stepped(&engine, &state, 1_000, action);
            assert_eq!((next.request.left.clone(), trace.request.number), (fixed.clone(), 1));
            assert_eq!(front(&trace).len(), 2);
            let shown: Vec<SongId> = next.queue.iter().map(|queued| queued.song).collect();
            assert_eq!(shown[..2], fixed);
            rests.push(shown[2..].to_vec());
            state = next;
        }
        let (state, trace) = skip(&engine, &state);
        assert_eq!((state.playing.song, trace.request.left), (fixed[0], 1));
        let (state, trace) = skip(&engine, &state);
        assert_eq!(
            (state.playing.song, trace.request.left, trace.request.number),
            (fixed[1], 0, 1)
        );
    }

    #[test]
    fn a_request_is_made_as_its_last_song_ends_and_the_best_of_it_begins() {
        let engine = three();
        let mut state = engine.start().0;
        let (mut told, mut places) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            let before = state.clone();
            let (next, trace) = finish(&engine, &state);
            told.push((trace.request.number, trace.request.step == trace.step));
            let served = next.playing.served.unwrap();
            places.push(served.place);
            if served.place == 1 {
                // What ranks first once the play before has been taken in, and not the old queue's head.
                let mut then = State { playing: before.playing.clone(), ..next.clone() };
                then.heard = before.heard.clone();
                let decision = engine.decide(&then);
                let look = engine.look(&then);
                let best = engine.rank(&then, &decision, &look, Some(before.playing.song)).queue[0];
                assert_eq!(next.playing.song, best.song);
            }
            state = next;
        }
        let (old, new) = (|n| (n, false), |n| (n, true));
        assert_eq!(told, [old(1), old(1), new(2), old(2), old(2), new(3)]);
        assert_eq!(places, [2, 3, 1, 2, 3, 1]);
    }

    #[test]
    fn who_asks_for_something_gets_a_request_at_once_and_who_tells_of_a_song_does_not() {
        let engine = three();
        let (state, _) = engine.start();
        let made = |action: Action| {
            let trace = stepped(&engine, &state, 1_000, action).1;
            (trace.request.number == 2).then_some(trace.request.because)
        };
        let target = Target::Song(SongId(5));
        assert_eq!(made(Action::Search { query: "x".into(), target }), Some(Renewal::Search));
        let song = state.queue[6].song;
        assert_eq!(made(Action::Open { song }), Some(Renewal::Opened));
        assert_eq!(made(Action::Scene { scene: Scene::Focus }), Some(Renewal::Scene));
        assert_eq!(made(Action::Subscribe), Some(Renewal::Subscribed));
        assert_eq!(made(Action::Override(Overrides::default())), Some(Renewal::ByHand));
        for action in [Action::Like, Action::Save, Action::Skip, Action::Replay] {
            assert_eq!(made(action), None);
        }
    }

    #[test]
    fn a_state_looked_at_again_ranks_as_it_did_with_songs_committed() {
        let engine = three();
        let mut state = engine.start().0;
        for round in 0..5 {
            state = if round % 2 == 0 { skip(&engine, &state) } else { finish(&engine, &state) }.0;
            state = stepped(&engine, &state, 1_000, Action::Like).0;
            engine.with_ranking(&state, |ranking, _| assert_eq!(ranking.queue, state.queue));
        }
    }

    #[test]
    fn a_committed_song_says_where_it_would_stand_now() {
        let engine = three();
        let (state, trace) = engine.start();
        for entry in trace.queue.iter().take(2) {
            let committed = entry.committed.as_ref().unwrap();
            assert_eq!((committed.would, committed.before.len()), (Some(entry.position), 0));
        }
        // Everything else by the artist who is up now comes before what was fixed.
        let artist = |song: SongId| engine.setup.catalogue.song(song).lead_artist();
        let fixed: Vec<_> = state.request.left.iter().map(|song| artist(*song)).collect();
        let mut other = state.queue.iter().map(|queued| queued.song);
        let other = other.rfind(|song| !fixed.contains(&artist(*song))).unwrap();
        let target = Target::ArtistOf(other);
        let mut pulled = state.clone();
        pulled.searches.record(crate::session::Search { query: "x".into(), target, at_ms: 0 });
        let (next, trace) = stepped(&engine, &pulled, 1_000, Action::Like);
        assert_eq!(next.request.left, state.request.left, "they stay");
        let first = trace.queue[0].committed.as_ref().unwrap();
        assert!(first.would.is_none_or(|place| place > 1), "{first:?}");
        let behind: Vec<&str> = trace.queue[2..].iter().map(|e| e.song.id.as_str()).collect();
        let passed = first.before.iter().any(|id| behind.contains(&id.as_str()));
        assert!(first.would.is_none() || passed, "{first:?}");
    }

    #[test]
    fn a_promoted_song_that_is_committed_is_let_go_where_promotion_waits() {
        // Nothing is promoted before.
        let engine = engine(|settings| {
            settings.requests.committed = 3;
            settings.bandit.algorithm = Algorithm::Fixed;
        });
        let mut state = skip(&engine, &skip(&engine, &engine.start().0).0).0;
        let promoted = SongId(FIRST_PROMOTED);
        let natural = state.queue.iter().find(|queued| !queued.promoted).unwrap().song;
        state.request.left = vec![promoted, natural];
        // Long enough ago for any rule of places.
        assert_eq!(stepped(&engine, &state, 10, Action::Like).0.request.left, [promoted, natural]);
        let (next, _) = skip(&engine, &state);
        assert_eq!(next.session.skip_streak, 3);
        assert_eq!(next.playing.song, natural, "three skips in a row");
    }

    #[test]
    fn why_a_promoted_song_has_its_place_is_known_as_long_as_it_is_committed() {
        let engine = engine(|settings| {
            settings.requests.committed = 12;
            settings.mixing.protected = 0;
        });
        let heavy = Overrides { arm: Some("heavy".into()), ..Overrides::default() };
        let (state, trace) = stepped(&engine, &engine.start().0, 10, Action::Override(heavy));
        let entry = trace.queue.iter().skip(1).find(|entry| entry.promoted).expect("one is due");
        assert!(entry.committed.is_some());
        let song = engine.setup.catalogue.find(&entry.song.id).unwrap();
        let why = |state: &State| engine.why_not(state, &engine.look(state), song, None).unwrap();
        let then = why(&state);
        let due = then.due.clone().expect("it is promoted");
        assert_eq!((due.as_of, due.place), (None, Some(entry.position)));
        let (saved, trace) = stepped(&engine, &state, 1_000, Action::Save);
        assert_eq!(trace.request.step, state.step, "a save makes no request");
        let now = why(&saved);
        assert_eq!(now.due, Some(Due { as_of: Some(state.step), ..due }));
        let said = now.when.expect("it is told");
        assert!(said.starts_with(&format!("as it was committed, at step {}: due at", state.step)));
        // The next request has reasons of its own.
        let set = Action::Override(Overrides::default());
        let (released, _) = stepped(&engine, &saved, 1_000, set);
        assert!(released.request.due.iter().all(|(_, due)| due.as_of.is_none()));
        assert!(released.kept_due(song).is_none());
    }

    #[test]
    fn what_setting_values_would_lead_to_is_what_it_leads_to() {
        let engine = three();
        let (state, _) = stepped(&engine, &engine.start().0, 1_000, Action::Like);
        let set = Overrides { gamma: Some(Score::new(0.4)), ..Overrides::default() };
        let preview = engine.preview(&state, &engine.look(&state), &set).unwrap();
        let (_, trace) = stepped(&engine, &state, 1_000, Action::Override(set));
        assert_eq!(preview.queue, trace.queue);
    }

    #[test]
    fn a_play_belongs_to_the_decision_that_queued_it_and_what_is_picked_by_hand_to_none() {
        let engine = engine(|settings| {
            settings.requests.committed = 3;
            settings.bandit.every = 3;
        });
        let mut state = engine.start().0;
        let (mut learned, mut first) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            let (next, trace) = finish(&engine, &state);
            state = next;
            let choice = state.bandit.choice.as_ref().unwrap();
            assert_eq!(state.playing.served.unwrap().decision, choice.step);
            first.push(choice.step);
            learned.extend(trace.bandit.learned.map(|learned| learned.plays));
        }
        assert_eq!((first, learned), (vec![0, 0, 3, 3, 3, 6], vec![3, 3]));
        // The second of three is picked by hand: a request, but no decision yet, and no play of one.
        let (state, _) = finish(&engine, &state);
        let song = state.queue.iter().rev().find(|queued| !queued.promoted).unwrap().song;
        let (state, trace) = stepped(&engine, &state, 10, Action::Open { song });
        assert!(state.playing.served.is_some(), "it stood in the queue");
        assert!(trace.bandit.decided.is_none());
        let learned = until_learned(&engine, state);
        // Two of the decision's first request, and three of the one that was made at the opening.
        assert_eq!(learned, 2 + 3, "what was picked by hand does not count");
    }

    #[test]
    fn a_promoted_song_that_is_picked_from_the_queue_is_its_decisions() {
        let engine = engine(|settings| {
            settings.requests.committed = 1;
            settings.bandit.every = 1;
        });
        let (mut state, _) = engine.start();
        let decision = state.bandit.choice.as_ref().unwrap().step;
        let promoted = SongId(FIRST_PROMOTED);
        state.queue[4].song = promoted;
        let (state, trace) = stepped(&engine, &state, 10, Action::Open { song: promoted });
        assert!(trace.bandit.decided.is_none(), "it is to be judged by first");
        assert_eq!(
            state.playing.served.map(|served| (served.place, served.decision)),
            Some((6, decision))
        );
        // The song before it, itself, and the one that was fixed behind it.
        assert_eq!(until_learned(&engine, state), 3);
    }

    #[test]
    fn with_one_committed_every_song_is_ranked_for_as_it_comes_up() {
        let engine = small();
        let mut state = engine.start().0;
        for number in 2..6 {
            let (next, trace) = finish(&engine, &state);
            assert_eq!((trace.request.number, trace.request.left), (number, 0));
            state = next;
        }
        assert!(engine.check(&state, &after(&state, 10, Action::Skip)).is_ok());
    }
}
