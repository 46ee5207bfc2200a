//! Which sessions are in some logs.
//!
//! Goes over every log once and keeps 16 bytes of each record. A log that another goes on with holds nothing of its own; logs that
//! begin alike and part are sessions of their own, and each is named by the first record that it shares with no other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::left_out::LeftOut;
use crate::inbox::Hash;
use melody_core::input::{InputError, Problem};
use melody_sessions::log::{Contents, Header, Record, Stored, read};

/// A session, and the file that has it as far as it goes.
#[derive(Clone, Debug)]
pub struct Session {
    /// The file.
    pub path: PathBuf,
    /// Who listens, where the log says it.
    pub listener: Option<String>,
    /// The hash of the record that names it.
    id: Hash,
    /// That record's number: 0, unless others began alike.
    named_by: usize,
    /// Its records.
    records: usize,
    /// The newest one's hash.
    last: Hash,
    /// How many of its first records stand in sessions before this one.
    shared: usize,
}

/// A session in full.
pub(super) struct Whole {
    pub header: Header,
    /// Of this session, in hexadecimal.
    pub id: String,
    pub records: Vec<Stored>,
    /// Numbers of the records that are steps which count, by step.
    pub steps: Vec<usize>,
    /// How many of the first records stand in sessions before this one.
    pub shared: usize,
}

/// The sessions of some logs, by listener and name.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Each once.
    pub sessions: Vec<Session>,
    /// Files that hold nothing that another does not.
    pub copies: u64,
    /// Files whose last record a crash has left half-written: it was never acknowledged.
    pub torn: Vec<LeftOut>,
    /// Files that cannot be read.
    pub left_out: Vec<LeftOut>,
}

/// What is kept of a log.
struct Seen {
    path: PathBuf,
    listener: Option<String>,
    hashes: Vec<Hash>,
}

impl Chosen {
    /// Goes over these logs. `progress` is told the bytes of each.
    pub fn of(logs: &[PathBuf], progress: &dyn Fn(u64)) -> Self {
        let mut chosen = Chosen::default();
        // By what they began with.
        let mut alike: BTreeMap<Hash, Vec<Seen>> = BTreeMap::new();
        for path in logs {
            match read(path) {
                Ok(contents) => {
                    if let Some(torn) = &contents.torn {
                        let why = format!("line {}: {} bytes, half-written", torn.line, torn.bytes);
                        chosen.torn.push(LeftOut { file: path.display().to_string(), why });
                    }
                    match seen(path.clone(), &contents) {
                        Some(seen) => alike.entry(seen.hashes[0]).or_default().push(seen),
                        None => chosen.left_out.push(LeftOut {
                            file: path.display().to_string(),
                            why: "a record without a hash".into(),
                        }),
                    }
                }
                Err(error) => chosen.left_out.push(LeftOut::unread(path, &error)),
            }
            progress(path.metadata().map_or(0, |data| data.len()));
        }
        for logs in alike.into_values() {
            let all = logs.len();
            let found = told_apart(logs);
            chosen.copies += (all - found.len()) as u64;
            chosen.sessions.extend(found);
        }
        chosen.sessions.sort_by(|a, b| (&a.listener, a.id).cmp(&(&b.listener, b.id)));
        chosen
    }

    /// Stands for all sessions, and for how far each goes.
    pub(super) fn digest(&self) -> String {
        digest(self.sessions.iter().map(|session| (session.id, session.last)))
    }
}

