//! A worker: takes shards off the queue, does them, publishes what came of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::doing::{Came, Closed, Opened};
use super::hash::sha256;
use super::job::{Arm, Job, Span, Task};
use super::notice::{About, Notice};
use super::part::File;
use super::patience::{Gone, Patience};
use super::program::Program;
use super::queue::{Queue, Taken};
use super::record::{Head, Kind};
use super::shard::{NotOurs, Shard};
use super::store::{Published, Store};
use super::subjects::Subjects;
use crate::nats::{Link, Unreachable};

/// How a worker works.
pub struct Settings<'a> {
    /// What it is.
    pub program: Program,
    /// It ends by itself after so long without a shard.
    pub until_idle: Option<Duration>,
    /// Set when the user wants no more: the shard at hand is done first.
    pub stop: &'a AtomicBool,
}

/// What is told while it works.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It is at the queue.
    Ready {
        /// Its name.
        worker: String,
    },
    /// It has opened a job.
    Opened {
        /// What the job is called.
        job: String,
        /// Its arms, by policy and model; of a log its catalogue.
        about: String,
    },
    /// A shard is begun.
    Began {
        /// The listeners.
        span: Span,
    },
    /// A shard is done with.
    Shard(Done),
    /// Shards that wait for another program.
    Others {
        /// How many.
        shards: u64,
        /// Of what job.
        job: String,
    },
    /// Something worth a line.
    Note(String),
}

/// What became of a shard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done {
    /// What the job is called.
    pub job: String,
    /// The shard's number in it.
    pub shard: u64,
    /// The arm, counted from 0; absent where the job could not be opened.
    pub arm: Option<u64>,
    /// The first listener's number, and the one after the last's; in a search their places among those of the arm.
    pub listeners: Option<[u64; 2]>,
    /// How it ended.
    pub how: How,
    /// Why it was not done.
    pub why: Option<String>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Bytes of what came of it.
    pub bytes: u64,
    /// SHA-256 of that, in hexadecimal.
    pub sha256: Option<String>,
}

/// How it ended with a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Its result is this worker's.
    Done,
    /// Another's result was there, or came meanwhile, and is the same.
    There,
    /// ANOTHER'S RESULT IS THERE AND IS NOT THE SAME.
    Differs,
    /// It cannot be done here.
    Refused,
}

/// How much was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Shards whose results are this worker's.
    pub done: u64,
    /// Shards that had one already.
    pub there: u64,
    /// Shards whose other result differs.
    pub differ: u64,
    /// Shards that could not be done here.
    pub refused: u64,
    /// Shards that wait for another program, as last seen.
    pub others: u64,
}

/// Why a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The user wanted no more.
    Asked,
    /// There was nothing to do for so long.
    Idle,
}

/// How long a shard is waited for at a time.
const WAIT: Duration = Duration::from_secs(1);
/// Until somebody else may have a shard that cannot be done here.
const LATER: Duration = Duration::from_secs(2);
/// Between two looks at what waits for other programs.
const BETWEEN: Duration = Duration::from_secs(10);
/// Jobs that are kept open: experiments that take turns in one queue.
const OPEN: usize = 2;

/// Works until the user wants no more or there has been nothing to do for long enough.
///
/// # Errors
/// When the server is away at the beginning, or is not what it must be.
pub fn work(
    link: &Link,
    settings: &Settings,
    tell: &mut dyn FnMut(Event),
) -> Result<(Stopped, Counts), Unreachable> {
    let mut worker = Worker::open(link, settings)?;
    tell(Event::Ready { worker: worker.name.clone() });
    let mut last = Instant::now();
    loop {
        if settings.stop.load(Ordering::Relaxed) {
            return Ok((Stopped::Asked, worker.counts));
        }
        match worker.take(tell)? {
            Some(taken) => {
                if let Some(done) = worker.one(&taken, tell) {
                    tell(Event::Shard(done));
                }
                last = Instant::now();
            }
            None if settings.until_idle.is_some_and(|most| last.elapsed() >= most) => {
                return Ok((Stopped::Idle, worker.counts));
            }
            None => worker.others(tell),
        }
    }
}

