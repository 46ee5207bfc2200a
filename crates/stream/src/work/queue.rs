//! The queue of shards: a work queue of JetStream, of which nothing is believed but that it hands out what lies in it.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::consumer::pull::Config as Pull;
use async_nats::jetstream::consumer::{AckPolicy, Consumer};
use async_nats::jetstream::message::AckKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{Context, Message};
use futures_util::{StreamExt, TryStreamExt};

use super::handing;
use super::program::Program;
use super::shard::Shard;
use super::subjects::Subjects;
use crate::nats::{Link, Unreachable};

/// How long a worker may be silent about a shard, if nobody says otherwise.
pub const LEASE: Duration = Duration::from_secs(30);
/// How long a shard lies in the queue that nobody does.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How often the queue hands a shard out by itself.
const HANDED_OUT: i64 = 5;
/// Shards that may be out at once.
const OUT: i64 = 100_000;
/// Shards whose places are asked for together.
const TOGETHER: usize = 256;

/// The queue, as one program sees it.
pub(super) struct Queue<'a> {
    link: &'a Link,
    subjects: Subjects,
    program: Program,
    stream: Stream,
    consumer: Consumer<Pull>,
}

/// A shard that was taken off the queue. Unless it is done with, another worker gets it when the lease has run out.
pub(super) struct Taken {
    message: Message,
}

impl<'a> Queue<'a> {
    /// Opens it, as a worker does who takes what comes.
    pub(super) fn open(link: &'a Link, program: &Program) -> Result<Self, Unreachable> {
        Self::with_lease(link, program, None)
    }

    /// Opens it with this lease for all shards from now on.
    pub(super) fn with_lease(
        link: &'a Link,
        program: &Program,
        lease: Option<Duration>,
    ) -> Result<Self, Unreachable> {
        let subjects = Subjects::of(&link.address);
        let stream = link.stream(Config {
            name: subjects.queue(),
            subjects: vec![subjects.all_work()],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            // Handing out anew takes the place of what lies there.
            max_messages_per_subject: 1,
            discard: DiscardPolicy::Old,
            max_age: KEPT,
            description: Some("Melody: shards to be done".into()),
            ..Config::default()
        })?;
        let name = format!("workers-{}", program.token());
        let config = Pull {
            durable_name: Some(name.clone()),
            filter_subject: subjects.work_of(program.token()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: lease.unwrap_or(LEASE),
            max_deliver: HANDED_OUT,
            max_ack_pending: OUT,
            ..Pull::default()
        };
        let away = |error: &dyn std::fmt::Display| {
            Unreachable::Away(format!("{}: the queue: {error}", link.address))
        };
        let consumer = match lease {
            Some(_) => link.wait(stream.create_consumer(config)).map_err(|error| away(&error))?,
            None => link
                .wait(stream.get_or_create_consumer(&name, config))
                .map_err(|error| away(&error))?,
        };
        Ok(Queue { link, subjects, program: program.clone(), stream, consumer })
    }

    fn away(&self, error: impl std::fmt::Display) -> Unreachable {
        Unreachable::Away(format!("{}: the queue: {error}", self.link.address))
    }

    /// Puts shards of a job in, each with the place it got. What of them lies there already is replaced.
    pub(super) fn hand_out(
        &self,
        job: &str,
        shards: &[u64],
        lease: Duration,
    ) -> Result<Vec<(u64, u64)>, Unreachable> {
        let mut places = Vec::with_capacity(shards.len());
        for some in shards.chunks(TOGETHER) {
            let handed: Result<Vec<(u64, u64)>, Unreachable> = self.link.wait(async {
                let mut asked = Vec::with_capacity(some.len());
                for &number in some {
                    let shard = Shard {
                        format: 1,
                        program: self.program.clone(),
                        job: job.into(),
                        shard: number,
                        lease_ms: lease.as_millis() as u64,
                    };
                    let subject = self.subjects.work(self.program.token(), job, number);
                    let published = self.link.context.publish(subject, shard.bytes().into()).await;
                    asked.push((number, published.map_err(|error| self.away(error))?));
                }
                let mut places = Vec::with_capacity(some.len());
                for (number, place) in asked {
                    places.push((number, place.await.map_err(|error| self.away(error))?.sequence));
                }
                Ok(places)
            });
            places.extend(handed?);
        }
        Ok(places)
    }

    /// What the queue says of a job.
    pub(super) fn look(&self, job: &str) -> Result<handing::Queue, Unreachable> {
        let filter = self.subjects.work_of_job(self.program.token(), job);
        let lying = self.subjects_of(&filter)?;
        let lying = lying.keys().filter_map(|subject| Some(self.subjects.read_work(subject)?.2));
        let info = self.link.wait(self.stream.consumer_info(&self.consumer.cached_info().name));
        let info = info.map_err(|error| self.away(error))?;
        Ok(handing::Queue {
            lying: lying.collect(),
            delivered: info.delivered.stream_sequence,
            pending: info.num_pending,
            awaited: info.num_ack_pending as u64,
        })
    }

    /// Shards that wait for other programs: how many of each job.
    pub(super) fn of_others(&self) -> Result<BTreeMap<String, u64>, Unreachable> {
        let mut others = BTreeMap::new();
        for subject in self.subjects_of(&self.subjects.all_work())?.keys() {
            match self.subjects.read_work(subject) {
                Some((program, job, _)) if program != self.program.token() => {
                    *others.entry(job.to_string()).or_default() += 1;
                }
                _ => {}
            }
        }
        Ok(others)
    }

    fn subjects_of(&self, filter: &str) -> Result<BTreeMap<String, usize>, Unreachable> {
        let found = self.link.wait(async {
            self.stream.info_with_subjects(filter).await?.try_collect::<Vec<_>>().await
        });
        Ok(found.map_err(|error| self.away(error))?.into_iter().collect())
    }

    /// Takes the next shard, if one is there in time.
    pub(super) fn take(&self, within: Duration) -> Result<Option<Taken>, Unreachable> {
        if self.link.context.client().connection_state() != State::Connected {
            return Err(self.away("the connection is gone"));
        }
        let next = self.link.wait(async {
            let asked = self.consumer.batch().max_messages(1).expires(within);
            let mut batch = asked.messages().await.map_err(|error| error.to_string())?;
            batch.next().await.transpose().map_err(|error| error.to_string())
        });
        let message = next.map_err(|error| self.away(error))?;
        Ok(message.map(|message| Taken { message }))
    }
}

impl Taken {
    /// What it says.
    pub(super) fn payload(&self) -> &[u8] {
        &self.message.payload
    }

    /// It is done, and lies in the queue no more. That this gets lost is no harm.
    pub(super) fn done(&self, link: &Link) {
        let _ = link.wait(self.message.ack());
    }

    /// It is still being done.
    pub(super) fn goes(&self, link: &Link) {
        let _ = link.wait(self.message.ack_with(AckKind::Progress));
    }

    /// Somebody else may have it, after a while.
    pub(super) fn leave(&self, link: &Link, after: Duration) {
        let _ = link.wait(self.message.ack_with(AckKind::Nak(Some(after))));
    }
}

/// What JetStream is asked through is shared by threads.
#[allow(dead_code, reason = "asked of the compiler alone")]
const fn shared<T: Sync>() {}
const _: () = shared::<Context>();
const _: () = shared::<Link>();
