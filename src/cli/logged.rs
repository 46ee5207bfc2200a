//! The durable log of a session that plays without a screen, and its way to a stream.

use std::path::{Path, PathBuf};
use std::time::Duration;

use melody_recommender::engine::Timeline;
use melody_sessions::log::{FeedbackLog, Header};
use melody_sessions::opening::Opening;
use melody_stream::nats::Address;
use melody_stream::publish::Publisher;

/// How long a server is waited for at the end of a session.
const LAST_TRY: Duration = Duration::from_secs(10);

/// Where logs of sessions go.
#[derive(Clone, Debug)]
pub(super) struct Logs {
    /// A file for each session.
    pub folder: PathBuf,
    /// The stream that they are sent to.
    pub to: Option<Address>,
}

/// One session's log.
pub(super) struct Logged<'a> {
    logs: &'a Logs,
    path: PathBuf,
    opening: &'a Opening,
    open: Option<(FeedbackLog, Option<Publisher>)>,
}

impl<'a> Logged<'a> {
    /// A log of this name, begun with the session's first event.
    pub(super) fn new(logs: &'a Logs, name: &Path, opening: &'a Opening) -> Self {
        let stem = name.file_stem().map_or("session".into(), |stem| stem.to_string_lossy());
        Logged { logs, path: logs.folder.join(format!("{stem}.jsonl")), opening, open: None }
    }

    /// Keeps what has just happened: when this returns, the disk has it.
    ///
    /// # Errors
    /// When the log is there already, or the disk refuses.
    pub(super) fn watch(&mut self, timeline: &Timeline) -> Result<(), String> {
        if self.open.is_none() {
            self.open = Some(self.begin(timeline)?);
        }
        let Some((log, _)) = &mut self.open else { return Ok(()) };
        let step = timeline.trace().step;
        if step < log.next_step() {
            log.rewind(step.saturating_sub(1)).map_err(|e| e.to_string())?;
        }
        log.append(timeline.trace()).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn begin(&self, timeline: &Timeline) -> Result<(FeedbackLog, Option<Publisher>), String> {
        let make = std::fs::create_dir_all(&self.logs.folder);
        make.map_err(|e| format!("{}: {e}", self.logs.folder.display()))?;
        let first = timeline.trace_at(0).unwrap_or(timeline.trace());
        let header = Header::new(self.opening, first).of(&timeline.engine().setup);
        let mut log = FeedbackLog::create(&self.path, &header).map_err(|e| e.to_string())?;
        log.append(first).map_err(|e| e.to_string())?;
        let to = self.logs.to.as_ref();
        let publisher = to.map(|to| Publisher::follow(&self.path, to)).transpose()?;
        Ok((log, publisher))
    }

    /// The session is over. Says what was not sent.
    pub(super) fn end(self) -> Option<String> {
        let (log, publisher) = self.open?;
        drop(log);
        publisher.and_then(|publisher| publisher.finish_telling(LAST_TRY))
    }
}
