//! What an event does to the state, before anything is decided anew.

use std::sync::Arc;

use super::happened::{Begins, Happened};
use super::refusal::Refusal;
use super::setup::Engine;
use super::state::{Playing, State};
use super::trace::{EndedPlay, SongRef};
use crate::feedback::Update;
use crate::policy::problem_under;
use crate::session::Search;
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event};
use melody_core::listener::{COMPLETED, Entry, Interaction, Tier};
use melody_core::overrides::Overrides;
use melody_core::score::Score;
use melody_model::Example;

impl Engine {
    pub(super) fn check(&self, state: &State, event: &Event) -> Result<(), Refusal> {
        let &Event { at_ms, heard_ms, ref action } = event;
        let duration_ms = self.length_ms(state);
        if at_ms < state.at_ms {
            return Err(Refusal::TimeRunsBackwards { at_ms, last_ms: state.at_ms });
        }
        if heard_ms > duration_ms {
            return Err(Refusal::HeardTooMuch { heard_ms, duration_ms });
        }
        let before_ms = state.playing.heard_ms;
        if heard_ms < before_ms {
            return Err(Refusal::HeardRunsBackwards { heard_ms, before_ms });
        }
        let (more_ms, passed_ms) = (heard_ms - before_ms, at_ms - state.at_ms);
        if u64::from(more_ms) > passed_ms {
            return Err(Refusal::HeardTooFast { more_ms, passed_ms });
        }
        // A song that has played to its end finishes by itself, before the listener does anything.
        if heard_ms == duration_ms && *action != Action::Finish {
            return Err(Refusal::Over);
        }
        let known = |song: SongId| {
            let songs = self.setup.catalogue.songs.len();
            if song.index() < songs { Ok(()) } else { Err(Refusal::NoSuchSong { song: song.0 }) }
        };
        match action {
            Action::Finish if heard_ms < duration_ms => {
                Err(Refusal::NotFinished { heard_ms, duration_ms })
            }
            Action::Like if state.playing.liked => Err(Refusal::Already { what: "liked" }),
            Action::Save if state.playing.saved => Err(Refusal::Already { what: "saved" }),
            Action::Open { song } if *song == state.playing.song => Err(Refusal::PlayingNow),
            Action::Open { song } => known(*song),
            Action::Search { target, .. } => match target {
                melody_core::event::Target::Song(song)
                | melody_core::event::Target::ArtistOf(song) => known(*song),
            },
            Action::Subscribe if state.tier == Tier::Premium => Err(Refusal::Subscribed),
            Action::Scene { scene } if *scene == state.scene => {
                Err(Refusal::SameScene { scene: scene.name() })
            }
            Action::Override(set) => self.check_overrides(set),
            Action::Version { hash } => self.check_version(state, hash),
            _ => Ok(()),
        }
    }

    pub(super) fn check_overrides(&self, set: &Overrides) -> Result<(), Refusal> {
        match problem_under(set, &self.setup.policy) {
            Some((field, why)) => Err(Refusal::BadOverride { field, why }),
            None => Ok(()),
        }
    }

    /// Milliseconds of the current song that can be heard: all of it, or a preview. What has been heard
    /// already, under another policy, was not too much.
    pub fn length_ms(&self, state: &State) -> u32 {
        let song = self.setup.catalogue.song(state.playing.song);
        let length_ms = self.setup.policy.previews.length_ms(song, state.tier);
        length_ms.max(state.playing.heard_ms)
    }

    /// Applies what the listener did, and says what begins to play now.
    pub(super) fn apply(
        &self,
        state: &mut State,
        event: &Event,
        happened: &mut Happened,
    ) -> Result<Begins, Refusal> {
        let policy = &self.setup.policy;
        let mut begins = Begins::Nothing;
        match &event.action {
            Action::Finish | Action::Skip => {
                if state.queue.is_empty() && !state.owed {
                    return Err(Refusal::NoNextSong);
                }
                self.end(state, event, happened);
                begins = Begins::Next;
            }
            Action::Replay => {
                let again = state.playing.song;
                self.end(state, event, happened);
                begins = Begins::Song { song: again, replayed: true, opened: false };
            }
            Action::Open { song } => {
                self.end(state, event, happened);
                begins = Begins::Song { song: *song, replayed: false, opened: true };
            }
            Action::Like => {
                self.taken_to(state, event);
                state.playing.liked = true;
            }
            Action::Save => {
                self.taken_to(state, event);
                state.playing.saved = true;
            }
            Action::Search { query, target } => {
                let search = Search { query: query.clone(), target: *target, at_ms: event.at_ms };
                state.searches.record(search);
            }
            Action::Subscribe => {
                state.tier = Tier::Premium;
                state.metrics.conversion();
                happened.credited = state.bandit.conversion(&policy.bandit);
            }
            Action::Scene { scene } => state.scene = *scene,
            Action::Override(set) => state.overrides = set.clone(),
            Action::Version { hash } => {
                happened.gave_way = Some(self.take_over(state, hash)?);
                begins = Begins::Retold;
            }
        }
        Ok(begins)
    }

