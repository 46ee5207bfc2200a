//! A session being played: the timeline, the simulated clock and whoever is at the controls.
//!
//! The clock moves only when it is told to, so that tests and pictures play sessions without waiting.

use std::sync::Arc;
use std::time::Duration;

use super::journal::Journal;
use super::pilot::Pilot;
use crate::catalogue::{Catalogue, SongId};
use crate::engine::{Refusal, Timeline, Trace};
use crate::event::{Action, Event};
use crate::feedback::Update;
use crate::opening::{Library, Opening};
use crate::playback::Playhead;
use crate::profile::Profile;

/// How fast the simulated clock runs against the real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(usize);

impl Speed {
    pub const ALL: [f64; 8] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
    pub const NORMAL: Speed = Speed(1);

    /// The speed of this factor, if there is one.
    pub fn new(factor: f64) -> Option<Self> {
        Self::ALL.iter().position(|known| *known == factor).map(Speed)
    }

    pub fn factor(self) -> f64 {
        Self::ALL[self.0]
    }

    pub fn faster(self) -> Self {
        Speed((self.0 + 1).min(Self::ALL.len() - 1))
    }

    pub fn slower(self) -> Self {
        Speed(self.0.saturating_sub(1))
    }
}

/// The longest stretch of real time taken for one frame: what a stopped program missed is not made up.
const LONGEST_FRAME: Duration = Duration::from_millis(250);
/// Events applied in one frame at most. Time that would need more is dropped rather than the screen
/// frozen.
const EVENTS_PER_FRAME: usize = 3;

/// What happened while the clock moved that a person should be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// The simulated listener left.
    Left,
    /// A song ended and nothing could follow.
    Stuck(Refusal),
}

/// One listener's sitting.
pub struct Session {
    library: Library,
    opening: Opening,
    timeline: Timeline,
    head: Playhead,
    pub playing: bool,
    pub speed: Speed,
    pilot: Option<Pilot>,
    /// Simulated time that has passed and is less than a millisecond.
    remainder_ms: f64,
    /// The near-line update last handed to a thread.
    training: Option<Arc<Update>>,
    journal: Option<Journal>,
}

impl Session {
    pub fn open(library: Library, opening: Opening, profile: Profile) -> Self {
        let engine = library.engine(profile, opening.scene, opening.seed);
        let timeline = Timeline::start(Arc::new(engine));
        let head = Playhead::after(timeline.trace());
        Session {
            library,
            opening,
            timeline,
            head,
            playing: true,
            speed: Speed::NORMAL,
            pilot: None,
            remainder_ms: 0.0,
            training: None,
            journal: None,
        }
    }

    /// Another listener sits down with the same library, at the same speed and controls.
    pub fn reopen(&self, name: String, profile: Profile) -> Self {
        let opening = Opening { profile: name, scene: None, ..self.opening.clone() };
        let mut next = Session::open(self.library.clone(), opening, profile);
        next.playing = self.playing;
        next.speed = self.speed;
        next.set_autopilot(self.autopilot());
        next
    }

    /// Writes every step from here on, and those before, to a durable log.
    pub fn keep(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    pub fn trace(&self) -> &Arc<Trace> {
        self.timeline.trace()
    }

    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    pub fn profile(&self) -> &Profile {
        &self.timeline.engine().setup.profile
    }

    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.timeline.engine().setup.catalogue
    }

    pub fn head(&self) -> Playhead {
        self.head
    }

    pub fn autopilot(&self) -> bool {
        self.pilot.is_some()
    }

    pub fn set_autopilot(&mut self, on: bool) {
        self.pilot = on.then(|| self.new_pilot());
    }

    fn new_pilot(&self) -> Pilot {
        Pilot::new(&self.timeline, self.library.world(), self.opening.seed)
    }

    /// The listener does something now.
    pub fn act(&mut self, action: Action) -> Result<Arc<Trace>, Refusal> {
        let tier = self.trace().listener.tier;
        let trace = self.timeline.apply(self.head.event(action))?;
        self.head = Playhead::after(&trace);
        if let Some(journal) = &self.journal {
            journal.step(&trace);
        }
        if let (Some(pilot), Some(ended)) = (&mut self.pilot, &trace.ended) {
            pilot.observe(ended, tier);
        }
        self.train_ahead();
        Ok(trace)
    }

    /// Takes the last event back and returns it; `None` at the start.
    pub fn undo(&mut self) -> Option<Event> {
        let last = self.timeline.events().last()?.clone();
        self.timeline.rewind(self.timeline.events().len() - 1);
        if let Some(journal) = &self.journal {
            journal.rewound(self.trace().step);
        }
        self.head = Playhead::after(self.timeline.trace());
        self.remainder_ms = 0.0;
        self.set_autopilot(self.autopilot());
        self.train_ahead();
        Some(last)
    }

    /// Lets real time pass. Nothing moves while paused.
    pub fn advance(&mut self, elapsed: Duration) -> Option<Happening> {
        if !self.playing {
            return None;
        }
        let elapsed = elapsed.min(LONGEST_FRAME).as_secs_f64() * 1000.0;
        let ms = elapsed * self.speed.factor() + self.remainder_ms;
        self.remainder_ms = ms.fract();
        let mut left = ms as u64;
        for _ in 0..EVENTS_PER_FRAME {
            let duration = self.duration_ms();
            let state = self.timeline.state().clone();
            let planned = self.pilot.as_mut().and_then(|pilot| pilot.next_at(&state));
            let stop = planned.unwrap_or(duration).min(duration);
            let ahead = u64::from(stop.saturating_sub(self.head.heard_ms));
            if left < ahead {
                self.head.play(left, duration);
                return None;
            }
            self.head.play(ahead, duration);
            left -= ahead;
            let happening = match planned {
                Some(_) => self.follow_plan(),
                None => self.finish(),
            };
            if happening.is_some() {
                self.playing = false;
                return happening;
            }
        }
        None
    }

    fn duration_ms(&self) -> u32 {
        self.trace().playing.song.duration_ms
    }

    fn finish(&mut self) -> Option<Happening> {
        self.act(Action::Finish).err().map(Happening::Stuck)
    }

    /// Does the next thing on the simulated listener's plan. What no longer makes sense, because the
    /// person at the keys was there first, is left out.
    fn follow_plan(&mut self) -> Option<Happening> {
        let state = self.timeline.state().clone();
        let step = self.pilot.as_mut()?.take(&state)?;
        let done = self.act(step.action);
        let (after, leaves) = step.then?;
        match done {
            Ok(_) => after.into_iter().for_each(|action| {
                let _ = self.act(action);
            }),
            Err(refusal @ Refusal::NoNextSong) => return Some(Happening::Stuck(refusal)),
            Err(_) => {}
        }
        leaves.then_some(Happening::Left)
    }

    /// Starts a pending near-line update on a thread of its own, so that the step which needs it
    /// finds it done. If no thread can be had, that step runs it.
    fn train_ahead(&mut self) {
        let Some(update) = self.timeline.state().pending_update() else { return };
        if update.done() || self.training.as_ref().is_some_and(|t| Arc::ptr_eq(t, update)) {
            return;
        }
        self.training = Some(update.clone());
        let update = update.clone();
        let _ = std::thread::Builder::new().name("near-line".into()).spawn(move || update.run());
    }

    /// The song of a trace by its identifier.
    pub fn find(&self, id: &str) -> Option<SongId> {
        self.catalogue().find(id)
    }
}
