//! The view: everything one frame shows, owned, so that drawing looks at nothing else.
//!
//! Numbers come out of the traces. A view adds where the playhead stands and how it is looked at.

use std::sync::Arc;

use super::popup::Popup;
use super::session::{Session, Speed};
use crate::engine::{QueueEntry, Trace};
use crate::playback::Playhead;

/// Steps whose history is shown at most.
pub const HISTORY: usize = 240;

#[derive(Clone, Debug)]
pub struct View {
    /// The listener's name.
    pub listener: String,
    /// The newest steps, oldest first. Never empty.
    pub traces: Vec<Arc<Trace>>,
    pub head: Playhead,
    pub playing: bool,
    pub speed: Speed,
    pub autopilot: bool,
    /// Place in the queue, from 0.
    pub selected: usize,
    /// The panel that comes first where not all fit.
    pub panel: usize,
    pub message: Option<String>,
    pub popup: Option<Popup>,
}

impl View {
    pub fn new(
        session: &Session,
        selected: Option<&str>,
        panel: usize,
        message: Option<String>,
        popup: Option<Popup>,
    ) -> Self {
        let mut traces: Vec<Arc<Trace>> =
            session.timeline().traces().rev().take(HISTORY).cloned().collect();
        traces.reverse();
        let queue = &session.trace().queue;
        let place = selected.and_then(|id| queue.iter().position(|e| e.song.id == id));
        View {
            listener: session.profile().name.clone(),
            traces,
            head: session.head(),
            playing: session.playing,
            speed: session.speed,
            autopilot: session.autopilot(),
            selected: place.unwrap_or(0),
            panel,
            message,
            popup,
        }
    }

    /// The newest step.
    pub fn now(&self) -> &Trace {
        self.traces.last().expect("a view has at least one step")
    }

    /// The step before it.
    pub fn before(&self) -> Option<&Trace> {
        self.traces.len().checked_sub(2).map(|i| &*self.traces[i])
    }

    pub fn selected_entry(&self) -> Option<&QueueEntry> {
        self.now().queue.get(self.selected)
    }

    /// How the newest step moved a song of the queue.
    pub fn movement(&self, entry: &QueueEntry) -> Movement {
        let (Some(before), Some(was)) = (self.before(), entry.was) else {
            return if self.before().is_some() { Movement::New } else { Movement::None };
        };
        // A song taken out of the queue to be played lets those behind it move up by themselves.
        let playing = &self.now().playing.song.id;
        let taken = self.now().ended.is_some().then(|| {
            before.queue.iter().position(|e| e.song.id == *playing).map(|place| place + 1)
        });
        let moved_up = taken.flatten().is_some_and(|place| place < was);
        let expected = was - usize::from(moved_up);
        match expected.cmp(&entry.position) {
            std::cmp::Ordering::Greater => Movement::Up(expected - entry.position),
            std::cmp::Ordering::Less => Movement::Down(entry.position - expected),
            std::cmp::Ordering::Equal => Movement::None,
        }
    }
}

/// Places gained or lost against where a song would be had nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    None,
    New,
    Up(usize),
    Down(usize),
}
