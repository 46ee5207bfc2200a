//! Files that are there whole or not at all.
//!
//! A draft is written beside the place that it is for, brought to the disk, and renamed; then the folder is brought to the disk,
//! since the new name is only there once that is. A program that is killed leaves `NAME.draft` behind, which the next one to
//! write there takes over. A draft is locked while it is written: two programs that write the same file are told apart before
//! either has replaced anything.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::disk::{DiskFile, make_folder, remove_file, rename, sync_folder};
use super::lock::{beside, claim, taken};

/// A file being written. Dropped before it is committed it is taken away, with its folder if that was made for it, and what was
/// there before stays.
#[derive(Debug)]
pub struct Draft {
    /// As it was named.
    name: PathBuf,
    /// Without links.
    place: PathBuf,
    /// Where it is written until it is whole. None for a terminal, pipe or device, which cannot be replaced.
    beside: Option<PathBuf>,
    /// The folder, where it was made for the file.
    made: Option<PathBuf>,
    out: BufWriter<DiskFile>,
}

impl Draft {
    /// Begins a file. Its folder is made if it is not there. A link is followed: the file that it leads to is replaced.
    ///
    /// # Errors
    /// When another program is writing the same file, when the file there may not be written to, or when the disk refuses.
    pub fn begin(name: &Path) -> Result<Self, String> {
        let told = |error: io::Error| format!("{}: {error}", name.display());
        let before = fs::metadata(name).ok();
        let place = name.canonicalize().unwrap_or_else(|_| name.into());
        if before.as_ref().is_some_and(|before| !before.is_file()) {
            let file = DiskFile::open(&place, fs::OpenOptions::new().write(true)).map_err(told)?;
            let out = BufWriter::new(file);
            return Ok(Draft { name: name.into(), place, beside: None, made: None, out });
        }
        if before.as_ref().is_some_and(|before| before.permissions().readonly()) {
            return Err(format!("{}: the file is write-protected", name.display()));
        }
        let made = folder_of(&place).filter(|folder| !folder.exists()).map(Path::to_path_buf);
        if let Some(folder) = &made {
            make_folder(folder).map_err(told)?;
        }
        let path = beside(&place, "draft");
        let file = claim(&path).map_err(told)?.ok_or_else(|| taken(name))?;
        let out = BufWriter::new(file);
        let mut draft = Draft { name: name.into(), place, beside: Some(path), made, out };
        let out = draft.out.get_mut();
        let permitted =
            before.map_or(Ok(()), |before| out.file().set_permissions(before.permissions()));
        // What a killed program left of its own is no part of this one.
        permitted.and_then(|()| out.cut(0)).map_err(told)?;
        Ok(draft)
    }

    /// The file is whole: it takes its place, and the disk has it when this returns.
    ///
    /// # Errors
    /// When the disk refuses. What was there before is there still, unless only the folder could not be brought to the disk.
    pub fn commit(mut self) -> Result<(), String> {
        self.finish().map_err(|error| format!("{}: {error}", self.name.display()))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()?;
        let Some(beside) = &self.beside else { return Ok(()) };
        self.out.get_ref().sync()?;
        rename(beside, &self.place)?;
        (self.beside, self.made) = (None, None);
        sync_folder(folder_of(&self.place).unwrap_or(Path::new(".")))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Nothing more can be done about what cannot be taken away.
        let _ = self.beside.as_deref().map(remove_file);
        let _ = self.made.as_ref().map(fs::remove_dir);
    }
}

/// Writes a whole file.
///
/// # Errors
/// As [`Draft::begin`] and [`Draft::commit`].
pub fn write_whole(place: &Path, bytes: &[u8]) -> Result<(), String> {
    write_together(&[(place.into(), bytes)])
}

