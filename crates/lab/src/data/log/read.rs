//! Reading a training log, a shard at a time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::count::counted;
use super::decode::decode;
use super::manifest::{Count, LogManifest, MANIFEST, Shard, sha256};
use super::plays::Reading;
use crate::data::dataset::Dataset;
use crate::data::split::Split;
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem, read_bytes};
use melody_core::plays::LoggedListener;

/// A training log on disk. Copies share what they hold.
#[derive(Clone, Debug)]
pub struct TrainingLog {
    folder: PathBuf,
    catalogue: Arc<Catalogue>,
    manifest: Arc<LogManifest>,
    hash: String,
}

impl TrainingLog {
    /// Opens a log: `log.toml` is checked, and that every shard is there.
    ///
    /// # Errors
    /// When the folder is no training log, is one of another catalogue, or lacks a shard.
    pub fn open(folder: &Path, catalogue: Arc<Catalogue>) -> Result<Self, InputError> {
        let manifest = LogManifest::read(folder, &catalogue)?;
        let missing = |shard: &&Shard| !folder.join(&shard.file).is_file();
        if let Some(shard) = manifest.shards.iter().find(missing) {
            let path = folder.join(&shard.file).display().to_string();
            let help = "log.toml lists it: bring it back, or write the log again";
            return Err(Problem::new(path, "no such file").help(help).into());
        }
        let hash = sha256(manifest.render().as_bytes());
        Ok(TrainingLog { folder: folder.into(), catalogue, manifest: Arc::new(manifest), hash })
    }

    /// What `log.toml` says.
    pub fn manifest(&self) -> &LogManifest {
        &self.manifest
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// SHA-256 over `log.toml`, and so over every shard and how the log is split.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How much of a split is in each shard.
    pub fn chunks(&self, split: Split) -> Vec<Count> {
        self.manifest.shards.iter().map(|shard| shard.count(split)).collect()
    }

    /// The listeners of a shard, as they were logged.
    pub fn listeners(&self, shard: usize) -> Result<Vec<LoggedListener>, InputError> {
        read_shard(&self.folder, &self.manifest.shards[shard], &self.manifest, &self.catalogue)
    }

    /// What of a shard is in a split, as features and labels.
    ///
    /// # Errors
    /// When the shard cannot be read, or does not hold what `log.toml` says.
    pub fn read(&self, shard: usize, split: Split) -> Result<Dataset, InputError> {
        let listeners = self.listeners(shard)?;
        self.check_count(shard, split, &listeners)?;
        Ok(Dataset::of(&self.catalogue, &listeners, &self.manifest.splits, split))
    }

    /// Requires `log.toml` to say how much of a shard is in a split: trainers rely on it.
    pub fn check_count(
        &self,
        shard: usize,
        split: Split,
        listeners: &[LoggedListener],
    ) -> Result<(), InputError> {
        let said = self.manifest.shards[shard].count(split);
        let found = counted(listeners, &self.manifest.splits, split);
        if found == said {
            return Ok(());
        }
        let told = |c: Count| {
            format!("{} listeners, {} plays, {} windows", c.listeners, c.plays, c.windows)
        };
        let message = format!("the shard holds {}, not {}", told(found), told(said));
        let path = self.folder.join(MANIFEST).display().to_string();
        let field = format!("shards[{shard}].{}", split.name());
        let help = "`melody log split` counts again";
        Err(Problem::new(path, message).field(field).help(help).into())
    }
}

/// Reads a shard whose hash must be the one listed.
pub(super) fn read_shard(
    folder: &Path,
    shard: &Shard,
    manifest: &LogManifest,
    catalogue: &Catalogue,
) -> Result<Vec<LoggedListener>, InputError> {
    let path = folder.join(&shard.file);
    let bytes = read_bytes(&path)?;
    let file = path.display().to_string();
    let hash = sha256(&bytes);
    if hash != shard.sha256 {
        let message = format!("the file's hash is {hash}, log.toml has {}", shard.sha256);
        let help = "the shard is not as it was written: bring it back, or write the log again";
        return Err(Problem::new(file, message).field("sha256").help(help).into());
    }
    let completion = manifest.completion as f32;
    decode(Reading { file: &file, catalogue, completion }, &bytes)
}
