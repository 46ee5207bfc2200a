//! A learner: takes records, and makes versions of a model of them in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::attempts::{Attempt, Attempts};
use super::folder::{Made, draft_version};
use super::mind::{Mind, Start};
use super::withdrawn::Withdrawn;
use crate::inbox::{Counts, Inbox, Taken};
use crate::population::{Alarm, Row, Standing};
use crate::versions::show_version;
use melody_core::output::Lock;
use melody_sessions::versions::PublishedPolicy;

/// A learner that keeps a folder.
pub struct Learner {
    folder: PathBuf,
    mind: Mind,
    inbox: Inbox,
    attempts: Attempts,
    tried: Vec<Attempt>,
    withdrawn: Withdrawn,
    /// Policies that are in the folder.
    published: usize,
    _lock: Lock,
}

impl Learner {
    /// Begins in a folder, or goes on in it where it stopped, whatever stopped it.
    ///
    /// # Errors
    /// When another learner is there, the folder began with something else, or something in it is not as it was written.
    pub fn open(folder: &Path, start: Start) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let lock = Lock::hold(folder)?;
        match Made::read(folder).map_err(|e| e.to_string())? {
            Some(made) => made.same(&start.made, folder)?,
            None => start.made.write(folder)?,
        }
        let inbox = Inbox::open(folder)?;
        let (attempts, before) = Attempts::open(folder)?;
        let mut mind = Mind::new(start);
        let mut next = before.iter().peekable();
        inbox.each(inbox.len(), &mut |stored| {
            mind.add(stored, &inbox)?;
            while let Some(attempt) = next.next_if(|attempt| attempt.records == mind.records) {
                mind.pass(attempt);
            }
            Ok(())
        })?;
        if let Some(attempt) = next.next() {
            return Err(format!(
                "{}: attempt {} was made of {} records, and the inbox holds {}\n  help: files of another learner lie here",
                folder.display(),
                attempt.attempt,
                attempt.records,
                mind.records
            ));
        }
        if let Some(newest) = before.iter().rfind(|attempt| attempt.accepted) {
            // It may have been stopped just before it was shown.
            show_version(folder, newest.version)?;
            mind.stand_on(&newest.hash, folder)?;
        }
        let withdrawn = Withdrawn::read(folder)?;
        let mut learner = Learner {
            folder: folder.into(),
            mind,
            inbox,
            attempts,
            tried: before,
            withdrawn,
            published: 0,
            _lock: lock,
        };
        learner.publish()?;
        learner.withdraw()?;
        Ok(learner)
    }

    /// Looks whether the listeners of a version were found to do worse than those of the one before. Such a version is withdrawn, with
    /// all that was made of it: sessions give them up, and what is learned goes on from the one before.
    fn withdraw(&mut self) -> Result<(), String> {
        let alarms = self.mind.population.alarms();
        self.withdrawn.add(&alarms, &self.mind.lineage, &self.folder)?;
        let mut stands = self.mind.hash.clone();
        while self.withdrawn.holds(&stands, &self.mind.lineage)
            && let Some((_, parent)) = self.mind.lineage.get(&stands)
        {
            stands = parent.clone();
        }
        self.mind.stand_on(&stands, &self.folder)
    }

    /// Plays by policy, version and segment.
    pub fn population(&self) -> Vec<Row> {
        self.mind.population.rows()
    }

    /// The versions that were withdrawn, and why.
    pub fn withdrawn(&self) -> &[Alarm] {
        self.withdrawn.all()
    }

    /// Takes what came in, as the inbox does. Not safe before [`Learner::sync`] has returned.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn take(&mut self, message: &[u8]) -> Result<Taken, String> {
        let taken = self.inbox.take(message)?;
        if let Taken::New(stored) = &taken {
            self.mind.add((**stored).clone(), &self.inbox)?;
        }
        Ok(taken)
    }

    /// Waits until the disk has all that was taken. Then policies that follow from it are published.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&mut self) -> Result<(), String> {
        self.inbox.sync()?;
        self.publish()
    }

    fn publish(&mut self) -> Result<(), String> {
        self.mind.policies.publish(&self.folder, self.published)?;
        self.published = self.mind.policies.len();
        Ok(())
    }

    /// The policies that were made, the oldest first.
    pub fn policies(&self) -> impl Iterator<Item = &PublishedPolicy> {
        self.mind.policies.listed()
    }

    /// The name of the policy that sessions begin with now.
    pub fn policy(&self) -> String {
        self.mind.policies.name()
    }

    /// Where the guardrail's watches over each segment stand.
    pub fn standings(&self) -> Vec<Standing> {
        self.mind.population.standings()
    }

    /// Plays that can be learned from now.
    pub fn waiting(&self) -> usize {
        self.mind.sessions.to_learn()
    }

    /// Whether there are enough for an update.
    pub fn due(&self) -> bool {
        self.waiting() >= self.mind.start.made.learning.plays
    }

    /// Records that came before the one they follow.
    pub fn early(&self) -> usize {
        self.mind.sessions.early()
    }

    /// What came in.
    pub fn counts(&self) -> Counts {
        self.inbox.counts()
    }

    /// Every update that was tried, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.tried
    }

    /// The version that it stands on: the newest that is not withdrawn; 0 is the model that it began with.
    pub fn version(&self) -> u64 {
        self.mind.lineage.get(&self.mind.hash).map_or(0, |(version, _)| *version)
    }

    /// The newest version there is, withdrawn or not.
    pub fn newest(&self) -> u64 {
        self.mind.version
    }

    /// SHA-256 of the weights of the version that it stands on, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.mind.hash
    }

    /// SHA-256 of the weights that it began with, in hexadecimal.
    pub fn began(&self) -> &str {
        &self.mind.start.made.model_hash
    }

    /// Why sessions are passed over, and how many for each reason.
    pub fn unfit(&self) -> &BTreeMap<String, u64> {
        self.mind.sessions.unfit()
    }

    /// Makes an update of all that waits, judges it, and writes what came of it; `None` where nothing waits. It is made of the
    /// newest version that is not withdrawn by then.
    ///
    /// # Errors
    /// When the disk refuses: then it was not made, and is made again.
    pub fn update(&mut self) -> Result<Option<Attempt>, String> {
        self.withdraw()?;
        if self.waiting() == 0 {
            return Ok(None);
        }
        self.sync()?;
        let tried = self.mind.try_update();
        // Whole on the disk before its line is, and seen by others after that: what they take is never made otherwise again.
        if tried.attempt.accepted {
            draft_version(&self.folder, &self.mind.files(&tried), &tried.attempt)?;
        }
        self.attempts.add(&tried.attempt)?;
        let attempt = tried.attempt.clone();
        if attempt.accepted {
            show_version(&self.folder, attempt.version)?;
        }
        self.tried.push(attempt.clone());
        self.mind.go_on(tried);
        Ok(Some(attempt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::{Hash, judged};
    use crate::learn::attempts::Kind;
    use crate::learn::config::FEWEST_JUDGED;
    use crate::learn::{Learning, verify};
    use crate::made_up::{library, log};
    use crate::versions::version_folder;
    use melody_core::input::read_bytes;
    use melody_model::{Backend, device};
    use melody_sessions::names::{DEFAULT, model_named};

    const LEARNING: fn() -> Learning =
        || Learning { plays: 30, network_every: 2, tolerance: 1.0, ..Learning::default() };

    fn start(learning: Learning) -> Start {
        let device = device(Backend::Flex);
        let model = model_named(DEFAULT, Path::new(""), &device).unwrap();
        let catalogue = library().catalogue.clone();
        let policy = library().policy.clone();
        let hashes = [&model.manifest.weights_sha256, &catalogue.hash, &policy.hash];
        let made = Made::new(hashes.map(|hash| (DEFAULT, hash.as_str())), "flex", learning);
        Start { made, model, catalogue, policy, device }
    }

    /// The records of some logs, in turn.
    fn messages(logs: &Path, seeds: impl IntoIterator<Item = u64>) -> Vec<Vec<u8>> {
        let logs = seeds.into_iter().map(|seed| {
            let (path, _) = log(logs, seed, 40);
            let text = read_bytes(&path).unwrap();
            text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>()
        });
        let logs: Vec<Vec<Vec<u8>>> = logs.collect();
        (0..40).flat_map(|place| logs.iter().map(move |log| log[place].clone())).collect()
    }

    fn learn(folder: &Path, messages: &[Vec<u8>]) -> Vec<Attempt> {
        let mut learner = Learner::open(folder, start(LEARNING())).unwrap();
        let mut made = Vec::new();
        for message in messages {
            learner.take(message).unwrap();
            if learner.due() {
                made.extend(learner.update().unwrap());
            }
        }
        learner.sync().unwrap();
        made
    }

    /// Names and bytes of all files in a folder but locks.
    fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => all.extend(files(&path)),
                false => all.push((
                    path.file_name().unwrap().to_string_lossy().into(),
                    std::fs::read(&path).unwrap(),
                )),
            }
        }
        all.sort();
        all
    }

    #[test]
    fn a_learner_that_is_stopped_anywhere_makes_the_same_versions() {
        let [logs, whole, parts] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let messages = messages(logs.path(), 1..5);
        let made = learn(whole.path(), &messages);
        assert!(made.len() > 2 && made.iter().any(|a| a.kind == Kind::Network), "{made:?}");
        assert!(made.iter().all(|a| a.accepted && a.hash != a.parent && a.plays >= 30));
        // Stopped after every nineteen messages; then some come twice.
        for (number, some) in messages.chunks(19).enumerate() {
            learn(parts.path(), some);
            learn(parts.path(), &messages[..19 * number]);
        }
        assert_eq!(files(parts.path()), files(whole.path()));
    }

    #[test]
    fn every_version_is_made_again_and_a_wrong_one_is_found() {
        let [logs, folder] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let made = learn(folder.path(), &messages(logs.path(), 1..4));
        let all = verify(folder.path(), start(LEARNING()), &mut |_| {}).unwrap();
        assert_eq!((all.attempts.len(), all.policies), (made.len(), 0));
        assert!(all.same());
        let path = folder.path().join("attempts.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen(&made[0].hash, &made[0].parent, 1)).unwrap();
        let all = verify(folder.path(), start(LEARNING()), &mut |_| {}).unwrap();
        assert!(!all.attempts[0].same() && !all.same());
    }

    #[test]
    fn an_update_that_makes_things_worse_is_refused_and_nothing_follows_from_it() {
        let [logs, folder] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let learning = || Learning { plays: 60, head_rate: 0.5, tolerance: 0.0, ..LEARNING() };
        let mut learner = Learner::open(folder.path(), start(learning())).unwrap();
        let before = learner.hash().to_string();
        let mut made = Vec::new();
        // Who is judged by is drawn by a hash, which any change of the policy moves.
        let heads = tempfile::tempdir().unwrap();
        let judges = |seed: &u64| {
            let first = log(heads.path(), *seed, 2).1.swap_remove(0);
            judged(Hash::parse(&first).unwrap())
        };
        let (mut by, mut from) = (Vec::new(), Vec::new());
        let mut seeds = 1..;
        while by.len() < 4 || from.len() < 4 {
            let seed = seeds.next().unwrap();
            if judges(&seed) { by.push(seed) } else { from.push(seed) }
        }
        for message in messages(logs.path(), by.into_iter().take(4).chain(from.into_iter().take(4)))
        {
            learner.take(&message).unwrap();
            if learner.due() && learner.mind.sessions.to_judge() >= FEWEST_JUDGED {
                made.extend(learner.update().unwrap());
                break;
            }
        }
        let [attempt] = &made[..] else { panic!("one attempt, not {made:?}") };
        assert!(attempt.judged >= FEWEST_JUDGED && attempt.judged_loss[1] > attempt.judged_loss[0]);
        assert!(!attempt.accepted);
        assert_eq!((learner.version(), learner.hash()), (0, before.as_str()));
        assert!(!version_folder(folder.path(), 1).exists());
    }

    #[test]
    fn what_is_withdrawn_is_no_longer_built_on() {
        let [logs, folder] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let messages = messages(logs.path(), 1..5);
        let (first, rest) = messages.split_at(messages.len() * 2 / 3);
        let made = learn(folder.path(), first);
        let [.., before, last] = &made[..] else { panic!("two versions at least") };
        assert_eq!(last.parent, before.hash);
        let mut learner = Learner::open(folder.path(), start(LEARNING())).unwrap();
        assert_eq!(learner.hash(), last.hash);
        let alarm = Alarm {
            version: last.hash.clone(),
            before: before.hash.clone(),
            sessions: 30,
            difference: -0.1,
            p: 0.01,
        };
        let lineage = learner.mind.lineage.clone();
        learner.withdrawn.add(&[alarm], &lineage, folder.path()).unwrap();
        learner.withdraw().unwrap();
        assert_eq!((learner.hash(), learner.version()), (before.hash.as_str(), before.version));
        assert_eq!(learner.newest(), last.version);
        for message in rest {
            learner.take(message).unwrap();
        }
        let next = learner.update().unwrap().unwrap();
        assert_eq!((&next.parent, next.version), (&before.hash, last.version + 1));
        drop(learner);
        let all = verify(folder.path(), start(LEARNING()), &mut |_| {}).unwrap();
        assert!(all.same());
        let learner = Learner::open(folder.path(), start(LEARNING())).unwrap();
        assert_eq!(learner.hash(), next.hash);
    }

    #[test]
    fn a_folder_goes_on_with_what_it_began_with() {
        let folder = tempfile::tempdir().unwrap();
        drop(Learner::open(folder.path(), start(LEARNING())).unwrap());
        let other = start(Learning { plays: 31, ..LEARNING() });
        let told = Learner::open(folder.path(), other).err().unwrap();
        assert!(
            told.contains("learner.json: field `learning.plays`: it began with 30, and this is 31"),
            "{told}"
        );
        let mut other = start(LEARNING());
        other.made.model_hash = "another".into();
        let told = Learner::open(folder.path(), other).err().unwrap();
        assert!(told.contains("field `model_hash`"), "{told}");
        let held = Learner::open(folder.path(), start(LEARNING())).unwrap();
        assert!(Learner::open(folder.path(), start(LEARNING())).is_err());
        drop(held);
    }
}
