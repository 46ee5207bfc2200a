//! Carrying steps out: every step moves the playhead or becomes events of one session.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::expect::Failed;
use super::steps::{Script, Step, Which};
use crate::versions::Due;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::event::{Action, Target};
use melody_core::input::{InputError, Problem, TomlFile};
use melody_recommender::engine::{Engine, Refusal, Timeline, Trace};
use melody_recommender::playback::Playhead;
use melody_simulation::profile::Profile;
use melody_simulation::{Autopilot, World};

/// A script that ran to its end.
pub struct Run {
    /// The session so far.
    pub timeline: Timeline,
    /// Where the listener stands at the end.
    pub head: Playhead,
    /// Bounds checked.
    pub expectations: usize,
    /// Those that did not hold.
    pub failed: Vec<Failed>,
}

/// Runs a script on an engine made from its opening and its profile, whose simulated listener takes
/// over where a step says so.
///
/// # Errors
/// When a step names a song that is not there or makes no sense where the session stands.
pub fn run(
    script: &Script,
    engine: Engine,
    profile: &Profile,
    world: &Arc<World>,
) -> Result<Run, InputError> {
    run_watched(script, engine, profile, world, &mut |_, _| {})
}

/// The same, with `watch` told of the session and its playhead after every event.
///
/// # Errors
/// As for [`run`].
pub fn run_watched(
    script: &Script,
    engine: Engine,
    profile: &Profile,
    world: &Arc<World>,
    watch: Watch,
) -> Result<Run, InputError> {
    let timeline = Timeline::start(Arc::new(engine));
    let seed = script.opening.seed;
    run_on(script, Runner::new(&script.file, seed, profile, world, timeline, watch))
}

/// The same, with newer versions of the model taking over as songs end: `follow` says which one is due.
///
/// # Errors
/// As for [`run`].
pub fn run_followed(
    script: &Script,
    engine: Engine,
    profile: &Profile,
    world: &Arc<World>,
    (watch, follow): (Watch, Follow),
) -> Result<Run, InputError> {
    let timeline = Timeline::start(Arc::new(engine));
    let seed = script.opening.seed;
    let runner = Runner::new(&script.file, seed, profile, world, timeline, watch);
    run_on(script, Runner { follow: Some(follow), ..runner })
}

fn run_on(script: &Script, mut runner: Runner) -> Result<Run, InputError> {
    for (i, step) in script.steps.iter().enumerate() {
        runner.step(&format!("steps[{i}]"), step)?;
    }
    let Runner { timeline, head, expectations, failed, .. } = runner;
    Ok(Run { timeline, head, expectations, failed })
}

/// Who is told of a session and its playhead after every event.
pub type Watch<'a> = &'a mut dyn FnMut(&Timeline, Playhead);

/// Who says which version of the model a session should go by now.
pub type Follow<'a> = &'a mut dyn FnMut() -> Due;

/// A session that steps are carried out on.
pub struct Runner<'a> {
    /// The session to its end.
    pub timeline: Timeline,
    /// Where the listener stands; steps may leave it between two events.
    pub head: Playhead,
    /// Bounds checked.
    pub expectations: usize,
    /// Those that did not hold.
    pub failed: Vec<Failed>,
    /// The text the steps came from, for messages that name a line.
    file: &'a TomlFile,
    seed: u64,
    /// Whose simulated listener takes over.
    profile: &'a Profile,
    world: &'a Arc<World>,
    watch: Watch<'a>,
    follow: Option<Follow<'a>>,
    marks: BTreeMap<String, Value>,
    /// The trace that was last looked at, as JSON.
    seen: Option<(Arc<Trace>, Arc<Value>)>,
}

impl<'a> Runner<'a> {
    /// Goes on from a session as it stands. `seed` and `profile` are the session's own.
    pub fn new(
        file: &'a TomlFile,
        seed: u64,
        profile: &'a Profile,
        world: &'a Arc<World>,
        timeline: Timeline,
        watch: Watch<'a>,
    ) -> Self {
        Runner {
            head: Playhead::after(timeline.trace()),
            timeline,
            expectations: 0,
            failed: Vec::new(),
            file,
            seed,
            profile,
            world,
            watch,
            follow: None,
            marks: BTreeMap::new(),
            seen: None,
        }
    }

