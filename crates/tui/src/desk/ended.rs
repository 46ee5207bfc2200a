//! Sessions that gave way to the next one.
//!
//! On autopilot one session follows the other, and nobody need be there to be asked whether the last one
//! is to be kept. A session in memory is megabytes, for every step has its trace; the script that plays it
//! again is a few kilobytes. So what is written nowhere is held as a script until somebody writes it or
//! leaves it, and what has a trace file gets one of its own beside it.

use std::path::Path;

use super::save;
use melody_recommender::engine::Timeline;
use melody_sessions::opening::Opening;
use melody_sessions::{script, trace_file as tracefile};

/// Sessions that are over and written nowhere, oldest first.
#[derive(Default)]
pub(crate) struct Ended {
    /// The script of each, and its events.
    sessions: Vec<(String, usize)>,
}

impl Ended {
    /// A session is over of which nothing is written.
    pub(crate) fn add(&mut self, opening: &Opening, timeline: &Timeline) {
        let name = format!("{}, seed {}", timeline.trace().listener.profile, opening.seed);
        let text = script::render(&name, opening, timeline);
        self.sessions.push((text, timeline.events().len()));
    }

    /// Events of all of them: what would be lost.
    pub(crate) fn events(&self) -> usize {
        self.sessions.iter().map(|(_, events)| events).sum()
    }

    /// Writes each as the next free script of a folder; the names.
    ///
    /// # Errors
    /// What is wrong, in words. Those not written stay.
    pub(crate) fn write(&mut self, folder: &Path) -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        while let Some((text, _)) = self.sessions.first() {
            names.push(save::next_free(folder, "melody-session", "toml", |_| text.clone())?);
            self.sessions.remove(0);
        }
        Ok(names)
    }
}

/// Writes the trace of a session that is over to the next free file beside the one of `path`, which the
/// last session gets; its name.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn trace_beside(
    path: &Path,
    opening: &Opening,
    timeline: &Timeline,
) -> Result<String, String> {
    let part = |part: Option<&std::ffi::OsStr>, other: &str| {
        part.map_or(other.to_string(), |part| part.to_string_lossy().into_owned())
    };
    let (stem, ending) = (part(path.file_stem(), "trace"), part(path.extension(), "jsonl"));
    let mut text = Vec::new();
    let header = tracefile::Header::new("simulator", opening);
    tracefile::write(&mut text, &header, timeline.traces()).map_err(|error| error.to_string())?;
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    let folder = path.parent().unwrap_or(Path::new(""));
    save::next_free(folder, &stem, &ending, |_| text)
}
