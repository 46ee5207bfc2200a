//! A data set read back, session by session, in the order of its listeners.
//!
//! A part's tables are gone through side by side, and the parts of all days at once: what comes next is the first session of any of
//! them, so that a data set may be larger than memory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::chosen::digest;
use super::rows::{Row, Rows};
use super::tables::{Columns, EVENTS, FORMAT_KEY, PLAYS, REST_FORMAT, SESSIONS};
use crate::inbox::Hash;
use melody_core::event::Event;
use melody_core::input::{InputError, Problem};
use melody_core::score::Score;
use melody_recommender::engine::Served;
use melody_sessions::log::{Ended, Header, StepRecord};

/// A session, as far as something is learned of it.
pub(super) struct Told {
    pub listener: Option<String>,
    /// The hash that names it, in hexadecimal.
    pub id: String,
    /// The log it came of.
    pub file: String,
    pub header: Header,
    /// Those that count, without what was shown.
    pub steps: Vec<StepRecord>,
}

/// The files of one part that are read.
#[derive(Clone, Debug)]
struct Place {
    sessions: PathBuf,
    events: PathBuf,
    plays: PathBuf,
}

/// A data set.
#[derive(Clone, Debug)]
pub struct DataSet {
    parts: Vec<Place>,
    sessions: u64,
    digest: String,
}

/// Whether a path is a data set's folder.
pub fn is_data_set(path: &Path) -> bool {
    let days = fs::read_dir(path.join("sessions"));
    days.is_ok_and(|days| {
        days.flatten().any(|day| day.file_name().to_string_lossy().starts_with("day="))
    })
}

impl DataSet {
    /// Opens a data set, and goes over its sessions.
    ///
    /// # Errors
    /// When a table is missing or damaged, or of a version that is not known.
    pub fn open(folder: &Path) -> Result<Self, InputError> {
        let mut parts = Vec::new();
        for day in listed(&folder.join("sessions"))? {
            for part in listed(&folder.join("sessions").join(&day))? {
                if part.ends_with(".parquet") {
                    let place = |table: &str| folder.join(table).join(&day).join(&part);
                    let [sessions, events, plays] = ["sessions", "events", "plays"].map(place);
                    parts.push(Place { sessions, events, plays });
                }
            }
        }
        let mut all = BTreeSet::new();
        for part in &parts {
            const NAMED: Columns = &[SESSIONS[0], SESSIONS[2]];
            let mut rows = Rows::open(&part.sessions, NAMED)?;
            let known = rows.note(FORMAT_KEY);
            if known.as_deref() != Some(&REST_FORMAT.to_string()) {
                let is = known.map_or("is not said".into(), |format| format!("is `{format}`"));
                let message = format!("{is}, and {REST_FORMAT} is known here");
                return Err(Problem::new(part.sessions.display().to_string(), message)
                    .field(FORMAT_KEY)
                    .help("`melody log export --as parquet` says it in each file's metadata")
                    .into());
            }
            while let Some(row) = rows.next()? {
                if !all.insert((hash(&row, "session")?, hash(&row, "last")?)) {
                    return Err(row.problem("session", "the session is there twice").into());
                }
            }
        }
        let sessions = all.len() as u64;
        Ok(DataSet { parts, sessions, digest: digest(all.into_iter()) })
    }

    /// How many there are.
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// Stands for all sessions, and for how far each goes.
    pub(super) fn digest(&self) -> String {
        self.digest.clone()
    }

    /// Hands over every session, by listener and name.
    ///
    /// # Errors
    /// When a table is damaged or in another order, or `take` fails.
    pub(super) fn each(
        &self,
        take: &mut dyn FnMut(Told) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let mut parts = Vec::new();
        for place in &self.parts {
            let mut part = Part::open(place)?;
            if let Some(first) = part.next()? {
                parts.push((part, first));
            }
        }
        let key = |told: &Told| (told.listener.clone(), told.id.clone());
        while let Some(at) = (0..parts.len()).min_by_key(|at| key(&parts[*at].1)) {
            let (part, first) = &mut parts[at];
            let before = key(first);
            let told = match part.next()? {
                Some(next) if key(&next) <= before => {
                    return Err(part.out_of_order(&next.id).into());
                }
                Some(next) => std::mem::replace(first, next),
                None => parts.swap_remove(at).1,
            };
            take(told)?;
        }
        Ok(())
    }
}

