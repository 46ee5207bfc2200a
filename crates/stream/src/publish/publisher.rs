//! Follows a log and sends what it has acknowledged, from a thread of its own.
//!
//! A server that is away costs nothing but delay. One that has said it received something may still lose it in a power
//! cut, for as long as it has not synced its files: so after each new connection everything is sent again but what was
//! received over a connection that then held for that time. Whoever takes records from the stream knows each by its hash.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, StorageType};

use super::sent::Sent;
use super::tail::{Line, Tail};
use crate::nats::{Address, Link, Unreachable};
use melody_sessions::log::Head;

/// How long a server may take to sync: its default is two minutes.
const SETTLES: Duration = Duration::from_secs(150);
/// Records that are on their way at once.
const IN_FLIGHT: usize = 256;
/// What a message has beside a record, in bytes.
const HEADERS: usize = 256;
/// How long leaving waits for a thread beyond what it was given.
const GRACE: Duration = Duration::from_millis(500);
/// Between looks at the log.
const LOOK: Duration = Duration::from_millis(50);
/// The first pause before another try, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];

/// Whether the server is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reached {
    /// Not known yet.
    #[default]
    Connecting,
    /// It is.
    Yes,
    /// It is not, for now: why. It is tried again.
    Away(String),
    /// It does not let us in, is not what it should be, or what is to be sent cannot be read: why. It is tried again, and
    /// somebody has to do something.
    Refused(String),
}

impl Reached {
    /// Why it is not reached; `None` where it is, or nothing is known yet.
    pub fn why(&self) -> Option<&str> {
        match self {
            Reached::Connecting | Reached::Yes => None,
            Reached::Away(why) | Reached::Refused(why) => Some(why),
        }
    }
}

/// What is sent and what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spool {
    /// Records that the log has acknowledged.
    pub written: u64,
    /// Records of them that the server has received.
    pub sent: u64,
    /// Whether the server is reached.
    pub reached: Reached,
}

impl Spool {
    /// Records that wait.
    pub fn waiting(&self) -> u64 {
        self.written.saturating_sub(self.sent)
    }
}

#[derive(Default)]
struct Shared {
    spool: Mutex<Spool>,
    /// When sending must end, once nothing more will be written.
    leaving: Mutex<Option<Instant>>,
    bell: Condvar,
}

impl Shared {
    fn spool(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn leaving(&self) -> MutexGuard<'_, Option<Instant>> {
        self.leaving.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Waits, but no longer than until sending is to end. Whether it is to end by now.
    fn pause(&self, pause: Duration) -> bool {
        let leaving = self.leaving();
        let rest =
            leaving.map_or(pause, |end| pause.min(end.saturating_duration_since(Instant::now())));
        let waited = self.bell.wait_timeout(leaving, rest);
        let leaving = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(guard, _)| guard);
        leaving.is_some_and(|end| Instant::now() >= end)
    }
}

/// Sends a log to a stream as it grows.
pub struct Publisher {
    log: PathBuf,
    address: Address,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Publisher {
    /// Follows a log, from where it was sent to already.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn follow(log: &Path, address: &Address) -> Result<Self, String> {
        let shared = Arc::new(Shared::default());
        let (theirs, path, to) = (shared.clone(), log.to_path_buf(), address.clone());
        let thread = std::thread::Builder::new()
            .name("publish".into())
            .spawn(move || Sending::new(path, to, &theirs).run())
            .map_err(|e| format!("{}: {e}", log.display()))?;
        Ok(Publisher { log: log.into(), address: address.clone(), shared, thread: Some(thread) })
    }

    /// The log that is followed.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The stream that it is sent to.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// How far it has come.
    pub fn spool(&self) -> Spool {
        let mut spool = self.shared.spool().clone();
        // The thread may not have looked since the newest record was acknowledged: that one waits as well.
        let head = Head::read(&self.log).map_or(0, |head| head.records());
        spool.written = spool.written.max(head);
        if self.thread.as_ref().is_some_and(JoinHandle::is_finished) {
            spool.reached = Reached::Refused("its thread has ended".into());
        }
        spool
    }

