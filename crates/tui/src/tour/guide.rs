//! A tour under way: which scene is on, and its steps as they are carried out on another thread.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use super::scene::{Scene, Tour};
use crate::desk::background::Pending;
use melody_recommender::engine::Timeline;
use melody_recommender::playback::Playhead;
use melody_sessions::script::{Runner, Step};
use melody_simulation::World;
use melody_simulation::profile::Profile;

/// How long the eye is given for each event of a scene.
pub(crate) const PACE: Duration = Duration::from_millis(180);

/// A point of the session: everything up to an event, and where the listener stands.
type Point = (Timeline, Playhead);

/// What a scene's steps have come to.
pub(crate) enum News {
    /// The session is a step further.
    Further(Point),
    /// All is done.
    Done(Point),
    /// A step cannot be carried out where the session stands.
    Stuck(String),
}

/// A tour under way.
pub(crate) struct Guide {
    tour: Arc<Tour>,
    /// Where each scene so far began; the last is the one that is on.
    begins: Vec<Point>,
    carrying_out: Option<CarryingOut>,
}

struct CarryingOut {
    steps: Receiver<Point>,
    outcome: Pending<Result<Point, String>>,
    /// Since the last step that was shown.
    shown: Duration,
    /// Nobody wants to watch each event.
    hurry: bool,
}

/// Whether a step is one for a tour on screen: what is expected is checked before, not in front of
/// people.
fn carried_out(step: &Step) -> bool {
    !matches!(step, Step::Mark { .. } | Step::Expect(_))
}

impl Guide {
    /// Before the first scene.
    pub(crate) fn new(tour: Arc<Tour>) -> Self {
        Guide { tour, begins: Vec::new(), carrying_out: None }
    }

    /// The scene that is on, and its number from 1.
    pub(crate) fn scene(&self) -> Option<(usize, &Scene)> {
        let number = self.begins.len();
        Some((number, self.tour.scenes.get(number.checked_sub(1)?)?))
    }

    pub(crate) fn scenes(&self) -> usize {
        self.tour.scenes.len()
    }

    /// Whether the scene's steps are being carried out.
    pub(crate) fn busy(&self) -> bool {
        self.carrying_out.is_some()
    }

    /// Shows what is left of the scene's steps as soon as they are done.
    pub(crate) fn hurry(&mut self) {
        if let Some(carrying_out) = &mut self.carrying_out {
            carrying_out.hurry = true;
        }
    }

    /// The next scene begins where the session stands; `false` if there is none. A scene that only
    /// looks is not busy.
    pub(crate) fn next(&mut self, now: Point, profile: &Arc<Profile>, world: &Arc<World>) -> bool {
        let number = self.begins.len();
        if number == self.scenes() {
            return false;
        }
        self.begins.push(now.clone());
        let does = self.tour.scenes[number].steps.iter().any(carried_out);
        self.carrying_out = does.then(|| self.start(number, now, profile.clone(), world.clone()));
        true
    }

    /// Goes back to where the scene before this one began, or this one if it is the first, to begin it
    /// again.
    pub(crate) fn back(&mut self) -> Option<Point> {
        self.carrying_out = None;
        let this = self.begins.pop()?;
        Some(self.begins.pop().unwrap_or(this))
    }

    /// Where the scene that is on began, to begin it again.
    pub(crate) fn again(&mut self) -> Option<Point> {
        self.carrying_out = None;
        self.begins.pop()
    }

    fn start(
        &self,
        number: usize,
        (timeline, head): Point,
        profile: Arc<Profile>,
        world: Arc<World>,
    ) -> CarryingOut {
        let (tell, steps) = channel();
        let tour = self.tour.clone();
        let work = move || {
            let mut told = |timeline: &Timeline, head: Playhead| {
                // Whoever watched may have gone on.
                let _ = tell.send((timeline.clone(), head));
            };
            let seed = tour.opening.seed;
            let mut runner = Runner::new(&tour.file, seed, &profile, &world, timeline, &mut told);
            runner.head = head;
            let steps = tour.scenes[number].steps.iter().enumerate();
            for (j, step) in steps.filter(|(_, step)| carried_out(step)) {
                let place = format!("scenes[{number}].steps[{j}]");
                runner.step(&place, step).map_err(|error| error.to_string())?;
            }
            Ok((runner.timeline, runner.head))
        };
        let outcome = Pending::start("tour", work);
        CarryingOut { steps, outcome, shown: Duration::ZERO, hurry: false }
    }

    /// What is new, at a pace that can be followed.
    pub(crate) fn news(&mut self, elapsed: Duration) -> Option<News> {
        let carrying_out = self.carrying_out.as_mut()?;
        carrying_out.shown += elapsed;
        if carrying_out.hurry {
            let outcome = carrying_out.outcome.ready()?;
            return self.over(outcome);
        }
        if carrying_out.shown < PACE {
            return None;
        }
        match carrying_out.steps.try_recv() {
            Ok(point) => {
                carrying_out.shown = Duration::ZERO;
                Some(News::Further(point))
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                let outcome = carrying_out.outcome.ready()?;
                self.over(outcome)
            }
        }
    }

    /// Waits for what is new, however long it is worked out; `None` where all has been told.
    pub(crate) fn wait(&mut self) -> Option<News> {
        let carrying_out = self.carrying_out.as_mut()?;
        match carrying_out.steps.recv() {
            Ok(point) => Some(News::Further(point)),
            Err(_) => self.settle(),
        }
    }

    /// Waits for the end of the scene's steps.
    pub(crate) fn settle(&mut self) -> Option<News> {
        let outcome = self.carrying_out.as_ref()?.outcome.wait()?;
        self.over(outcome)
    }

    fn over(&mut self, outcome: Result<Point, String>) -> Option<News> {
        self.carrying_out = None;
        Some(match outcome {
            Ok(point) => News::Done(point),
            Err(said) => News::Stuck(said),
        })
    }
}
