//! Plays of many listeners, in any order, brought together by listener without holding them all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use melody_core::input::{InputError, Problem};
use melody_core::plays::{Play, Settled, place_ms, save, settled};
use melody_core::rng::hash64;

/// Files that listeners are spread over: one of them is in memory at a time.
const FILES: u64 = 64;

/// Plays on their way, in files of their own until they are taken.
pub(super) struct Sorting {
    folder: PathBuf,
    files: Vec<BufWriter<File>>,
    /// The listeners that are named, up to two.
    named: Vec<String>,
}

impl Sorting {
    /// Begins in a new folder.
    pub(super) fn create(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir(&folder)?;
        // Made first, so that whatever comes the folder is taken away again.
        let mut sorting = Sorting { folder, files: Vec::new(), named: Vec::new() };
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
        if !listener.is_empty() && self.named.len() < 2 && !self.named.iter().any(|n| n == listener)
        {
            self.named.push(listener.into());
        }
        save(&mut self.files[place(listener) as usize], [play])
    }

    /// Hands over every listener with their plays, oldest first: those without a time follow the one
    /// they came after. Each play is there once, and whole. Plays of nobody by name are those of the only one who is named.
    ///
    /// # Errors
    /// When the files cannot be written or read, or `take` fails.
    pub(super) fn finish(
        mut self,
        mut take: impl FnMut(String, Settled<i64>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let unread = |path: &Path, error: &dyn std::fmt::Display| {
            Problem::new(path.display().to_string(), error.to_string()).field("(whole file)")
        };
        for mut file in self.files.drain(..) {
            file.flush().map_err(|e| unread(&self.folder, &e))?;
        }
        let only = match &self.named[..] {
            [only] => Some(only.as_str()),
            _ => None,
        };
        let read = |number| {
            let path = self.path(number);
            fs::read_to_string(&path).map_err(|e| unread(&path, &e))
        };
        for number in 0..FILES {
            let unnamed = only.filter(|only| place("") != place(only));
            let texts = match unnamed {
                Some(_) if number == place("") => vec![],
                Some(only) if number == place(only) => vec![read(number)?, read(place(""))?],
                _ => vec![read(number)?],
            };
            let mut listeners: BTreeMap<String, Vec<(i64, Play)>> = BTreeMap::new();
            for line in texts.iter().flat_map(|text| text.lines()) {
                let path = self.path(number);
                let play: Play = serde_json::from_str(line).map_err(|e| unread(&path, &e))?;
                let name = play.listener.as_deref().or(only).unwrap_or_default();
                let own = listeners.entry(name.to_string()).or_default();
                let time = place_ms(&play).or(own.last().map(|(time, _)| *time)).unwrap_or(0);
                own.push((time, play));
            }
            for (name, mut plays) in listeners {
                plays.sort_by_key(|(time, _)| *time);
                take(name, settled(plays))?;
            }
        }
        Ok(())
    }
}

/// The file that a listener's plays are in.
fn place(listener: &str) -> u64 {
    hash64(listener) % FILES
}

impl Drop for Sorting {
    fn drop(&mut self) {
        // What cannot be removed is only in the way.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