    /// Carries out the step that stands at `place` in the file, as `steps[3]`.
    ///
    /// # Errors
    /// When it names a song that is not there or makes no sense where the session stands. What it had
    /// done until then stays done.
    pub fn step(&mut self, place: &str, step: &Step) -> Result<(), InputError> {
        match step {
            Step::Play { seconds: Some(seconds), .. } => self.play(place, ms(*seconds)),
            Step::Play { ratio, .. } => {
                let duration = self.duration();
                let until = (f64::from(duration) * ratio.unwrap_or(1.0)).round() as u32;
                let ahead = until.saturating_sub(self.head.heard_ms);
                self.play(place, ahead.into())
            }
            Step::Wait { seconds } => {
                self.head.wait(ms(*seconds));
                Ok(())
            }
            Step::Skip { after, times } => (0..*times).try_for_each(|_| self.skip(place, *after)),
            Step::Like {} => self.act(place, Action::Like),
            Step::Save {} => self.act(place, Action::Save),
            Step::Replay {} => {
                self.act(place, Action::Replay)?;
                self.song_ended(place)
            }
            Step::Subscribe {} => self.act(place, Action::Subscribe),
            Step::Scene { scene } => self.act(place, Action::Scene { scene: *scene }),
            Step::Override(set) => self.act(place, Action::Override(set.clone())),
            Step::Version { hash } => self.act(place, Action::Version { hash: hash.clone() }),
            Step::Search { song, artist, artist_of, query } => {
                self.search(place, [song, artist, artist_of], query)
            }
            Step::Open { song, position } => self.open(place, song.as_deref(), *position),
            Step::Listen { songs, skip, after } => {
                (0..*songs).try_for_each(|_| match self.is_among(*skip) {
                    true => self.skip(place, *after),
                    false => self.play(place, u64::from(self.duration() - self.head.heard_ms)),
                })
            }
            Step::Autopilot { songs } => self.autopilot(place, *songs),
            Step::Mark { name } => {
                let json = self.json();
                self.marks.insert(name.clone(), (*json).clone());
                Ok(())
            }
            Step::Expect(expectation) => {
                self.expectations += 1;
                let json = self.json();
                let failures = expectation.failures(&json, &self.marks);
                let line = self.file.line(place).unwrap_or(1);
                let step = self.timeline.trace().step;
                self.failed.extend(failures.into_iter().map(|(wanted, got)| Failed {
                    line,
                    step,
                    what: expectation.what.clone(),
                    wanted,
                    got,
                }));
                Ok(())
            }
        }
    }

    /// The trace as JSON, made once for all that is expected of it.
    fn json(&mut self) -> Arc<Value> {
        let trace = self.timeline.trace();
        match &self.seen {
            Some((of, json)) if Arc::ptr_eq(of, trace) => json.clone(),
            _ => {
                let json = Arc::new(json(trace));
                self.seen = Some((trace.clone(), json.clone()));
                json
            }
        }
    }

    fn duration(&self) -> u32 {
        self.timeline.trace().playing.length_ms()
    }

    fn is_among(&self, which: Which) -> bool {
        let promoted = self.timeline.trace().playing.song.campaign.is_some();
        match which {
            Which::None => false,
            Which::Promoted => promoted,
            Which::Natural => !promoted,
        }
    }

    /// Songs play on for `ms`, each finishing when its end is reached.
    fn play(&mut self, place: &str, mut ms: u64) -> Result<(), InputError> {
        loop {
            ms = self.head.play(ms, self.duration());
            if self.head.heard_ms < self.duration() {
                return Ok(());
            }
            self.act(place, Action::Finish)?;
            self.song_ended(place)?;
            if ms == 0 {
                return Ok(());
            }
        }
    }

    fn skip(&mut self, place: &str, after: f64) -> Result<(), InputError> {
        // A song that plays to its very end finishes; a skip comes just before at the latest.
        let latest = u64::from(self.duration() - self.head.heard_ms).saturating_sub(1);
        self.head.play(ms(after).min(latest), self.duration());
        self.act(place, Action::Skip)?;
        self.song_ended(place)
    }

