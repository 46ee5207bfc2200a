//! One session as far as its records have come.

use std::sync::Arc;

use super::hash::Hash;
use super::heard::Heard;
use melody_core::catalogue::Catalogue;
use melody_core::event::Action;
use melody_core::listener::{EARLY, HISTORY_LENGTH};
use melody_lab::data::log::{Unfit, heard};
use melody_lab::data::{Listener, Sessions as Part, rows};
use melody_model::Output;
use melody_sessions::log::{Header, Record, StepRecord, Stored};

/// A session's opening and steps, and how many of its plays were handed out to be learned from.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    header: Arc<Header>,
    /// Those that count, without what was shown.
    steps: Vec<StepRecord>,
    /// Plays that were handed out, or are to be judged by.
    done: usize,
    /// Plays that were told of: those that are heard again after they were taken back are no news.
    told: usize,
    /// Whether the listener subscribed while the present song plays.
    subscribed: bool,
    /// SHA-256 of the trained weights that the session is on, and of those under which the present song began.
    version: String,
    began_under: String,
    /// Why nothing can be learned of it, where its first record says so.
    unfit: Option<String>,
}

impl Branch {
    /// A session that has just opened.
    pub(super) fn new(header: Header, catalogue: &Catalogue) -> Self {
        let version = header.versions.model_hash.clone();
        Branch {
            unfit: heard(catalogue, &header, &[], false).err().map(|unfit| unfit.to_string()),
            header: Arc::new(header),
            steps: Vec::new(),
            done: 0,
            told: 0,
            subscribed: false,
            began_under: version.clone(),
            version,
        }
    }

    /// A session of all its records, whose plays so far were handed out before; `None` where the first is no opening.
    pub(super) fn of(records: Vec<Stored>, catalogue: &Catalogue) -> Option<Self> {
        let mut records = records.into_iter();
        let Some(Record::Opened(header)) = records.next().map(|stored| stored.record) else {
            return None;
        };
        let mut branch = Branch::new(*header, catalogue);
        records.for_each(|stored| branch.add(stored.record));
        branch.done = branch.ready();
        Some(branch)
    }

    /// Why nothing can be learned of it, where its first record says so.
    pub(super) fn unfit(&self) -> Option<&str> {
        self.unfit.as_deref()
    }

    /// Adds a record, and tells of the play that it ended. `session`: the first record's hash.
    pub(super) fn hear(&mut self, record: Record, session: Hash) -> Option<Heard> {
        let heard = match &record {
            // Of songs that nobody knows here nothing can be said.
            Record::Step(step) if self.unfit.is_none() => self.heard(step, session),
            Record::Step(_) => None,
            Record::Opened(_) | Record::Rewound { .. } => None,
        };
        self.add(record);
        heard
    }

    fn heard(&mut self, step: &StepRecord, session: Hash) -> Option<Heard> {
        let event = step.event.as_ref()?;
        self.subscribed |= event.action == Action::Subscribe;
        let ended = step.ended.as_ref()?;
        let subscribed = std::mem::take(&mut self.subscribed);
        let place = self.plays();
        if place < self.told {
            return None;
        }
        let ratio = ended.play_ratio.value() as f32;
        Some(Heard {
            session,
            place,
            listener: self.header.listener.as_ref().map(|listener| listener.name.clone()),
            policy: self.header.versions.policy.clone(),
            policy_hash: self.header.versions.policy_hash.clone(),
            version: self.began_under.clone(),
            segment: self.steps.last().and_then(|before| before.segment.clone()),
            song: ended.song.clone(),
            completed: ended.completed,
            left_at_once: !ended.completed && ratio < EARLY,
            liked: ended.liked || ended.saved,
            heard_ms: event.heard_ms,
            served: ended.served.is_some(),
            subscribed,
        })
    }

    fn add(&mut self, record: Record) {
        match record {
            Record::Opened(_) => {}
            Record::Step(step) => {
                if let Some(Action::Version { hash }) =
                    step.event.as_ref().map(|event| &event.action)
                {
                    self.version.clone_from(hash);
                }
                let ended = ends(&step);
                self.steps.push(StepRecord { impressions: Vec::new(), ..*step });
                if ended {
                    self.began_under.clone_from(&self.version);
                    self.told = self.told.max(self.plays());
                }
            }
            Record::Rewound { to } => {
                self.steps.truncate(to as usize + 1);
                self.version = self.version_at(self.steps.len());
                let began = self.steps.iter().rposition(ends);
                self.began_under = self.version_at(began.map_or(1, |step| step + 1));
                self.done = self.done.min(self.plays());
            }
        }
    }

    /// SHA-256 of the trained weights after so many steps.
    fn version_at(&self, steps: usize) -> String {
        let taken = self.steps[..steps.min(self.steps.len())].iter().rev().find_map(|step| {
            match step.event.as_ref().map(|event| &event.action) {
                Some(Action::Version { hash }) => Some(hash.clone()),
                _ => None,
            }
        });
        taken.unwrap_or_else(|| self.header.versions.model_hash.clone())
    }

    /// Plays that are over.
    fn plays(&self) -> usize {
        self.steps.iter().filter(|step| ends(step)).count()
    }

    /// Plays of which all is known that a model learns: whether a song is played again shows only after it.
    fn ready(&self) -> usize {
        let endings = self.steps.iter().filter(|step| ends(step));
        let again = |step: &&StepRecord| {
            step.event.as_ref().is_some_and(|event| matches!(event.action, Action::Replay))
        };
        self.plays() - endings.rev().take_while(again).count()
    }

    /// Whether nothing of it waits, and all that can be told of it is told by its records.
    pub(super) fn at_rest(&self) -> bool {
        self.done == self.ready() && !self.subscribed
    }

    /// Plays that are ready and were not handed out.
    pub(super) fn waiting(&self) -> usize {
        if self.unfit.is_some() { 0 } else { self.ready().saturating_sub(self.done) }
    }

    /// Rows of the plays that wait, and of those before them, as far as a model looks back; the waiting ones are handed out
    /// with it.
    ///
    /// # Errors
    /// When the session cannot be learned from: then its plays are passed over.
    pub(super) fn hand_out(&mut self, catalogue: &Catalogue) -> Result<Listener, Unfit> {
        let (ready, done) = (self.ready(), self.done);
        self.done = ready;
        let steps: Vec<&StepRecord> = self.steps.iter().collect();
        let listener = heard(catalogue, &self.header, &steps, false)?;
        let sessions = listener.sessions.len();
        let before = sessions.saturating_sub(usize::from(self.plays() > 0));
        let mut made = rows(catalogue, &listener, Part { known: before, until: sessions });
        let past = made.known;
        made.rows.truncate(past + ready);
        if let Some(last) = made.rows.last_mut().filter(|_| ready > 0 && ready == self.plays()) {
            // Whether a subscription comes right after it, nobody knows; and those who subscribed while it played must not
            // be heard of where those who did not are not.
            last.mask[Output::Subscription.index()] = 0.0;
        }
        // No window looks further back.
        let first = (past + done).saturating_sub(HISTORY_LENGTH).min(made.rows.len());
        made.rows.drain(..first);
        made.known = (past + done - first).min(made.rows.len());
        Ok(made)
    }
}

/// Whether a play is over with this step. Where nothing was done, none can be, whatever a record says.
fn ends(step: &StepRecord) -> bool {
    step.event.is_some() && step.ended.is_some()
}
