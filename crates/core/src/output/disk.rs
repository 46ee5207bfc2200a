//! What is asked of the disk, and what may stand between.
//!
//! Whatever changes a file on the way that this folder goes is asked for here, call by call. So a test can mount a disk of its own at a
//! folder: one that is full, broken or slow, that takes half of what it is given, that is cut off at any moment, or that only notes what
//! it was asked. It is met by whoever uses the folder, on every thread, as a real one would be. A program that runs has none mounted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A call that changes what is on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call<'a> {
    /// The file is opened, and made if it is not there.
    Open,
    /// These bytes are written, so many bytes from the file's beginning.
    Write(u64, &'a [u8]),
    /// The file is cut off, or filled up, at a length in bytes.
    Cut(u64),
    /// The disk has everything that was written to the file when this returns.
    Sync,
    /// The file or folder takes another name, and the place of what has it.
    Rename(&'a Path),
    /// The file is taken away, or the folder with all that is in it.
    Remove,
    /// A folder is made, and those that it is in.
    MakeFolder,
    /// The disk has the folder's names when this returns.
    SyncFolder,
}

/// A disk that stands before the real one. It is asked before each call, with the file's path, and gives how many bytes of a write
/// may go on (for other calls any number), or what the call fails with.
pub type Disk = dyn Fn(&Path, Call<'_>) -> io::Result<usize> + Send + Sync;

static MOUNTED: RwLock<Vec<(PathBuf, Arc<Disk>)>> = RwLock::new(Vec::new());

/// A disk at its folder, until this is dropped. What was opened before then keeps it.
#[must_use]
pub struct Mounted(Arc<Disk>);

/// Puts a disk before the real one, for all that is below a folder. For tests.
pub fn mount(
    folder: &Path,
    disk: impl Fn(&Path, Call<'_>) -> io::Result<usize> + Send + Sync + 'static,
) -> Mounted {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.into());
    let disk: Arc<Disk> = Arc::new(disk);
    let mut mounted = MOUNTED.write().unwrap_or_else(PoisonError::into_inner);
    mounted.push((folder, disk.clone()));
    Mounted(disk)
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let mut mounted = MOUNTED.write().unwrap_or_else(PoisonError::into_inner);
        mounted.retain(|(_, disk)| !Arc::ptr_eq(disk, &self.0));
    }
}

/// The disk that a path is on, if it is not just the system's.
fn disk_of(path: &Path) -> Option<Arc<Disk>> {
    let mounted = MOUNTED.read().unwrap_or_else(PoisonError::into_inner);
    if mounted.is_empty() {
        return None;
    }
    let real = path.canonicalize().ok();
    let above = path.parent().and_then(|folder| folder.canonicalize().ok());
    let below = |folder: &Path| {
        [real.as_deref(), above.as_deref(), Some(path)]
            .into_iter()
            .flatten()
            .any(|path| path.starts_with(folder))
    };
    mounted.iter().find(|(folder, _)| below(folder)).map(|(_, disk)| disk.clone())
}

fn ask(path: &Path, call: Call<'_>) -> io::Result<()> {
    disk_of(path).map_or(Ok(()), |disk| disk(path, call).map(|_| ()))
}

/// A file that is written to.
pub struct DiskFile {
    file: File,
    path: PathBuf,
    /// Where the next write goes.
    at: u64,
    disk: Option<Arc<Disk>>,
}

impl std::fmt::Debug for DiskFile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "DiskFile({:?})", self.path)
    }
}

impl DiskFile {
    /// Opens a file, at its beginning.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(path: &Path, options: &OpenOptions) -> io::Result<Self> {
        let disk = disk_of(path);
        if let Some(disk) = &disk {
            disk(path, Call::Open)?;
        }
        Ok(DiskFile { file: options.open(path)?, path: path.into(), at: 0, disk })
    }

    /// What is not asked of the disk: locks, and what the system knows of the file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Cuts the file off, or fills it up with zeros, at a length in bytes; the next write goes there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn cut(&mut self, length: u64) -> io::Result<()> {
        self.ask(Call::Cut(length))?;
        self.file.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(|_| ())
    }

    /// Waits until the disk has everything that was written, and what the system knows of the file.
    ///
    /// # Errors
    /// When it refuses.
    pub fn sync(&self) -> io::Result<()> {
        self.ask(Call::Sync)?;
        self.file.sync_all()
    }

    /// Waits until the disk has everything that was written: what a file that grows record by record needs.
    ///
    /// # Errors
    /// When it refuses.
    pub fn sync_data(&self) -> io::Result<()> {
        self.ask(Call::Sync)?;
        self.file.sync_data()
    }

    fn ask(&self, call: Call<'_>) -> io::Result<usize> {
        self.disk.as_ref().map_or(Ok(usize::MAX), |disk| disk(&self.path, call))
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.ask(Call::Write(self.at, bytes))?.min(bytes.len());
        let written = self.file.write(&bytes[..taken])?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for DiskFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

/// Gives a file or folder another name.
///
/// # Errors
/// When the disk refuses.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    ask(from, Call::Rename(to))?;
    fs::rename(from, to)
}

/// Takes a file away.
///
/// # Errors
/// When the disk refuses.
pub fn remove_file(path: &Path) -> io::Result<()> {
    ask(path, Call::Remove)?;
    fs::remove_file(path)
}

/// Takes a folder away, with all that is in it.
///
/// # Errors
/// When the disk refuses.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    ask(path, Call::Remove)?;
    fs::remove_dir_all(path)
}

/// Makes a folder, and those that it is in. One that is there already is fine.
///
/// # Errors
/// When the disk refuses.
pub fn make_folder(path: &Path) -> io::Result<()> {
    ask(path, Call::MakeFolder)?;
    fs::create_dir_all(path)
}

/// Brings a folder's names to the disk.
///
/// # Errors
/// When the disk refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    ask(folder, Call::SyncFolder)?;
    // Not every system lets one open a folder.
    File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
}

/// A disk that refuses some of its calls, counted from 0, with an error of the system; a write that comes just before them it takes
/// half of. For tests.
pub fn refusing(
    refused: Range<usize>,
    error: i32,
) -> impl Fn(&Path, Call<'_>) -> io::Result<usize> + Send + Sync + 'static {
    let calls = AtomicUsize::new(0);
    move |_, call| {
        let number = calls.fetch_add(1, Ordering::Relaxed);
        match (refused.contains(&number), call) {
            (true, _) => Err(io::Error::from_raw_os_error(error)),
            (false, Call::Write(_, bytes)) if refused.contains(&(number + 1)) => {
                Ok(bytes.len().div_ceil(2))
            }
            _ => Ok(usize::MAX),
        }
    }
}
