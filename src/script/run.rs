//! Running a script: every step moves the playhead or becomes events of one session.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::expect::Failed;
use super::{Script, Step, Which};
use crate::catalogue::{Catalogue, SongId};
use crate::engine::{Engine, Refusal, Timeline, Trace};
use crate::event::{Action, Target};
use crate::input::{InputError, Problem};
use crate::playback::Playhead;
use crate::simulation::{Autopilot, World};

/// A script that ran to its end.
pub struct Run {
    pub timeline: Timeline,
    /// Bounds checked.
    pub expectations: usize,
    /// Those that did not hold.
    pub failed: Vec<Failed>,
}

/// Runs a script on an engine made from its opening.
///
/// # Errors
/// When a step names a song that is not there or makes no sense where the session stands.
pub fn run(script: &Script, engine: Engine, world: &Arc<World>) -> Result<Run, InputError> {
    let timeline = Timeline::start(Arc::new(engine));
    let mut runner = Runner {
        script,
        world,
        head: Playhead::after(timeline.trace()),
        timeline,
        marks: BTreeMap::new(),
        expectations: 0,
        failed: Vec::new(),
    };
    for (i, step) in script.steps.iter().enumerate() {
        runner.step(i, step)?;
    }
    let Runner { timeline, expectations, failed, .. } = runner;
    Ok(Run { timeline, expectations, failed })
}

struct Runner<'a> {
    script: &'a Script,
    world: &'a Arc<World>,
    timeline: Timeline,
    head: Playhead,
    marks: BTreeMap<String, Value>,
    expectations: usize,
    failed: Vec<Failed>,
}

