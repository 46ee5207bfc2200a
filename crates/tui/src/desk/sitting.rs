//! A session being played: the timeline, the simulated clock and whoever is at the controls.
//!
//! The clock moves only when it is told to, so that tests and pictures play sessions without waiting.
//! Events are worked out on a thread of their own, one after the other; until one is decided the screen
//! shows the state before it and the clock stands still, so that slowness changes no session.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::background::{Pending, beside};
use super::blackbox::BlackBox;
use super::fault;
use super::following::{Following, with_newest_policy};
use super::journal::Journal;
use super::memory::Memories;
use super::pilot::Pilot;
use super::regrets::Regrets;
use super::speed::Speed;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::event::{Action, Event};
use melody_core::input::InputError;
use melody_core::listener::Tier;
use melody_lab::reports::{Report, report_named};
use melody_recommender::bandit::Kept;
use melody_recommender::engine::{Engine, Refusal, State, Timeline, Trace};
use melody_recommender::feedback::Update;
use melody_recommender::playback::Playhead;
use melody_sessions::library::Library;
use melody_sessions::opening::Opening;
use melody_sessions::versions::{Due, Follower};
use melody_simulation::Departure;
use melody_simulation::profile::Profile;

/// The longest stretch of real time taken for one frame: what a stopped program missed is not made up.
const LONGEST_FRAME: Duration = Duration::from_millis(250);
/// Wishes that wait at most. More than that is a key held down.
const MOST_WISHES: usize = 16;
/// A decision that takes longer than this is worth a word on screen.
const NOTICEABLE: Duration = Duration::from_millis(200);

/// What happened while the clock moved that a person should be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// The simulated listener left, and why; `None` where somebody else has the controls by now.
    Left(Option<Departure>),
    /// A song ended and nothing could follow.
    Stuck(Refusal),
    /// What the bandit learned could not be written.
    NotKept(String),
    /// A version of the model took over that was published meanwhile, or another as that was withdrawn.
    TookOver {
        /// The number it was published under; `None` for the model that the session began with.
        number: Option<u64>,
        /// The model's name.
        name: String,
        /// SHA-256 of its weights, in hexadecimal.
        hash: String,
    },
    /// Something asked for by hand makes no sense now.
    Refused {
        /// An infinitive in English, as in "Cannot ...".
        what: &'static str,
        /// Why the engine did not do it.
        refusal: Refusal,
    },
}

/// Something to be done as soon as what was asked before is decided.
struct Wish {
    action: Action,
    /// Whether a person asked for it.
    by_hand: bool,
}

/// An event whose outcome is being worked out.
struct Deciding {
    event: Event,
    by_hand: bool,
    /// What the listener paid while the play went on that this may end.
    tier: Tier,
    outcome: Pending<Result<(State, Trace), Refusal>>,
    /// How long the screen has shown the state before it.
    waited: Duration,
}

/// One listener's sitting.
pub struct Sitting {
    library: Library,
    opening: Opening,
    profile: Arc<Profile>,
    /// How the model was trained, if its folder tells.
    trained: Option<Arc<Report>>,
    timeline: Timeline,
    head: Playhead,
    /// Whether the clock moves with real time.
    pub playing: bool,
    /// How fast it moves then.
    pub speed: Speed,
    pilot: Option<Pilot>,
    /// Simulated time that has passed and is less than a millisecond.
    remainder_ms: f64,
    /// The near-line update last handed to a thread.
    training: Option<Arc<Update>>,
    journal: Option<Journal>,
    /// Where what the bandit learns is kept.
    kept: Option<Memories>,
    /// The versions of the model that it goes on with as they come, if it does.
    following: Option<Following>,
    deciding: Option<Deciding>,
    wishes: VecDeque<Wish>,
    /// Whether the simulated listener leaves once its wishes are done.
    leaves: bool,
    /// What was taken back and can be put back, until something else happens.
    taken_back: Option<(Timeline, Playhead)>,
    /// The session as it was long ago, while it is worked out.
    going_back: Option<Pending<Timeline>>,
    /// Where the listener stood at the event that is taken back.
    stood: Option<Playhead>,
    black_box: Option<Arc<BlackBox>>,
    regrets: Regrets,
    /// Whether a person has done something in this session.
    handled: bool,
}

impl Sitting {
    /// A session of this library, opening and its profile, at its first song.
    pub fn open(library: Library, opening: Opening, profile: Profile) -> Self {
        let engine = library.engine(&profile, opening.scene, opening.seed);
        Sitting::begin(library, opening, profile, engine)
    }

