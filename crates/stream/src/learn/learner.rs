//! A learner: takes records, and makes versions of a model of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use sha2::{Digest, Sha256};

use super::attempts::{Attempt, Attempts, Kind};
use super::config::FEWEST_JUDGED;
use super::folder::{Made, version_folder, write_version};
use super::update::{Ground, updated};
use crate::inbox::{Counts, Inbox, Sessions, Taken};
use melody_core::catalogue::Catalogue;
use melody_core::output::Lock;
use melody_lab::data::Dataset;
use melody_lab::evaluation::examples;
use melody_lab::training::loss;
use melody_model::{Examples, Manifest, ModelFiles, Network, SongTable, load, weights_hash};
use melody_sessions::log::Stored;

/// Plays kept to make a version's own examples of.
const REMEMBERED: usize = 2_000;
/// Fewer examples than this are none: the model's own stay.
const FEWEST_EXAMPLES: usize = 64;

/// What a learner begins with.
#[derive(Clone)]
pub struct Start {
    /// By name and hash, and how it learns.
    pub made: Made,
    /// The model that it begins with.
    pub model: ModelFiles,
    /// What was heard.
    pub catalogue: Arc<Catalogue>,
    /// What it computes on.
    pub device: Device,
}

/// What an update came to, before anybody was told.
pub(super) struct Tried {
    pub(super) attempt: Attempt,
    network: Network,
}

/// The part of a learner that is a function of the records and of where updates were made: no file, no clock.
pub(super) struct Mind {
    start: Start,
    table: SongTable,
    network: Network,
    hash: String,
    sessions: Sessions,
    order: Sha256,
    records: u64,
    attempts: u64,
    version: u64,
    /// The newest plays that were learned from, and those that were kept back.
    learned: Dataset,
    judged: Dataset,
    /// Why sessions were passed over.
    unfit: std::collections::BTreeSet<String>,
}

impl Mind {
    pub(super) fn new(start: Start) -> Self {
        let network = start.model.network.clone();
        Mind {
            table: SongTable::new(&start.catalogue, &start.model.config, &start.device),
            hash: start.made.model_hash.clone(),
            network,
            start,
            sessions: Sessions::default(),
            order: Sha256::new(),
            records: 0,
            attempts: 0,
            version: 0,
            learned: Dataset::default(),
            judged: Dataset::default(),
            unfit: Default::default(),
        }
    }

    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// A record that was taken.
    pub(super) fn add(&mut self, stored: Stored, inbox: &Inbox) -> Result<(), String> {
        self.order.update(stored.hash.as_bytes());
        self.records += 1;
        self.sessions.add(stored, inbox)
    }

    /// Makes an update of all that waits. Where that cannot be learned from, it changes nothing and is refused.
    pub(super) fn try_update(&mut self) -> Tried {
        let learning = self.start.made.learning.clone();
        let out = self.sessions.hand_out(&self.start.catalogue);
        self.unfit.extend(out.unfit);
        keep(&mut self.judged, out.judge, learning.judged);
        let number = self.attempts + 1;
        let whole = learning.network_every > 0 && number.is_multiple_of(learning.network_every);
        let kind = if whole { Kind::Network } else { Kind::Head };
        let objective = self.start.model.manifest.objective.clone();
        let ground = Ground {
            catalogue: &self.start.catalogue,
            shape: &self.start.model.config,
            table: &self.table,
            objective: &objective,
            device: &self.start.device,
        };
        let after = updated(&self.network, ground, &out.learn, (kind, number), &learning);
        let both = |data: &Dataset| match data.plays() {
            0 => [0.0; 2],
            _ => {
                [&self.network, &after].map(|network| loss(ground.judge(network), data, &objective))
            }
        };
        let (plays, judged) = (out.learn.plays(), self.judged.plays());
        let (learned_loss, judged_loss) = (both(&out.learn), both(&self.judged));
        let worse = judged_loss[1] - judged_loss[0];
        let finite = learned_loss[1].is_finite() && worse.is_finite();
        let no_worse = judged < FEWEST_JUDGED || worse <= learning.tolerance;
        let accepted = plays > 0 && finite && no_worse;
        let attempt = Attempt {
            attempt: number,
            kind,
            parent: self.hash.clone(),
            records: self.records,
            order: hex(&self.order.clone().finalize()),
            plays,
            judged,
            learned_loss,
            judged_loss,
            accepted,
            version: self.version + u64::from(accepted),
            hash: weights_hash(&after),
        };
        keep(&mut self.learned, out.learn, REMEMBERED);
        Tried { attempt, network: after }
    }

