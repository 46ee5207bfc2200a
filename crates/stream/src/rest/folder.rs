//! A folder that is there whole or not at all.
//!
//! It is written beside its place and renamed. What a killed program has left there is taken over, if nothing but a data set's files is
//! in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::tables::TABLES;
use melody_core::input::Problem;
use melody_core::output::{Lock, make_folder, remove_folder, rename, sync_folder};

/// A data set's folder being written. Dropped before it is committed it is taken away.
pub(super) struct Draft {
    out: PathBuf,
    beside: PathBuf,
    whole: bool,
    _lock: Lock,
}

impl Draft {
    /// Begins a folder at a place where nothing is yet, or an empty one.
    ///
    /// # Errors
    /// When something is there, another program writes there, or the disk refuses.
    pub(super) fn begin(out: &Path) -> Result<Self, Problem> {
        let name = out.display().to_string();
        let fail = |error: io::Error| Problem::new(&name, error.to_string()).field("(output)");
        if out.file_name().is_none() {
            return Err(Problem::new(&name, "names no folder").field("(output)"));
        }
        if out.exists() && !empty(out) {
            let why =
                "no data set is written: there is something else already, which would be lost";
            return Err(Problem::new(&name, why).field("(output)").help("name a new folder"));
        }
        make_folder(above(out)).map_err(fail)?;
        let lock = Lock::hold(out).map_err(|why| Problem::new(&name, why).field("(output)"))?;
        let mut draft = out.file_name().unwrap_or_default().to_os_string();
        draft.push(".draft");
        let beside = out.with_file_name(draft);
        if beside.exists() {
            if !left_behind(&beside) {
                let why = "is in the way: the data set is written there before it takes its place";
                return Err(
                    Problem::new(beside.display().to_string(), why).help("give it another name")
                );
            }
            remove_folder(&beside).map_err(fail)?;
        }
        make_folder(&beside).map_err(fail)?;
        Ok(Draft { out: out.into(), beside, whole: false, _lock: lock })
    }

    /// A folder in it, made if it is not there.
    pub(super) fn folder(&self, table: &str, day: &str) -> Result<PathBuf, Problem> {
        let folder = self.beside.join(table).join(format!("day={day}"));
        make_folder(&folder).map_err(|error| self.problem(&error))?;
        Ok(folder)
    }

    /// All of it is there: it takes its place, and the disk has it when this returns.
    pub(super) fn commit(mut self) -> Result<(), Problem> {
        let renamed = self.sync().and_then(|()| {
            if self.out.exists() {
                fs::remove_dir(&self.out)?;
            }
            rename(&self.beside, &self.out)
        });
        renamed.map_err(|error| self.problem(&error))?;
        self.whole = true;
        sync_folder(above(&self.out)).map_err(|error| self.problem(&error))
    }

    /// The files are on the disk; here their names.
    fn sync(&self) -> io::Result<()> {
        for table in fs::read_dir(&self.beside)? {
            let table = table?.path();
            for day in fs::read_dir(&table)? {
                sync_folder(&day?.path())?;
            }
            sync_folder(&table)?;
        }
        sync_folder(&self.beside)
    }

    pub(super) fn problem(&self, error: &dyn std::fmt::Display) -> Problem {
        Problem::new(self.out.display().to_string(), error.to_string()).field("(output)")
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.whole {
            // Nothing more can be done about what cannot be taken away.
            let _ = remove_folder(&self.beside);
        }
    }
}

fn empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn above(out: &Path) -> &Path {
    out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether nothing but what is written here is in a folder.
fn left_behind(folder: &Path) -> bool {
    let names = |folder: &Path| -> Option<Vec<String>> {
        let entries = fs::read_dir(folder).ok()?;
        entries.map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
    };
    let table = |table: &String| {
        let days = names(&folder.join(table));
        TABLES.contains(&table.as_str())
            && days.is_some_and(|days| days.iter().all(|day| day.starts_with("day=")))
    };
    names(folder).is_some_and(|tables| tables.iter().all(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_whole_or_not_there_and_takes_no_others_place() {
        let at = tempfile::tempdir().unwrap();
        let out = at.path().join("new/set");
        let draft = Draft::begin(&out).unwrap();
        draft.folder("plays", "2026-11-30").unwrap();
        let second = Draft::begin(&out).err().unwrap();
        assert!(second.message.contains("another program is using it"), "{second}");
        drop(draft);
        assert!(names(&at.path().join("new")).is_empty());

        let draft = Draft::begin(&out).unwrap();
        draft.folder("plays", "2026-11-30").unwrap();
        assert!(!out.exists());
        draft.commit().unwrap();
        assert_eq!(names(&at.path().join("new")), ["set"]);
        assert_eq!(names(&out.join("plays")), ["day=2026-11-30"]);
        let refused = Draft::begin(&out).err().unwrap();
        assert!(refused.message.contains("something else already"), "{refused}");
        // An empty folder is nobody's loss.
        let empty = at.path().join("empty");
        fs::create_dir(&empty).unwrap();
        Draft::begin(&empty).unwrap().commit().unwrap();
    }

    #[test]
    fn only_what_a_killed_program_left_is_taken_away() {
        let at = tempfile::tempdir().unwrap();
        let (out, left) = (at.path().join("set"), at.path().join("set.draft"));
        fs::create_dir_all(left.join("plays/day=2026-11-30")).unwrap();
        fs::write(left.join("plays/day=2026-11-30/part-0.parquet.draft"), "half").unwrap();
        drop(Draft::begin(&out).unwrap());
        assert!(!left.exists());
        fs::create_dir(&left).unwrap();
        fs::write(left.join("diary.txt"), "dear diary").unwrap();
        let refused = Draft::begin(&out).err().unwrap();
        assert!(refused.message.contains("in the way"), "{refused}");
        assert_eq!(names(&left), ["diary.txt"]);
    }
}
