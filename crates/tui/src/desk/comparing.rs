//! The same session under something else: forked off at a step, then doing what is done here, event
//! by event and with the same draws. A session that its simulated listener plays is played there by
//! the same listener, who answers to what is played there.

use std::path::Path;
use std::sync::Arc;

use super::background::Pending;
use super::pilot::Pilot;
use crate::words::Lang;
use melody_core::event::{Action, Event};
use melody_core::input::InputError;
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;
use melody_recommender::engine::{Timeline, Trace};
use melody_recommender::playback::{Playhead, mirrored};
use melody_sessions::library::Library;
use melody_sessions::names::policy_named;
use melody_sessions::opening::Opening;
use melody_simulation::profile::Profile;

/// What the other session is under.
#[derive(Clone, Debug, PartialEq)]
pub enum Against {
    /// No song is promoted.
    NoPromotion,
    /// The scene is changed where the other session begins.
    Scene(Scene),
    /// A policy by name or path.
    Policy(String),
    /// A model by name or path.
    Model(String),
    /// Values set by hand.
    ByHand(Overrides),
}

impl Against {
    /// What it is called on screen.
    pub fn label(&self, lang: Lang) -> String {
        match self {
            Against::NoPromotion => lang.text("without promotion").into(),
            Against::Scene(scene) => lang.fill("scene {}", &[&lang.text(scene.name())]),
            Against::Policy(name) => lang.fill("policy {}", &[&lang.named("policy", name)]),
            Against::Model(name) => lang.fill("model {}", &[name]),
            Against::ByHand(_) => lang.text("what the sliders say").into(),
        }
    }

    /// What holds there from the beginning, without an event that sets it: beside what is set by hand already.
    fn under(&self, now: &Overrides) -> Option<Overrides> {
        let none = Overrides { at_most: Some(0), ..now.clone() };
        matches!(self, Against::NoPromotion).then_some(none)
    }

    /// What an event sets there, as it would be set here.
    fn overrides(&self) -> Option<Overrides> {
        match self {
            Against::ByHand(set) => Some(set.clone()),
            _ => None,
        }
    }
}

/// The other session, as far as it has followed this one.
struct Fork {
    timeline: Timeline,
    head: Playhead,
    /// Events at which it began.
    from: usize,
    /// Events of this session that were followed.
    followed: Vec<Event>,
    /// Events of the fork after each of them.
    counts: Vec<usize>,
    /// Events that made no sense there.
    refused: usize,
    /// The simulated listener, where one is at the controls.
    pilot: Option<Pilot>,
    /// Whether that listener has left.
    left: bool,
    /// Whether versions of the model that take over here do so there, as they do but under a model of its own.
    takes_over: bool,
    listener: Option<(Library, Arc<Profile>, u64)>,
}

/// A comparison under way.
pub(crate) struct Comparing {
    pub against: Against,
    fork: Option<Fork>,
    work: Option<Pending<Result<Fork, String>>>,
}

/// What the Compare view shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What the other session is under, in the language of the screen.
    pub label: String,
    /// The step at which the other session began.
    pub from: usize,
    /// Its traces, oldest first, from the beginning of the session.
    pub traces: Vec<Arc<Trace>>,
    /// Whether the simulated listener answers there, rather than the same being done.
    pub answers: bool,
    /// Events done here that made no sense there.
    pub refused: usize,
    /// Whether the simulated listener has left there.
    pub left: bool,
    /// Whether it has caught up.
    pub level: bool,
    /// Whether it can be followed over weeks as well.
    pub lasts: bool,
    /// Songs that are committed here where it began, and were let go there by a new request, as what it is under makes
    /// one: what moves at once is that as well.
    pub let_go: usize,
}

