//! `log.toml`: what a training log is of, how it is split, and what lies where.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::data::split::{Split, Splits};
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem, TomlFile};

/// The file's name in the log's folder. It is written last, so a folder without it is no log.
pub(super) const MANIFEST: &str = "log.toml";

/// What `log.toml` says: what the log holds, and of which catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogManifest {
    /// The version of the log's form.
    pub format: u32,
    /// Name and hash of the catalogue that the songs are of.
    pub catalogue: String,
    /// SHA-256, in hexadecimal.
    pub catalogue_hash: String,
    /// Play ratio from which a play counts as completed where a shard does not tell, in (0, 1].
    pub completion: f64,
    /// In all shards.
    pub listeners: u64,
    /// In all shards.
    pub plays: u64,
    /// Where the listening is from.
    pub origin: Origin,
    /// Who is in which split.
    pub splits: Splits,
    /// In order.
    pub shards: Vec<Shard>,
}

/// Where the listening comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Origin {
    /// Drawn by Melody.
    Simulated {
        /// Of every draw.
        seed: u64,
        /// Of each listener.
        sessions: u32,
    },
    /// Real, of a service.
    Imported {
        /// The files' names.
        from: String,
    },
}

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Its name in the log's folder.
    pub file: String,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
    /// Learned from.
    pub train: Count,
    /// Watched while learning.
    pub validation: Count,
    /// Never learned from.
    pub test: Count,
    /// The newest plays of listeners who are learned from.
    pub later: Count,
}

/// How much of a shard is in a split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Listeners with plays in this split.
    pub listeners: u64,
    /// Plays that are learned from or judged by.
    pub plays: u64,
    /// Windows that these plays are cut into.
    pub windows: u64,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        // The numbers may be anybody's.
        self.listeners = self.listeners.saturating_add(other.listeners);
        self.plays = self.plays.saturating_add(other.plays);
        self.windows = self.windows.saturating_add(other.windows);
    }
}

impl Shard {
    /// A shard of which nothing is known but its file.
    pub fn named(file: String) -> Self {
        let [train, validation, test, later] = [Count::default(); 4];
        Shard { file, sha256: String::new(), train, validation, test, later }
    }

    /// What it holds of a split.
    pub fn count(&self, split: Split) -> Count {
        match split {
            Split::Train => self.train,
            Split::Validation => self.validation,
            Split::Test => self.test,
            Split::Later => self.later,
        }
    }

    /// The same, to be changed.
    pub fn count_mut(&mut self, split: Split) -> &mut Count {
        match split {
            Split::Train => &mut self.train,
            Split::Validation => &mut self.validation,
            Split::Test => &mut self.test,
            Split::Later => &mut self.later,
        }
    }
}

impl LogManifest {
    /// All of a split.
    pub fn count(&self, split: Split) -> Count {
        let mut total = Count::default();
        self.shards.iter().for_each(|shard| total += shard.count(split));
        total
    }

    /// Reads and checks the `log.toml` of a folder.
    ///
    /// # Errors
    /// When the folder is no training log, or one of another catalogue.
    pub fn read(folder: &Path, catalogue: &Catalogue) -> Result<Self, InputError> {
        let path = folder.join(MANIFEST);
        if !path.exists() {
            return Err(Problem::new(path.display().to_string(), "no such file")
                .help("a training log is the folder that `melody log simulate` writes; without log.toml it is unfinished")
                .into());
        }
        Self::parse(&TomlFile::read(&path)?, catalogue)
    }

    /// Reads and checks `log.toml`; the log must be of `catalogue`.
    pub fn parse(file: &TomlFile, catalogue: &Catalogue) -> Result<Self, InputError> {
        let manifest: LogManifest = file.parse()?;
        let mut check = file.checker();
        check.require(manifest.format == 1, "format", "only format 1 is known");
        if manifest.catalogue_hash != catalogue.hash {
            let message = format!(
                "the log is of the catalogue `{}` with the hash {}; `{}` has {}",
                manifest.catalogue, manifest.catalogue_hash, catalogue.name, catalogue.hash
            );
            check.problem("catalogue_hash", message).help =
                Some("name the log's own catalogue with --catalogue".into());
        }
        check.range("completion", manifest.completion, 0.01..=1.0);
        for (name, message) in manifest.splits.problems() {
            check.problem(&format!("splits.{name}"), message);
        }
        check.require(!manifest.shards.is_empty(), "shards", "a log needs a shard");
        let mut names = BTreeSet::new();
        for (i, shard) in manifest.shards.iter().enumerate() {
            let field = |name: &str| format!("shards[{i}].{name}");
            let plain =
                Path::new(&shard.file).file_name().is_some_and(|n| n == shard.file.as_str());
            check.require(plain, &field("file"), "must be the name of a file in the log's folder");
            check.require(names.insert(&shard.file), &field("file"), "the shard is listed twice");
        }
        let mut held = Count::default();
        Split::ALL.into_iter().for_each(|split| held += manifest.count(split));
        if held.plays != manifest.plays {
            let message =
                format!("is {} where the shards' splits have {}", manifest.plays, held.plays);
            check.problem("plays", message);
        }
        check.finish()?;
        Ok(manifest)
    }

    /// The file's text.
    pub fn render(&self) -> String {
        toml::to_string_pretty(self).expect("a manifest holds only what TOML can")
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