    /// Goes on from an attempt, which becomes the newest version if it was taken.
    pub(super) fn go_on(&mut self, tried: Tried) {
        self.attempts = tried.attempt.attempt;
        if tried.attempt.accepted {
            self.version = tried.attempt.version;
            self.hash = tried.attempt.hash;
            self.network = tried.network;
        }
    }

    /// Goes on from an attempt that was made before, with the weights of its version, and without making it again.
    fn pass(&mut self, attempt: &Attempt) {
        let out = self.sessions.hand_out(&self.start.catalogue);
        self.unfit.extend(out.unfit);
        keep(&mut self.judged, out.judge, self.start.made.learning.judged);
        keep(&mut self.learned, out.learn, REMEMBERED);
        self.attempts = attempt.attempt;
        self.version = attempt.version;
        if attempt.accepted {
            self.hash = attempt.hash.clone();
        }
    }

    /// A version's folder: the weights, and examples as this network sees them.
    fn files(&self, tried: &Tried) -> ModelFiles {
        let Start { model, catalogue, device, .. } = &self.start;
        let judge = melody_lab::evaluation::Judge {
            network: &tried.network,
            shape: &model.config,
            catalogue,
            device,
        };
        let seen = |data: &Dataset, own: &Vec<melody_model::Example>| {
            let seen = examples(judge, data, own.len());
            if seen.len() < FEWEST_EXAMPLES { own.clone() } else { seen }
        };
        let (name, version) = (&model.manifest.name, tried.attempt.version);
        ModelFiles {
            manifest: Manifest {
                name: format!("{name}-v{version}"),
                weights_sha256: tried.attempt.hash.clone(),
                ..model.manifest.clone()
            },
            config: model.config.clone(),
            network: tried.network.clone(),
            towers: model.towers.clone(),
            examples: Examples {
                replay: seen(&self.learned, &model.examples.replay),
                held_back: seen(&self.judged, &model.examples.held_back),
            },
        }
    }
}

/// A learner that keeps a folder.
pub struct Learner {
    folder: PathBuf,
    mind: Mind,
    inbox: Inbox,
    attempts: Attempts,
    _lock: Lock,
}

impl Learner {
    /// Begins in a folder, or goes on in it where it stopped, whatever stopped it.
    ///
    /// # Errors
    /// When another learner is there, the folder began with something else, or something in it is not as it was written.
    pub fn open(folder: &Path, start: Start) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let lock = Lock::hold(&folder.join("learner"))?;
        match Made::read(folder).map_err(|e| e.to_string())? {
            Some(made) => made.same(&start.made, folder)?,
            None => start.made.write(folder)?,
        }
        let inbox = Inbox::open(folder)?;
        let (attempts, before) = Attempts::open(folder)?;
        let device = start.device.clone();
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
        if mind.version > 0 {
            let place = version_folder(folder, mind.version);
            let files = load(&place, &device).map_err(|e| e.to_string())?;
            if files.manifest.weights_sha256 != mind.hash {
                return Err(format!("{}: is not the version that was made last", place.display()));
            }
            mind.network = files.network;
        }
        Ok(Learner { folder: folder.into(), mind, inbox, attempts, _lock: lock })
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

    /// Waits until the disk has all that was taken.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&mut self) -> Result<(), String> {
        self.inbox.sync()
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

    /// The newest version; 0 is the model that it began with.
    pub fn version(&self) -> u64 {
        self.mind.version
    }

