//! What one program at a time may use.
//!
//! The system's own lock on a file: it is let go of when the program ends, however it ends, so that nothing is ever left locked.
//! The file that carries it is not the file that is kept, since that is replaced by each saving, and the lock would go with it.

use std::fs::{self, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{DiskFile, remove_file};

/// The right to be the only program that uses a file or folder, for as long as this lives.
#[derive(Debug)]
pub struct Lock {
    carrier: PathBuf,
    _held: DiskFile,
}

impl Lock {
    /// Takes the lock of a file or folder, which need not be there yet; the folder it is in must be.
    ///
    /// # Errors
    /// When another program has it, or the disk refuses; the message names the file.
    pub fn hold(place: &Path) -> Result<Self, String> {
        let carrier = beside(place, "lock");
        let claimed = claim(&carrier).map_err(|e| format!("{}: {e}", carrier.display()))?;
        match claimed {
            Some(held) => Ok(Lock { carrier, _held: held }),
            None => Err(taken(place)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Taken away while it is still held; a file left behind locks nothing.
        let _ = remove_file(&self.carrier);
    }
}

/// That another program is at it.
pub(super) fn taken(place: &Path) -> String {
    format!(
        "{}: another program is using it\n  help: end that one first, or name another place",
        place.display()
    )
}

/// A file beside a place, by a further ending.
pub(super) fn beside(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(ending);
    place.with_file_name(name)
}

/// Opens a file, made if it is not there, for whoever comes first; `None` where another program has it. What is in it stays.
pub(super) fn claim(path: &Path) -> io::Result<Option<DiskFile>> {
    loop {
        let mut options = OpenOptions::new();
        let claimed = DiskFile::open(path, options.write(true).create(true).truncate(false))?;
        let file = claimed.file();
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Where the disk knows no locks, there is nobody to ask.
            Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                return Err(error);
            }
            _ => {}
        }
        // Whoever had it until now may have given the file another name or taken it away.
        let there = fs::metadata(path);
        if there.is_ok_and(|there| file.metadata().is_ok_and(|ours| same(&there, &ours))) {
            return Ok(Some(claimed));
        }
    }
}

#[cfg(unix)]
fn same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

// Elsewhere a file that is open keeps its name.
#[cfg(not(unix))]
fn same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_the_next_may_after_that() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("kept.json");
        let first = Lock::hold(&place).unwrap();
        let refused = Lock::hold(&place).unwrap_err();
        assert!(refused.contains("kept.json: another program is using it"), "{refused}");
        drop(first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
        // What a killed program leaves locks nothing.
        fs::write(folder.path().join("kept.json.lock"), "").unwrap();
        Lock::hold(&place).unwrap();
    }

    #[test]
    fn of_many_who_come_at_once_one_at_a_time_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("kept.json");
        let inside = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let Ok(held) = Lock::hold(&place) else { continue };
                        let before = inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        assert_eq!(before, 0);
                        inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        drop(held);
                    }
                });
            }
        });
    }
}
