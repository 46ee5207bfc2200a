//! Two policies, or models, over simulated weeks: the same listeners under both, several at once in the background. What
//! is asked of them today, does it pay in the days after?

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{Builder, ScopedJoinHandle, available_parallelism, scope};
use std::time::Duration;

use super::background::Pending;
use super::comparing::{Against, other_library};
use crate::words::Lang;
use melody_lab::experiment::{Cohort, Course, ListenerOutcome, unpromoted};
use melody_recommender::engine::Refusal;
use melody_recommender::policy::{Policy, shipped_names};
use melody_sessions::library::Library;
use melody_sessions::opening::Opening;
use melody_simulation::Variant;

/// Days that each listener is followed for.
pub(crate) const DAYS: u32 = 14;
/// Listeners until it is enough: as many as are through while somebody still watches.
pub(crate) const LISTENERS: u64 = 100;
/// Listeners at once at most, each in both arms.
const AT_ONCE: u64 = 8;
/// Listeners that are waited for where somebody waits: of fewer nothing can be said.
const WAITED_FOR: u64 = 2;
/// Sessions and songs of one listener that nobody reaches.
const MOST_SESSIONS: u32 = 200;
const MOST_SONGS: u32 = 40;

/// Both arms as far as they have come.
struct Arms {
    libraries: [Library; 2],
    heard: [Vec<ListenerOutcome>; 2],
}

/// Arms with one more listener, and what has come of all until then.
type Came = Result<(Arms, Option<Arc<Course>>), String>;

/// Weeks under way.
pub(crate) struct Weeks {
    against: Against,
    /// SHA-256 of the policy and of the model's weights that they are held against.
    of: [String; 2],
    cohort: Cohort,
    /// The world that the listeners live in.
    world: &'static str,
    /// At rest; away while a listener is under way.
    arms: Option<Arms>,
    work: Option<Pending<Came>>,
    /// Listeners who are through.
    through: u64,
    course: Option<Arc<Course>>,
    /// How long it has been watched, and how many came meanwhile.
    watched: (Duration, u64),
    /// How long a listener takes, by those who came while it was watched.
    pace: Option<Duration>,
}

/// What the Compare view shows of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Weekly {
    /// What the other arm is under, in the language of the screen.
    pub label: String,
    /// What every listener is drawn from.
    pub seed: u64,
    /// The world that they live in, by name.
    pub world: &'static str,
    /// Days that each listener is followed for.
    pub days: u32,
    /// Listeners who are through, of how many.
    pub listeners: [u64; 2],
    /// What has come of them; absent until the first is through. There are intervals from the second on.
    pub course: Option<Arc<Course>>,
    /// About how long the others still take, where that can be told.
    pub left: Option<Duration>,
}

impl Weekly {
    /// Whether all listeners are through.
    pub fn done(&self) -> bool {
        self.listeners[0] >= self.listeners[1]
    }
}

impl Against {
    /// Whether listeners can go by it for weeks: a scene and values by hand are of one session.
    pub(crate) fn lasts(&self) -> bool {
        matches!(self, Against::NoPromotion | Against::Policy(_) | Against::Model(_))
    }
}

impl Weeks {
    /// Weeks under what a session goes by, and under something else. `folder` is where policies and models are looked for.
    pub(crate) fn start(
        against: &Against,
        library: &Library,
        opening: &Opening,
        folder: PathBuf,
    ) -> Self {
        let cohort = Cohort {
            seed: opening.seed,
            listeners: LISTENERS,
            sessions: MOST_SESSIONS,
            songs: MOST_SONGS,
        };
        let world = Variant::name_of(library.world().nature());
        let (wanted, here, opening) = (against.clone(), library.clone(), opening.clone());
        let of = hashes(&here);
        let work = Pending::start("weeks", move || {
            let there = match wanted {
                Against::NoPromotion => {
                    let settings = unpromoted(&here.policy.settings);
                    Ok(here.with_values(Policy { settings, ..(*here.policy).clone() }))
                }
                wanted => other_library(here.clone(), &opening, &wanted, &folder),
            };
            let there = there.map_err(|error| error.to_string())?;
            let arms = Arms { libraries: [here, there], heard: Default::default() };
            arms.more(&cohort, 1)
        });
        let (against, work) = (against.clone(), Some(work));
        let (watched, pace) = ((Duration::ZERO, 0), None);
        let arms = None;
        Weeks { against, of, cohort, world, arms, work, through: 0, course: None, watched, pace }
    }

