//! Whoever asks for an experiment: hands its shards out and puts the results together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::gathering::{Found, Gathering};
use super::handing::{Handing, Lost};
use super::job::Job;
use super::notice::{About, Ears, Notice};
use super::parcel::Parcel;
use super::patience::{Gone, Patience};
use super::program::Program;
use super::queue::Queue;
use super::record::{self, Head, Kind};
use super::store::{Lying, Store};
use super::subjects::Subjects;
use crate::nats::{Link, Unreachable};

/// What is to be done, and how.
pub struct Orders<'a> {
    /// The job.
    pub job: &'a Job,
    /// Its files.
    pub parcel: &'a Parcel,
    /// How long a worker may be silent about a shard.
    pub lease: Duration,
    /// Results that are there are taken away first.
    pub afresh: bool,
    /// Set when the user wants no more.
    pub stop: &'a AtomicBool,
}

/// What is told while it goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// So many shards, of which so many were there already.
    Begun {
        /// What the job is called.
        job: String,
        /// How many shards it has.
        shards: u64,
        /// How many of them have results from before.
        there: u64,
        /// Listeners of those.
        listeners: u64,
    },
    /// How far it is.
    Goes {
        /// Listeners that are through, each counted in every arm.
        listeners: u64,
        /// Shards that have results.
        shards: u64,
        /// Workers that have been heard of lately.
        workers: usize,
    },
    /// Something worth a line.
    Note(String),
}

/// What it took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Shards of the job.
    pub shards: u64,
    /// Those whose results were there before.
    pub there: u64,
    /// Results that came a second time, the same.
    pub doubles: u64,
    /// Shards that were neither done nor in the queue, and were handed out anew.
    pub gone: u64,
    /// Shards that lay in the queue for good, and were handed out anew.
    pub stranded: u64,
    /// Times that a worker said it cannot do a shard.
    pub refused: u64,
    /// The names of the workers whose results were taken.
    pub workers: BTreeSet<String>,
    /// Bytes of all results.
    pub bytes: u64,
}

impl Summary {
    /// Takes in what another job took.
    pub fn add(&mut self, other: Summary) {
        let Summary { shards, there, doubles, gone, stranded, refused, workers, bytes } = other;
        self.shards += shards;
        self.there += there;
        self.doubles += doubles;
        self.gone += gone;
        self.stranded += stranded;
        self.refused += refused;
        self.workers.extend(workers);
        self.bytes += bytes;
    }
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    /// The user wanted no more.
    #[error("{done} of {shards} shards are done; the same command goes on with them")]
    Stopped {
        /// Shards that have results.
        done: u64,
        /// How many there are.
        shards: u64,
    },
    /// As one process would have said it.
    #[error("{0}")]
    Refusal(String),
    /// Something is wrong that waiting does not help.
    #[error("{0}")]
    Wrong(String),
}

/// What takes results in: the shard's number and what came of it, in the order of shards.
type Take<'a> = &'a mut dyn FnMut(u64, Vec<u8>) -> Result<(), String>;

/// Bodies of results that wait for their turn take so much memory at most, in bytes; what is above is fetched again.
const ROOM: usize = 1 << 28;
/// How long notices are waited for before results are looked for again.
const BETWEEN: Duration = Duration::from_millis(100);
/// Notices heard between two looks at results.
const NOTICES: usize = 256;
/// Without a sign of any worker for so long, the user is told how to start one.
const ALONE: Duration = Duration::from_secs(20);

/// A job that is going on.
pub struct Coordinator<'a> {
    link: &'a Link,
    orders: Orders<'a>,
    id: String,
    store: Store<'a>,
    queue: Queue<'a>,
    ears: Ears,
    gathering: Gathering,
    handing: Handing,
    patience: Patience<'a>,
    began: Instant,
    /// The place behind the last result that was read.
    from: u64,
    listeners: u64,
    seen: BTreeMap<String, Duration>,
    others: BTreeMap<String, Program>,
    summary: Summary,
    told_alone: bool,
}

impl<'a> Coordinator<'a> {
    /// Begins: what is there of the job is taken in when it is run, and the rest is handed out.
    ///
    /// # Errors
    /// When the server is away, or is not what it must be.
    pub fn open(link: &'a Link, orders: Orders<'a>) -> Result<Self, Unreachable> {
        let (job, id) = (orders.job, orders.job.id());
        let store = Store::open(link)?;
        let queue = Queue::with_lease(link, &job.program, Some(orders.lease))?;
        let ears = Ears::open(link, &Subjects::of(&link.address), &id)?;
        if orders.afresh {
            store.forget(&id)?;
        }
        Ok(Coordinator {
            link,
            id,
            store,
            queue,
            ears,
            gathering: Gathering::new(job.shards(), ROOM),
            handing: Handing::new(job.shards(), orders.lease),
            patience: Patience::new(orders.stop),
            began: Instant::now(),
            from: 1,
            listeners: 0,
            seen: BTreeMap::new(),
            others: BTreeMap::new(),
            summary: Summary { shards: job.shards(), ..Summary::default() },
            told_alone: false,
            orders,
        })
    }

