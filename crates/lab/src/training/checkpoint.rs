//! Taking up an interrupted training where it stopped.
//!
//! A checkpoint is a folder: the networks and optimisers in files of their own, and `progress.toml`, which comes last and says how
//! far training got, what it is made of and the SHA-256 of every other file. Its first line is the SHA-256 of all its others. So a
//! checkpoint is as it was written or it is refused, and what it goes on with is what it was made with.
//!
//! The next checkpoint is made beside the last one, brought to the disk, and renamed; the last one is gone only after that.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::critics::Critics;
use super::made_of::MadeOf;
use super::progress::Progress;
use super::validation::Validation;
use super::weigher::Weigher;
use melody_core::output::{make_folder, remove_folder, rename, sync_folder, write_together};
use melody_model::Network;

/// How far training got.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// Steps done.
    pub step: u64,
    pub weigher: Weigher,
    pub log: Vec<Progress>,
    pub validations: Vec<Validation>,
}

/// What `progress.toml` holds below its first line.
#[derive(Serialize, Deserialize)]
struct Saved {
    /// SHA-256 by name of every other file.
    files: BTreeMap<String, String>,
    made_of: MadeOf,
    checkpoint: Checkpoint,
}

/// What a checkpoint holds in files of their own.
pub(super) struct Parts {
    pub network: Network,
    pub best: Network,
    pub optimizer: ModuleOptimizer,
    pub critics: Option<Critics>,
}

/// The same, to be written.
pub(super) struct Borrowed<'a> {
    pub network: &'a Network,
    pub best: &'a Network,
    pub optimizer: &'a ModuleOptimizer,
    pub critics: Option<&'a Critics>,
}

const NETWORK: &str = "network.bpk";
const BEST: &str = "best.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
// TOML, whose numbers are read back to the bit; serde_json's are not.
const PROGRESS: &str = "progress.toml";

fn failed(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

/// What is to be done about a checkpoint that cannot be gone on with.
fn unusable(path: &Path, why: impl std::fmt::Display) -> String {
    let help = "delete the checkpoint's folder to start anew";
    format!("{}: not a whole checkpoint: {why}\n  help: {help}", path.display())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

impl Borrowed<'_> {
    /// The contents of each file, by its name.
    fn render(&self) -> Result<Vec<(&'static str, Bytes)>, String> {
        let network = |network: &Network| network.clone().into_record().into_bytes();
        let mut files = vec![
            (NETWORK, network(self.network).map_err(|e| e.to_string())?),
            (BEST, network(self.best).map_err(|e| e.to_string())?),
            (OPTIMIZER, self.optimizer.into_bytes().map_err(|e| e.to_string())?),
        ];
        if let Some(critics) = self.critics {
            files.extend(critics.files()?);
        }
        Ok(files)
    }
}

impl Parts {
    /// Reads what the folder's checkpoint holds, over these.
    pub(super) fn load(self, model: &Path) -> Result<Self, String> {
        let folder = Checkpoint::folder(model);
        let network = |network: Network, name: &str| {
            let path = folder.join(name);
            network.try_load_file(&path).map_err(|e| unusable(&path, e))
        };
        let optimizer = folder.join(OPTIMIZER);
        Ok(Parts {
            network: network(self.network, NETWORK)?,
            best: network(self.best, BEST)?,
            optimizer: self.optimizer.load(&optimizer).map_err(|e| unusable(&optimizer, e))?,
            critics: self.critics.map(|critics| critics.load(&folder)).transpose()?,
        })
    }
}

impl Saved {
    /// Reads the checkpoint in a folder; every file of it must be as it was written.
    fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(PROGRESS);
        let text = fs::read_to_string(&path).map_err(|e| unusable(&path, e))?;
        let rest = text.split_once('\n').filter(|(first, rest)| *first == hashed(rest));
        let (_, rest) = rest.ok_or_else(|| unusable(&path, "it is not as it was written"))?;
        let saved: Saved = toml::from_str(rest).map_err(|e| unusable(&path, e))?;
        for (name, hash) in &saved.files {
            let path = folder.join(name);
            let bytes = fs::read(&path).map_err(|e| unusable(&path, e))?;
            if sha256(&bytes) != *hash {
                return Err(unusable(&path, "it is not as it was written"));
            }
        }
        Ok(saved)
    }

    fn render(&self) -> Result<String, toml::ser::Error> {
        let rest = toml::to_string(self)?;
        Ok(format!("{}\n{rest}", hashed(&rest)))
    }
}

/// The first line of `progress.toml`.
fn hashed(rest: &str) -> String {
    format!("sha256 = \"{}\"", sha256(rest.as_bytes()))
}