    /// A session of this library, opening and its profile, under its engine.
    pub fn begin(library: Library, opening: Opening, profile: Profile, engine: Engine) -> Self {
        let timeline = Timeline::start(Arc::new(engine));
        let head = Playhead::after(timeline.trace());
        Sitting::at(library, opening, profile, timeline, head)
    }

    /// A session of this library, opening and its profile where it stands already.
    pub fn at(
        library: Library,
        opening: Opening,
        profile: Profile,
        timeline: Timeline,
        head: Playhead,
    ) -> Self {
        let trained = report_named(&opening.model, Path::new("")).map(Arc::new);
        Sitting {
            trained,
            library,
            opening,
            profile: Arc::new(profile),
            timeline,
            head,
            playing: true,
            speed: Speed::NORMAL,
            pilot: None,
            remainder_ms: 0.0,
            training: None,
            journal: None,
            kept: None,
            following: None,
            deciding: None,
            wishes: VecDeque::new(),
            leaves: false,
            taken_back: None,
            going_back: None,
            stood: None,
            black_box: None,
            regrets: Regrets::default(),
            handled: false,
        }
    }

    /// Opens a session of another listener with the same library, wherever it is called. A memory is
    /// for the listener that the program was opened with; versions of the model, and policies, are for everybody.
    pub fn opener(
        &self,
        name: String,
        profile: Profile,
    ) -> impl FnOnce() -> Sitting + Send + use<> {
        let library = self.library.clone();
        let opening = Opening { profile: name, scene: None, memory: None, ..self.opening.clone() };
        let follower = self.follower_for(opening.seed, &profile);
        move || {
            let (library, opening, wrong) = match follower {
                Some(_) => with_newest_policy(library, opening),
                None => (library, opening, None),
            };
            let mut session = Sitting::open(library, opening, profile);
            session.following = follower.map(|follower| Following::new(follower, wrong));
            session
        }
    }

    /// Opens the next session of the same listener, wherever it is called: opened as this one was, but
    /// with the next seed, which is given, too, with what the bandit has learned until now, where that is
    /// kept, and under the newest policy, where versions are followed. Saving it does not wait for the disk here; the opening does.
    ///
    /// # Errors
    /// When what is kept cannot be read.
    pub fn next_session(
        &mut self,
    ) -> (u64, impl FnOnce() -> Result<Sitting, InputError> + Send + use<>) {
        let (library, profile) = (self.library.clone(), self.profile.clone());
        // Files keep seeds as TOML does, which ends at 2^63 - 1.
        let seed = (self.opening.seed + 1) % (1 << 63);
        let memory = self.timeline.state().bandit.memory();
        let saved = self.kept.as_mut().map(|kept| (kept.file(), kept.save_aside(memory)));
        let opening = Opening { seed, memory_hash: None, ..self.opening.clone() };
        let follower = self.follower_for(seed, &profile);
        let open = move || {
            let kept = saved.map(|(kept, saved)| {
                // What went wrong is told by the session that is left; this one begins with what is there.
                let _ = saved.recv();
                kept
            });
            let (library, opening, wrong) = match follower {
                Some(_) => with_newest_policy(library, opening),
                None => (library, opening, None),
            };
            let engine = library.engine_of(&opening, &profile, Path::new(""))?;
            let mut next = Sitting::begin(library, opening, (*profile).clone(), engine);
            next.kept = kept.map(Memories::new);
            next.following = follower.map(|follower| Following::new(follower, wrong));
            Ok(next)
        };
        (seed, open)
    }

    /// Goes on with versions of the model as they are published, each as a song ends.
    pub fn follow(&mut self, follower: Follower) {
        self.following = Some(Following::new(follower, None));
    }

    fn follower_for(&self, seed: u64, profile: &Profile) -> Option<Follower> {
        self.following.as_ref().map(|following| following.for_session(seed, &profile.id))
    }

    /// Whether it is being looked for a version.
    pub(crate) fn looks_for_version(&self) -> bool {
        self.following.as_ref().is_some_and(Following::away)
    }

    /// Looks for a version every so often. What is wrong with those that are there, as it is found.
    pub(crate) fn look_for_version(&mut self, elapsed: Duration) -> Vec<InputError> {
        self.following.as_mut().map_or_else(Vec::new, |following| following.pass(elapsed))
    }

    /// Waits for the look that is under way.
    pub(crate) fn settle_version(&mut self) -> Vec<InputError> {
        self.following.as_mut().map_or_else(Vec::new, Following::settle)
    }

