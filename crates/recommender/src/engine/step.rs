//! One step: an event in, the next state and its trace out.

use std::sync::Arc;

use super::happened::{Before, Begins, Happened, Step};
use super::refusal::Refusal;
use super::served::Request;
use super::setup::Engine;
use super::state::{Learning, Moment, Playing, State};
use super::trace::Trace;
use crate::bandit::{Bandit, Lift, Memory};
use crate::feedback::{Ending, Guardrail, Intervention, Metrics, Offer, Seen};
use crate::policy::{Group, segment, segments};
use crate::ranking::{Heard, Placement};
use crate::session::{Searches, Streaks};
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event};
use melody_core::listener::{Entry, History, Interaction, OwnMix, SessionStats};
use melody_core::overrides::Overrides;
use melody_core::score::Score;

impl Engine {
    /// Opens the session: the best song begins to play and the queue is filled.
    pub fn start(&self) -> (State, Trace) {
        self.start_with(Overrides::default())
    }

    /// The segment a listener is in as the session opens.
    pub fn first_segment(&self) -> Group {
        segment(&self.setup.policy, &self.unopened(Overrides::default()).view()).1
    }

    /// The state before anything is decided; it plays nothing yet.
    fn unopened(&self, overrides: Overrides) -> State {
        let setup = &self.setup;
        let mut history = History::default();
        for play in setup.past.iter() {
            history.record(&setup.catalogue, play.clone());
        }
        let account = setup.account.clone();
        State {
            step: 0,
            at_ms: 0,
            moment: Moment::default(),
            scene: setup.scene,
            tier: account.tier,
            previews: account.premium_previews,
            account,
            playing: Playing {
                song: SongId(0),
                began_ms: 0,
                heard_ms: 0,
                liked: false,
                saved: false,
                replayed: false,
                opened: false,
                searched: false,
                served: None,
                heads: None,
                example: Default::default(),
            },
            queue: Vec::new(),
            owed: false,
            request: Request::default(),
            overrides,
            history,
            session: SessionStats::default(),
            streaks: Streaks::default(),
            searches: Searches::default(),
            heard: Heard::new(self.promoted_before()),
            metrics: Metrics::new(self.own_mix()),
            guardrail: Guardrail::default(),
            bandit: Bandit::new(Arc::default()),
            model: setup.model.clone(),
            taken: None,
            standing: None,
            learning: Learning::default(),
        }
    }

    /// The same with values set by hand from the beginning.
    pub fn start_with(&self, overrides: Overrides) -> (State, Trace) {
        let setup = &self.setup;
        let policy = &setup.policy;
        let mut state = self.unopened(overrides);
        let (place, group) = segment(policy, &state.view());
        let usual = policy.segments[place].usual.unwrap_or(policy.guardrail.usual);
        state.guardrail = Guardrail::new(&policy.guardrail, usual, &state.history);
        let of_segment = setup.experience.segments.get(&group.name);
        let own = setup.warm_start.as_ref().map(|start| start.memory.clone());
        let prior = |memory: &Arc<Memory>| {
            let mut memory = memory.as_prior(policy.bandit.prior);
            memory.lift.begin(&self.lift_before());
            Arc::new(memory)
        };
        let taught = own.or_else(|| of_segment.map(prior)).filter(|_| policy.bandit.warm_start);
        state.bandit = Bandit::new(taught.unwrap_or_default());
        self.recall(&mut state);
        let before = Before::new(&state);
        let step = Step { before, happened: Happened::default(), event: None };
        let trace = self.turn(&mut state, step, Begins::Best);
        (state, trace)
    }

    /// Applies an event.
    ///
    /// # Errors
    /// When the event makes no sense in this state, which then stays as it was.
    pub fn step(&self, state: &State, event: &Event) -> Result<(State, Trace), Refusal> {
        self.check(state, event)?;
        let before = Before::new(state);
        let mut happened = Happened::default();
        let mut next = state.clone();
        if state.owed && matches!(event.action, Action::Open { .. }) {
            // Where the song stood before the event is where it was picked from.
            (next.queue, next.owed) = (self.queue(state).into_owned(), false);
        }
        next.step += 1;
        next.at_ms = event.at_ms;
        next.playing.heard_ms = event.heard_ms;
        let offered = self.offered(state);
        let begins = self.apply(&mut next, event, &mut happened)?;
        if !event.action.keeps_moment() {
            next.moment = Moment { step: next.step, at_ms: next.at_ms };
            self.take_update(&mut next, &mut happened);
        }
        if happened.ended.is_some() {
            happened.intervention = self.watch(&mut next, offered);
        }
        self.start_update(&mut next);
        let step = Step { before, happened, event: Some(event.clone()) };
        let trace = self.turn(&mut next, step, begins);
        Ok((next, trace))
    }

    /// The guardrail looks at the play that has just ended.
    fn watch(&self, next: &mut State, offered: Option<Score>) -> Option<Intervention> {
        let policy = &self.setup.policy;
        let play = next.history.recent().back()?;
        let taken = play.completed || play.liked || play.saved;
        let seen = Seen {
            ending: Ending::of(play),
            chosen: play.opened || play.replayed,
            offer: offered.map(|expected| Offer { expected: expected.value(), taken }),
        };
        let sells = |(place, _): &(usize, Group)| policy.sells(&policy.segments[*place]);
        let sells = segments(policy, &next.view()).iter().all(sells);
        next.guardrail.watch(&policy.guardrail, seen, sells)
    }