impl Runner<'_> {
    fn step(&mut self, i: usize, step: &Step) -> Result<(), InputError> {
        match step {
            Step::Play { seconds: Some(seconds), .. } => self.play(i, ms(*seconds)),
            Step::Play { ratio, .. } => {
                let duration = self.duration();
                let until = (f64::from(duration) * ratio.unwrap_or(1.0)).round() as u32;
                let ahead = until.saturating_sub(self.head.heard_ms);
                self.play(i, ahead.into())
            }
            Step::Wait { seconds } => {
                self.head.wait(ms(*seconds));
                Ok(())
            }
            Step::Skip { after, times } => (0..*times).try_for_each(|_| self.skip(i, *after)),
            Step::Like {} => self.act(i, Action::Like),
            Step::Save {} => self.act(i, Action::Save),
            Step::Replay {} => self.act(i, Action::Replay),
            Step::Subscribe {} => self.act(i, Action::Subscribe),
            Step::Scene { scene } => self.act(i, Action::Scene { scene: *scene }),
            Step::Override(set) => self.act(i, Action::Override(set.clone())),
            Step::Search { song, artist, artist_of, query } => {
                self.search(i, [song, artist, artist_of], query)
            }
            Step::Open { song, position } => self.open(i, song.as_deref(), *position),
            Step::Listen { songs, skip, after } => {
                (0..*songs).try_for_each(|_| match self.is_among(*skip) {
                    true => self.skip(i, *after),
                    false => self.play(i, u64::from(self.duration() - self.head.heard_ms)),
                })
            }
            Step::Autopilot { songs } => self.autopilot(i, *songs),
            Step::Mark { name } => {
                self.marks.insert(name.clone(), self.json());
                Ok(())
            }
            Step::Expect(expectation) => {
                self.expectations += 1;
                let failures = expectation.failures(&self.json(), &self.marks);
                let line = self.script.file.line(&format!("steps[{i}]")).unwrap_or(1);
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

    fn json(&self) -> Value {
        json(self.timeline.trace())
    }

    fn duration(&self) -> u32 {
        self.timeline.trace().playing.song.duration_ms
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
    fn play(&mut self, i: usize, mut ms: u64) -> Result<(), InputError> {
        loop {
            ms = self.head.play(ms, self.duration());
            if self.head.heard_ms < self.duration() {
                return Ok(());
            }
            self.act(i, Action::Finish)?;
            if ms == 0 {
                return Ok(());
            }
        }
    }

    fn skip(&mut self, i: usize, after: f64) -> Result<(), InputError> {
        // A song that plays to its very end finishes; a skip comes just before at the latest.
        let latest = u64::from(self.duration() - self.head.heard_ms).saturating_sub(1);
        self.head.play(ms(after).min(latest), self.duration());
        self.act(i, Action::Skip)
    }

    fn search(
        &mut self,
        i: usize,
        [song, artist, artist_of]: [&Option<String>; 3],
        query: &Option<String>,
    ) -> Result<(), InputError> {
        let catalogue = self.catalogue();
        let (target, words) = match (song, artist_of, artist) {
            (Some(id), ..) => {
                let song = self.find(i, "song", id)?;
                (Target::Song(song), catalogue.song(song).title.clone())
            }
            (None, Some(id), _) => {
                let song = self.find(i, "artist_of", id)?;
                let artist = catalogue.artist(catalogue.song(song).lead_artist());
                (Target::ArtistOf(song), artist.name.clone())
            }
            (None, None, name) => {
                let name = name.clone().unwrap_or_default();
                let song = catalogue.first_by(&name).ok_or_else(|| {
                    let names = catalogue.artists.iter().map(|a| a.name.as_str());
                    self.problem(i, "artist", format!("no song has `{name}` as its lead artist"))
                        .suggest(&name, names)
                })?;
                (Target::ArtistOf(song), name)
            }
        };
        let query = query.clone().unwrap_or(words);
        self.act(i, Action::Search { query, target })
    }

    fn open(
        &mut self,
        i: usize,
        song: Option<&str>,
        position: Option<usize>,
    ) -> Result<(), InputError> {
        let song = match (song, position) {
            (Some(id), _) => self.find(i, "song", id)?,
            (None, position) => {
                let queue = &self.timeline.state().queue;
                let place = position.unwrap_or(1);
                let entry = queue.get(place - 1).map(|queued| queued.song);
                entry.ok_or_else(|| {
                    let message = format!("the queue has {} places, not {place}", queue.len());
                    self.problem(i, "position", message)
                })?
            }
        };
        self.act(i, Action::Open { song })
    }

    fn find(&self, i: usize, field: &str, id: &str) -> Result<SongId, InputError> {
        let catalogue = self.catalogue();
        catalogue.find(id).ok_or_else(|| {
            let ids = catalogue.songs.iter().map(|s| s.id.as_str());
            let message = format!("no song `{id}` in the catalogue `{}`", catalogue.name);
            self.problem(i, field, message).suggest(id, ids).into()
        })
    }

    fn autopilot(&mut self, i: usize, songs: u32) -> Result<(), InputError> {
        let engine = self.timeline.engine().clone();
        let seed = self.script.opening.seed;
        let traces = self.timeline.traces().map(|trace| &**trace);
        let mut pilot = Autopilot::new(&engine, self.world.clone(), seed).after(traces);
        for _ in 0..songs {
            let plan = pilot.plan(self.timeline.state());
            let tier = self.timeline.trace().listener.tier;
            for (heard_ms, action) in plan.during {
                self.head.play_until(heard_ms, self.duration());
                self.act(i, action)?;
            }
            if let Some(ended) = &self.timeline.trace().ended {
                pilot.observe(ended, tier);
            }
            plan.after.into_iter().try_for_each(|action| self.act(i, action))?;
        }
        Ok(())
    }

    /// Applies an event where the playhead stands.
    fn act(&mut self, i: usize, action: Action) -> Result<(), InputError> {
        let name = action.name();
        match self.timeline.apply(self.head.event(action)) {
            Ok(trace) => {
                self.head = Playhead::after(&trace);
                Ok(())
            }
            Err(refusal) => {
                let at = self.head.now_ms as f64 / 1000.0;
                let field = match &refusal {
                    Refusal::BadOverride { field, .. } => field,
                    _ => "do",
                };
                let message = format!("cannot {name} at {at} s: {refusal}");
                Err(self.problem(i, field, message).into())
            }
        }
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        self.timeline.engine().setup.catalogue.clone()
    }

    fn problem(&self, i: usize, field: &str, message: String) -> Problem {
        let field = format!("steps[{i}].{field}");
        let file = &self.script.file;
        Problem::new(&file.name, message).line(file.line(&field)).field(field)
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
