//! The durable log of a session being played, written on a thread of its own: an append waits for the
//! disk, and the screen must not.
//!
//! So the log can be behind the screen, and says how far. A write that fails is tried again, with longer and
//! longer pauses, while steps wait in line; leaving tries a last time and tells what is not in the log.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use melody_core::input::{InputError, Problem};
use melody_recommender::engine::{Timeline, Trace};
use melody_sessions::log::{FeedbackLog, Header, LogError};
use melody_sessions::opening::Opening;
use melody_stream::nats::Address;
use melody_stream::publish::Publisher;

/// The pause after the first write that fails; every further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A session's log has no number; the one after it has this.
const FIRST_NEXT: u32 = 2;
/// How long leaving waits for a disk on which nothing comes on.
const STALLED: Duration = Duration::from_secs(30);
/// Between looks at whether the thread has ended.
const LOOK: Duration = Duration::from_millis(20);

enum Entry {
    Step(Arc<Trace>),
    /// The session went back to this step.
    Rewound(u32),
}

impl Entry {
    /// The newest step of the session once this is in the log.
    fn newest(&self) -> u32 {
        match self {
            Entry::Step(trace) => trace.step,
            Entry::Rewound(to) => *to,
        }
    }
}

/// How far a log has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The newest step that the disk has.
    pub acknowledged: Option<u32>,
    /// Entries that it does not have yet: steps, and steps taken back.
    pub behind: usize,
    /// Why the last write failed, if it did.
    pub failure: Option<String>,
    /// Records that the disk has and the stream has not, where they are sent to one.
    pub unsent: u64,
    /// Why the stream is not reached, if it is not.
    pub away: Option<String>,
}

/// What the screen and the writing thread both know.
#[derive(Default)]
struct Shared {
    known: Mutex<Known>,
    /// Rung when the session is left, and whenever the log has come on.
    bell: Condvar,
}

#[derive(Default)]
struct Known {
    standing: Standing,
    /// Whether the session has been left.
    left: bool,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A log that follows one session. Dropping it waits until everything is on the disk that the disk takes.
pub struct Journal {
    path: PathBuf,
    /// The number that the next session's log is the first to be tried with: one of its own, also where the
    /// log of this session could not be begun yet.
    next: u32,
    entries: Option<Sender<Entry>>,
    writer: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    /// What sends the log to a stream.
    publisher: Option<Publisher>,
}

impl Journal {
    /// Begins a log in a new file and writes the session so far.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(path: &Path, opening: &Opening, timeline: &Timeline) -> Result<Self, InputError> {
        let log = FeedbackLog::create(path, &header(opening, timeline))?;
        Self::start(path.into(), timeline, |_| Some(log))
    }