    /// The log is whole: sends what is left of it, for as long as `patience`. Gives what came of it. What is not sent then
    /// stays in the log, and can be sent later.
    pub fn finish(mut self, patience: Duration) -> Spool {
        self.leave(patience);
        self.spool()
    }

    /// The same, with a sentence on what is not sent then; `None` where all is.
    pub fn finish_telling(self, patience: Duration) -> Option<String> {
        let (log, address) = (self.log.display().to_string(), self.address.clone());
        let spool = self.finish(patience);
        let why = spool.reached.why().map_or(String::new(), |why| format!(" ({why})"));
        (spool.waiting() > 0).then(|| {
            let Spool { written, .. } = spool;
            let left = spool.waiting();
            format!(
                "{log}: {left} of {written} records are not sent yet{why}; `melody log publish {log} --to {address}` sends them"
            )
        })
    }

    fn leave(&mut self, patience: Duration) {
        let end = Instant::now() + patience;
        *self.shared.leaving() = Some(end);
        self.shared.bell.notify_all();
        let Some(thread) = self.thread.take() else { return };
        // One that is in the middle of connecting may not come back for a while, and holds nothing that is not in the log.
        while !thread.is_finished() && Instant::now() < end + GRACE {
            std::thread::sleep(LOOK / 10);
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.leave(Duration::ZERO);
    }
}

/// What the thread does.
struct Sending<'a> {
    address: Address,
    log: PathBuf,
    tail: Tail,
    sent: Sent,
    /// When how many records had been sent, of late.
    lately: VecDeque<(Instant, u64)>,
    shared: &'a Shared,
}

impl<'a> Sending<'a> {
    fn new(log: PathBuf, address: Address, shared: &'a Shared) -> Self {
        let sent = Sent::read(&log, &address);
        shared.spool().sent = sent.sent;
        Sending { tail: Tail::new(&log), sent, lately: VecDeque::new(), address, log, shared }
    }

    fn run(mut self) {
        let [mut pause, longest] = PAUSES;
        loop {
            let before = self.sent.sent;
            let ended = Link::open(&self.address).and_then(|link| self.over(&link));
            self.sent.write(&self.log);
            match ended {
                Ok(()) => return,
                Err(Unreachable::Away(why)) => self.shared.spool().reached = Reached::Away(why),
                Err(Unreachable::Refused(why)) => {
                    self.shared.spool().reached = Reached::Refused(why)
                }
            }
            if self.sent.sent > before {
                pause = PAUSES[0];
            }
            if self.look() || self.shared.pause(pause) {
                return;
            }
            pause = (2 * pause).min(longest);
        }
    }

    /// Looks how much was written meanwhile. Whether nothing is left to be sent and nothing more will come.
    fn look(&mut self) -> bool {
        let leaving = self.shared.leaving().is_some();
        if let Ok(written) = self.tail.acknowledged() {
            self.shared.spool().written = written;
            return leaving && self.sent.sent >= written;
        }
        false
    }