    /// Writes every step from here on, and those before, to a durable log.
    pub fn keep(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// Keeps what the bandit learns in a file from here on.
    pub fn remember_in(&mut self, kept: Kept) {
        self.kept = Some(Memories::new(kept));
    }

    /// Writes what the bandit has learned until now, if it is kept, and waits for the disk.
    ///
    /// # Errors
    /// When the disk refuses; what is wrong, in words.
    pub fn remember(&mut self) -> Result<(), String> {
        let Some(kept) = &mut self.kept else { return Ok(()) };
        kept.save(self.timeline.state().bandit.memory())
    }

    /// Notes down where the session stands, now and after every event, for the report of a panic.
    pub fn note_in(&mut self, black_box: Arc<BlackBox>) {
        self.black_box = Some(black_box);
        self.note(None);
    }

    fn note(&self, deciding: Option<&Event>) {
        if let Some(black_box) = &self.black_box {
            black_box.note(&self.opening, &self.timeline, deciding);
        }
    }

    /// Takes the durable log away, if one is written: no further step comes to it.
    pub(crate) fn take_journal(&mut self) -> Option<Journal> {
        self.journal.take()
    }

    /// The durable log, if one is written.
    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// All steps so far.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The newest step.
    pub fn trace(&self) -> &Arc<Trace> {
        self.timeline.trace()
    }

    /// What it was opened with.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Who listens.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// The songs of its engine.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.timeline.engine().setup.catalogue
    }

    /// Where the clock and the current song stand.
    pub fn head(&self) -> Playhead {
        self.head
    }

    /// The catalogue, model and policy it is played with.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// How the model was trained, if its folder tells.
    pub fn trained(&self) -> Option<&Arc<Report>> {
        self.trained.as_ref()
    }

    /// What the bandit's decisions left lying, as far as it has been worked out.
    pub fn regrets(&self) -> &Regrets {
        &self.regrets
    }

    /// Works out, in the background, what one more decision left lying. Only autopilot's listener is
    /// simulated, so only while it is at the controls.
    pub fn regret(&mut self) {
        let (world, seed, more) = (self.library.world(), self.opening.seed, self.pilot.is_some());
        self.regrets.follow(&self.timeline, &self.profile, world, seed, more);
    }

    /// Works out all that is left.
    pub fn settle_regret(&mut self) {
        self.regret();
        while self.regrets.settle() {
            self.regret();
        }
    }

    /// Whether the simulated listener is at the controls.
    pub fn autopilot(&self) -> bool {
        self.pilot.is_some()
    }

    /// Whether a person has had the controls, or left something set by hand: such a session is nobody's to end but theirs.
    pub(crate) fn handled(&self) -> bool {
        self.handled || !self.trace().overrides.is_empty()
    }

    /// Hands the controls to the simulated listener, or takes them back.
    pub fn set_autopilot(&mut self, on: bool) {
        self.pilot = on.then(|| self.new_pilot());
    }

    fn new_pilot(&self) -> Pilot {
        Pilot::new(&self.timeline, &self.profile, self.library.world(), self.opening.seed)
    }

    /// The listener does something now, or as soon as what is being decided is.
    pub fn act(&mut self, action: Action) {
        self.wish(action, true);
    }

    fn wish(&mut self, action: Action, by_hand: bool) {
        if self.wishes.len() < MOST_WISHES {
            self.wishes.push_back(Wish { action, by_hand });
        }
        self.decide();
    }

    /// Starts to work out the next wish, unless something is being worked out.
    fn decide(&mut self) {
        if self.deciding() {
            return;
        }
        let Some(Wish { action, by_hand }) = self.wishes.pop_front() else { return };
        let event = self.head.event(action);
        let tier = self.trace().listener.tier;
        // Before the work begins, which may be what panics.
        self.note(Some(&event));
        let (engine, state) = (self.timeline.engine().clone(), self.timeline.state().clone());
        let outcome = {
            let event = event.clone();
            Pending::start("engine", move || {
                fault::on_demand("engine", state.step);
                engine.step(&state, &event)
            })
        };
        self.deciding = Some(Deciding { event, by_hand, tier, outcome, waited: Duration::ZERO });
    }

    /// Whether an event, or the way back, is being worked out. The clock stands still meanwhile.
    pub fn deciding(&self) -> bool {
        self.deciding.is_some() || self.going_back.is_some()
    }

    /// Whether that has taken long enough to be worth a word.
    pub fn slow(&self) -> bool {
        self.deciding.as_ref().is_some_and(|deciding| deciding.waited > NOTICEABLE)
    }