    /// A log beside this one for the next session: a session has a log of its own. Where it cannot be begun
    /// yet, that is tried again, like every write.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn next(&self, opening: &Opening, timeline: &Timeline) -> Result<Self, InputError> {
        let stem = self.path.file_stem().map_or("session".into(), |s| s.to_string_lossy());
        let ending = self.path.extension().map_or("jsonl".into(), |e| e.to_string_lossy());
        // A number behind a dash is one that was given here; others are the name's own.
        let numbered = stem.rsplit_once('-').filter(|(_, number)| number.parse::<u32>().is_ok());
        let base = numbered.map_or(stem.as_ref(), |(base, _)| base);
        let named = |number: u32| self.path.with_file_name(format!("{base}-{number}.{ending}"));
        let mut numbered = (self.next..).map(|number| (number, named(number)));
        let free = numbered.find(|(_, path)| !path.exists());
        let (number, path) = free.expect("numbers do not end");
        let (file, header) = (path.clone(), header(opening, timeline));
        let create = move |shared: &Shared| insist(shared, || FeedbackLog::create(&file, &header));
        let mut journal = Self::start(path, timeline, create)?;
        journal.next = number + 1;
        match &self.publisher {
            Some(publisher) => journal.sent_to(publisher.address()),
            None => Ok(journal),
        }
    }

    /// Sends the log to a stream, too, as it grows.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn sent_to(mut self, address: &Address) -> Result<Self, InputError> {
        let publisher = Publisher::follow(&self.path, address)
            .map_err(|error| Problem::new(self.path.display().to_string(), error))?;
        self.publisher = Some(publisher);
        Ok(self)
    }

    fn start(
        path: PathBuf,
        timeline: &Timeline,
        open: impl FnOnce(&Shared) -> Option<FeedbackLog> + Send + 'static,
    ) -> Result<Self, InputError> {
        let (entries, received) = channel();
        let shared = Arc::new(Shared::default());
        let known = shared.clone();
        let writer = std::thread::Builder::new()
            .name("log".into())
            .spawn(move || {
                if let Some(log) = open(&known) {
                    write(log, &received, &known);
                }
            })
            .map_err(|error| Problem::new(path.display().to_string(), error.to_string()))?;
        let (entries, writer) = (Some(entries), Some(writer));
        let journal = Journal { path, next: FIRST_NEXT, entries, writer, shared, publisher: None };
        timeline.traces().for_each(|trace| journal.step(trace));
        Ok(journal)
    }

    /// Appends a step, without waiting for the disk.
    pub fn step(&self, trace: &Arc<Trace>) {
        self.send(Entry::Step(trace.clone()));
    }

    /// Notes that only the first `to` events still count.
    pub fn rewound(&self, to: u32) {
        self.send(Entry::Rewound(to));
    }

    /// How far the log has come.
    pub fn standing(&self) -> Standing {
        let mut standing = self.shared.open().standing.clone();
        if let Some(publisher) = &self.publisher {
            let spool = publisher.spool();
            standing.unsent = spool.waiting();
            standing.away = spool.reached.why().map(String::from);
        }
        standing
    }

    /// Whether the disk has everything, and the stream that it is sent to.
    pub fn whole(&self) -> bool {
        let Standing { behind, unsent, .. } = self.standing();
        behind == 0 && unsent == 0
    }

    /// Waits until the disk has everything, refuses, or has stopped answering; then, no longer than until `then`, for a
    /// stream that it is sent to. Gives a sentence on what that has not received: it stays in the log.
    ///
    /// # Errors
    /// What is not in the log, and why, in a sentence.
    pub fn finish(mut self, then: Instant) -> Result<Option<String>, String> {
        self.leave();
        let stalled = self.wait();
        if stalled {
            // Whoever waits for its thread would wait for the disk.
            self.writer = None;
        }
        let Standing { acknowledged, behind, failure, .. } = self.standing();
        if behind == 0 {
            let patience = then.saturating_duration_since(Instant::now());
            return Ok(self.publisher.take().and_then(|sending| sending.finish_telling(patience)));
        }
        let why = failure.unwrap_or_else(|| match stalled {
            true => format!("the disk has not answered for {} s", STALLED.as_secs()),
            false => "its thread has ended".into(),
        });
        let last =
            acknowledged.map_or("before its first step".into(), |at| format!("at step {at}"));
        let path = self.path.display();
        Err(format!(
            "{path}: the log ends {last}; the {behind} records after it are missing: {why}"
        ))
    }

    fn send(&self, entry: Entry) {
        self.shared.open().standing.behind += 1;
        if let Some(entries) = &self.entries {
            // Where the thread has ended, what is sent stays behind and is told as such.
            let _ = entries.send(entry);
        }
    }

    fn leave(&mut self) {
        self.shared.open().left = true;
        self.shared.bell.notify_all();
        self.entries = None;
    }

    /// Waits for the thread to end, for as long as the log comes on. Returns whether it stopped doing so.
    fn wait(&self) -> bool {
        let mut began = Instant::now();
        let mut known = self.shared.open();
        let mut behind = known.standing.behind;
        while self.writer.as_ref().is_some_and(|writer| !writer.is_finished()) {
            known = match self.shared.bell.wait_timeout(known, LOOK) {
                Ok((known, _)) => known,
                Err(poisoned) => poisoned.into_inner().0,
            };
            if known.standing.behind != behind {
                (behind, began) = (known.standing.behind, Instant::now());
            } else if began.elapsed() > STALLED {
                return true;
            }
        }
        false
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.leave();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn header(opening: &Opening, timeline: &Timeline) -> Header {
    let first = timeline.trace_at(0).unwrap_or(timeline.trace());
    Header::new(opening, first).of(&timeline.engine().setup)
}

/// Writes what comes, until nothing more does, or the session is left and the disk refuses.
fn write(mut log: FeedbackLog, entries: &Receiver<Entry>, shared: &Shared) {
    for entry in entries {
        let append = || {
            let appended = match &entry {
                Entry::Step(trace) => log.append(trace),
                Entry::Rewound(to) => log.rewind(*to),
            };
            appended.map_err(reason)
        };
        if insist(shared, append).is_none() {
            return;
        }
        let standing = &mut shared.open().standing;
        standing.acknowledged = Some(entry.newest());
        standing.behind = standing.behind.saturating_sub(1);
        shared.bell.notify_all();
    }
}

/// What the system said, without the log's name.
fn reason(error: LogError) -> String {
    match error {
        LogError::Write { error, .. } => error.to_string(),
        error => error.to_string(),
    }
}

/// Tries until it is done, with longer and longer pauses. Leaving ends the pause for a last try; `None` if
/// that fails, too.
fn insist<T, E: Display>(shared: &Shared, mut attempt: impl FnMut() -> Result<T, E>) -> Option<T> {
    let mut pause = FIRST_PAUSE;
    loop {
        let tried = attempt();
        let mut known = shared.open();
        match tried {
            Ok(done) => {
                known.standing.failure = None;
                return Some(done);
            }
            Err(error) => known.standing.failure = Some(error.to_string()),
        }
        if known.left {
            return None;
        }
        drop(shared.bell.wait_timeout_while(known, pause, |known| !known.left));
        pause = (2 * pause).min(LONGEST_PAUSE);
    }
}