impl Comparing {
    /// Forks a session at a step. `listener`: whether its simulated listener is at the controls.
    pub(crate) fn start(
        timeline: &Timeline,
        step: usize,
        against: Against,
        (library, opening, profile): (Library, Opening, Arc<Profile>),
        listener: bool,
        folder: &Path,
    ) -> Self {
        let (main, wanted, folder) = (timeline.clone(), against.clone(), folder.to_path_buf());
        let work = move || {
            let library = other_library(library, &opening, &wanted, &folder);
            let library = library.map_err(|error| error.to_string())?;
            let seed = opening.seed;
            let scene = match wanted {
                Against::Scene(scene) => Some(scene),
                _ => None,
            };
            let engine = Arc::new(library.engine(&profile, opening.scene, seed));
            let now = main.trace_at(step).map(|trace| trace.overrides.clone()).unwrap_or_default();
            let fork = match wanted.under(&now) {
                Some(set) => main.fork_under(engine, step, set),
                None => main.fork(engine, step, scene),
            };
            let mut fork = fork.ok_or("the step is gone")?;
            let head = Playhead::after(fork.trace());
            let mut from = step;
            let takes_over = !matches!(wanted, Against::Model(_));
            let trained = &fork.engine().trained(fork.state()).hash;
            let own = fork.engine().setup.model.hash.clone();
            if !takes_over && *trained != own {
                // It is the model that this session began with, and another has taken over since.
                fork.apply(head.event(Action::Version { hash: own })).map_err(|r| r.to_string())?;
                from += 1;
            }
            if let Some(set) = wanted.overrides() {
                fork.apply(head.event(Action::Override(set))).map_err(|r| r.to_string())?;
                from += 1;
            }
            let fork = Fork {
                head: Playhead::after(fork.trace()),
                timeline: fork,
                from,
                followed: Vec::new(),
                counts: Vec::new(),
                refused: 0,
                pilot: None,
                left: false,
                takes_over,
                listener: listener.then_some((library, profile, seed)),
            };
            Ok(fork.follow(&main, step))
        };
        Comparing { against, fork: None, work: Some(Pending::start("compare", work)) }
    }

    /// Takes in what has come, and goes after what has happened since. What went wrong, if it did.
    pub(crate) fn advance(&mut self, timeline: &Timeline) -> Option<String> {
        if let Some(done) = self.work.as_ref().and_then(Pending::ready)
            && let Err(error) = self.take(done)
        {
            return Some(error);
        }
        self.chase(timeline);
        None
    }

    /// The same, waiting for all of it.
    pub(crate) fn settle(&mut self, timeline: &Timeline) -> Option<String> {
        for _ in 0..2 {
            if let Some(done) = self.work.as_ref().and_then(Pending::wait)
                && let Err(error) = self.take(done)
            {
                return Some(error);
            }
            self.chase(timeline);
        }
        None
    }

    fn take(&mut self, done: Result<Fork, String>) -> Result<(), String> {
        self.work = None;
        self.fork = Some(done?);
        Ok(())
    }

    fn chase(&mut self, timeline: &Timeline) {
        if self.work.is_some() || self.level(timeline) {
            return;
        }
        if let Some(fork) = self.fork.take() {
            let main = timeline.clone();
            let start = fork.start();
            self.work = Some(Pending::start("compare", move || Ok(fork.follow(&main, start))));
        }
    }

    /// Whether the fork has followed all that happened here.
    fn level(&self, timeline: &Timeline) -> bool {
        self.fork.as_ref().is_some_and(|fork| {
            timeline.events().get(fork.start()..).is_some_and(|done| done == fork.followed)
        })
    }

    pub(crate) fn waits(&self) -> bool {
        self.work.is_some()
    }

    pub(crate) fn compared(&self, timeline: &Timeline, lang: Lang) -> Option<Compared> {
        let fork = self.fork.as_ref()?;
        Some(Compared {
            label: self.against.label(lang),
            from: fork.start(),
            traces: fork.timeline.traces().cloned().collect(),
            answers: fork.listener.is_some(),
            refused: fork.refused,
            left: fork.left,
            level: self.level(timeline),
            lasts: self.against.lasts(),
            let_go: fork.let_go(timeline),
        })
    }
}

/// The library the other session is played with.
pub(super) fn other_library(
    library: Library,
    opening: &Opening,
    against: &Against,
    folder: &Path,
) -> Result<Library, InputError> {
    Ok(match against {
        Against::Policy(name) => library.with_policy(policy_named(name, folder)?)?,
        Against::Model(name) => {
            let opening = Opening { model: name.clone(), ..opening.clone() };
            Library::load(&opening, folder, library.backend)?.with_policy_of(&library)
        }
        _ => library,
    })
}