impl Checkpoint {
    fn folder(model: &Path) -> PathBuf {
        model.join("checkpoint")
    }

    /// Where the next checkpoint is made before it takes the last one's place.
    fn unfinished(model: &Path) -> PathBuf {
        model.join("checkpoint.part")
    }

    /// The checkpoint in a model's folder, if there is one.
    ///
    /// # Errors
    /// When a file of it is missing or not as it was written, or when it was made of something else than the training is now.
    pub(super) fn find(model: &Path, made_of: &MadeOf) -> Result<Option<Self>, String> {
        let (folder, next) = (Self::folder(model), Self::unfinished(model));
        if !folder.exists() {
            // Killed between taking the last checkpoint away and putting the next one there.
            if !next.join(PROGRESS).exists() {
                return Ok(None);
            }
            rename(&next, &folder).map_err(|e| failed(&next, e))?;
        }
        let Saved { checkpoint, made_of: then, .. } = Saved::read(&folder)?;
        match then.differs(made_of) {
            None => Ok(Some(checkpoint)),
            Some(what) => Err(format!(
                "{}: the checkpoint was made with {what}\n  help: train with that to take it up, or delete the folder to start anew",
                folder.join(PROGRESS).display()
            )),
        }
    }

    /// Writes the checkpoint beside the last one and then in its place. Whatever is killed when, one of the two is there, whole and
    /// on the disk.
    pub(super) fn write(
        self,
        model: &Path,
        made_of: &MadeOf,
        parts: &Borrowed,
    ) -> Result<(), String> {
        let folder = Self::unfinished(model);
        let files = parts.render().map_err(|e| failed(&folder, e))?;
        let hashes = files.iter().map(|(name, bytes)| ((*name).into(), sha256(bytes))).collect();
        let saved = Saved { files: hashes, made_of: made_of.clone(), checkpoint: self };
        let progress = saved.render().map_err(|e| failed(&folder, e))?;
        remove(&folder);
        make_folder(&folder).map_err(|e| failed(&folder, e))?;
        let files = files.iter().map(|(name, bytes)| (*name, &bytes[..]));
        let files = files.chain([(PROGRESS, progress.as_bytes())]);
        let files: Vec<_> = files.map(|(name, bytes)| (folder.join(name), bytes)).collect();
        write_together(&files)?;
        sync_folder(model).map_err(|e| failed(model, e))?;
        let place = Self::folder(model);
        remove(&place);
        rename(&folder, &place).map_err(|e| failed(&place, e))?;
        sync_folder(model).map_err(|e| failed(model, e))
    }

    /// Removes the checkpoint of a finished training.
    pub(super) fn remove(model: &Path) {
        remove(&Self::unfinished(model));
        remove(&Self::folder(model));
    }
}

