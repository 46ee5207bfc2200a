//! Taking up an interrupted training where it stopped.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};

use super::critics::Critics;
use super::progress::Progress;
use super::validation::Validation;
use super::weigher::Weigher;
use crate::config::TrainingConfig;
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

/// What is written: the checkpoint and the config it belongs to.
#[derive(Serialize, Deserialize)]
struct Saved {
    config: TrainingConfig,
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

impl Parts {
    /// Reads what the folder's checkpoint holds, over these.
    pub(super) fn load(self, model: &Path) -> Result<Self, String> {
        let folder = Checkpoint::folder(model);
        let optimizer = folder.join(OPTIMIZER);
        Ok(Parts {
            network: self.network.load_file(folder.join(NETWORK)),
            best: self.best.load_file(folder.join(BEST)),
            optimizer: self.optimizer.load(&optimizer).map_err(|e| failed(&optimizer, e))?,
            critics: self.critics.map(|critics| critics.load(&folder)).transpose()?,
        })
    }
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
    /// When it cannot be read, or was made with another config: its optimiser would not fit.
    pub(super) fn find(model: &Path, config: &TrainingConfig) -> Result<Option<Self>, String> {
        let path = Self::folder(model).join(PROGRESS);
        if !path.exists() {
            // Killed between taking the last checkpoint away and putting the next one there.
            let next = Self::unfinished(model);
            if !next.join(PROGRESS).exists() {
                return Ok(None);
            }
            let folder = Self::folder(model);
            remove(&folder);
            std::fs::rename(&next, &folder).map_err(|e| failed(&next, e))?;
        }
        let text = std::fs::read_to_string(&path).map_err(|e| failed(&path, e))?;
        let saved: Saved = toml::from_str(&text)
            .map_err(|e| format!("{}: not a checkpoint: {e}", path.display()))?;
        if saved.config != *config {
            return Err(format!(
                "{}: the checkpoint was made with another training config\n  help: train with \
                 that config to take it up, or delete the folder to start anew",
                path.display()
            ));
        }
        Ok(Some(saved.checkpoint))
    }

    /// Writes the checkpoint beside the last one and then in its place. `progress.toml` comes last and
    /// whole, so that whatever is killed when, one of the two is there.
    pub(super) fn write(
        self,
        model: &Path,
        config: &TrainingConfig,
        parts: &Borrowed,
    ) -> Result<(), String> {
        let folder = Self::unfinished(model);
        remove(&folder);
        std::fs::create_dir_all(&folder).map_err(|e| failed(&folder, e))?;
        for (name, network) in [(NETWORK, parts.network), (BEST, parts.best)] {
            let path = folder.join(name);
            network.clone().save_file(&path).map_err(|e| failed(&path, e))?;
        }
        let path = folder.join(OPTIMIZER);
        parts.optimizer.save(&path).map_err(|e| failed(&path, e))?;
        if let Some(critics) = parts.critics {
            critics.save(&folder)?;
        }
        let saved = Saved { config: config.clone(), checkpoint: self };
        let (path, torn) = (folder.join(PROGRESS), folder.join("progress.part"));
        let text = toml::to_string(&saved).map_err(|e| failed(&path, e))?;
        std::fs::write(&torn, text).map_err(|e| failed(&torn, e))?;
        std::fs::rename(&torn, &path).map_err(|e| failed(&path, e))?;
        let place = Self::folder(model);
        remove(&place);
        std::fs::rename(&folder, &place).map_err(|e| failed(&place, e))
    }

    /// Removes the checkpoint of a finished training.
    pub(super) fn remove(model: &Path) {
        remove(&Self::folder(model));
        remove(&Self::unfinished(model));
    }
}

fn remove(folder: &Path) {
    // `progress.toml` first: a folder half removed is then no checkpoint. A folder that is not there
    // is as good as removed.
    let _ = std::fs::remove_file(folder.join(PROGRESS));
    let _ = std::fs::remove_dir_all(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    use burn::optim::AdamWConfig;
    use burn::tensor::Device;
    use melody_model::objective::Objective;

    fn small() -> TrainingConfig {
        let mut config = TrainingConfig::default();
        (config.network.song_buckets, config.network.artist_buckets) = (64, 32);
        config
    }

    fn saved(folder: &Path, config: &TrainingConfig, step: u64) {
        let network = Network::new(&config.network, 1, &Device::flex());
        let optimizer = AdamWConfig::new().init();
        let parts =
            Borrowed { network: &network, best: &network, optimizer: &optimizer, critics: None };
        let weigher = Weigher::new(&Objective::default());
        let checkpoint = Checkpoint { step, weigher, log: Vec::new(), validations: Vec::new() };
        checkpoint.write(folder, config, &parts).unwrap();
    }

    #[test]
    fn the_newest_checkpoint_is_found_and_another_config_refused() {
        let folder = tempfile::tempdir().unwrap();
        let config = small();
        assert!(Checkpoint::find(folder.path(), &config).unwrap().is_none());
        saved(folder.path(), &config, 5);
        saved(folder.path(), &config, 7);
        let found = Checkpoint::find(folder.path(), &config).unwrap().unwrap();
        assert_eq!(found.step, 7);
        let other = TrainingConfig { batch: config.batch + 1, ..config.clone() };
        let refused = Checkpoint::find(folder.path(), &other).unwrap_err();
        assert!(refused.contains("made with another training config"), "{refused}");
        Checkpoint::remove(folder.path());
        assert!(Checkpoint::find(folder.path(), &config).unwrap().is_none());
    }

    #[test]
    fn killed_between_two_checkpoints_the_new_one_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let config = small();
        saved(folder.path(), &config, 9);
        // The last one is gone, the next one whole, but not yet in its place.
        let place = Checkpoint::folder(folder.path());
        std::fs::rename(&place, Checkpoint::unfinished(folder.path())).unwrap();
        assert_eq!(Checkpoint::find(folder.path(), &config).unwrap().unwrap().step, 9);
        assert!(place.exists());
        // Half written it is none.
        std::fs::rename(&place, Checkpoint::unfinished(folder.path())).unwrap();
        std::fs::remove_file(Checkpoint::unfinished(folder.path()).join(PROGRESS)).unwrap();
        assert!(Checkpoint::find(folder.path(), &config).unwrap().is_none());
    }
}