    /// Goes on until every shard has its result and `take` has been given all of them, in order.
    ///
    /// # Errors
    /// When the user wants no more, two results differ, or a shard cannot be done.
    pub fn run(mut self, take: Take, tell: &mut dyn FnMut(Told)) -> Result<Summary, Undone> {
        while self.read(tell)? {
            self.give(take, tell)?;
        }
        self.summary.there = self.gathering.found();
        let (shards, there) = (self.summary.shards, self.summary.there);
        let (job, listeners) = (self.id.clone(), self.listeners);
        tell(Told::Begun { job, shards, there, listeners });
        if there < shards {
            self.begin(tell)?;
        }
        let every = (self.orders.lease / 3).max(Duration::from_secs(1));
        let mut looked = self.now();
        while !self.gathering.over() {
            self.hear(tell)?;
            while self.read(tell)? {
                self.give(take, tell)?;
            }
            self.give(take, tell)?;
            if self.now() - looked >= every {
                self.look(tell)?;
                looked = self.now();
            }
            self.alone(tell);
            tell(self.goes());
        }
        Ok(self.summary)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn goes(&self) -> Told {
        let lately = self.now().saturating_sub(self.orders.lease);
        let workers = self.seen.values().filter(|seen| **seen >= lately).count();
        Told::Goes { listeners: self.listeners, shards: self.gathering.found(), workers }
    }

    fn undone(&self, gone: Gone) -> Undone {
        let (done, shards) = (self.gathering.found(), self.summary.shards);
        match gone {
            Gone::Stopped => Undone::Stopped { done, shards },
            Gone::Refused(why) => Undone::Wrong(why),
        }
    }

    /// Lays the job down, and hands out what has no result and does not lie in the queue.
    fn begin(&mut self, tell: &mut dyn FnMut(Told)) -> Result<(), Undone> {
        let note = &mut |words: &str| tell(Told::Note(words.into()));
        let Coordinator { store, queue, orders, id, .. } = &*self;
        let kept = self.patience.ask(note, || store.keep_job(orders.job, orders.parcel));
        kept.map_err(|gone| self.undone(gone))?;
        let lying = self.patience.ask(note, || queue.look(id)).map_err(|gone| self.undone(gone))?;
        let missing: Vec<u64> =
            self.gathering.missing().filter(|shard| !lying.lying.contains(shard)).collect();
        self.hand_out(&missing, tell)
    }

    fn hand_out(&mut self, shards: &[u64], tell: &mut dyn FnMut(Told)) -> Result<(), Undone> {
        let note = &mut |words: &str| tell(Told::Note(words.into()));
        let Coordinator { queue, orders, id, .. } = &*self;
        let handed = self.patience.ask(note, || queue.hand_out(id, shards, orders.lease));
        let now = self.now();
        for (shard, sequence) in handed.map_err(|gone| self.undone(gone))? {
            self.handing.handed(shard, sequence, now);
        }
        Ok(())
    }

    /// Reads the next result, if there is one.
    fn read(&mut self, tell: &mut dyn FnMut(Told)) -> Result<bool, Undone> {
        let note = &mut |words: &str| tell(Told::Note(words.into()));
        let (store, id, from) = (&self.store, &self.id, self.from);
        let next = self.patience.ask(note, || store.next_result(id, from));
        let Some(Lying { sequence, subject, payload }) = next.map_err(|gone| self.undone(gone))?
        else {
            return Ok(false);
        };
        self.from = sequence + 1;
        let Some(shard) = self.store.shard_of(&subject) else { return Ok(true) };
        match record::read(&payload, (&self.id, shard)) {
            Ok((head, body)) => self.take(head, body)?,
            Err(why) => note(&format!(
                "a result of shard {shard} cannot be read, and is passed over: {why}"
            )),
        }
        Ok(true)
    }

    fn take(&mut self, head: Head, body: Option<&[u8]>) -> Result<(), Undone> {
        let now = self.now();
        let (shard, bytes, worker) = (head.shard, head.bytes, head.worker.clone());
        match self.gathering.take(head, body).map_err(|differ| Undone::Wrong(differ.to_string()))? {
            Found::First => {
                let span = self.orders.job.span(shard);
                self.listeners += span.map_or(0, |span| span.to - span.from);
                self.summary.bytes += bytes;
                self.summary.workers.insert(worker);
                self.handing.sign(shard, now);
            }
            Found::Double => self.summary.doubles += 1,
            Found::Stray => {}
        }
        Ok(())
    }

    /// Gives out the results whose turn it is.
    fn give(&mut self, take: Take, tell: &mut dyn FnMut(Told)) -> Result<(), Undone> {
        while let Some((head, body)) = self.gathering.next() {
            let body = match body {
                Some(body) => body,
                None => self.fetch(&head, tell)?,
            };
            match head.kind {
                Kind::Outcomes => take(head.shard, body).map_err(Undone::Wrong)?,
                Kind::Refusal => {
                    return Err(Undone::Refusal(String::from_utf8_lossy(&body).into_owned()));
                }
            }
        }
        Ok(())
    }

    /// The body of a result that could not be held, or lies elsewhere.
    fn fetch(&mut self, head: &Head, tell: &mut dyn FnMut(Told)) -> Result<Vec<u8>, Undone> {
        let note = &mut |words: &str| tell(Told::Note(words.into()));
        let store = &self.store;
        let body =
            self.patience.ask(note, || store.body(head)).map_err(|gone| self.undone(gone))?;
        body.ok_or_else(|| {
            Undone::Wrong(format!(
                "what came of shard {} is not on the server any more, or damaged; `--afresh` does all of it again",
                head.shard
            ))
        })
    }

    /// Hears what workers say.
    fn hear(&mut self, tell: &mut dyn FnMut(Told)) -> Result<(), Undone> {
        let mut wait = BETWEEN;
        for _ in 0..NOTICES {
            let Some(notice) = self.ears.hear(self.link, wait) else { return Ok(()) };
            wait = Duration::ZERO;
            self.heard(notice, tell)?;
        }
        Ok(())
    }

    fn heard(&mut self, notice: Notice, tell: &mut dyn FnMut(Told)) -> Result<(), Undone> {
        let now = self.now();
        let Notice { worker, program, shard, about } = notice;
        if about == About::Another {
            if self.others.insert(worker, program.clone()).is_none() {
                let ours = &self.orders.job.program;
                let words = format!(
                    "a worker is Melody {program}, which is another program than this, {ours}: it leaves these shards alone"
                );
                tell(Told::Note(words));
            }
            return Ok(());
        }
        self.seen.insert(worker.clone(), now);
        let Some(shard) = shard else { return Ok(()) };
        match about {
            About::Began => self.handing.begun(shard, now),
            About::Goes | About::Done | About::Another => self.handing.sign(shard, now),
            About::Refused(why) => {
                self.handing.refused(shard, now);
                self.summary.refused += 1;
                tell(Told::Note(format!("worker {worker} cannot do shard {shard}: {why}")));
                if self.handing.refused_by_all(shard) && !self.gathering.has(shard) {
                    return Err(Undone::Wrong(format!("shard {shard} is done by nobody: {why}")));
                }
                self.keep(tell)?;
            }
        }
        if self.handing.ends_workers(shard) && !self.gathering.has(shard) {
            return Err(Undone::Wrong(format!(
                "shard {shard} was begun again and again and never came to anything: it may end the workers that do it, \
                 or take longer than they live; try a smaller `--shard`"
            )));
        }
        Ok(())
    }

    /// Lays down again what of the job is not there.
    fn keep(&mut self, tell: &mut dyn FnMut(Told)) -> Result<(), Undone> {
        let note = &mut |words: &str| tell(Told::Note(words.into()));
        let Coordinator { store, orders, .. } = &*self;
        let kept = self.patience.ask(note, || store.keep_job(orders.job, orders.parcel));
        kept.map_err(|gone| self.undone(gone))
    }

    /// Looks after shards that have got lost.
    fn look(&mut self, tell: &mut dyn FnMut(Told)) -> Result<(), Undone> {
        let note = &mut |words: &str| tell(Told::Note(words.into()));
        let (store, queue, id) = (&self.store, &self.queue, &self.id);
        let last =
            self.patience.ask(note, || store.last_place()).map_err(|gone| self.undone(gone))?;
        if last + 1 < self.from {
            // The stream is another than it was: what it has is read from its beginning.
            self.from = 1;
        }
        let lying = self.patience.ask(note, || queue.look(id)).map_err(|gone| self.undone(gone))?;
        // A worker publishes before it acknowledges, so what lies in the queue no more has its result by now.
        while self.read(tell)? {}
        let lost = self.handing.lost(self.gathering.missing(), &lying, self.now());
        if lost.is_empty() {
            return Ok(());
        }
        let count = |of: Lost| lost.iter().filter(|(_, lost)| *lost == of).count() as u64;
        let (gone, stranded) = (count(Lost::Gone), count(Lost::Stranded));
        self.summary.gone += gone;
        self.summary.stranded += stranded;
        tell(Told::Note(format!(
            "handed out anew: {gone} shards that the queue has lost, {stranded} that it hands out no more"
        )));
        self.keep(tell)?;
        let shards: Vec<u64> = lost.into_iter().map(|(shard, _)| shard).collect();
        self.hand_out(&shards, tell)
    }

    /// Tells, once, how to start a worker where none is heard of.
    fn alone(&mut self, tell: &mut dyn FnMut(Told)) {
        let last = self.seen.values().max().copied().unwrap_or_default();
        if self.told_alone || self.now().saturating_sub(last) < ALONE {
            return;
        }
        self.told_alone = true;
        tell(Told::Note(format!(
            "no worker is heard of; each is started by `melody worker --from {}`",
            self.link.address
        )));
    }
}