fn remove(folder: &Path) {
    // Under another name first: what is half removed is then no checkpoint. A folder that is not there is as good as removed.
    let gone = folder.with_extension("gone");
    let _ = remove_folder(&gone);
    let _ = rename(folder, &gone);
    let _ = remove_folder(&gone);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Splits;

    use crate::config::TrainingConfig;
    use burn::optim::AdamWConfig;
    use burn::tensor::Device;
    use melody_core::output::{mount, refusing};
    use melody_model::objective::Objective;

    fn small() -> MadeOf {
        let mut config = TrainingConfig::default();
        (config.network.song_buckets, config.network.artist_buckets) = (64, 32);
        MadeOf {
            catalogue: "aa".repeat(32),
            log: "simulated, 9 plays of 2 listeners".into(),
            device: "flex".into(),
            splits: None,
            config,
        }
    }

    fn written(folder: &Path, made_of: &MadeOf, step: u64) -> Result<(), String> {
        let network = Network::new(&made_of.config.network, 1, &Device::flex());
        let optimizer = AdamWConfig::new().init();
        let parts =
            Borrowed { network: &network, best: &network, optimizer: &optimizer, critics: None };
        let weigher = Weigher::new(&Objective::default());
        let checkpoint = Checkpoint { step, weigher, log: Vec::new(), validations: Vec::new() };
        checkpoint.write(folder, made_of, &parts)
    }

    fn saved(folder: &Path, made_of: &MadeOf, step: u64) {
        written(folder, made_of, step).unwrap();
    }

    #[test]
    fn the_newest_checkpoint_is_found_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let made_of = small();
        assert!(Checkpoint::find(folder.path(), &made_of).unwrap().is_none());
        saved(folder.path(), &made_of, 5);
        saved(folder.path(), &made_of, 7);
        let found = Checkpoint::find(folder.path(), &made_of).unwrap().unwrap();
        assert_eq!(found.step, 7);
        Checkpoint::remove(folder.path());
        assert!(Checkpoint::find(folder.path(), &made_of).unwrap().is_none());
    }

    #[test]
    fn one_made_of_something_else_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let made_of = small();
        saved(folder.path(), &made_of, 5);
        let changed = |change: &dyn Fn(&mut MadeOf)| {
            let mut other = made_of.clone();
            change(&mut other);
            Checkpoint::find(folder.path(), &other).unwrap_err()
        };
        for (said, named) in [
            (changed(&|other| other.config.batch += 1), "another training config"),
            (changed(&|other| other.catalogue = "bb".repeat(32)), "another catalogue"),
            (changed(&|other| other.log = "cc".repeat(32)), "another training log"),
            (changed(&|other| other.splits = Some(Splits::default())), "another split"),
            (changed(&|other| other.device = "ndarray".into()), "another device"),
        ] {
            assert!(said.contains(named) && said.contains("to start anew"), "{said}");
            assert!(!said.contains(" and another"), "{said}");
        }
        assert!(Checkpoint::find(folder.path(), &made_of).unwrap().is_some());
    }

    #[test]
    fn what_is_missing_cut_or_altered_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let made_of = small();
        saved(folder.path(), &made_of, 5);
        let place = Checkpoint::folder(folder.path());
        let mut names: Vec<_> = fs::read_dir(&place).unwrap().map(|e| e.unwrap().path()).collect();
        names.sort();
        assert_eq!(names.len(), 4);
        for path in names {
            let good = fs::read(&path).unwrap();
            let refused = |why: &str| {
                let said = Checkpoint::find(folder.path(), &made_of).unwrap_err();
                assert!(said.contains("not a whole checkpoint"), "{why}: {said}");
                assert!(said.contains(&path.display().to_string()), "{why}: {said}");
            };
            fs::remove_file(&path).unwrap();
            refused("missing");
            for length in [0, 1, good.len() / 2, good.len() - 1] {
                fs::write(&path, &good[..length]).unwrap();
                refused("cut");
            }
            for at in (0..good.len()).step_by(good.len() / 60 + 1) {
                let mut bad = good.clone();
                bad[at] ^= 1 << (at % 8);
                fs::write(&path, bad).unwrap();
                refused("altered");
            }
            fs::write(&path, good).unwrap();
        }
        assert_eq!(Checkpoint::find(folder.path(), &made_of).unwrap().unwrap().step, 5);
    }

    /// Whatever call of the disk fails, once, or all from then on as if the program were killed there: the checkpoint that is found is the
    /// last one or the next one, and the next try writes it.
    #[test]
    fn on_a_disk_that_fails_the_last_checkpoint_or_the_next_one_is_there() {
        const FULL: i32 = 28;
        const BROKEN: i32 = 5;
        let folder = tempfile::tempdir().unwrap();
        let made_of = small();
        let found = || Checkpoint::find(folder.path(), &made_of).unwrap().map(|found| found.step);
        saved(folder.path(), &made_of, 1);
        let (mut step, mut told, mut n) = (1, 0, 0);
        loop {
            for (refused, error) in [(n..n + 1, FULL), (n..n + 3, BROKEN), (n..usize::MAX, BROKEN)]
            {
                let mounted = mount(folder.path(), refusing(refused, error));
                let tried = written(folder.path(), &made_of, step + 1);
                drop(mounted);
                let there = found();
                assert!(there == Some(step) || there == Some(step + 1), "call {n}: {there:?}");
                assert!(tried.is_err() || there == Some(step + 1), "call {n}: {there:?}");
                told += usize::from(tried.is_err());
                saved(folder.path(), &made_of, step + 2);
                step += 2;
                assert_eq!(found(), Some(step));
                if n > 0 && tried.is_ok() && error == BROKEN {
                    // Behind the last call there is nothing to be refused.
                    assert!(told > 30, "{told} failures in {n} calls");
                    return;
                }
            }
            n += 1;
        }
    }

    #[test]
    fn killed_between_two_checkpoints_the_new_one_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let made_of = small();
        saved(folder.path(), &made_of, 9);
        // The last one is gone, the next one whole, but not yet in its place.
        let place = Checkpoint::folder(folder.path());
        fs::rename(&place, Checkpoint::unfinished(folder.path())).unwrap();
        assert_eq!(Checkpoint::find(folder.path(), &made_of).unwrap().unwrap().step, 9);
        assert!(place.exists());
        // Half written it is none.
        fs::rename(&place, Checkpoint::unfinished(folder.path())).unwrap();
        fs::remove_file(Checkpoint::unfinished(folder.path()).join(PROGRESS)).unwrap();
        assert!(Checkpoint::find(folder.path(), &made_of).unwrap().is_none());
    }
}