    /// Sends over a connection until it breaks or nothing more will come.
    fn over(&mut self, link: &Link) -> Result<(), Unreachable> {
        let stream = link.stream(feedback(&self.address))?;
        self.shared.spool().reached = Reached::Yes;
        // What was received over an earlier connection and had not settled may be gone.
        self.lately.clear();
        let created = format!("{:?}", stream.cached_info().created);
        let mut begun = false;
        let most = link.context.client().server_info().max_payload;
        let mut told = Instant::now();
        let mut written = self.sent.clone();
        loop {
            if !link.held() {
                return Err(away(&self.address, "the connection was lost"));
            }
            // Before the log is read: what is written after this is written before nothing more comes.
            let leaving = self.shared.leaving().is_some();
            if !begun && let Some(first) = self.tail.first().map_err(Unreachable::Refused)? {
                self.sent.of(&first, &created);
                self.shared.spool().sent = self.sent.sent;
                self.tail.seek(self.sent.settled);
                begun = true;
            }
            let lines = match begun {
                true => self.tail.take(IN_FLIGHT).map_err(Unreachable::Refused)?,
                false => Vec::new(),
            };
            if lines.is_empty() {
                self.look();
                if told.elapsed() > LOOK * 20 {
                    self.settle();
                    if self.sent != written {
                        self.sent.write(&self.log);
                        written = self.sent.clone();
                    }
                    told = Instant::now();
                }
                if leaving || self.shared.pause(LOOK) {
                    return Ok(());
                }
                continue;
            }
            let fit = lines.iter().position(|line| line.bytes.len() + HEADERS > most);
            self.batch(link, &lines[..fit.unwrap_or(lines.len())])?;
            if let Some(line) = fit.map(|at| &lines[at]) {
                self.tail.seek(line.sequence);
                return Err(Unreachable::Refused(format!(
                    "{}: record {} has {} bytes, and the server takes messages of {most}: raise its `max_payload`",
                    self.log.display(),
                    line.sequence,
                    line.bytes.len()
                )));
            }
            if self.shared.leaving().is_some_and(|end| Instant::now() >= end) {
                return Ok(());
            }
        }
    }

    fn batch(&mut self, link: &Link, lines: &[Line]) -> Result<(), Unreachable> {
        let subject = self.address.feedback();
        link.wait(async {
            let mut answers = Vec::with_capacity(lines.len());
            for line in lines {
                // The server's deduplication saves room; nothing rests on it.
                let message = PublishMessage::build()
                    .payload(line.bytes.clone().into())
                    .message_id(&line.hash);
                let answer = link.context.send_publish(subject.clone(), message).await;
                answers.push(answer.map_err(|e| away(&self.address, &e.to_string()))?);
            }
            for (line, answer) in lines.iter().zip(answers) {
                answer.await.map_err(|e| away(&self.address, &e.to_string()))?;
                self.sent.sent = self.sent.sent.max(line.sequence + 1);
                self.shared.spool().sent = self.sent.sent;
            }
            Ok(())
        })?;
        if let Some(last) = lines.last() {
            self.lately.push_back((Instant::now(), last.sequence + 1));
        }
        let written = self.tail.acknowledged().map_err(Unreachable::Refused)?;
        self.shared.spool().written = written;
        Ok(())
    }

    /// What was received so long ago that the server's disk has it.
    fn settle(&mut self) {
        while let Some((_, sent)) = self.lately.pop_front_if(|(then, _)| then.elapsed() > SETTLES) {
            self.sent.settled = self.sent.settled.max(sent);
        }
    }
}

fn away(address: &Address, why: &str) -> Unreachable {
    Unreachable::Away(format!("{address}: {why}"))
}

/// The stream that feedback is kept in.
pub(crate) fn feedback(address: &Address) -> Config {
    Config {
        name: address.stream.clone(),
        subjects: vec![address.all_feedback()],
        storage: StorageType::File,
        description: Some("Melody: what listeners did, a record a message".into()),
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::log;

    #[test]
    fn what_was_just_written_waits_though_nobody_has_looked_at_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = log(folder.path(), 1, 6);
        // Nobody listens at port 1.
        let nowhere: Address = "nats://localhost:1".parse().unwrap();
        let publisher = Publisher::follow(&path, &nowhere).unwrap();
        assert_eq!(publisher.spool().waiting(), 6);
        let (mut writer, _) = melody_sessions::log::FeedbackLog::open(&path).unwrap();
        writer.rewind(1).unwrap();
        assert_eq!(publisher.spool().waiting(), 7);
        let told = publisher.finish_telling(Duration::ZERO).unwrap();
        assert!(told.contains("7 of 7 records are not sent yet"), "{told}");
    }
}