    /// SHA-256 of the newest version's weights, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.mind.hash
    }

    /// Why sessions were passed over.
    pub fn unfit(&self) -> impl Iterator<Item = &str> {
        self.mind.unfit.iter().map(String::as_str)
    }

    /// Makes an update of all that waits, judges it, and writes what came of it; `None` where nothing waits.
    ///
    /// # Errors
    /// When the disk refuses: then it was not made, and is made again.
    pub fn update(&mut self) -> Result<Option<Attempt>, String> {
        if self.waiting() == 0 {
            return Ok(None);
        }
        self.sync()?;
        let tried = self.mind.try_update();
        if tried.attempt.accepted {
            write_version(&self.folder, &self.mind.files(&tried), &tried.attempt)?;
        }
        self.attempts.add(&tried.attempt)?;
        let attempt = tried.attempt.clone();
        self.mind.go_on(tried);
        Ok(Some(attempt))
    }
}

/// Adds to what is remembered, and forgets the oldest listeners while more than `most` fresh plays are kept.
fn keep(all: &mut Dataset, new: Dataset, most: usize) {
    all.listeners.extend(new.listeners);
    let mut plays = all.plays();
    let mut old = 0;
    for listener in &all.listeners {
        let rest = plays - listener.fresh().len();
        if rest < most {
            break;
        }
        (plays, old) = (rest, old + 1);
    }
    all.listeners.drain(..old);
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{Learning, Verified, verify};
    use crate::made_up::{library, log};
    use melody_core::input::read_bytes;
    use melody_model::{Backend, device};
    use melody_sessions::names::{DEFAULT, model_named};

    const LEARNING: fn() -> Learning =
        || Learning { plays: 30, network_every: 2, tolerance: 1.0, ..Learning::default() };

    fn start(learning: Learning) -> Start {
        let device = device(Backend::Flex);
        let model = model_named(DEFAULT, Path::new(""), &device).unwrap();
        let catalogue = library().catalogue.clone();
        let made = Made::new(
            (DEFAULT, &model.manifest.weights_sha256),
            (DEFAULT, &catalogue.hash),
            learning,
        );
        Start { made, model, catalogue, device }
    }

    /// The records of some logs, in turn.
    fn messages(logs: &Path, seeds: std::ops::Range<u64>) -> Vec<Vec<u8>> {
        let logs = seeds.map(|seed| {
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
        assert_eq!(all.len(), made.len());
        assert!(all.iter().all(Verified::same));
        let path = folder.path().join("attempts.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen(&made[0].hash, &made[0].parent, 1)).unwrap();
        let all = verify(folder.path(), start(LEARNING()), &mut |_| {}).unwrap();
        assert!(!all[0].same());
    }

    #[test]
    fn an_update_that_makes_things_worse_is_refused_and_nothing_follows_from_it() {
        let [logs, folder] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let learning = || Learning { plays: 60, head_rate: 0.5, tolerance: 0.0, ..LEARNING() };
        let mut learner = Learner::open(folder.path(), start(learning())).unwrap();
        let before = learner.hash().to_string();
        let mut made = Vec::new();
        for message in messages(logs.path(), 1..26) {
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
    fn a_folder_goes_on_with_what_it_began_with() {
        let folder = tempfile::tempdir().unwrap();
        drop(Learner::open(folder.path(), start(LEARNING())).unwrap());
        let other = start(Learning { plays: 31, ..LEARNING() });
        let told = Learner::open(folder.path(), other).err().unwrap();
        assert!(told.contains("learner.json: field `learning`"), "{told}");
        let mut other = start(LEARNING());
        other.made.model_hash = "another".into();
        let told = Learner::open(folder.path(), other).err().unwrap();
        assert!(told.contains("field `model_hash`"), "{told}");
        let held = Learner::open(folder.path(), start(LEARNING())).unwrap();
        assert!(Learner::open(folder.path(), start(LEARNING())).is_err());
        drop(held);
    }
}
