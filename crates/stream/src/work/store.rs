//! What is kept on the server: jobs, files and results, each under a name that says what it must be.

use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{
    Config, DirectGetErrorKind, RetentionPolicy, StorageType, Stream,
};

use super::job::Job;
use super::parcel::Parcel;
use super::part::File;
use super::record::{self, Head};
use super::subjects::Subjects;
use crate::nats::{Link, Unreachable};

/// How long anything is kept.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Bytes of a message of a file, and of a result's body that goes with its head.
const PIECE: usize = 1 << 18;
/// What a server must take in one message, in bytes.
const NEEDED: usize = PIECE + (1 << 14);

/// The stream of all that is kept.
pub(super) struct Store<'a> {
    link: &'a Link,
    subjects: Subjects,
    stream: Stream,
}

/// A message as it lies in the stream.
pub(super) struct Lying {
    /// Its place.
    pub sequence: u64,
    pub subject: String,
    pub payload: Vec<u8>,
}

/// What became of a result that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Published {
    /// It is the shard's.
    First,
    /// There was one already, and it is the same.
    There,
    /// There was one already, and it is another. Both lie there now, for whoever waits for results to see.
    Differs,
}

impl<'a> Store<'a> {
    /// Opens it; it is made where it is not there.
    pub(super) fn open(link: &'a Link) -> Result<Self, Unreachable> {
        let most = link.context.client().max_payload();
        if most < NEEDED {
            return Err(Unreachable::Refused(format!(
                "{}: the server takes {most} bytes in a message, and {NEEDED} are needed: `max_payload` in its configuration",
                link.address
            )));
        }
        let subjects = Subjects::of(&link.address);
        let stream = link.stream(Config {
            name: subjects.store(),
            subjects: subjects.all_kept(),
            retention: RetentionPolicy::Limits,
            storage: StorageType::File,
            max_age: KEPT,
            allow_direct: true,
            description: Some("Melody: jobs, their files and their results".into()),
            ..Config::default()
        })?;
        Ok(Store { link, subjects, stream })
    }

    fn away(&self, error: impl std::fmt::Display) -> Unreachable {
        Unreachable::Away(format!("{}: {error}", self.link.address))
    }

    /// Lays something under a name. Whether it was: `false` where something lies there and nothing may be beside it.
    fn put(&self, subject: String, bytes: Vec<u8>, alone: bool) -> Result<bool, Unreachable> {
        let message = PublishMessage::build().payload(bytes.into());
        let message = if alone { message.expected_last_subject_sequence(0) } else { message };
        let published =
            self.link.wait(async { self.link.context.send_publish(subject, message).await?.await });
        match published {
            Ok(_) => Ok(true),
            Err(error) => match error.kind() {
                PublishErrorKind::WrongLastSequence => Ok(false),
                PublishErrorKind::MaxPayloadExceeded => {
                    Err(Unreachable::Refused(format!("{}: {error}", self.link.address)))
                }
                _ => Err(self.away(error)),
            },
        }
    }