struct Worker<'a> {
    link: &'a Link,
    settings: &'a Settings<'a>,
    subjects: Subjects,
    store: Store<'a>,
    queue: Queue<'a>,
    name: String,
    place: Place,
    opened: Vec<(String, Opened)>,
    counts: Counts,
    looked: Option<Instant>,
    away: bool,
}

/// Where jobs' files are laid; taken away when the worker ends.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        if self.0.exists() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

impl<'a> Worker<'a> {
    fn open(link: &'a Link, settings: &'a Settings) -> Result<Self, Unreachable> {
        let name = name();
        let folder = std::env::temp_dir().join(format!("melody-worker-{name}"));
        Ok(Worker {
            link,
            settings,
            subjects: Subjects::of(&link.address),
            store: Store::open(link)?,
            queue: Queue::open(link, &settings.program)?,
            name,
            place: Place(folder),
            opened: Vec::new(),
            counts: Counts::default(),
            looked: None,
            away: false,
        })
    }

    /// The next shard. A server that is away is waited for.
    fn take(&mut self, tell: &mut dyn FnMut(Event)) -> Result<Option<Taken>, Unreachable> {
        match self.queue.take(WAIT) {
            Ok(taken) => {
                if std::mem::take(&mut self.away) {
                    tell(Event::Note("the server is back".into()));
                }
                Ok(taken)
            }
            Err(Unreachable::Away(why)) => {
                if !std::mem::replace(&mut self.away, true) {
                    tell(Event::Note(format!("the server is away, and is waited for: {why}")));
                }
                std::thread::sleep(WAIT);
                // It may have come back with nothing of what it had.
                match (Store::open(self.link), Queue::open(self.link, &self.settings.program)) {
                    (Ok(store), Ok(queue)) => (self.store, self.queue) = (store, queue),
                    (Err(refused @ Unreachable::Refused(_)), _)
                    | (_, Err(refused @ Unreachable::Refused(_))) => return Err(refused),
                    _ => {}
                }
                Ok(None)
            }
            Err(refused) => Err(refused),
        }
    }

    /// Does a shard. `None` where it was left to others because the server went away or the user wants no more.
    fn one(&mut self, taken: &Taken, tell: &mut dyn FnMut(Event)) -> Option<Done> {
        let shard = match Shard::read(taken.payload(), &self.settings.program) {
            Ok(shard) => shard,
            Err(not_ours) => {
                self.counts.refused += 1;
                taken.leave(self.link, LATER);
                if let NotOurs::Another { .. } = not_ours {
                    self.counts.others += 1;
                }
                tell(Event::Note(not_ours.to_string()));
                return None;
            }
        };
        let stop = self.settings.stop;
        let note = &mut |words: &str| tell(Event::Note(words.into()));
        let store = &self.store;
        let there = Patience::new(stop).ask(note, || store.result(&shard.job, shard.shard));
        match there {
            Ok(Some(head)) => {
                taken.done(self.link);
                self.say(&shard, About::Done);
                self.counts.there += 1;
                let span = self.span(&shard);
                let (bytes, sha256) = (head.bytes, Some(head.sha256));
                return Some(Done { bytes, sha256, ..done(&shard, span, How::There) });
            }
            Ok(None) => {}
            Err(_) => return None,
        }
        match self.open_job(&shard, taken, tell) {
            Ok(place) => self.play(place, &shard, taken, tell),
            Err(Closed::Away(_)) => {
                taken.leave(self.link, LATER);
                None
            }
            Err(Closed::Here(why)) => Some(self.refuse(&shard, taken, why)),
        }
    }

