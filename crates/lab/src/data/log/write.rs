//! Writing a training log, a shard at a time.

use std::fs;
use std::path::{Path, PathBuf};

use super::count::counted;
use super::encode::encode;
use super::manifest::{LogManifest, MANIFEST, Origin, Shard, sha256};
use super::read::read_shard;
use super::time::Ends;
use crate::data::split::{Split, Splits};
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem};
use melody_core::output::write_whole;
use melody_core::plays::LoggedListener;

/// Plays in a shard, at most, unless one listener has more. On disk a play takes about 60 bytes, as a
/// row of features five times that.
pub const SHARD_PLAYS: usize = 100_000;

/// Play ratio from which a play counts as completed.
pub(super) const COMPLETION: f64 = 0.95;

/// A training log being written. Until [`LogWriter::finish`] has been called the folder is no log.
pub struct LogWriter<'a> {
    folder: PathBuf,
    catalogue: &'a Catalogue,
    shard_plays: usize,
    waiting: Vec<LoggedListener>,
    waiting_plays: usize,
    ends: Ends,
    manifest: LogManifest,
}

impl<'a> LogWriter<'a> {
    /// Begins a log in a folder that is not there yet or is empty.
    ///
    /// # Errors
    /// When the folder holds something or cannot be made.
    pub fn create(
        folder: &Path,
        catalogue: &'a Catalogue,
        origin: Origin,
        splits: Splits,
        shard_plays: usize,
    ) -> Result<Self, String> {
        let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
        fs::create_dir_all(folder).map_err(fail)?;
        if fs::read_dir(folder).map_err(fail)?.next().is_some() {
            return Err(format!(
                "{}: the folder is not empty\n  help: a training log is written into a new folder",
                folder.display()
            ));
        }
        Ok(LogWriter {
            folder: folder.into(),
            catalogue,
            shard_plays,
            waiting: Vec::new(),
            waiting_plays: 0,
            ends: Ends::default(),
            manifest: LogManifest {
                format: 1,
                catalogue: catalogue.name.clone(),
                catalogue_hash: catalogue.hash.clone(),
                completion: COMPLETION,
                listeners: 0,
                plays: 0,
                origin,
                splits: Splits { cut_ms: None, ..splits },
                shards: Vec::new(),
            },
        })
    }

    /// Adds a listener with all their sessions. Names must not repeat.
    pub fn push(&mut self, listener: LoggedListener) -> Result<(), String> {
        let plays = listener.plays();
        if !self.waiting.is_empty() && self.waiting_plays + plays > self.shard_plays {
            self.flush()?;
        }
        if self.manifest.splits.listener(&listener.name) == Split::Train {
            self.ends.add(&listener);
        }
        self.manifest.listeners += 1;
        self.manifest.plays += plays as u64;
        self.waiting_plays += plays;
        self.waiting.push(listener);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), String> {
        let file = format!("shard-{:05}.arrow", self.manifest.shards.len());
        let path = self.folder.join(&file);
        let bytes = encode(self.catalogue, &self.waiting)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        write_whole(&path, &bytes)?;
        let sha256 = sha256(&bytes);
        self.manifest.shards.push(Shard { sha256, ..Shard::named(file) });
        self.waiting.clear();
        self.waiting_plays = 0;
        Ok(())
    }

    /// Writes what is left, decides where the later sessions begin, reads every shard back to count
    /// what is in which split, and writes `log.toml`.
    pub fn finish(mut self) -> Result<LogManifest, String> {
        if !self.waiting.is_empty() {
            self.flush()?;
        }
        if self.manifest.shards.is_empty() {
            return Err(format!("{}: nobody listened to anything", self.folder.display()));
        }
        self.manifest.splits.cut_ms = self.ends.cut(self.manifest.splits.later);
        count(&self.folder, &mut self.manifest, self.catalogue).map_err(|e| e.to_string())?;
        write_whole(&self.folder.join(MANIFEST), self.manifest.render().as_bytes())?;
        Ok(self.manifest)
    }
}

/// Splits a log in another way. The shards stay as they are.
///
/// # Errors
/// When the log cannot be read or `log.toml` not be written.
pub fn split_again(
    folder: &Path,
    catalogue: &Catalogue,
    splits: Splits,
) -> Result<LogManifest, InputError> {
    let mut manifest = LogManifest::read(folder, catalogue)?;
    let mut ends = Ends::default();
    for shard in &manifest.shards {
        let listeners = read_shard(folder, shard, &manifest, catalogue)?;
        listeners
            .iter()
            .filter(|l| splits.listener(&l.name) == Split::Train)
            .for_each(|l| ends.add(l));
    }
    manifest.splits = Splits { cut_ms: ends.cut(splits.later), ..splits };
    count(folder, &mut manifest, catalogue)?;
    let path = folder.join(MANIFEST);
    write_whole(&path, manifest.render().as_bytes()).map_err(|message| {
        Problem::new(path.display().to_string(), message).field("(whole file)")
    })?;
    Ok(manifest)
}

/// Counts what of every shard is in which split.
fn count(
    folder: &Path,
    manifest: &mut LogManifest,
    catalogue: &Catalogue,
) -> Result<(), InputError> {
    let mut shards = manifest.shards.clone();
    for shard in &mut shards {
        let listeners = read_shard(folder, shard, manifest, catalogue)?;
        for split in Split::ALL {
            *shard.count_mut(split) = counted(&listeners, &manifest.splits, split);
        }
    }
    manifest.shards = shards;
    Ok(())
}