impl Fork {
    /// Events of this session before the first one followed.
    fn start(&self) -> usize {
        self.timeline.own_from()
    }

    /// Songs committed in `main` where this one begins that a new request has let go here.
    fn let_go(&self, main: &Timeline) -> usize {
        let requests = |timeline: &Timeline, at: usize| {
            timeline.trace_at(at).map(|trace| (trace.request.number, trace.request.left))
        };
        match (requests(main, self.start()), requests(&self.timeline, self.from)) {
            (Some((here, left)), Some((there, _))) if here != there => left,
            _ => 0,
        }
    }

    /// Does what has been done in `main` since its first `start` events.
    fn follow(mut self, main: &Timeline, start: usize) -> Self {
        let events = main.events().get(start..).unwrap_or_default();
        let same = events.iter().zip(&self.followed).take_while(|(a, b)| a == b).count();
        if same < self.followed.len() {
            self.take_back(same);
        }
        for (i, event) in events.iter().enumerate().skip(same) {
            if matches!(event.action, Action::Version { .. }) {
                if self.takes_over {
                    self.listen_until(event.at_ms);
                    self.take_over(event, main);
                }
            } else if self.listener.is_some() {
                self.listen_until(event.at_ms);
            } else {
                let before = main.trace_at(start + i).map(|trace| Playhead::after(trace));
                self.mirror(event, before.unwrap_or_default());
            }
            self.followed.push(event.clone());
            self.counts.push(self.timeline.events().len());
        }
        self
    }

    /// Goes back to where the first `followed` events had led.
    fn take_back(&mut self, followed: usize) {
        let count = followed.checked_sub(1).map_or(self.from, |last| self.counts[last]);
        self.timeline.rewind(count);
        self.head = Playhead::after(self.timeline.trace());
        self.followed.truncate(followed);
        self.counts.truncate(followed);
        self.pilot = None;
        self.left = false;
    }

    fn mirror(&mut self, event: &Event, before: Playhead) {
        let playing = self.timeline.state().playing.song;
        let duration_ms = self.timeline.trace().playing.length_ms();
        let Some(event) = mirrored(event, before, self.head, (playing, duration_ms)) else {
            return;
        };
        match self.timeline.apply(event) {
            Ok(trace) => self.head = Playhead::after(&trace),
            Err(_) => self.refused += 1,
        }
    }

    /// The model that takes over here does so there.
    fn take_over(&mut self, event: &Event, main: &Timeline) {
        self.timeline.offer(main.engine().setup.versions.values().cloned());
        match self.timeline.apply(self.head.event(event.action.clone())) {
            Ok(trace) => self.head = Playhead::after(&trace),
            Err(_) => self.refused += 1,
        }
    }

    /// Lets the simulated listener play on until the clock shows `at_ms`.
    fn listen_until(&mut self, at_ms: u64) {
        let Some((library, profile, seed)) = &self.listener else { return };
        let anew = || Pilot::new(&self.timeline, profile, library.world(), *seed);
        let mut pilot = self.pilot.take().unwrap_or_else(anew);
        while !self.left {
            let state = self.timeline.state().clone();
            let duration_ms = self.timeline.trace().playing.length_ms();
            let stop = pilot.next_at(&state).unwrap_or(duration_ms).min(duration_ms);
            let ahead = u64::from(stop.saturating_sub(self.head.heard_ms));
            let room = at_ms.saturating_sub(self.head.now_ms);
            if ahead > room {
                self.head.play(room, duration_ms);
                break;
            }
            self.head.play(ahead, duration_ms);
            let Some(step) = pilot.take(&state) else { break };
            let (after, leaves) = step.then.unwrap_or_default();
            for action in [step.action].into_iter().chain(after) {
                let tier = self.timeline.trace().listener.tier;
                if let Ok(trace) = self.timeline.apply(self.head.event(action)) {
                    self.head = Playhead::after(&trace);
                    if let Some(ended) = &trace.ended {
                        pilot.observe(ended, tier);
                    }
                }
            }
            self.left = leaves;
        }
        self.pilot = Some(pilot);
    }
}