    /// The first like or save of a play moves streaks.
    fn taken_to(&self, state: &mut State, event: &Event) {
        let Playing { song, heads, liked, saved, .. } = state.playing;
        if !liked && !saved {
            let (tuning, catalogue) = (&self.setup.policy.session, &self.setup.catalogue);
            state.streaks.like(tuning, event.at_ms, catalogue, song, heads.as_ref());
        }
    }

    /// The current play ends: everything that learns from plays learns from this one.
    pub(super) fn end(&self, state: &mut State, event: &Event, happened: &mut Happened) {
        let setup = &self.setup;
        let policy = &setup.policy;
        let song = setup.catalogue.song(state.playing.song);
        let playing = &state.playing;
        // A preview that is heard to its end is heard whole: there is no more of it.
        let length_ms = policy.previews.length_ms(song, state.tier);
        let play_ratio = (event.heard_ms as f32 / length_ms as f32).min(1.0);
        let completed = play_ratio >= COMPLETED;
        let play = Interaction {
            song: playing.song,
            began_ms: playing.began_ms as i64,
            play_ratio,
            completed,
            skipped: !completed && matches!(event.action, Action::Skip | Action::Open { .. }),
            liked: playing.liked,
            saved: playing.saved,
            replayed: playing.replayed,
            searched: playing.searched,
            opened: playing.opened,
            first: state.session.plays == 0,
            scene: state.scene,
        };
        let promoted = song.promoted();
        self.remember_example(state, &play, promoted);
        let new = state.history.song(play.song).plays == 0;
        state.metrics.hear(Entry::new(&setup.catalogue, play.song), new);
        state.history.record(&setup.catalogue, play.clone());
        state.session.record(&play, promoted);
        let foretold = state.playing.heads;
        let at = event.at_ms;
        state.streaks.record(&policy.session, at, &setup.catalogue, &play, foretold.as_ref());
        let window = policy.guardrail.window;
        state.metrics.record(&play, promoted, event.heard_ms.into(), window);
        let preview = song.premium && state.tier != Tier::Premium && !play.skipped;
        let of = state.playing.decision(promoted);
        state.bandit.play(&policy.bandit, &play, (promoted, preview), of);
        state.previews += u32::from(preview);
        happened.ended = Some(EndedPlay {
            song: SongRef::new(&setup.catalogue, play.song),
            heard_ms: event.heard_ms,
            play_ratio: Score::new(play_ratio.into()),
            completed,
            skipped: play.skipped,
            liked: play.liked,
            saved: play.saved,
            served: state.playing.served,
        });
    }

    /// Keeps the play as an example for the next near-line update.
    pub(super) fn remember_example(&self, state: &mut State, play: &Interaction, promoted: bool) {
        let (own, shared) = std::mem::take(&mut state.playing.example);
        let learning = &mut state.learning;
        let example = Example::of_play(own, shared, play, promoted);
        learning.examples.push_back(Arc::new(example));
        while learning.examples.len() > self.setup.policy.near_line.newest {
            learning.examples.pop_front();
        }
        learning.plays += 1;
    }

    /// Takes over a near-line update that is due.
    pub(super) fn take_update(&self, state: &mut State, happened: &mut Happened) {
        let due = state.learning.pending.as_ref().is_some_and(|u| state.step >= u.due);
        if let Some(update) = state.learning.pending.take_if(|_| due) {
            let (model, report) = update.outcome();
            state.model = model;
            state.learning.accepted += u32::from(report.accepted);
            state.learning.refused += u32::from(!report.accepted);
            happened.update = Some(report);
        }
    }

