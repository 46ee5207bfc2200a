//! Taking up an interrupted training where it stopped.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};

use super::config::TrainingConfig;
use super::trainer::Progress;
use crate::model::Network;

/// How far training got.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    pub log: Vec<Progress>,
}

/// What is written: the checkpoint and the config it belongs to.
#[derive(Serialize, Deserialize)]
struct Saved {
    config: TrainingConfig,
    checkpoint: Checkpoint,
}

impl Checkpoint {
    fn folder(model: &Path) -> PathBuf {
        model.join("checkpoint")
    }

    pub fn network_path(model: &Path) -> PathBuf {
        Self::folder(model).join("network.bpk")
    }

    pub fn optimizer_path(model: &Path) -> PathBuf {
        Self::folder(model).join("optimizer.bpk")
    }

    fn progress_path(model: &Path) -> PathBuf {
        Self::folder(model).join("progress.json")
    }

    /// The checkpoint in a model's folder, if there is one.
    ///
    /// # Errors
    /// When it cannot be read, or was made with another config: its optimiser would not fit.
    pub fn find(model: &Path, config: &TrainingConfig) -> Result<Option<Self>, String> {
        let path = Self::progress_path(model);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let saved: Saved = serde_json::from_str(&text)
            .map_err(|e| format!("{}:{}: not a checkpoint: {e}", path.display(), e.line()))?;
        if saved.config != *config {
            return Err(format!(
                "{}: the checkpoint was made with another training config\n  help: train with \
                 that config to take it up, or delete the folder to start anew",
                path.display()
            ));
        }
        Ok(Some(saved.checkpoint))
    }

    /// Writes the checkpoint; `progress.json` comes last, so that a torn write is no checkpoint.
    pub fn write(
        self,
        model: &Path,
        config: &TrainingConfig,
        network: &Network,
        optimizer: &ModuleOptimizer,
    ) -> Result<(), String> {
        let fail = |path: &Path, error: String| format!("{}: {error}", path.display());
        let folder = Self::folder(model);
        Self::remove(model);
        std::fs::create_dir_all(&folder).map_err(|e| fail(&folder, e.to_string()))?;
        let path = Self::network_path(model);
        network.clone().save_file(&path).map_err(|e| fail(&path, e.to_string()))?;
        let path = Self::optimizer_path(model);
        optimizer.save(&path).map_err(|e| fail(&path, e.to_string()))?;
        let path = Self::progress_path(model);
        let saved = Saved { config: config.clone(), checkpoint: self };
        let text = serde_json::to_string(&saved).map_err(|e| fail(&path, e.to_string()))?;
        let unfinished = path.with_extension("part");
        std::fs::write(&unfinished, text).map_err(|e| fail(&unfinished, e.to_string()))?;
        std::fs::rename(&unfinished, &path).map_err(|e| fail(&path, e.to_string()))
    }

    /// Removes the checkpoint of a finished training.
    pub fn remove(model: &Path) {
        // A folder that is not there is as good as removed.
        let _ = std::fs::remove_dir_all(Self::folder(model));
    }
}