    fn refuse(&mut self, shard: &Shard, taken: &Taken, why: String) -> Done {
        self.say(shard, About::Refused(why.clone()));
        taken.leave(self.link, LATER);
        self.counts.refused += 1;
        Done { why: Some(why), ..done(shard, self.span(shard), How::Refused) }
    }

    fn span(&self, shard: &Shard) -> Option<Span> {
        let (_, opened) = self.opened.iter().find(|(job, _)| *job == shard.job)?;
        opened.span(shard.shard)
    }

    /// The place of a job among those that are open.
    fn open_job(
        &mut self,
        shard: &Shard,
        taken: &Taken,
        tell: &mut dyn FnMut(Event),
    ) -> Result<usize, Closed> {
        if let Some(place) = self.opened.iter().position(|(job, _)| *job == shard.job) {
            return Ok(place);
        }
        let (opened, about) = self.keeping(shard, taken, || self.opening(shard))?;
        tell(Event::Opened { job: shard.job.clone(), about });
        if self.opened.len() == OPEN {
            self.opened.remove(0);
        }
        self.opened.push((shard.job.clone(), opened));
        Ok(self.opened.len() - 1)
    }

    /// Opens a shard's job, with words for what it is.
    fn opening(&self, shard: &Shard) -> Result<(Opened, String), Closed> {
        let found = self.store.job(&shard.job).map_err(Closed::Away)?;
        let bytes = found
            .ok_or_else(|| Closed::Here("what the job is made of is not on the server".into()))?;
        let job = Job::read(&bytes, &shard.job)?;
        if job.program != self.settings.program {
            return Err(Closed::Here("the job is another program's".into()));
        }
        let files = |file: &File| {
            let bytes = self.store.bytes(file).map_err(Closed::Away)?;
            bytes.ok_or_else(|| {
                let missing = format!(
                    "the file `{}` of the job is not on the server, or not whole",
                    file.name
                );
                Closed::Here(missing)
            })
        };
        let about = about(&job);
        let others: Vec<&Opened> = self.opened.iter().map(|(_, opened)| opened).collect();
        Ok((Opened::open(job, &files, &self.place.0, &others)?, about))
    }