    /// Starts a near-line update when enough has been played; none where a policy has them take no step.
    pub(super) fn start_update(&self, state: &mut State) {
        let policy = self.setup.policy.near_line;
        if policy.steps == 0
            || state.learning.plays < policy.every
            || state.learning.pending.is_some()
        {
            return;
        }
        let newest: Vec<Arc<Example>> = state.learning.examples.iter().cloned().collect();
        state.learning.plays = 0;
        state.learning.pending = Some(Arc::new(Update::new(
            state.model.clone(),
            &newest,
            self.examples(state).clone(),
            policy,
            (self.setup.seed, state.step),
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{
        DURATION_MS, FIRST_PROMOTED, after, engine, finish, past_play, skip, small, step,
    };
    use crate::engine::trace::Trace;
    use melody_core::event::Target;
    use melody_core::scene::Scene;

    #[test]
    fn time_and_hearing_go_forwards_and_no_faster_than_the_clock() {
        let engine = small();
        let (state, _) = step(&engine, &engine.start().0, 5_000, Action::Like);
        let check = |at_ms, heard_ms| {
            engine.check(&state, &Event { at_ms, heard_ms, action: Action::Skip })
        };
        assert_eq!(
            check(4_999, 5_000),
            Err(Refusal::TimeRunsBackwards { at_ms: 4_999, last_ms: 5_000 })
        );
        assert_eq!(
            check(9_000, 4_000),
            Err(Refusal::HeardRunsBackwards { heard_ms: 4_000, before_ms: 5_000 })
        );
        assert_eq!(
            check(6_000, 6_001),
            Err(Refusal::HeardTooFast { more_ms: 1_001, passed_ms: 1_000 })
        );
        assert_eq!(check(6_000, 6_000), Ok(()));
        let (heard_ms, duration_ms) = (DURATION_MS + 1, DURATION_MS);
        assert_eq!(check(900_000, heard_ms), Err(Refusal::HeardTooMuch { heard_ms, duration_ms }));
    }

    #[test]
    fn a_song_that_is_over_can_only_be_finished_and_no_other_can() {
        let engine = small();
        let (state, _) = engine.start();
        let at_the_end = |action| engine.check(&state, &after(&state, DURATION_MS, action));
        assert_eq!(at_the_end(Action::Skip), Err(Refusal::Over));
        assert_eq!(at_the_end(Action::Finish), Ok(()));
        let early = engine.check(&state, &after(&state, 10, Action::Finish));
        assert_eq!(early, Err(Refusal::NotFinished { heard_ms: 10, duration_ms: DURATION_MS }));
    }

    #[test]
    fn what_is_so_already_and_what_is_not_there_is_refused() {
        let engine = small();
        let (mut state, _) = engine.start();
        let check = |state: &State, action| engine.check(state, &after(state, 10, action));
        let there = state.playing.song;
        assert_eq!(check(&state, Action::Open { song: there }), Err(Refusal::PlayingNow));
        let nowhere = SongId(99);
        assert_eq!(
            check(&state, Action::Open { song: nowhere }),
            Err(Refusal::NoSuchSong { song: 99 })
        );
        let target = Target::ArtistOf(nowhere);
        let search = Action::Search { query: "x".into(), target };
        assert_eq!(check(&state, search), Err(Refusal::NoSuchSong { song: 99 }));
        let same = Action::Scene { scene: Scene::Relax };
        assert_eq!(check(&state, same), Err(Refusal::SameScene { scene: "relax" }));
        assert_eq!(check(&state, Action::Subscribe), Ok(()));
        state.tier = Tier::Premium;
        assert_eq!(check(&state, Action::Subscribe), Err(Refusal::Subscribed));
        assert_eq!(check(&state, Action::Save), Ok(()));
        state.playing.saved = true;
        assert_eq!(check(&state, Action::Save), Err(Refusal::Already { what: "saved" }));
        let set = Overrides { arm: Some("none such".into()), ..Overrides::default() };
        assert!(matches!(
            check(&state, Action::Override(set)),
            Err(Refusal::BadOverride { field: "arm", .. })
        ));
    }

    /// Premium songs of the small catalogue.
    const PREMIUM: [SongId; 3] = [SongId(9), SongId(19), SongId(29)];

    fn previews(seconds: u32) -> Engine {
        engine(|settings| settings.previews.seconds = seconds)
    }

    /// A premium song plays from its beginning: the first that does not already.
    fn premium(engine: &Engine, state: &State) -> (State, Trace) {
        let song = PREMIUM.into_iter().find(|song| *song != state.playing.song).unwrap();
        step(engine, state, 10, Action::Open { song })
    }

    #[test]
    fn a_preview_ends_at_its_length_and_is_heard_whole_then() {
        let engine = previews(30);
        let (state, trace) = premium(&engine, &engine.start().0);
        assert_eq!((trace.playing.preview_ms, trace.playing.length_ms()), (Some(30_000), 30_000));
        let more = engine.check(&state, &after(&state, 30_001, Action::Skip));
        assert_eq!(more, Err(Refusal::HeardTooMuch { heard_ms: 30_001, duration_ms: 30_000 }));
        let (next, trace) = step(&engine, &state, 30_000, Action::Finish);
        let ended = trace.ended.unwrap();
        assert_eq!((ended.play_ratio, ended.completed), (Score::ONE, true));
        assert_eq!((state.previews, next.previews), (0, 1));
    }

    #[test]
    fn a_preview_that_is_skipped_is_none_and_moves_no_segment() {
        let engine = previews(30);
        let mut state = engine.start().0;
        let before = engine.decide(&state).names();
        for _ in 0..3 {
            state = premium(&engine, &state).0;
            let (next, trace) = step(&engine, &state, 15_000, Action::Skip);
            let ended = trace.ended.unwrap();
            assert_eq!((ended.play_ratio, ended.skipped), (Score::new(0.5), true));
            state = next;
        }
        assert_eq!((state.previews, engine.decide(&state).names()), (0, before));
        for heard in 1..=3 {
            state = finish(&engine, &premium(&engine, &state).0).0;
            assert!(state.previews >= heard);
        }
        assert_eq!(engine.decide(&state).segment().name, "likely-payer");
    }

    #[test]
    fn who_subscribes_in_a_preview_hears_the_song_on() {
        let engine = previews(30);
        let (state, _) = premium(&engine, &engine.start().0);
        let (state, trace) = step(&engine, &state, 20_000, Action::Subscribe);
        assert_eq!((trace.playing.preview_ms, engine.length_ms(&state)), (None, DURATION_MS));
        let (next, trace) = finish(&engine, &state);
        assert_eq!(trace.ended.unwrap().heard_ms, DURATION_MS);
        assert_eq!(next.previews, 0);
    }

    #[test]
    fn what_was_heard_under_another_policy_was_not_too_much() {
        let longer = previews(30);
        let (state, _) = premium(&longer, &longer.start().0);
        let (state, _) = step(&longer, &state, 20_000, Action::Like);
        let shorter = previews(5);
        assert_eq!(shorter.length_ms(&state), 20_000);
        assert_eq!(shorter.check(&state, &after(&state, 0, Action::Finish)), Ok(()));
    }

    #[test]
    fn without_a_next_song_nothing_ends() {
        let engine = small();
        let (mut state, _) = engine.start();
        state.queue.clear();
        let mut happened = Happened::default();
        let event = after(&state, DURATION_MS, Action::Finish);
        assert_eq!(engine.apply(&mut state, &event, &mut happened), Err(Refusal::NoNextSong));
        assert!(happened.ended.is_none());
        assert_eq!(state.session.plays, 0);
    }

    #[test]
    fn what_begins_is_the_next_the_same_or_the_chosen_song() {
        let engine = small();
        let (start, _) = engine.start();
        let begins = |action| {
            let event = after(&start, 1_000, action);
            engine.apply(&mut start.clone(), &event, &mut Happened::default()).unwrap()
        };
        assert_eq!(begins(Action::Skip), Begins::Next);
        let song = start.playing.song;
        assert_eq!(begins(Action::Replay), Begins::Song { song, replayed: true, opened: false });
        let song = start.queue[3].song;
        assert_eq!(
            begins(Action::Open { song }),
            Begins::Song { song, replayed: false, opened: true }
        );
        for action in [Action::Like, Action::Subscribe, Action::Scene { scene: Scene::Focus }] {
            assert_eq!(begins(action), Begins::Nothing);
        }
    }

    #[test]
    fn a_play_near_its_end_is_completed_whatever_ended_it() {
        let engine = small();
        let (start, _) = engine.start();
        let ended = |share: f32, action| {
            let heard_ms = (share * DURATION_MS as f32) as u32;
            let ended = step(&engine, &start, heard_ms, action).1.ended.unwrap();
            (ended.completed, ended.skipped)
        };
        assert_eq!(ended(0.96, Action::Skip), (true, false));
        assert_eq!(ended(0.94, Action::Skip), (false, true));
        assert_eq!(ended(0.94, Action::Replay), (false, false), "to hear it again is no skip");
    }

    #[test]
    fn how_varied_the_session_is_is_told_from_its_first_play_on() {
        let mut engine = small();
        // Genres take turns song by song, four of them.
        let past = [(0, true), (4, true), (1, true), (2, false)];
        engine.setup.past = Arc::new(past.map(|(s, all)| past_play(SongId(s), all)).to_vec());
        let (state, trace) = engine.start();
        assert_eq!(trace.metrics.variety, None, "nothing has ended");
        let first = state.playing.song;
        let mut state = state;
        for song in [0, 4, 8, 12].map(SongId).into_iter().filter(|s| *s != first).take(3) {
            state = step(&engine, &state, 10, Action::Open { song }).0;
        }
        let (state, trace) = finish(&engine, &state);
        let told = trace.metrics.variety.unwrap();
        // The first song of all, and three that are of one genre.
        assert_eq!(told.different_songs, 4);
        let heard: Vec<SongId> = state.history.recent().iter().skip(4).map(|p| p.song).collect();
        let new = heard.iter().filter(|s| ![0, 4, 1, 2].contains(&s.0)).count();
        assert_eq!(told.novelty, Score::new(new as f64 / 4.0));
        assert!(told.genre_entropy < Score::new(2f64.ln()), "{told:?}");
        assert!(told.artist_entropy > Score::ZERO);
        assert!(told.miscalibration.unwrap() > Score::ZERO && told.popularity_lift.is_some());
    }

    #[test]
    fn a_play_teaches_what_was_seen_of_it_and_masks_what_was_not() {
        let engine = small();
        let (start, _) = engine.start();
        let (liked, _) = step(&engine, &start, 1_000, Action::Like);
        let (state, _) = step(&engine, &liked, DURATION_MS / 2 - 1_000, Action::Skip);
        let natural = state.learning.examples.back().unwrap();
        assert_eq!(natural.labels, [0.0, 0.5, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(natural.mask, [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(natural.own, liked.playing.example.0, "as the head saw it when it began");

        let promoted = SongId(FIRST_PROMOTED);
        let (playing, _) = step(&engine, &state, 1_000, Action::Open { song: promoted });
        let (state, _) = skip(&engine, &playing);
        let opened = state.learning.examples.back().unwrap();
        assert_eq!((opened.labels[7], opened.mask[7]), (1.0, 1.0), "to open it is to engage");
    }

    #[test]
    fn only_the_newest_plays_are_kept_to_learn_from() {
        let engine = engine(|settings| settings.near_line.newest = 2);
        let mut state = engine.start().0;
        for _ in 0..3 {
            state = skip(&engine, &state).0;
        }
        assert_eq!(state.learning.examples.len(), 2);
        assert_eq!(state.learning.plays, 3);
    }

    #[test]
    fn an_update_starts_after_so_many_plays_and_takes_over_so_many_events_later() {
        let engine = engine(|settings| {
            settings.near_line.every = 2;
            settings.near_line.lag = 3;
        });
        let mut state = engine.start().0;
        let mut due = Vec::new();
        for _ in 0..6 {
            let (next, trace) = finish(&engine, &state);
            state = next;
            due.push((trace.near_line.due, trace.near_line.update.is_some()));
        }
        let none = (None, false);
        let running = (Some(5), false);
        // Begun at the second play; plays go on being counted, and the next begins when it has taken over.
        assert_eq!(due, [none, running, running, running, (Some(8), true), (Some(8), false)]);
        assert_eq!(state.learning.accepted + state.learning.refused, 1);
    }

    #[test]
    fn where_updates_take_no_step_none_is_started() {
        let engine = engine(|settings| {
            settings.near_line.every = 1;
            settings.near_line.steps = 0;
        });
        let mut state = engine.start().0;
        for _ in 0..4 {
            state = finish(&engine, &state).0;
            assert!(state.pending_update().is_none());
        }
    }
}
