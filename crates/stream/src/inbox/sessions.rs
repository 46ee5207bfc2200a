//! Records put together to sessions, whatever order they come in.
//!
//! A record follows the one whose hash it names. Two logs may begin alike and part, since the same opening and the same
//! events make the same records: what they share is taken once, and where they part there are two sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::branch::Branch;
use super::hash::Hash;
use super::heard::Heard;
use super::kept::Inbox;
use melody_core::catalogue::Catalogue;
use melody_lab::data::Dataset;
use melody_sessions::log::{Record, Stored};

/// Sessions in memory at most: of those that have been still for longest, everything was handed out, and they are read again
/// when they go on.
const IN_MEMORY: usize = 4_096;
/// Of so many sessions one is judged by and never learned from.
const JUDGED_OF: u64 = 10;

/// A session and what is known of it.
struct Held {
    branch: Branch,
    /// The first record's hash.
    root: Hash,
    /// When it was last added to, in records.
    touched: u64,
}

/// All sessions of an inbox.
pub struct Sessions {
    catalogue: Arc<Catalogue>,
    /// By the hash of their newest record.
    held: BTreeMap<Hash, Held>,
    /// Heads of sessions with plays to hand out, in the order in which the first of them was ready.
    ready: Vec<Hash>,
    /// Records whose predecessor has not come, by its hash.
    early: BTreeMap<Hash, Vec<Stored>>,
    /// The hashes of these.
    waiting: BTreeSet<Hash>,
    records: u64,
    /// Plays that have ended since they were last asked for.
    heard: Vec<Heard>,
    to_learn: usize,
    to_judge: usize,
    /// Why sessions are passed over, and how many for each reason.
    unfit: BTreeMap<String, u64>,
}

/// What is learned from and judged by.
#[derive(Clone, Debug, Default)]
pub struct HandedOut {
    /// Fresh plays are to be learned from.
    pub learn: Dataset,
    /// Fresh plays are to be judged by.
    pub judge: Dataset,
}

impl Sessions {
    /// Of listeners to this catalogue; none has come yet.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        Sessions {
            catalogue,
            held: BTreeMap::new(),
            ready: Vec::new(),
            early: BTreeMap::new(),
            waiting: BTreeSet::new(),
            records: 0,
            heard: Vec::new(),
            to_learn: 0,
            to_judge: 0,
            unfit: BTreeMap::new(),
        }
    }

    /// Adds a record that was taken in.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    pub fn add(&mut self, stored: Stored, inbox: &Inbox) -> Result<(), String> {
        // Only what came before it is there yet, whatever the inbox holds by now: so that going through it again is the same.
        self.records += 1;
        let mut next = vec![stored];
        while let Some(stored) = next.pop() {
            let hash = Hash::parse(&stored.hash).ok_or("a record without a hash")?;
            if self.follow(stored, hash, inbox)? {
                let after = self.early.remove(&hash).into_iter().flatten();
                next.extend(after.inspect(|stored| {
                    Hash::parse(&stored.hash).map(|hash| self.waiting.remove(&hash));
                }));
            }
        }
        Ok(())
    }

    /// Puts a record where it belongs. Whether it could be.
    fn follow(&mut self, stored: Stored, hash: Hash, inbox: &Inbox) -> Result<bool, String> {
        let touched = self.records;
        if let Record::Opened(header) = stored.record {
            let branch = Branch::new(*header, &self.catalogue);
            if let Some(why) = branch.unfit() {
                *self.unfit.entry(why.into()).or_default() += 1;
            }
            let held = Held { branch, root: hash, touched };
            self.held.insert(hash, held);
            return Ok(true);
        }
        let previous = Hash::parse(&stored.previous).ok_or("a record without a predecessor")?;
        let held = match self.held.remove(&previous) {
            Some(held) => Some(held),
            // What follows one that waits itself waits with it.
            None if self.waiting.contains(&previous) => None,
            None => self.again(previous, inbox)?,
        };
        let Some(mut held) = held else {
            self.waiting.insert(hash);
            self.early.entry(previous).or_default().push(stored);
            return Ok(false);
        };
        let before = held.branch.waiting();
        self.heard.extend(held.branch.hear(stored.record, held.root));
        held.touched = touched;
        let waiting = held.branch.waiting();
        let count = if judged(held.root) { &mut self.to_judge } else { &mut self.to_learn };
        *count = *count + waiting - before;
        match self.ready.iter_mut().find(|head| **head == previous) {
            Some(head) => *head = hash,
            None if waiting > 0 => self.ready.push(hash),
            None => {}
        }
        self.held.insert(hash, held);
        self.forget();
        Ok(true)
    }

    /// A session that is not in memory, as it was at this record; `None` where a record of it has not come.
    fn again(&self, head: Hash, inbox: &Inbox) -> Result<Option<Held>, String> {
        let Some(line) = inbox.line_of(head, self.records)? else { return Ok(None) };
        let root = line.first().and_then(|stored| Hash::parse(&stored.hash));
        let held = root.zip(Branch::of(line, &self.catalogue));
        Ok(held.map(|(root, branch)| Held { branch, root, touched: 0 }))
    }

    fn forget(&mut self) {
        if self.held.len() <= IN_MEMORY {
            return;
        }
        let mut still: Vec<(u64, Hash)> = self
            .held
            .iter()
            .filter(|(_, h)| h.branch.at_rest())
            .map(|(hash, h)| (h.touched, *hash))
            .collect();
        still.sort_unstable();
        still.truncate(IN_MEMORY / 4);
        for (_, hash) in still {
            self.held.remove(&hash);
        }
    }

    /// The plays that have ended since this was last asked, each once.
    pub fn heard(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.heard)
    }

    /// Why sessions are passed over, and how many for each reason.
    pub fn unfit(&self) -> &BTreeMap<String, u64> {
        &self.unfit
    }

    /// Plays that can be learned from now.
    pub fn to_learn(&self) -> usize {
        self.to_learn
    }

    /// Plays that can be judged by now.
    pub fn to_judge(&self) -> usize {
        self.to_judge
    }

    /// Records whose predecessor has not come.
    pub fn early(&self) -> usize {
        self.early.values().map(Vec::len).sum()
    }

    /// Hands out what is ready, each play once.
    pub fn hand_out(&mut self) -> HandedOut {
        let mut out = HandedOut::default();
        for head in std::mem::take(&mut self.ready) {
            let Some(held) = self.held.get_mut(&head) else { continue };
            match held.branch.hand_out(&self.catalogue) {
                Ok(listener) if listener.fresh().is_empty() => {}
                Ok(listener) if judged(held.root) => out.judge.listeners.push(listener),
                Ok(listener) => out.learn.listeners.push(listener),
                Err(unfit) => *self.unfit.entry(unfit.to_string()).or_default() += 1,
            }
        }
        (self.to_learn, self.to_judge) = (0, 0);
        out
    }
}

