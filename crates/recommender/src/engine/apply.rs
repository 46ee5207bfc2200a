//! What an event does to the state, before anything is decided anew.

use std::sync::Arc;

use super::happened::{Begins, Happened};
use super::refusal::Refusal;
use super::setup::Engine;
use super::state::State;
use super::trace::{EndedPlay, SongRef};
use crate::feedback::Update;
use crate::policy::problem_under;
use crate::session::Search;
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event};
use melody_core::listener::{COMPLETED, Interaction, Tier};
use melody_core::overrides::Overrides;
use melody_core::score::Score;
use melody_model::{Example, Labels};

impl Engine {
    pub(super) fn check(&self, state: &State, event: &Event) -> Result<(), Refusal> {
        let &Event { at_ms, heard_ms, ref action } = event;
        let duration_ms = self.setup.catalogue.song(state.playing.song).duration_ms;
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
            _ => Ok(()),
        }
    }

    pub(super) fn check_overrides(&self, set: &Overrides) -> Result<(), Refusal> {
        match problem_under(set, &self.setup.policy) {
            Some((field, why)) => Err(Refusal::BadOverride { field, why }),
            None => Ok(()),
        }
    }

    /// Applies what the listener did, and says what begins to play now.
    pub(super) fn apply(
        &self,
        state: &mut State,
        event: &Event,
        happened: &mut Happened,
    ) -> Result<Begins, Refusal> {
        let policy = &self.setup.policy;
        let song = self.setup.catalogue.song(state.playing.song);
        let mut begins = Begins::Nothing;
        match &event.action {
            Action::Finish | Action::Skip => {
                let next = state.queue.first().ok_or(Refusal::NoNextSong)?.song;
                self.end(state, event, happened);
                begins = Begins::Song { song: next, replayed: false, opened: false };
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
                state.playing.liked = true;
                state.streaks.like(&policy.session, event.at_ms, song);
            }
            Action::Save => {
                state.playing.saved = true;
                state.streaks.like(&policy.session, event.at_ms, song);
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
        }
        Ok(begins)
    }

    /// The current play ends: everything that learns from plays learns from this one.
    pub(super) fn end(&self, state: &mut State, event: &Event, happened: &mut Happened) {
        let setup = &self.setup;
        let policy = &setup.policy;
        let song = setup.catalogue.song(state.playing.song);
        let playing = &state.playing;
        let play_ratio = (event.heard_ms as f32 / song.duration_ms as f32).min(1.0);
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
        state.history.record(&setup.catalogue, play.clone());
        state.session.record(&play, promoted);
        state.streaks.record(&policy.session, event.at_ms, song, &play);
        let window = policy.guardrail.window;
        state.metrics.record(&play, promoted, event.heard_ms.into(), window);
        let preview = song.premium && state.tier != Tier::Premium;
        state.bandit.play(&policy.bandit, &play, promoted, preview);
        state.previews += u32::from(preview);
        happened.ended = Some(EndedPlay {
            song: SongRef::new(&setup.catalogue, play.song),
            heard_ms: event.heard_ms,
            play_ratio: Score::new(play_ratio.into()),
            completed,
            skipped: play.skipped,
            liked: play.liked,
            saved: play.saved,
        });
    }

    /// Keeps the play as an example for the next near-line update.
    pub(super) fn remember_example(&self, state: &mut State, play: &Interaction, promoted: bool) {
        let number = |holds: bool| if holds { 1.0 } else { 0.0 };
        let engaged = play.completed || play.liked || play.opened;
        let labels = Labels {
            completion: number(play.completed),
            play_ratio: play.play_ratio,
            like: number(play.liked || play.saved),
            skip: number(play.skipped),
            save: number(play.saved),
            replays: 0.0,
            subscription: 0.0,
            exposure: number(promoted && engaged),
        };
        // Whether it is played again shows only after this, and whether the session converts when it is
        // over. Learning from conversions as they come, and never from their absence, would teach that
        // everybody subscribes.
        let mask = Labels {
            completion: 1.0,
            play_ratio: 1.0,
            like: 1.0,
            skip: 1.0,
            save: 1.0,
            replays: 0.0,
            subscription: 0.0,
            exposure: number(promoted),
        };
        let (labels, mask) = (labels.in_order(), mask.in_order());
        let (own, shared) = std::mem::take(&mut state.playing.example);
        let learning = &mut state.learning;
        learning.examples.push_back(Example { own, shared, labels, mask });
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

    /// Starts a near-line update when enough has been played.
    pub(super) fn start_update(&self, state: &mut State) {
        let policy = self.setup.policy.near_line;
        if state.learning.plays < policy.every || state.learning.pending.is_some() {
            return;
        }
        let newest: Vec<Example> = state.learning.examples.iter().cloned().collect();
        state.learning.plays = 0;
        state.learning.pending = Some(Arc::new(Update::new(
            state.model.clone(),
            &newest,
            self.setup.examples.clone(),
            policy,
            (self.setup.seed, state.step),
        )));
    }
}