/// The names in a folder.
fn listed(folder: &Path) -> Result<Vec<String>, Problem> {
    let fail = |e: std::io::Error| Problem::new(folder.display().to_string(), e.to_string());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        names.push(entry.map_err(fail)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    // What other programs leave beside their files begins so.
    names.retain(|name| !name.starts_with(['.', '_']));
    Ok(names)
}

fn hash(row: &Row, column: &str) -> Result<Hash, Problem> {
    let text = row.text(column)?;
    Hash::parse(text).ok_or_else(|| row.problem(column, format!("`{text}` is no SHA-256")))
}

/// A step's row.
struct Step {
    session: String,
    counts: bool,
    step: StepRecord,
}

/// A play's row.
struct Play {
    session: String,
    step: u32,
    ended: Ended,
}

/// A part that is gone through.
struct Part {
    file: String,
    sessions: Rows,
    events: Rows,
    plays: Rows,
    /// The rows that come next.
    event: Option<Step>,
    play: Option<Play>,
}

impl Part {
    fn open(place: &Place) -> Result<Self, Problem> {
        let mut part = Part {
            file: place.sessions.display().to_string(),
            sessions: Rows::open(&place.sessions, SESSIONS)?,
            events: Rows::open(&place.events, EVENTS)?,
            plays: Rows::open(&place.plays, PLAYS)?,
            event: None,
            play: None,
        };
        part.event = next_step(&mut part.events)?;
        part.play = next_play(&mut part.plays)?;
        Ok(part)
    }

    fn out_of_order(&self, session: &str) -> Problem {
        let message = format!("session {session} is not where it must be");
        Problem::new(&self.file, message)
            .help("in each part the tables are in one order: write the data set again with `melody log export`")
    }

    /// The next session with its steps.
    fn next(&mut self) -> Result<Option<Told>, Problem> {
        let Some(row) = self.sessions.next()? else {
            let left = self.event.as_ref().map(|event| &event.session);
            let left = left.or(self.play.as_ref().map(|play| &play.session));
            return left.map_or(Ok(None), |session| Err(self.out_of_order(session)));
        };
        let header = row.text("header")?;
        let header: Header =
            serde_json::from_str(header).map_err(|e| row.problem("header", e.to_string()))?;
        let mut told = Told {
            listener: row.some_text("listener").map(String::from),
            id: row.text("session")?.into(),
            file: row.text("file")?.into(),
            header,
            steps: Vec::new(),
        };
        let steps: usize = row.count("steps")?;
        while let Some(event) = self.event.take_if(|event| event.session == told.id) {
            self.event = next_step(&mut self.events)?;
            if event.counts {
                told.steps.push(event.step);
            }
        }
        while let Some(play) = self.play.take_if(|play| play.session == told.id) {
            self.play = next_play(&mut self.plays)?;
            match told.steps.get_mut(play.step as usize) {
                Some(step) => step.ended = Some(play.ended),
                None => return Err(self.out_of_order(&told.id)),
            }
        }
        let follow = told.steps.iter().zip(0..).all(|(step, number)| step.step == number);
        match follow && told.steps.len() == steps {
            true => Ok(Some(told)),
            false => Err(self.out_of_order(&told.id)),
        }
    }
}

/// The next record that is a step.
fn next_step(events: &mut Rows) -> Result<Option<Step>, Problem> {
    while let Some(row) = events.next()? {
        if row.text("kind")? != "step" {
            continue;
        }
        let event = row.some_text("event").map(serde_json::from_str::<Event>).transpose();
        let step = StepRecord {
            step: row.count("step")?,
            at_ms: row.count("at_ms")?,
            event: event.map_err(|e| row.problem("event", e.to_string()))?,
            ended: None,
            playing: row.text("playing")?.into(),
            impressions: Vec::new(),
            arm: row.text("arm")?.into(),
            propensity: Score::new(row.number("propensity")?),
            // Nothing is taught by it.
            learned: None,
            segment: row.some_text("segment").map(String::from),
            model_number: row.count("model_number")?,
            model_hash: row.text("model_hash")?.into(),
        };
        let (session, counts) = (row.text("session")?.into(), row.flag("counts")?);
        return Ok(Some(Step { session, counts, step }));
    }
    Ok(None)
}

fn next_play(plays: &mut Rows) -> Result<Option<Play>, Problem> {
    let Some(row) = plays.next()? else { return Ok(None) };
    let served = match row.some_count("request")? {
        None => None,
        Some(request) => Some(Served {
            request,
            place: row.count("place")?,
            decision: row.count("decision")?,
            propensity: Score::new(row.number("propensity")?),
        }),
    };
    let ended = Ended {
        song: row.text("song")?.into(),
        play_ratio: Score::new(row.number("play_ratio")?),
        completed: row.flag("completed")?,
        skipped: row.flag("skipped")?,
        liked: row.flag("liked")?,
        saved: row.flag("saved")?,
        served,
    };
    Ok(Some(Play { session: row.text("session")?.into(), step: row.count("step")?, ended }))
}