    /// Whether they go on where the same comparison is asked for again. A file may have changed since.
    pub(crate) fn serve(&self, against: &Against, library: &Library, seed: u64) -> bool {
        let lasting = match against {
            Against::NoPromotion => true,
            Against::Policy(name) => shipped_names().any(|shipped| shipped == name.as_str()),
            _ => false,
        };
        let same = self.against == *against && self.cohort.seed == seed;
        lasting && same && self.of == hashes(library)
    }

    /// Takes in what has come in the time that has passed, and goes on while more are wanted and somebody looks. What
    /// went wrong, if it did.
    pub(crate) fn advance(&mut self, looked_at: bool, elapsed: Duration) -> Option<String> {
        if looked_at && self.work.is_some() {
            self.watched.0 += elapsed;
        }
        let done = self.work.as_ref().and_then(Pending::ready);
        if let Some(done) = done {
            let before = self.through;
            if let Err(error) = self.take(done) {
                return Some(error);
            }
            // The first ones come alone and late, and tell nothing of the pace.
            if before < WAITED_FOR {
                self.watched = (Duration::ZERO, 0);
            } else {
                self.watched.1 += self.through - before;
            }
            let (long, came) = self.watched;
            self.pace = u32::try_from(came).ok().and_then(|came| long.checked_div(came));
        }
        self.go_on(looked_at);
        None
    }

    /// The same, waiting for the first listeners.
    pub(crate) fn settle(&mut self) -> Option<String> {
        while self.through < WAITED_FOR {
            self.go_on(true);
            let done = self.work.as_ref().and_then(Pending::wait)?;
            if let Err(error) = self.take(done) {
                return Some(error);
            }
        }
        None
    }

    fn take(&mut self, done: Came) -> Result<(), String> {
        self.work = None;
        let (arms, course) = done?;
        self.through = arms.heard[0].len() as u64;
        (self.arms, self.course) = (Some(arms), course);
        Ok(())
    }

    fn go_on(&mut self, looked_at: bool) {
        if self.work.is_some() || !looked_at || self.through >= LISTENERS {
            return;
        }
        if let Some(arms) = self.arms.take() {
            let cohort = self.cohort;
            // The first ones alone, so that those who wait for them wait for no others.
            let many = if self.through < WAITED_FOR { 1 } else { at_once() };
            let many = many.min(LISTENERS - self.through);
            self.work = Some(Pending::start("weeks", move || arms.more(&cohort, many)));
        }
    }

    /// Whether a listener is under way.
    pub(crate) fn waits(&self) -> bool {
        self.work.is_some()
    }

    pub(crate) fn weekly(&self, lang: Lang) -> Weekly {
        Weekly {
            label: self.against.label(lang),
            seed: self.cohort.seed,
            world: self.world,
            days: DAYS,
            listeners: [self.through, LISTENERS],
            course: self.course.clone(),
            left: self.pace.map(|pace| pace * (LISTENERS - self.through) as u32),
        }
    }
}

/// Listeners at once: each has a thread in each arm.
fn at_once() -> u64 {
    let threads = available_parallelism().map_or(1, |threads| threads.get() as u64);
    (threads / 2).clamp(1, AT_ONCE)
}

fn hashes(library: &Library) -> [String; 2] {
    [library.policy.hash.to_string(), library.model.hash.to_string()]
}

impl Arms {
    /// So many more listeners, all in both arms at the same time. These threads are as nice as the one that calls.
    fn more(mut self, cohort: &Cohort, many: u64) -> Came {
        let from = self.heard[0].len() as u64;
        let came = scope(|scope| {
            let start = |library| {
                let one = move |index| {
                    let work = move || cohort.for_days(library, index, DAYS);
                    let thread = Builder::new().name("weeks".into()).spawn_scoped(scope, work);
                    thread.map_or_else(|_| Heard::Here(work()), Heard::There)
                };
                (from..from + many).map(one).collect::<Vec<_>>()
            };
            let started = self.libraries.each_ref().map(start);
            started.map(|all| all.into_iter().map(Heard::wait).collect::<Result<Vec<_>, _>>())
        });
        for (heard, came) in self.heard.iter_mut().zip(came) {
            heard.extend(came.map_err(|refusal| refusal.to_string())?);
        }
        let [a, b] = &self.heard;
        let course = (!a.is_empty()).then(|| Arc::new(Course::new(a, b, DAYS)));
        Ok((self, course))
    }
}

type Outcome = Result<ListenerOutcome, Refusal>;

/// A listener who is followed, on a thread of their own where one could be had.
enum Heard<'scope> {
    Here(Outcome),
    There(ScopedJoinHandle<'scope, Outcome>),
}

impl Heard<'_> {
    /// A thread that panicked ends this one, too: the program ends.
    fn wait(self) -> Outcome {
        match self {
            Heard::Here(outcome) => outcome,
            Heard::There(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
        }
    }
}