/// Stands for sessions, each by its name and its newest record, whatever order they come in: the beginning of a SHA-256.
pub(super) fn digest(sessions: impl Iterator<Item = (Hash, Hash)>) -> String {
    let mut all = Sha256::new();
    for (id, last) in sessions.collect::<BTreeSet<_>>() {
        all.update(id.lot().to_le_bytes());
        all.update(last.lot().to_le_bytes());
    }
    all.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn seen(path: PathBuf, contents: &Contents) -> Option<Seen> {
    let hashes = contents.records.iter().map(|stored| Hash::parse(&stored.hash));
    let listener = contents.header.listener.as_ref().map(|listener| listener.name.clone());
    Some(Seen { path, listener, hashes: hashes.collect::<Option<_>>()? })
}

/// The sessions of logs that began alike.
fn told_apart(mut logs: Vec<Seen>) -> Vec<Session> {
    // The longest first; of equals the one that was named first.
    logs.sort_by_key(|log| std::cmp::Reverse(log.hashes.len()));
    let mut counts: HashMap<Hash, u32> = HashMap::new();
    // A hash stands for all before it: a log whose last one is known holds nothing new.
    logs.retain(|log| {
        let new = log.hashes.last().is_some_and(|last| !counts.contains_key(last));
        if new {
            log.hashes.iter().for_each(|hash| *counts.entry(*hash).or_default() += 1);
        }
        new
    });
    let alone = logs.len() == 1;
    let mut sessions: Vec<(Session, Vec<Hash>)> = logs
        .into_iter()
        .filter_map(|log| {
            let own = log.hashes.iter().position(|hash| counts[hash] == 1)?;
            let named_by = if alone { 0 } else { own };
            let session = Session {
                path: log.path,
                listener: log.listener,
                id: log.hashes[named_by],
                named_by,
                records: log.hashes.len(),
                last: *log.hashes.last()?,
                shared: 0,
            };
            Some((session, log.hashes))
        })
        .collect();
    sessions.sort_by_key(|(session, _)| session.id);
    let mut before: HashSet<Hash> = HashSet::new();
    for (session, hashes) in &mut sessions {
        session.shared = hashes.iter().take_while(|hash| before.contains(hash)).count();
        before.extend(hashes.iter());
    }
    sessions.into_iter().map(|(session, _)| session).collect()
}

impl Session {
    /// Reads the session again, as far as it went when it was gone over.
    ///
    /// # Errors
    /// When it can no longer be read, or is another.
    pub(super) fn read(&self) -> Result<Whole, InputError> {
        let Contents { header, mut records, .. } = read(&self.path)?;
        records.truncate(self.records);
        let same = records.len() == self.records
            && records.last().and_then(|stored| Hash::parse(&stored.hash)) == Some(self.last);
        if !same {
            let message = "the log became another while it was read";
            return Err(Problem::new(self.path.display().to_string(), message)
                .field("(whole file)")
                .into());
        }
        let mut steps = Vec::new();
        for (number, stored) in records.iter().enumerate() {
            match &stored.record {
                Record::Opened(_) => {}
                Record::Step(_) => steps.push(number),
                Record::Rewound { to } => steps.truncate(*to as usize + 1),
            }
        }
        let id = records[self.named_by].hash.clone();
        Ok(Whole { header, id, records, steps, shared: self.shared })
    }

    /// The bytes of its file.
    pub(super) fn bytes(&self) -> u64 {
        self.path.metadata().map_or(0, |data| data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::made_up::{branch, copy};

    #[test]
    fn a_session_in_many_files_is_there_once_as_far_as_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (whole, hashes) = crate::made_up::log(folder.path(), 1, 12);
        let short = copy(&whole, &folder.path().join("short.jsonl"), 5);
        let same = copy(&whole, &folder.path().join("same.jsonl"), 12);
        let (other, _) = crate::made_up::log(folder.path(), 2, 4);
        let chosen = Chosen::of(&[short, whole.clone(), same, other], &|_| {});
        assert_eq!((chosen.sessions.len(), chosen.copies), (2, 2));
        let session = chosen.sessions.iter().find(|session| session.path == whole).unwrap();
        assert_eq!((session.records, session.shared), (12, 0));
        let read = session.read().unwrap();
        assert_eq!((read.id.as_str(), read.steps.len()), (hashes[0].as_str(), 11));
    }

    #[test]
    fn sessions_that_part_are_named_by_where_they_part_whatever_order_they_come_in() {
        let folder = tempfile::tempdir().unwrap();
        let (whole, hashes) = crate::made_up::log(folder.path(), 1, 12);
        let (other, own) = branch(&whole, &folder.path().join("other.jsonl"), 7);
        let orders = [[whole.clone(), other.clone()], [other, whole]];
        let found = orders.map(|logs| {
            let chosen = Chosen::of(&logs, &|_| {});
            let read: Vec<Whole> = chosen.sessions.iter().map(|s| s.read().unwrap()).collect();
            let ids: Vec<String> = read.iter().map(|whole| whole.id.clone()).collect();
            let shared: Vec<usize> = read.iter().map(|whole| whole.shared).collect();
            (ids, shared, chosen.digest())
        });
        let mut ids = vec![hashes[7].clone(), own];
        ids.sort();
        assert_eq!(found[0], (ids, vec![0, 7], found[1].2.clone()));
        assert_eq!(found[0], found[1]);
    }

    #[test]
    fn what_is_damaged_is_left_out_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = crate::made_up::log(folder.path(), 1, 6);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("\"step\":2", "\"step\":3", 1)).unwrap();
        let chosen = Chosen::of(std::slice::from_ref(&path), &|_| {});
        assert!(chosen.sessions.is_empty());
        let told = chosen.left_out[0].to_string();
        assert!(told.contains("session-1.jsonl: line 4: hash: the record was changed"), "{told}");
    }
}