    /// Waits for everything that was asked for.
    pub fn settle(&mut self) -> Vec<Happening> {
        let mut happenings = Vec::new();
        if let Some(timeline) = self.going_back.take().and_then(|back| back.wait()) {
            self.gone_back(timeline);
        }
        while let Some(deciding) = self.deciding.take() {
            let Some(outcome) = deciding.outcome.wait() else { break };
            happenings.extend(self.decided(deciding, outcome));
        }
        happenings
    }

    /// Takes in an outcome that has come, or that the memory could not be saved.
    fn look_for_outcome(&mut self) -> Option<Happening> {
        if let Some(why) = self.kept.as_mut().and_then(Memories::failed) {
            return Some(Happening::NotKept(why));
        }
        let outcome = self.deciding.as_ref()?.outcome.ready()?;
        let deciding = self.deciding.take()?;
        self.decided(deciding, outcome)
    }

    fn decided(
        &mut self,
        deciding: Deciding,
        outcome: Result<(State, Trace), Refusal>,
    ) -> Option<Happening> {
        let Deciding { event, by_hand, tier, .. } = deciding;
        let what = event.action.name();
        let ends = event.action.ends_play();
        let took_over = matches!(event.action, Action::Version { .. });
        let mut happening = None;
        match outcome {
            Ok(outcome) => {
                let trace = self.timeline.push(event, outcome);
                self.taken_back = None;
                self.handled |= by_hand;
                if took_over {
                    happening = Some(self.took_over(&trace));
                } else if ends {
                    self.let_take_over();
                }
                self.head = Playhead::after(&trace);
                if let Some(journal) = &self.journal {
                    journal.step(&trace);
                }
                if let (Some(pilot), Some(ended)) = (&mut self.pilot, &trace.ended) {
                    pilot.observe(ended, tier);
                }
                if let Some(kept) = self.kept.as_mut().filter(|_| trace.bandit.taught()) {
                    kept.save_soon(self.timeline.state().bandit.memory());
                }
                self.train_ahead();
            }
            Err(refusal) if by_hand => happening = Some(Happening::Refused { what, refusal }),
            // A song that cannot end stands still; what else the simulated listener wanted and no
            // longer makes sense, because the person at the keys was there first, is left out.
            Err(refusal) if ends => {
                self.playing = false;
                happening = Some(Happening::Stuck(refusal));
            }
            Err(_) => {}
        }
        self.note(None);
        if self.wishes.is_empty() && std::mem::take(&mut self.leaves) {
            self.playing = false;
            let why = self.pilot.as_ref().map(Pilot::departure);
            happening = happening.or(Some(Happening::Left(why)));
        }
        self.decide();
        happening
    }

    /// Lets the version take over that is due, as a song has ended, unless the listener is leaving.
    fn let_take_over(&mut self) {
        let due = self.following.as_ref().and_then(Following::due).filter(|_| !self.leaves);
        let Some(due) = due.cloned() else { return };
        if let Some(action) = due.take_over(&mut self.timeline) {
            // What the listener does as the song ends comes first.
            self.wishes.push_back(Wish { action, by_hand: false });
        }
    }

    fn took_over(&self, trace: &Trace) -> Happening {
        let versions = &trace.versions;
        let due = self.following.as_ref().and_then(Following::due);
        let trained = &self.timeline.engine().trained(self.timeline.state()).hash;
        Happening::TookOver {
            number: due.filter(|due| due.hash == *trained).and_then(|due: &Due| due.number),
            name: versions.model.clone(),
            hash: versions.model_hash.clone(),
        }
    }

    /// Takes the last event back and returns it, be it still being worked out; `None` at the start.
    pub fn undo(&mut self) -> Option<Event> {
        self.wishes.clear();
        self.leaves = false;
        self.arrive_back();
        if let Some(deciding) = self.deciding.take() {
            self.note(None);
            self.set_autopilot(self.autopilot());
            return Some(deciding.event);
        }
        let last = self.timeline.events().last()?.clone();
        let before = self.timeline.events().len() - 1;
        // What is taken back is the event, and not what was heard before it. What came by itself would come again at
        // once: there it is the song as well.
        let by_itself = last.action == Action::Finish || self.autopilot();
        let stood = Playhead { now_ms: last.at_ms, heard_ms: last.heard_ms };
        self.go_back(before, Some(stood).filter(|_| !by_itself));
        Some(last)
    }

    /// Takes back everything after the first `events`. Going far back takes a moment.
    pub fn rewind(&mut self, events: usize) {
        self.go_back(events, None);
    }

    /// The same, to where the listener `stood` then; without it to right after the last of them.
    fn go_back(&mut self, events: usize, stood: Option<Playhead>) {
        self.stood = stood;
        self.wishes.clear();
        self.leaves = false;
        self.deciding = None;
        let before = self.timeline.clone();
        let back = move || {
            let mut timeline = before;
            timeline.rewind(events);
            timeline
        };
        match self.timeline.keeps(events) {
            true => self.gone_back(back()),
            false => self.going_back = Some(Pending::start("rewind", back)),
        }
    }