    /// What was completed before the session.
    fn own_mix(&self) -> OwnMix {
        let mut own = OwnMix::default();
        for play in self.setup.past.iter().filter(|play| play.completed) {
            own.complete(Entry::new(&self.setup.catalogue, play.song));
        }
        own
    }

    /// What promoted songs were worth before the session.
    pub fn lift_before(&self) -> Lift {
        let promoted = |play: &Interaction| self.setup.catalogue.song(play.song).promoted();
        let plays = self.setup.past.iter().map(|play| (play, promoted(play)));
        Lift::of(&self.setup.policy.bandit, plays)
    }

    /// The promoted songs of the past, which caps per day count.
    fn promoted_before(&self) -> impl Iterator<Item = Placement> {
        self.setup.past.iter().filter_map(|play| {
            let campaign = self.setup.catalogue.song(play.song).campaign?;
            Some(Placement { song: play.song, campaign, at_ms: play.began_ms })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{FIRST_PROMOTED, after, past_play, skip, small};

    #[test]
    fn a_step_leaves_the_state_before_it_alone() {
        let engine = small();
        let (state, _) = engine.start();
        let (next, trace) = skip(&engine, &state);
        assert_eq!((state.step, next.step, trace.step), (0, 1, 1));
        assert_eq!((state.at_ms, next.at_ms), (0, 1_000));
        let again = engine.step(&state, &after(&state, 1_000, Action::Skip)).unwrap().1;
        assert_eq!(again, trace, "the same event at the same state gives the same trace");
    }

    #[test]
    fn values_set_by_hand_rank_the_same_moment_again() {
        let engine = small();
        let (state, _) = skip(&engine, &engine.start().0);
        let event = after(&state, 5_000, Action::Override(Overrides::default()));
        let (set, _) = engine.step(&state, &event).unwrap();
        assert_eq!((set.step, set.at_ms), (2, 6_000));
        assert_eq!(set.moment, state.moment);
        let (liked, _) = engine.step(&set, &after(&set, 1_000, Action::Like)).unwrap();
        assert_eq!(liked.moment, Moment { step: 3, at_ms: 7_000 });
    }

    #[test]
    fn an_arm_pinned_from_the_beginning_is_the_first() {
        let set = Overrides { arm: Some("raised".into()), ..Overrides::default() };
        let (state, trace) = small().start_with(set.clone());
        assert_eq!(trace.bandit.arm, "raised");
        assert!(trace.bandit.decided.is_some_and(|choice| choice.by_hand));
        assert_eq!(state.overrides, set);
    }

    #[test]
    fn caps_per_day_count_the_promoted_songs_of_the_past() {
        let mut engine = small();
        let songs = [SongId(0), SongId(FIRST_PROMOTED), SongId(3), SongId(FIRST_PROMOTED + 2)];
        engine.setup.past = Arc::new(songs.map(|song| past_play(song, true)).to_vec());
        let counted: Vec<SongId> = engine.promoted_before().map(|placed| placed.song).collect();
        assert_eq!(counted, [songs[1], songs[3]]);
        assert_eq!(engine.start().0.history.all().plays, 4);
    }

    /// Heard alike, a promoted song is worth its engagement more, and what it costs in the return less.
    #[test]
    fn promoted_songs_of_the_past_tell_what_they_are_worth() {
        let mut engine = small();
        let bandit = engine.setup.policy.bandit.clone();
        let mut own = |completed| {
            let plays = [(SongId(0), true), (SongId(FIRST_PROMOTED), completed)];
            let past = plays.map(|(song, completed)| past_play(song, completed));
            engine.setup.past = Arc::new(past.to_vec());
            let mut lift = Lift::default();
            lift.begin(&engine.lift_before());
            lift.own(1.0)
        };
        let toll = bandit.returning.worth * bandit.returning.by_promotion;
        assert!(toll > 0.0);
        assert!((own(true) - (bandit.commercial_weight - toll) / 2.0).abs() < 1e-6);
        // Nothing of it was heard: satisfaction and return are lost, too.
        let lost =
            bandit.user_weight * 0.9 + bandit.returning.worth * bandit.returning.by_listening;
        assert!((own(false) + (lost + toll) / 2.0).abs() < 1e-6);
    }

    /// What was learned of a listener goes on; what was learned on another model does not.
    #[test]
    fn a_listener_is_known_from_session_to_session() {
        let mut engine = small();
        let trained = engine.setup.model.clone();
        let width = trained.of_listener().len();
        let (state, _) = skip(&engine, &engine.start().0);
        let known = State { model: trained.knowing(&vec![0.25; width]), ..state };
        let learned = known.learned(&trained);
        assert_eq!(learned.newest.len(), 1);

        engine.setup.learned = Some(Arc::new(learned));
        let (next, trace) = engine.start();
        assert_eq!(next.model.of_listener(), vec![0.25; width]);
        assert_eq!(
            next.learned(&trained).newest.len(),
            1,
            "the newest plays are there to learn from"
        );
        assert_ne!(trace.versions.model_hash, trained.hash);

        engine.setup.model = trained.knowing(&vec![0.5; width]);
        let (other, trace) = engine.start();
        assert_eq!(other.model.of_listener(), vec![0.5; width]);
        assert_eq!(trace.versions.model_hash, engine.setup.model.hash);
    }

    #[test]
    fn the_segment_is_known_before_anything_plays() {
        let engine = small();
        assert_eq!(engine.first_segment(), engine.start().1.listener.segment);
    }
}
