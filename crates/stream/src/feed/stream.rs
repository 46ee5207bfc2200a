//! A stream, read in order from where it was read to.
//!
//! The reader keeps its own place, so nothing rests on what the server remembers of acknowledgements: a consumer is made
//! anew with each connection, after the place, and gives out messages without waiting to hear of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::stream::RawMessageErrorKind;
use futures_util::StreamExt;

use super::message::Message;
use super::position::Position;
use crate::nats::{Address, Link, Unreachable};
use crate::publish::feedback;

/// Messages asked for at once.
const AT_ONCE: usize = 1_000;
/// How long a server keeps a consumer that asks for nothing.
const IDLE: Duration = Duration::from_secs(300);

/// A stream being read.
pub struct StreamFeed {
    address: Address,
    folder: PathBuf,
    position: Option<Position>,
    /// The newest message given out.
    given: Option<Position>,
    open: Option<Open>,
    pending: u64,
}

/// A connection, and what is asked through it.
struct Open {
    link: Link,
    consumer: Consumer<pull::Config>,
    /// The next message's number among those that the consumer gives.
    next: u64,
}

impl StreamFeed {
    /// Reads from the place that the folder knows of, or from the beginning.
    pub fn new(address: Address, folder: &Path) -> Self {
        let position = Position::read(folder, &address);
        let given = position.clone();
        StreamFeed { address, folder: folder.into(), position, given, open: None, pending: 0 }
    }

    /// The stream.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Messages that were in the stream and not read when the newest was.
    pub fn pending(&self) -> u64 {
        self.pending
    }

    /// The next messages, after at most about `patience`; none where there are none by then.
    ///
    /// # Errors
    /// When the server is away or refuses. Asking again connects again.
    pub fn more(&mut self, patience: Duration) -> Result<Vec<Message>, Unreachable> {
        let mut open = match self.open.take().filter(|open| open.link.held()) {
            Some(open) => open,
            None => self.connect()?,
        };
        let fetched = fetch(&open, patience);
        let fetched =
            fetched.map_err(|why| Unreachable::Away(format!("{}: {why}", self.address)))?;
        let mut messages = Vec::with_capacity(fetched.len());
        for (number, message, pending) in fetched {
            if number != open.next {
                // Some were lost on the way: they are read again from the last that was not.
                return Ok(self.give(messages, None));
            }
            open.next += 1;
            self.pending = pending;
            messages.push(message);
        }
        if messages.is_empty() {
            self.pending = 0;
        }
        Ok(self.give(messages, Some(open)))
    }

    fn give(&mut self, messages: Vec<Message>, open: Option<Open>) -> Vec<Message> {
        if let Some(last) = messages.last() {
            self.given = Some(Position::new(&self.address, last.sequence, &last.bytes));
        }
        self.open = open;
        messages
    }

    /// All messages given out are on the disk of whoever took them.
    pub fn taken(&mut self) {
        if self.given != self.position
            && let Some(given) = &self.given
        {
            given.write(&self.folder);
            self.position = self.given.clone();
        }
    }

    fn connect(&mut self) -> Result<Open, Unreachable> {
        let link = Link::open(&self.address)?;
        let stream = link.stream(feedback(&self.address))?;
        let after = match &self.given {
            None => 0,
            Some(given) => match link.wait(stream.get_raw_message(given.sequence)) {
                Ok(message) if given.is(&message.payload) => given.sequence,
                Ok(_) => 0,
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => 0,
                Err(e) => return Err(Unreachable::Away(format!("{}: {e}", self.address))),
            },
        };
        let deliver = match after {
            0 => DeliverPolicy::All,
            after => DeliverPolicy::ByStartSequence { start_sequence: after + 1 },
        };
        let config = pull::Config {
            deliver_policy: deliver,
            ack_policy: AckPolicy::None,
            filter_subject: self.address.all_feedback(),
            inactive_threshold: IDLE,
            ..pull::Config::default()
        };
        let consumer = link.wait(stream.create_consumer(config));
        let consumer = consumer.map_err(|e| Unreachable::Away(format!("{}: {e}", self.address)))?;
        Ok(Open { link, consumer, next: 1 })
    }
}

/// Messages, each with its number among those that the consumer has given, and how many there were after it.
fn fetch(open: &Open, patience: Duration) -> Result<Vec<(u64, Message, u64)>, String> {
    open.link.wait(async {
        let mut messages = Vec::new();
        // What is there; where nothing is, the first that comes.
        let there = open.consumer.fetch().max_messages(AT_ONCE);
        let mut there = there.messages().await.map_err(|e| e.to_string())?;
        while let Some(message) = there.next().await {
            messages.push(numbered(&message.map_err(|e| e.to_string())?)?);
        }
        if messages.is_empty() {
            let first = open.consumer.batch().max_messages(1).expires(patience);
            let mut first = first.messages().await.map_err(|e| e.to_string())?;
            while let Some(message) = first.next().await {
                messages.push(numbered(&message.map_err(|e| e.to_string())?)?);
            }
        }
        Ok(messages)
    })
}

fn numbered(message: &jetstream::Message) -> Result<(u64, Message, u64), String> {
    let info = message.info().map_err(|e| e.to_string())?;
    let received_ms = Some((info.published.unix_timestamp_nanos() / 1_000_000) as i64);
    let bytes = message.payload.to_vec();
    let taken = Message { bytes, received_ms, sequence: info.stream_sequence };
    Ok((info.consumer_sequence, taken, info.pending))
}
