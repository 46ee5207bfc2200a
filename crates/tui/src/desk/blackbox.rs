//! The session within reach of a panic, and the report that a panic leaves behind.
//!
//! The report is a script: opened or replayed, it leads to where the session stood.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use super::save;
use crate::words::{Lang, text};
use melody_core::event::Event;
use melody_recommender::engine::Timeline;
use melody_sessions::opening::Opening;
use melody_sessions::script;

/// How long a report waits for whoever is just noting something down.
const PATIENCE: Duration = Duration::from_millis(200);

/// Where the session stands, noted down after every event.
pub struct BlackBox {
    folder: PathBuf,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    lang: Lang,
    session: Option<Stand>,
}

struct Stand {
    opening: Opening,
    timeline: Timeline,
    /// The event that is being worked out.
    deciding: Option<Event>,
}

impl BlackBox {
    /// Reports are written to `folder`.
    pub fn new(folder: &Path) -> Self {
        BlackBox { folder: folder.into(), noted: Mutex::default() }
    }

    /// The language a report is announced in.
    pub fn speak(&self, lang: Lang) {
        self.open().lang = lang;
    }

    pub fn note(&self, opening: &Opening, timeline: &Timeline, deciding: Option<&Event>) {
        // Made before and dropped after the box is open, so that it is open for no longer than a move.
        let (opening, timeline) = (opening.clone(), timeline.clone());
        let stand = Stand { opening, timeline, deciding: deciding.cloned() };
        let before = self.open().session.replace(stand);
        drop(before);
    }

    fn open(&self) -> MutexGuard<'_, Noted> {
        // Nothing in here can be left half done.
        self.noted.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Writes the report of a panic and says, in the language of the screen, where it is. Never waits
    /// long: the thread that panicked may be the one that has the box open.
    pub fn report(&self, panic: &PanicHookInfo) -> String {
        let Some(noted) = self.try_open() else {
            return Lang::En.text("No report was written: the session could not be read.").into();
        };
        let lang = noted.lang;
        let Some(stand) = &noted.session else {
            return lang.text("No report was written: there was no session yet.").into();
        };
        let head = describe(panic, stand.deciding.as_ref());
        let name = "the session before a panic";
        let text = format!("{head}{}", script::render(name, &stand.opening, &stand.timeline));
        match save::next_free(&self.folder, "melody-panic", "toml", |_| text) {
            Ok(name) => lang.fill(
                "The session is kept in {}. `melody open {}` goes on where it stopped.",
                &[&name, &name],
            ),
            Err(error) => lang.fill("No report was written: {}.", &[&error]),
        }
    }

    fn try_open(&self) -> Option<MutexGuard<'_, Noted>> {
        let began = Instant::now();
        loop {
            match self.noted.try_lock() {
                Ok(noted) => return Some(noted),
                Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) if began.elapsed() > PATIENCE => return None,
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

/// What happened, as the comment a report begins with.
fn describe(panic: &PanicHookInfo, deciding: Option<&Event>) -> String {
    let thread = std::thread::current();
    let said = panic.payload_as_str().unwrap_or("(no message)");
    let mut lines = vec![
        format!("Melody {} panicked, in its thread `{}`:", version(), thread.name().unwrap_or("?")),
        said.into(),
    ];
    lines.extend(panic.location().map(|place| format!("at {place}")));
    if let Some(event) = deciding {
        let (what, at) = (event.action.name(), text::clock(event.at_ms));
        lines.push(format!("while working out: {what} at {at}"));
    }
    lines.push(String::new());
    lines.push("What follows is the session so far, as a script.".into());
    lines.push(String::new());
    lines.push(Backtrace::force_capture().to_string());
    let lines = lines.iter().flat_map(|text| text.split('\n'));
    // Whatever a message holds, it stays a comment.
    lines.map(|line| format!("# {}", text::clean(line)).trim_end().to_string() + "\n").collect()
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
