//! What each event of the sitting has done to the queue: the session again without it, really played and really
//! ranked.
//!
//! A play that the listener ended would have gone on by itself, so without a skip, a replay or another song
//! opened in its place it is heard to its end; a play that came to its end is skipped instead, as there is no
//! session without it. All else is simply left out. What was done afterwards is done again in the session there
//! is then, as a comparison does it: the listener hears as much and acts as late, of what plays there.
//!
//! The newest events alone are looked at, whose states are kept: each costs the steps after it. The states that they
//! end in are kept too, so that what a song scores there can be told where no queue has it.

use std::sync::Arc;

use serde::Serialize;

use crate::engine::{Engine, State, Timeline, Trace};
use crate::playback::{Playhead, mirrored};
use crate::ranking::Ledger;
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event};

/// Events looked at, the newest: about a second's work at most.
const NEWEST: usize = 12;
/// Less of a difference in time is none.
const MOMENT_MS: u64 = 1_000;
/// How much is heard of a song that is skipped in place of being heard out, in milliseconds at most.
const SKIPPED_MS: u32 = 10_000;

/// What an event is replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undone {
    /// Nothing: it is left out.
    LeftOut,
    /// The play goes on to its end.
    HeardOut,
    /// The song is skipped, after so much of it.
    Skipped {
        /// In milliseconds.
        after_ms: u32,
    },
}

/// The session without one of its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Without {
    /// Its number, from 1: the step that it led to.
    pub step: usize,
    /// What was done.
    pub action: Action,
    /// What is done in its place.
    pub undone: Undone,
    /// The song that played then.
    pub title: String,
    /// Events after it that made no sense any more.
    pub refused: usize,
    /// The step looked at, as it would be.
    pub trace: Arc<Trace>,
}

/// A song in the session without an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct There<'a> {
    /// Its place in the queue, from 1; absent where it is not in it.
    pub place: Option<usize>,
    /// It plays.
    pub plays: bool,
    /// Where every point of its score comes from; absent where it plays.
    pub ledger: Option<&'a Ledger>,
}

impl Without {
    /// A song there, by its identifier. `elsewhere`: its account there, where the queue has none.
    pub fn there<'a>(&'a self, song: &str, elsewhere: Option<&'a Ledger>) -> There<'a> {
        let queued = self.trace.queue.iter().find(|entry| entry.song.id == song);
        let plays = self.trace.playing.song.id == song;
        There {
            place: queued.map(|entry| entry.position),
            plays,
            ledger: queued.map(|entry| &entry.ledger).or(elsewhere.filter(|_| !plays)),
        }
    }
}

/// What each of the newest events of a session has done.
#[derive(Clone, Debug, PartialEq)]
pub struct Causes {
    /// The step looked at.
    pub step: usize,
    /// The newest event first.
    pub without: Vec<Without>,
}

impl Causes {
    /// The session up to a step without each of its newest events, and the state that each ends in.
    pub fn of(timeline: &Timeline, step: usize) -> (Self, Vec<Arc<State>>) {
        let events = (1..=step).rev().take(NEWEST);
        let (without, states) = events.filter_map(|at| without(timeline, at, step)).unzip();
        (Causes { step, without }, states)
    }
}

/// What a song scores in each of the sessions without an event, where their queues do not tell: in the order of
/// [`Causes::without`].
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// Its identifier in the catalogue.
    pub song: String,
    /// Where every point comes from; none where the queue there has it.
    pub ledgers: Vec<Option<Ledger>>,
    /// The same with nothing but the time made the one of the step looked at; none where that is the same. What it has
    /// in common with the step is the time's doing, and what it has not is not.
    pub as_late: Vec<Option<Ledger>>,
}

impl Elsewhere {
    /// Ranks a song in every session whose queue does not hold it, and once more as of the moment looked at where
    /// that is another.
    pub fn of(
        engine: &Engine,
        (causes, states): (&Causes, &[Arc<State>]),
        (song, now_ms): (SongId, Option<u64>),
    ) -> Self {
        let id = engine.setup.catalogue.song(song).id.to_string();
        let ranked = |state: &State| {
            let look = engine.look_at(state, &[song]);
            engine.with_ranking_of(state, &look, |ranking, _| ranking.ledger(song))
        };
        let ledger = |(without, state): (&Without, &Arc<State>)| {
            let queued = without.trace.queue.iter().any(|entry| entry.song.id == id);
            (!queued).then(|| ranked(state))
        };
        let late = |state: &Arc<State>| {
            let apart = |now: &u64| now.abs_diff(state.moment.at_ms) >= MOMENT_MS;
            let mut late = State::clone(state);
            late.moment.at_ms = now_ms.filter(apart)?;
            Some(ranked(&late))
        };
        let ledgers = causes.without.iter().zip(states).map(ledger).collect();
        Elsewhere { song: id, ledgers, as_late: states.iter().map(late).collect() }
    }
}

/// A session that goes on from a state.
struct Replay<'a> {
    engine: &'a Engine,
    state: Arc<State>,
    trace: Arc<Trace>,
    head: Playhead,
    refused: usize,
}

impl Replay<'_> {
    fn take(&mut self, event: &Event) {
        match self.engine.step(&self.state, event) {
            Ok((state, trace)) => {
                self.head = Playhead::after(&trace);
                (self.state, self.trace) = (Arc::new(state), Arc::new(trace));
            }
            Err(_) => self.refused += 1,
        }
    }

    /// Does in place of an event what would have been, and says what that is. Who skips the last moments of a song has `completed` it.
    fn undo(&mut self, action: &Action, completed: bool) -> Undone {
        let length = self.engine.length_ms(&self.state);
        let (until, instead, undone) = match action {
            Action::Finish | Action::Skip if completed => {
                let after_ms = SKIPPED_MS.min(length / 2);
                (after_ms, Action::Skip, Undone::Skipped { after_ms })
            }
            action if action.ends_play() => (length, Action::Finish, Undone::HeardOut),
            _ => return Undone::LeftOut,
        };
        let mut head = self.head;
        head.play_until(until, length);
        self.take(&head.event(instead));
        undone
    }
}

/// The session up to `step` without the event that led to step `at`; `None` where the state before it cannot be
/// gone back to, as before a fork.
fn without(timeline: &Timeline, at: usize, step: usize) -> Option<(Without, Arc<State>)> {
    let before = timeline.trace_at(at - 1)?.clone();
    let event = timeline.events().get(at - 1)?;
    let mut replay = Replay {
        engine: timeline.engine(),
        state: timeline.state_at(at - 1)?,
        head: Playhead::after(&before),
        trace: before.clone(),
        refused: 0,
    };
    let ended = timeline.trace_at(at)?.ended.as_ref();
    let undone = replay.undo(&event.action, ended.is_some_and(|play| play.completed));
    for later in at..step {
        let head = Playhead::after(timeline.trace_at(later)?);
        let playing = replay.state.playing.song;
        let length = replay.engine.length_ms(&replay.state);
        let event = mirrored(timeline.events().get(later)?, head, replay.head, (playing, length));
        match event {
            Some(event) => replay.take(&event),
            None => replay.refused += 1,
        }
    }
    let without = Without {
        step: at,
        action: event.action.clone(),
        undone,
        title: before.playing.song.title.clone(),
        refused: replay.refused,
        trace: replay.trace,
    };
    Some((without, replay.state))
}