    /// What was last laid under a name.
    fn last(&self, subject: String) -> Result<Option<Vec<u8>>, Unreachable> {
        match self.link.wait(self.stream.direct_get_last_for_subject(subject)) {
            Ok(message) => Ok(Some(message.payload.to_vec())),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.away(error)),
        }
    }

    /// The first result of a job at this place or behind it.
    pub(super) fn next_result(&self, job: &str, from: u64) -> Result<Option<Lying>, Unreachable> {
        let asked = self.stream.direct_get_builder().sequence(from.max(1));
        match self.link.wait(asked.next_by_subject(self.subjects.results_of(job)).send()) {
            Ok(message) => Ok(Some(Lying {
                sequence: message.sequence,
                subject: message.subject.to_string(),
                payload: message.payload.to_vec(),
            })),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.away(error)),
        }
    }

    /// The last place in the stream.
    pub(super) fn last_place(&self) -> Result<u64, Unreachable> {
        let info = self.link.wait(self.stream.get_info()).map_err(|error| self.away(error))?;
        Ok(info.state.last_sequence)
    }

    /// The shard that a result's subject names.
    pub(super) fn shard_of(&self, subject: &str) -> Option<u64> {
        self.subjects.read_result(subject)
    }

    /// Lays down what a job is and all it needs, as far as it is not there.
    pub(super) fn keep_job(&self, job: &Job, parcel: &Parcel) -> Result<(), Unreachable> {
        if let Some(file) = job.files().find(|file| parcel.get(file).is_none()) {
            return Err(Unreachable::Refused(format!(
                "`{}` was not packed, which is a fault of this program",
                file.name
            )));
        }
        for (sha256, bytes) in parcel.all() {
            self.keep_bytes(sha256, bytes)?;
        }
        let (id, bytes) = (job.id(), job.bytes());
        if self.last(self.subjects.job(&id))?.is_none_or(|found| found != bytes) {
            self.put(self.subjects.job(&id), bytes, false)?;
        }
        Ok(())
    }

    /// A job by its name; `None` where it is not there.
    pub(super) fn job(&self, id: &str) -> Result<Option<Vec<u8>>, Unreachable> {
        self.last(self.subjects.job(id))
    }

    /// Lays bytes down under their hash, piece by piece.
    fn keep_bytes(&self, sha256: &str, bytes: &[u8]) -> Result<(), Unreachable> {
        for (place, piece) in bytes.chunks(PIECE).enumerate() {
            let subject = self.subjects.piece(sha256, place as u64);
            if self.last(subject.clone())?.is_none_or(|found| found != piece) {
                self.put(subject, piece.to_vec(), false)?;
            }
        }
        Ok(())
    }

    /// A file by its hash; `None` where it is not there or not whole.
    pub(super) fn bytes(&self, file: &File) -> Result<Option<Vec<u8>>, Unreachable> {
        let mut bytes = Vec::new();
        for place in 0.. {
            if bytes.len() as u64 >= file.bytes {
                break;
            }
            match self.last(self.subjects.piece(&file.sha256, place))? {
                Some(piece) if !piece.is_empty() => bytes.extend(piece),
                _ => return Ok(None),
            }
        }
        Ok(file.is(&bytes).then_some(bytes))
    }

    /// The result of a shard, if there is one that can be read.
    pub(super) fn result(&self, job: &str, shard: u64) -> Result<Option<Head>, Unreachable> {
        let found = self.last(self.subjects.result(job, shard))?;
        Ok(found.and_then(|message| Some(record::read(&message, (job, shard)).ok()?.0)))
    }

    /// What came of a shard whose result says this; `None` where that is not there any more.
    pub(super) fn body(&self, head: &Head) -> Result<Option<Vec<u8>>, Unreachable> {
        if !head.here {
            let file = File { name: String::new(), sha256: head.sha256.clone(), bytes: head.bytes };
            return self.bytes(&file);
        }
        let Some(message) = self.last(self.subjects.result(&head.job, head.shard))? else {
            return Ok(None);
        };
        let read = record::read(&message, (&head.job, head.shard)).ok();
        Ok(read
            .filter(|(found, _)| found.agrees(head))
            .and_then(|(_, body)| body)
            .map(<[u8]>::to_vec))
    }

    /// Lays down what came of a shard. A result that lies there stays; ours must be the same.
    pub(super) fn publish(&self, head: &Head, body: &[u8]) -> Result<Published, Unreachable> {
        let head = Head { here: body.len() <= PIECE, ..head.clone() };
        if !head.here {
            self.keep_bytes(&head.sha256, body)?;
        }
        let (subject, message) =
            (self.subjects.result(&head.job, head.shard), record::write(&head, body));
        if self.put(subject.clone(), message.clone(), true)? {
            return Ok(Published::First);
        }
        match self.result(&head.job, head.shard)? {
            Some(found) if found.agrees(&head) => Ok(Published::There),
            // One that cannot be read is none.
            None => self.put(subject, message, false).map(|_| Published::First),
            Some(_) => self.put(subject, message, false).map(|_| Published::Differs),
        }
    }

    /// Takes all results of a job away.
    pub(super) fn forget(&self, job: &str) -> Result<(), Unreachable> {
        let purged = self.stream.purge().filter(self.subjects.results_of(job));
        self.link
            .wait(std::future::IntoFuture::into_future(purged))
            .map_err(|error| self.away(error))?;
        Ok(())
    }
}