/// Writes files that belong together: all of them are on the disk before the first takes its place, and they do so in this order,
/// so the one that makes the others valid comes last.
///
/// # Errors
/// As [`Draft::begin`] and [`Draft::commit`].
pub fn write_together(files: &[(PathBuf, &[u8])]) -> Result<(), String> {
    let mut drafts = Vec::new();
    for (place, bytes) in files {
        let mut draft = Draft::begin(place)?;
        let written = draft.write_all(bytes).and_then(|()| draft.flush());
        let synced = written.and_then(|()| match draft.beside {
            Some(_) => draft.out.get_ref().sync(),
            None => Ok(()),
        });
        synced.map_err(|error| format!("{}: {error}", place.display()))?;
        drafts.push(draft);
    }
    drafts.into_iter().try_for_each(Draft::commit)
}

fn folder_of(place: &Path) -> Option<&Path> {
    place.parent().filter(|folder| !folder.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::disk::{mount, refusing};

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_old_file_is_there_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        write_whole(&place, b"old").unwrap();
        let mut draft = Draft::begin(&place).unwrap();
        draft.write_all(b"new").unwrap();
        draft.flush().unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"old");
        let refused = Draft::begin(&place).unwrap_err();
        assert!(refused.contains("a.txt: another program is using it"), "{refused}");
        drop(draft);
        assert_eq!(fs::read(&place).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.txt"]);
        write_whole(&place, b"new").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
    }

    /// Whatever call of the disk fails, once or from then on: the file is the old one or the new one, what failed is told, and where the
    /// disk takes away what was left, nothing is.
    #[test]
    fn on_a_disk_that_fails_the_file_is_the_old_one_or_the_new_one() {
        const FULL: i32 = 28;
        const BROKEN: i32 = 5;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let [old, new] = [b'o', b'n'].map(|byte| vec![byte; 30_000]);
        let mut told = 0;
        for n in 0..12 {
            for (refused, error) in [(n..n + 1, FULL), (n..n + 2, BROKEN), (n..usize::MAX, FULL)] {
                write_whole(&place, &old).unwrap();
                let once = refused.len() == 1;
                let mounted = mount(folder.path(), refusing(refused, error));
                let written = write_whole(&place, &new);
                drop(mounted);
                let there = fs::read(&place).unwrap();
                assert!(there == old || there == new, "call {n}: {} bytes", there.len());
                match written {
                    Ok(()) => assert!(there == new, "call {n}"),
                    Err(error) => {
                        assert!(error.contains("a.txt: "), "{error}");
                        told += 1;
                    }
                }
                assert!(!once || names(folder.path()) == ["a.txt"], "call {n}");
            }
        }
        assert!(
            (21..36).contains(&told),
            "{told} of 36 are told, and a whole writing takes fewer calls"
        );
        write_whole(&place, &new).unwrap();
        assert_eq!(names(folder.path()), ["a.txt"], "what was left is taken over");
    }

    #[test]
    fn what_a_killed_program_left_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        fs::write(folder.path().join("a.txt.draft"), "much that was never finished").unwrap();
        write_whole(&place, b"new").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_folder_made_for_a_file_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("new/a.txt");
        drop(Draft::begin(&place).unwrap());
        assert!(names(folder.path()).is_empty());
        write_whole(&place, b"a").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"a");
    }

    #[test]
    fn of_files_that_belong_together_none_is_replaced_where_one_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a.txt", "b.txt"].map(|name| folder.path().join(name));
        write_together(&[(a.clone(), b"old"), (b.clone(), b"old")]).unwrap();
        let held = Draft::begin(&b).unwrap();
        write_together(&[(a.clone(), b"new"), (b.clone(), b"new")]).unwrap_err();
        drop(held);
        assert_eq!([fs::read(&a).unwrap(), fs::read(&b).unwrap()], [b"old", b"old"]);
        assert_eq!(names(folder.path()), ["a.txt", "b.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_are_written_to() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [place, link] = ["a.txt", "link"].map(|name| folder.path().join(name));
        write_whole(&place, b"old").unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&place, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&place, fs::Permissions::from_mode(0o440)).unwrap();
        assert!(write_whole(&place, b"no").unwrap_err().contains("write-protected"));

        let null = Path::new("/dev/null");
        write_whole(null, b"gone").unwrap();
        assert!(!fs::metadata(null).unwrap().is_file());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told() {
        let refused = write_whole(Path::new("/dev/full"), b"more than it has room for");
        assert!(refused.unwrap_err().starts_with("/dev/full: "));
    }
}