/// Whether a session is judged by: drawn by the hash of its first record.
pub(crate) fn judged(root: Hash) -> bool {
    root.lot().is_multiple_of(JUDGED_OF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::Taken;
    use crate::made_up::{library, log};
    use melody_model::Output;
    use melody_sessions::log::{FeedbackLog, Header};
    use std::path::Path;

    fn lines(folder: &Path, seed: u64, records: usize) -> Vec<Vec<u8>> {
        let (path, _) = log(folder, seed, records);
        let text = std::fs::read(path).unwrap();
        text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
    }

    /// Takes these in, handing out whatever is ready after each that `pause` names. Gives the plays of each hand-out.
    fn taken(messages: &[Vec<u8>], pause: &dyn Fn(usize) -> bool) -> (Sessions, Vec<usize>) {
        let (sessions, out) = handed_out(messages, pause);
        let plays = |handed: HandedOut| handed.learn.plays() + handed.judge.plays();
        (sessions, out.into_iter().map(plays).collect())
    }

    fn handed_out(
        messages: &[Vec<u8>],
        pause: &dyn Fn(usize) -> bool,
    ) -> (Sessions, Vec<HandedOut>) {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let mut sessions = Sessions::new(library().catalogue.clone());
        let mut out = Vec::new();
        for (place, message) in messages.iter().enumerate() {
            if let Taken::New(stored) = inbox.take(message).unwrap() {
                sessions.add(*stored, &inbox).unwrap();
            }
            if pause(place) {
                out.push(sessions.hand_out());
            }
        }
        (sessions, out)
    }

    #[test]
    fn each_play_is_handed_out_once_however_often_one_asks() {
        let logs = tempfile::tempdir().unwrap();
        let lines = lines(logs.path(), 3, 30);
        let at_once = taken(&lines, &|place| place + 1 == lines.len()).1;
        let one_by_one = taken(&lines, &|_| true).1;
        assert!(at_once[0] > 15, "{at_once:?}");
        assert_eq!(one_by_one.iter().sum::<usize>(), at_once[0]);
        assert!(one_by_one.iter().filter(|plays| **plays > 0).count() > 10);
    }

    #[test]
    fn whether_a_subscription_followed_is_known_of_all_but_the_last_play() {
        let logs = tempfile::tempdir().unwrap();
        // Who does not subscribe meanwhile.
        let lines = lines(logs.path(), 4, 30);
        let told = |out: &HandedOut| -> Vec<bool> {
            let listeners = out.learn.listeners.iter().chain(&out.judge.listeners);
            let rows = listeners.flat_map(|listener| listener.fresh());
            rows.map(|row| row.mask[Output::Subscription.index()] > 0.0).collect()
        };
        // A second hand-out goes on after a first, whose last play stays untold.
        let (_, out) = handed_out(&lines, &|place| place == 14 || place + 1 == lines.len());
        for out in out.iter().map(told) {
            let (last, before) = out.split_last().unwrap();
            assert!(before.len() > 5 && before.iter().all(|told| *told), "{out:?}");
            assert!(!last, "{out:?}");
        }
    }

    #[test]
    fn records_may_come_in_any_order() {
        let logs = tempfile::tempdir().unwrap();
        let mut lines = lines(logs.path(), 3, 30);
        let count = lines.len();
        let (_, whole) = taken(&lines, &|place| place + 1 == count);
        lines.reverse();
        let (sessions, out) = taken(&lines, &|place| place + 2 == count);
        // All but the first have come, and none can be placed.
        assert_eq!((sessions.early(), out), (0, vec![0]));
        let (sessions, out) = taken(&lines, &|place| place + 1 == count);
        assert_eq!((sessions.early(), out), (0, whole));
        let (sessions, _) = taken(&lines[..count - 1], &|_| false);
        assert_eq!(sessions.early(), count - 1);
    }

    #[test]
    fn a_first_play_that_is_taken_back_and_heard_again_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let (opening, setup, traces) = crate::made_up::session(3, 12);
        let path = folder.path().join("again.jsonl");
        let header = Header::new(&opening, &traces[0]).of(&setup);
        let mut log = FeedbackLog::create(&path, &header).unwrap();
        traces.iter().for_each(|trace| {
            log.append(trace).unwrap();
        });
        log.rewind(0).unwrap();
        traces[1..].iter().for_each(|trace| {
            log.append(trace).unwrap();
        });
        let text = std::fs::read(&path).unwrap();
        let lines: Vec<Vec<u8>> =
            text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let places: Vec<usize> =
            taken(&lines, &|_| false).0.heard().into_iter().map(|heard| heard.place).collect();
        assert_eq!(places, (0..places.len()).collect::<Vec<_>>());
        assert!(places.len() > 8 && places.len() < traces.len(), "{places:?}");
    }

    #[test]
    fn what_two_logs_share_is_learned_from_once() {
        let logs = tempfile::tempdir().unwrap();
        let lines = lines(logs.path(), 3, 30);
        let count = lines.len();
        let (_, whole) = taken(&lines, &|place| place + 1 == count);
        // Another log of the same session, which goes back to its eleventh step and does something else.
        let text: Vec<String> =
            lines.iter().map(|l| String::from_utf8(l.clone()).unwrap()).collect();
        let path = logs.path().join("copy.jsonl");
        std::fs::write(&path, text[..20].concat()).unwrap();
        let (mut other, _) = melody_sessions::log::FeedbackLog::open(&path).unwrap();
        other.rewind(12).unwrap();
        drop(other);
        let copied = std::fs::read(&path).unwrap();
        let copied: Vec<Vec<u8>> =
            copied.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        assert_eq!(copied[..20], lines[..20]);
        let both = [lines.clone(), copied].concat();
        let (_, out) = taken(&both, &|place| place + 1 == count || place + 1 == both.len());
        assert_eq!(out, [whole[0], 0]);
    }

    #[test]
    fn a_session_of_another_catalogue_is_told_from_its_first_record_and_counts_nowhere() {
        let logs = tempfile::tempdir().unwrap();
        let (opening, setup, traces) = crate::made_up::session(3, 12);
        let mut header = Header::new(&opening, &traces[0]).of(&setup);
        header.versions.catalogue_hash = "another".into();
        let path = logs.path().join("elsewhere.jsonl");
        let mut log = FeedbackLog::create(&path, &header).unwrap();
        traces.iter().for_each(|trace| {
            log.append(trace).unwrap();
        });
        let text = std::fs::read(&path).unwrap();
        let lines: Vec<Vec<u8>> =
            text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let (mut sessions, out) = taken(&lines, &|place| place + 1 == lines.len());
        assert_eq!((out, sessions.to_learn(), sessions.to_judge()), (vec![0], 0, 0));
        assert!(sessions.heard().is_empty());
        let [(why, count)] = &sessions.unfit().iter().collect::<Vec<_>>()[..] else {
            panic!("one")
        };
        assert!(why.contains("from the catalogue another") && **count == 1, "{why}");
    }
}
