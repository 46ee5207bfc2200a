//! The durable log of a session being played, written on a thread of its own: an append waits for the
//! disk, and the screen must not.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use melody_core::input::InputError;
use melody_recommender::engine::{Timeline, Trace};
use melody_sessions::log::{FeedbackLog, Header};
use melody_sessions::opening::Opening;

enum Entry {
    Step(Arc<Trace>),
    /// The session went back to this step.
    Rewound(u32),
}

/// A log that follows one session. Dropping it waits until everything is on the disk.
pub struct Journal {
    path: PathBuf,
    entries: Option<Sender<Entry>>,
    writer: Option<JoinHandle<()>>,
    failure: Arc<OnceLock<String>>,
}

impl Journal {
    /// Begins a log in a new file and writes the session so far.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(path: &Path, opening: &Opening, timeline: &Timeline) -> Result<Self, InputError> {
        let first = timeline.trace_at(0).unwrap_or(timeline.trace());
        let log = FeedbackLog::create(path, &Header::new(opening, first))?;
        let (entries, received) = channel();
        let failure = Arc::new(OnceLock::new());
        let failed = failure.clone();
        let writer = std::thread::Builder::new()
            .name("log".into())
            .spawn(move || write(log, &received, &failed))
            .map_err(|error| {
                melody_core::input::Problem::new(path.display().to_string(), error.to_string())
            })?;
        let journal =
            Journal { path: path.into(), entries: Some(entries), writer: Some(writer), failure };
        timeline.traces().for_each(|trace| journal.step(trace));
        Ok(journal)
    }

    /// A log beside this one for the next session: a session has a log of its own.
    pub fn next(&self, opening: &Opening, timeline: &Timeline) -> Result<Self, InputError> {
        let stem = self.path.file_stem().map_or("session".into(), |s| s.to_string_lossy());
        let ending = self.path.extension().map_or("jsonl".into(), |e| e.to_string_lossy());
        let base = stem.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
        let mut number = 2;
        loop {
            let path = self.path.with_file_name(format!("{base}-{number}.{ending}"));
            if !path.exists() {
                return Self::create(&path, opening, timeline);
            }
            number += 1;
        }
    }

    /// Appends a step, without waiting for the disk.
    pub fn step(&self, trace: &Arc<Trace>) {
        self.send(Entry::Step(trace.clone()));
    }

    /// Notes that only the first `to` events still count.
    pub fn rewound(&self, to: u32) {
        self.send(Entry::Rewound(to));
    }

    /// Why the log is no longer written, once it is not.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    fn send(&self, entry: Entry) {
        if let Some(entries) = &self.entries {
            // A writer that has stopped has said why.
            let _ = entries.send(entry);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.entries = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn write(mut log: FeedbackLog, entries: &Receiver<Entry>, failure: &OnceLock<String>) {
    for entry in entries {
        let written = match &entry {
            Entry::Step(trace) => log.append(trace),
            Entry::Rewound(to) => log.rewind(*to),
        };
        if let Err(error) = written {
            let _ = failure.set(error.to_string());
            return;
        }
    }
}
