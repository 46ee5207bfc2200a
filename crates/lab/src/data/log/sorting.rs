//! Plays of many listeners, in any order, brought together by listener without holding them all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use melody_core::input::{InputError, Problem};
use melody_core::plays::{Play, save, without_doubles};
use melody_core::rng::hash64;

/// Files that listeners are spread over: one of them is in memory at a time.
const FILES: u64 = 64;

/// Plays on their way, in files of their own until they are taken.
pub(super) struct Sorting {
    folder: PathBuf,
    files: Vec<BufWriter<File>>,
}

impl Sorting {
    /// Begins in a new folder.
    pub(super) fn create(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir(&folder)?;
        // Made first, so that whatever comes the folder is taken away again.
        let mut sorting = Sorting { folder, files: Vec::new() };
        for number in 0..FILES {
            sorting.files.push(BufWriter::new(File::create(sorting.path(number))?));
        }
        Ok(sorting)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number}.jsonl"))
    }

    pub(super) fn push(&mut self, play: &Play) -> io::Result<()> {
        let listener = play.listener.as_deref().unwrap_or_default();
        let place = (hash64(listener) % FILES) as usize;
        save(&mut self.files[place], [play])
    }

    /// Hands over every listener with their plays, oldest first: those without a time follow the one
    /// they came after. Plays that are told twice are taken out; how many is handed over, too.
    ///
    /// # Errors
    /// When the files cannot be written or read, or `take` fails.
    pub(super) fn finish(
        mut self,
        mut take: impl FnMut(String, Vec<Play>, usize) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let unread = |path: &Path, error: &dyn std::fmt::Display| {
            Problem::new(path.display().to_string(), error.to_string()).field("(whole file)")
        };
        for mut file in self.files.drain(..) {
            file.flush().map_err(|e| unread(&self.folder, &e))?;
        }
        for number in 0..FILES {
            let path = self.path(number);
            let text = fs::read_to_string(&path).map_err(|e| unread(&path, &e))?;
            let mut listeners: BTreeMap<String, Vec<(i64, Play)>> = BTreeMap::new();
            for line in text.lines() {
                let play: Play = serde_json::from_str(line).map_err(|e| unread(&path, &e))?;
                let own = listeners.entry(play.listener.clone().unwrap_or_default()).or_default();
                let time = play.time_ms.or(own.last().map(|(time, _)| *time)).unwrap_or(0);
                own.push((time, play));
            }
            for (name, mut plays) in listeners {
                plays.sort_by_key(|(time, _)| *time);
                let (plays, doubles) = without_doubles(plays);
                take(name, plays.into_iter().map(|(_, play)| play).collect(), doubles)?;
            }
        }
        Ok(())
    }
}

impl Drop for Sorting {
    fn drop(&mut self) {
        // What cannot be removed is only in the way.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