    /// Waits for a step of long ago that is on its way.
    fn arrive_back(&mut self) {
        if let Some(timeline) = self.going_back.take().and_then(|back| back.wait()) {
            self.gone_back(timeline);
        }
    }

    fn gone_back(&mut self, timeline: Timeline) {
        let before = (self.timeline.clone(), self.head);
        // Taken back in parts, it is put back as a whole.
        let all = self.taken_back.take().unwrap_or(before);
        let stood = self.stood.take();
        let head = stood.unwrap_or_else(|| Playhead::after(timeline.trace()));
        self.go_to(timeline, head);
        self.taken_back = Some(all);
    }

    /// Events that were taken back and can be put back.
    pub fn taken_back(&self) -> usize {
        let events = self.timeline.events().len();
        self.taken_back.as_ref().map_or(0, |(all, _)| all.events().len() - events)
    }

    /// Puts back everything that was taken back since something last happened; the number of events.
    pub fn put_back(&mut self) -> usize {
        self.arrive_back();
        let events = self.taken_back();
        if let Some((timeline, head)) = self.taken_back.take() {
            self.go_to(timeline, head);
        }
        events
    }

    /// Goes over to another point of this session, back, on or aside: `timeline` is of the same
    /// opening, and `head` is where the listener stands in it.
    pub fn go_to(&mut self, timeline: Timeline, head: Playhead) {
        self.wishes.clear();
        self.leaves = false;
        self.deciding = None;
        self.going_back = None;
        self.taken_back = None;
        if let Some(journal) = &self.journal {
            let shared = self.timeline.shared_with(&timeline);
            if shared < self.timeline.events().len() {
                journal.rewound(shared as u32);
            }
            timeline.traces().skip(shared + 1).for_each(|trace| journal.step(trace));
        }
        self.timeline = timeline;
        self.head = head;
        self.note(None);
        self.remainder_ms = 0.0;
        self.set_autopilot(self.autopilot());
        self.train_ahead();
    }

    /// Lets real time pass. Nothing moves while paused, nor while an event is being worked out.
    pub fn advance(&mut self, elapsed: Duration) -> Option<Happening> {
        if let Some(deciding) = &mut self.deciding {
            deciding.waited += elapsed;
        }
        if let Some(timeline) = self.going_back.as_ref().and_then(Pending::ready) {
            self.gone_back(timeline);
        }
        let happening = self.look_for_outcome();
        if happening.is_some() || self.deciding() || !self.playing {
            return happening;
        }
        let elapsed = elapsed.min(LONGEST_FRAME).as_secs_f64() * 1000.0;
        let ms = elapsed * self.speed.factor() + self.remainder_ms;
        self.remainder_ms = ms.fract();
        let duration = self.duration_ms();
        let state = self.timeline.state().clone();
        let planned = self.pilot.as_mut().and_then(|pilot| pilot.next_at(&state));
        let stop = planned.unwrap_or(duration).min(duration);
        let ahead = u64::from(stop.saturating_sub(self.head.heard_ms));
        // What is left of the time when something is done is not made up for.
        self.head.play(ahead.min(ms as u64), duration);
        if (ms as u64) >= ahead {
            match planned {
                Some(_) => self.follow_plan(&state),
                None => self.wish(Action::Finish, false),
            }
        }
        None
    }

    fn duration_ms(&self) -> u32 {
        self.trace().playing.length_ms()
    }

    /// Does the next thing on the simulated listener's plan.
    fn follow_plan(&mut self, state: &State) {
        let Some(step) = self.pilot.as_mut().and_then(|pilot| pilot.take(state)) else { return };
        let (after, leaves) = step.then.unwrap_or_default();
        self.leaves = leaves;
        self.wish(step.action, false);
        after.into_iter().for_each(|action| self.wish(action, false));
    }

    /// Starts a pending near-line update on a thread of its own, so that the step which needs it
    /// finds it done.
    fn train_ahead(&mut self) {
        let Some(update) = self.timeline.state().pending_update() else { return };
        if update.done() || self.training.as_ref().is_some_and(|t| Arc::ptr_eq(t, update)) {
            return;
        }
        self.training = Some(update.clone());
        let update = update.clone();
        beside("near-line", move || update.run());
    }

    /// The song of a trace by its identifier.
    pub fn find(&self, id: &str) -> Option<SongId> {
        self.catalogue().find(id)
    }
}