    fn search(
        &mut self,
        place: &str,
        [song, artist, artist_of]: [&Option<String>; 3],
        query: &Option<String>,
    ) -> Result<(), InputError> {
        let catalogue = self.catalogue();
        let (target, words) = match (song, artist_of, artist) {
            (Some(id), ..) => {
                let song = self.find(place, "song", id)?;
                (Target::Song(song), catalogue.song(song).title.to_string())
            }
            (None, Some(id), _) => {
                let song = self.find(place, "artist_of", id)?;
                let artist = catalogue.artist(catalogue.song(song).lead_artist());
                (Target::ArtistOf(song), artist.name.to_string())
            }
            (None, None, name) => {
                let name = name.clone().unwrap_or_default();
                let song = catalogue.first_by(&name).ok_or_else(|| {
                    let names = catalogue.artists.iter().map(|a| a.name.as_str());
                    self.problem(
                        place,
                        "artist",
                        format!("no song has `{name}` as its lead artist"),
                    )
                    .suggest(&name, names)
                })?;
                (Target::ArtistOf(song), name)
            }
        };
        let query = query.clone().unwrap_or(words);
        self.act(place, Action::Search { query, target })
    }

    fn open(
        &mut self,
        place: &str,
        song: Option<&str>,
        position: Option<usize>,
    ) -> Result<(), InputError> {
        let song = match (song, position) {
            (Some(id), _) => self.find(place, "song", id)?,
            (None, position) => {
                let queue = &self.timeline.state().queue;
                let wanted = position.unwrap_or(1);
                let entry = queue.get(wanted - 1).map(|queued| queued.song);
                entry.ok_or_else(|| {
                    let message = format!("the queue has {} places, not {wanted}", queue.len());
                    self.problem(place, "position", message)
                })?
            }
        };
        self.act(place, Action::Open { song })?;
        self.song_ended(place)
    }

    fn find(&self, place: &str, field: &str, id: &str) -> Result<SongId, InputError> {
        let catalogue = self.catalogue();
        catalogue.find(id).ok_or_else(|| {
            let ids = catalogue.songs.iter().map(|s| s.id.as_str());
            let message = format!("no song `{id}` in the catalogue `{}`", catalogue.name);
            self.problem(place, field, message).suggest(id, ids).into()
        })
    }

    fn autopilot(&mut self, place: &str, songs: u32) -> Result<(), InputError> {
        let engine = self.timeline.engine().clone();
        let seed = self.seed;
        let traces = self.timeline.traces().map(|trace| &**trace);
        let pilot = Autopilot::new(&engine, self.profile, self.world.clone(), seed);
        let mut pilot = pilot.after(traces);
        for _ in 0..songs {
            let plan = pilot.plan(&engine, self.timeline.state());
            let tier = self.timeline.trace().listener.tier;
            for (heard_ms, action) in plan.during {
                self.head.play_until(heard_ms, self.duration());
                self.act(place, action)?;
            }
            if let Some(ended) = &self.timeline.trace().ended {
                pilot.observe(ended, tier);
            }
            plan.after.into_iter().try_for_each(|action| self.act(place, action))?;
            self.song_ended(place)?;
        }
        Ok(())
    }

    /// As a song ends a version of the model may take over that was published meanwhile.
    fn song_ended(&mut self, place: &str) -> Result<(), InputError> {
        let due = self.follow.as_mut().map(|follow| follow());
        match due.and_then(|due| due.take_over(&mut self.timeline)) {
            Some(action) => self.act(place, action),
            None => Ok(()),
        }
    }

    /// Applies an event where the playhead stands.
    fn act(&mut self, place: &str, action: Action) -> Result<(), InputError> {
        let name = match action {
            Action::Version { .. } => "take a version over",
            _ => action.name(),
        };
        match self.timeline.apply(self.head.event(action)) {
            Ok(trace) => {
                self.head = Playhead::after(&trace);
                (self.watch)(&self.timeline, self.head);
                Ok(())
            }
            Err(refusal) => {
                let at = self.head.now_ms as f64 / 1000.0;
                let field = match &refusal {
                    Refusal::BadOverride { field, .. } => field,
                    Refusal::NoSuchVersion { .. } | Refusal::SameVersion { .. } => "hash",
                    _ => "do",
                };
                let message = format!("cannot {name} at {at} s: {refusal}");
                Err(self.problem(place, field, message).into())
            }
        }
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        self.timeline.engine().setup.catalogue.clone()
    }

    fn problem(&self, place: &str, field: &str, message: String) -> Problem {
        let field = format!("{place}.{field}");
        Problem::new(&self.file.name, message).line(self.file.line(&field)).field(field)
    }
}

/// A trace as its JSON.
fn json(trace: &Trace) -> Value {
    serde_json::to_value(trace).expect("a trace is plain data")
}

/// Seconds as a script writes them, in whole milliseconds.
fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}