    /// Does something for a shard, and tells meanwhile that it is being done, so that nobody else is given it.
    fn keeping<T>(&self, shard: &Shard, taken: &Taken, work: impl FnOnce() -> T) -> T {
        let every = Duration::from_millis(shard.lease_ms / 3).max(Duration::from_millis(100));
        std::thread::scope(|scope| {
            let (ended, end) = channel::<()>();
            scope.spawn(move || {
                while end.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                    taken.goes(self.link);
                    self.say(shard, About::Goes);
                }
            });
            let done = work();
            drop(ended);
            done
        })
    }

    /// Plays a shard.
    fn play(
        &mut self,
        place: usize,
        shard: &Shard,
        taken: &Taken,
        tell: &mut dyn FnMut(Event),
    ) -> Option<Done> {
        let opened = &self.opened[place].1;
        let Some(span) = opened.span(shard.shard) else {
            return Some(self.refuse(shard, taken, "the job has no such shard".into()));
        };
        self.say(shard, About::Began);
        tell(Event::Began { span });
        let began = Instant::now();
        let play = || catch_unwind(AssertUnwindSafe(|| opened.play(span)));
        let came = self.keeping(shard, taken, play);
        let seconds = began.elapsed().as_secs_f64();
        let (kind, body) = match came {
            Ok(Ok(Came::Outcomes(bytes))) => (Kind::Outcomes, bytes),
            Ok(Ok(Came::Refusal(why))) => (Kind::Refusal, why.into_bytes()),
            Ok(Err(why)) => return Some(self.refuse(shard, taken, why)),
            Err(_) => {
                let why = "this program failed at it, which is a fault of its own";
                return Some(self.refuse(shard, taken, why.into()));
            }
        };
        let head = Head {
            format: 1,
            job: shard.job.clone(),
            shard: shard.shard,
            kind,
            sha256: sha256(&body),
            bytes: body.len() as u64,
            here: true,
            worker: self.name.clone(),
            seconds,
        };
        let how = self.publish(&head, &body, shard, taken, tell)?;
        let Head { bytes, sha256, .. } = head;
        Some(Done { seconds, bytes, sha256: Some(sha256), ..done(shard, Some(span), how) })
    }

    /// Publishes, then acknowledges: a shard that is acknowledged has its result.
    fn publish(
        &mut self,
        head: &Head,
        body: &[u8],
        shard: &Shard,
        taken: &Taken,
        tell: &mut dyn FnMut(Event),
    ) -> Option<How> {
        let note = &mut |words: &str| tell(Event::Note(words.into()));
        // The result is there, so it is published though the user may want no more, if the server takes it.
        let go_on = AtomicBool::new(false);
        let stop =
            if self.settings.stop.load(Ordering::Relaxed) { self.settings.stop } else { &go_on };
        let store = &self.store;
        let published = match store.publish(head, body) {
            Ok(published) => Ok(published),
            Err(Unreachable::Refused(why)) => Err(Gone::Refused(why)),
            Err(_) => Patience::new(stop).ask(note, || store.publish(head, body)),
        };
        let how = match published {
            Ok(Published::First) => How::Done,
            Ok(Published::There) => How::There,
            Ok(Published::Differs) => How::Differs,
            Err(Gone::Stopped) => return None,
            Err(Gone::Refused(why)) => {
                self.refuse(shard, taken, why.clone());
                note(&why);
                return None;
            }
        };
        taken.done(self.link);
        self.say(shard, About::Done);
        match how {
            How::Done => self.counts.done += 1,
            How::Differs => self.counts.differ += 1,
            How::There | How::Refused => self.counts.there += 1,
        }
        Some(how)
    }

    fn say(&self, shard: &Shard, about: About) {
        self.speak(&shard.job, Some(shard.shard), about);
    }

    fn speak(&self, job: &str, shard: Option<u64>, about: About) {
        let (worker, program) = (self.name.clone(), self.settings.program.clone());
        Notice { worker, program, shard, about }.say(self.link, &self.subjects, job);
    }

    /// Looks what waits for other programs, and tells whoever waits for it.
    fn others(&mut self, tell: &mut dyn FnMut(Event)) {
        if self.looked.is_some_and(|looked| looked.elapsed() < BETWEEN) {
            return;
        }
        self.looked = Some(Instant::now());
        let Ok(others) = self.queue.of_others() else { return };
        self.counts.others = others.values().sum();
        for (job, shards) in others {
            self.speak(&job, None, About::Another);
            tell(Event::Others { shards, job });
        }
    }
}

fn done(shard: &Shard, span: Option<Span>, how: How) -> Done {
    Done {
        job: shard.job.clone(),
        shard: shard.shard,
        arm: span.map(|span| span.arm),
        listeners: span.map(|span| [span.from, span.to]),
        how,
        why: None,
        seconds: 0.0,
        bytes: 0,
        sha256: None,
    }
}

/// A name that no other worker has: by its process, and by when it began.
fn name() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let began = now.unwrap_or_default().as_nanos();
    let hash = sha256(format!("{} {began}", std::process::id()).as_bytes());
    format!("{}-{}", std::process::id(), hash.get(..6).unwrap_or_default())
}

fn about(job: &Job) -> String {
    let arm = |arm: &Arm| format!("policy `{}` and model `{}`", arm.policy.name, arm.model.name);
    match &job.task {
        Task::Arms { arms } => arms.iter().map(arm).collect::<Vec<_>>().join(", "),
        Task::Ablation { arm: one, arms, .. } => format!("{arms} arms of {}", arm(one)),
        Task::Search { arm: one, runs, .. } => {
            format!("{} policies that a search from {} tries", runs.len(), arm(one))
        }
        Task::Log { .. } => format!("a log over the catalogue `{}`", job.catalogue.name),
    }
}
