//! A session on its way to take the place of the present one: opened anew, or played again from what
//! was written down.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::background::Pending;
use super::choice::Choice;
use super::sitting::Sitting;
use crate::words::Lang;
use melody_core::input::InputError;
use melody_sessions::library::Library;
use melody_sessions::names::{DEFAULT, profile_named};
use melody_sessions::opening::Opening;
use melody_sessions::saved;
use melody_sessions::saved::{Parted, Replayed, Saved};

/// A session that is there.
pub(crate) struct Arrival {
    pub session: Sitting,
    /// What is said of it.
    pub said: String,
    pub going: Going,
}

/// How a session goes on once it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Going {
    /// As the one before it did.
    AsBefore,
    /// Not at all: it rests where it ends.
    Rests,
    /// By itself, though the one before it had stopped: its listener left.
    On,
}

/// A session on its way.
pub(crate) struct Arriving {
    arrival: Pending<Result<Arrival, String>>,
    replay: Option<Progress>,
}

/// How far a session has been played again.
struct Progress {
    name: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    events: AtomicUsize,
    /// Events to play; 0 while that is not known.
    of: AtomicUsize,
}

impl Arriving {
    /// A session that `open` begins, wherever it is called; what is said of it, and how it goes on.
    pub(crate) fn anew(
        lang: Lang,
        (said, going): (String, Going),
        open: impl FnOnce() -> Result<Sitting, InputError> + Send + 'static,
    ) -> Self {
        let arrival = Pending::start("opening", move || match open() {
            Ok(session) => Ok(Arrival { session, said, going }),
            Err(error) => Err(lang.fill("No new session: {}", &[&in_one_line(&error)])),
        });
        Arriving { arrival, replay: None }
    }

    /// A session that was written down, played again to its end. `present` says where models run, and
    /// shares its library where both are of the shipped one.
    pub(crate) fn again(
        name: String,
        present: &Sitting,
        lang: Lang,
        read: impl FnOnce() -> Result<Saved, InputError> + Send + 'static,
    ) -> Self {
        let counts = Arc::new(Counts::default());
        let backend = present.library().backend;
        let shared = shipped(present.opening()).then(|| present.library().clone());
        let replay = Some(Progress { name: name.clone(), counts: counts.clone() });
        let work = move || {
            let saved = read()?;
            counts.of.store(saved.events().unwrap_or(0), Ordering::Relaxed);
            let library = match shared.filter(|_| shipped(&saved.opening)) {
                Some(library) => library,
                None => Library::load(&saved.opening, Path::new(""), backend)?,
            };
            let profile = profile_named(&saved.opening.profile, Path::new(""))?;
            let replayed = saved.replay(&library, &profile, &mut |_, _| {
                counts.events.fetch_add(1, Ordering::Relaxed);
            })?;
            let said = told(&name, &replayed, lang);
            let Replayed { timeline, head, .. } = replayed;
            let session = Sitting::at(library, saved.opening, profile, timeline, head);
            Ok(Arrival { session, said, going: Going::Rests })
        };
        let arrival = Pending::start("opening", move || {
            work().map_err(|error| lang.fill("Not opened: {}.", &[&in_one_line(&error)]))
        });
        Arriving { arrival, replay }
    }

    pub(crate) fn ready(&self) -> Option<Result<Arrival, String>> {
        self.arrival.ready()
    }

    pub(crate) fn wait(&self) -> Option<Result<Arrival, String>> {
        self.arrival.wait()
    }

    /// How far it has come, where that is worth a word.
    pub(crate) fn progress(&self, lang: Lang) -> Option<String> {
        let Progress { name, counts } = self.replay.as_ref()?;
        let events = counts.events.load(Ordering::Relaxed);
        Some(match counts.of.load(Ordering::Relaxed) {
            0 => {
                let said = ["Opening {}: 1 event", "Opening {}: {} events"];
                lang.counted(events, said, &[name, &events])
            }
            of => {
                let said = ["Opening {}: {} of 1 event", "Opening {}: {} of {} events"];
                lang.counted(of, said, &[name, &events, &of])
            }
        })
    }
}

/// Whether model, policy and catalogue are the shipped ones, which do not change under a session.
fn shipped(opening: &Opening) -> bool {
    [&opening.policy, &opening.model, &opening.catalogue].into_iter().all(|name| name == DEFAULT)
}

/// What is said of a session that was played again.
fn told(name: &str, replayed: &Replayed, lang: Lang) -> String {
    let events = replayed.timeline.events().len();
    let failed = replayed.failed;
    match &replayed.parted {
        None if failed > 0 => {
            let said = "{} is open, but {} of what it expects does not hold.";
            lang.fill(said, &[&name, &failed])
        }
        None => {
            let one = "{} is open: 1 event, the same as then.";
            let more = "{} is open: {} events, the same as then.";
            lang.counted(events, [one, more], &[&name, &events])
        }
        Some(Parted { step, path, others }) => {
            let other = others.first().map(|other| {
                let what = lang.text(other.what);
                lang.fill("{} was {}, is {}", &[&what, &other.then, &other.now])
            });
            let path = path.as_ref().map(|path| lang.fill("first in {}", &[path]));
            let why = other.or(path).unwrap_or_else(|| lang.text("another build").into());
            lang.fill("{} goes another way from step {} on: {}.", &[&name, step, &why])
        }
    }
}

/// An error as the one line there is room for.
fn in_one_line(error: &InputError) -> String {
    error.to_string().replace("\n  help: ", "; ").replace('\n', "; ")
}

/// Most files of a folder that are looked at.
const MOST: usize = 1_000;

/// The sessions in a folder, the newest first.
pub(crate) fn list(folder: &Path, lang: Lang) -> Vec<Choice> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let written = entry.metadata().and_then(|about| about.modified()).ok()?;
            may_be_session(&name).then(|| (written, name, entry.path()))
        })
        .collect();
    files.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    files.truncate(MOST);
    files.into_iter().filter_map(|(_, name, path)| choice(name, path, lang)).collect()
}

/// Which of them is one shows at a glance: policies and profiles are TOML, too.
fn may_be_session(name: &str) -> bool {
    [".toml", ".jsonl", ".log"].iter().any(|ending| name.ends_with(ending))
}

fn choice(name: String, path: PathBuf, lang: Lang) -> Option<Choice> {
    let (kind, opening) = saved::glance(&path)?;
    let about = match name.starts_with("melody-panic-") {
        true => lang.text("before a panic").into_owned(),
        false => lang.text(kind.name()).into_owned(),
    };
    let about = lang.fill("{}: {}, seed {}", &[&about, &opening.profile, &opening.seed]);
    Some(Choice { name, about, current: false })
}
