//! Appending to a log.
//!
//! A write that fails takes nothing with it: what had got through is taken back, before anything else is
//! written, and the same record can be appended again. So a disk that was full goes on where it stopped.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::head::{Head, HeadFile};
use super::line::{NO_HASH, render};
use super::reader::{TornTail, read};
use super::record::{Header, Record, StepRecord};
use melody_core::input::{InputError, Problem};
use melody_core::output::{DiskFile, remove_file, sync_folder};
use melody_recommender::engine::Trace;

/// Why a record was not appended. The log is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A step was left out, or given twice.
    #[error("step {step} does not follow the log's last one: {expected} must be next")]
    OutOfOrder {
        /// The one that was given.
        step: u32,
        /// The only one that may come now.
        expected: u32,
    },
    /// A rewind to a step that the log does not hold.
    #[error("cannot go back to step {to}: the next one is {next}")]
    NotThere {
        /// The one that was asked for.
        to: u32,
        /// The first that is not there.
        next: u32,
    },
    /// The disk refused. The same record can be tried again.
    #[error("{}: cannot be written: {error}", path.display())]
    Write {
        /// The log's file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// A log open for appending. One process at a time can hold it.
#[derive(Debug)]
pub struct FeedbackLog {
    path: PathBuf,
    file: DiskFile,
    head: HeadFile,
    /// The length of what is whole.
    length: u64,
    sequence: u64,
    hash: String,
    next_step: u32,
    /// Whether there may be something behind what is whole, which a write that failed has left.
    unclean: bool,
}

impl FeedbackLog {
    /// Begins a new log.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn create(path: &Path, header: &Header) -> Result<Self, InputError> {
        let fail = |error: io::Error| cannot(path, &error);
        let mut options = OpenOptions::new();
        let file = DiskFile::open(path, options.write(true).create_new(true)).map_err(fail)?;
        lock(file.file(), path)?;
        let mut log = FeedbackLog {
            path: path.into(),
            file,
            head: HeadFile::create(path),
            length: 0,
            sequence: 0,
            hash: NO_HASH.into(),
            next_step: 0,
            unclean: false,
        };
        let written = log.write(&Record::Opened(Box::new(header.clone()))).and_then(|_| {
            // The file's name must be on the disk as well.
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
            let synced = sync_folder(folder.unwrap_or(Path::new(".")));
            synced.map_err(|error| LogError::Write { path: path.into(), error })
        });
        if let Err(error) = written {
            // Nothing is in it, and it must not be in the way of the next try.
            let _ = remove_file(path);
            let _ = remove_file(&Head::path(path));
            return Err(Problem::new(path.display().to_string(), error.to_string()).into());
        }
        Ok(log)
    }

    /// Opens a log to go on with it. A torn tail is cut off and returned.
    ///
    /// # Errors
    /// When another process writes to it, or a record is not as it was written: the file is then
    /// left untouched.
    pub fn open(path: &Path) -> Result<(Self, Option<TornTail>), InputError> {
        let fail = |error: io::Error| cannot(path, &error);
        let mut options = OpenOptions::new();
        let mut file = DiskFile::open(path, options.read(true).write(true)).map_err(fail)?;
        lock(file.file(), path)?;
        let contents = read(path)?;
        if contents.torn.is_some() {
            file.cut(contents.whole).and_then(|()| file.sync()).map_err(fail)?;
        }
        file.seek(SeekFrom::Start(contents.whole)).map_err(fail)?;
        let mut log = FeedbackLog {
            path: path.into(),
            file,
            head: HeadFile::open(path),
            length: contents.whole,
            sequence: contents.records.len() as u64,
            hash: contents.hash().into(),
            next_step: contents.next_step(),
            unclean: false,
        };
        if let Some(last) = contents.records.last() {
            log.head.acknowledge(last.sequence, &last.hash);
        }
        Ok((log, contents.torn))
    }

    /// Appends a step. When this returns, the disk has it. Gives the record's sequence number.
    pub fn append(&mut self, trace: &Trace) -> Result<u64, LogError> {
        if trace.step != self.next_step {
            return Err(LogError::OutOfOrder { step: trace.step, expected: self.next_step });
        }
        let sequence = self.write(&Record::Step(Box::new(StepRecord::from(trace))))?;
        self.next_step += 1;
        Ok(sequence)
    }

    /// Records that the session went back to the step `to`: the next one is `to + 1`.
    pub fn rewind(&mut self, to: u32) -> Result<u64, LogError> {
        if to >= self.next_step {
            return Err(LogError::NotThere { to, next: self.next_step });
        }
        let sequence = self.write(&Record::Rewound { to })?;
        self.next_step = to + 1;
        Ok(sequence)
    }

    /// The file that is appended to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number the next appended step must have.
    pub fn next_step(&self) -> u32 {
        self.next_step
    }

    fn write(&mut self, record: &Record) -> Result<u64, LogError> {
        let (line, hash) = render(self.sequence, &self.hash, record);
        if let Err(error) = self.write_line(&line) {
            // Tried at once, so that what is left is whole; and again before the next write, if it must be.
            let _ = self.clean();
            return Err(LogError::Write { path: self.path.clone(), error });
        }
        let sequence = self.sequence;
        self.length += line.len() as u64;
        self.sequence += 1;
        self.head.acknowledge(sequence, &hash);
        self.hash = hash;
        Ok(sequence)
    }

    fn write_line(&mut self, line: &[u8]) -> io::Result<()> {
        self.clean()?;
        self.unclean = true;
        self.file.write_all(line)?;
        self.file.sync_data()?;
        self.unclean = false;
        Ok(())
    }

    /// Takes back what a write that failed has left, so that the next record begins a line of its own.
    fn clean(&mut self) -> io::Result<()> {
        if self.unclean {
            self.file.cut(self.length)?;
            self.unclean = false;
        }
        Ok(())
    }
}

fn lock(file: &File, path: &Path) -> Result<(), InputError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            Err(Problem::new(path.display().to_string(), "another process is writing to this log")
                .field("(whole file)")
                .help("one session, one log: name another file")
                .into())
        }
        Err(TryLockError::Error(error)) => Err(cannot(path, &error)),
    }
}

fn cannot(path: &Path, error: &io::Error) -> InputError {
    let message = match error.kind() {
        io::ErrorKind::AlreadyExists => "is there already".into(),
        _ => format!("cannot be written: {error}"),
    };
    let problem = Problem::new(path.display().to_string(), message).field("(whole file)");
    let help = match error.kind() {
        io::ErrorKind::AlreadyExists => "a log is never overwritten: name another file",
        io::ErrorKind::NotFound => "check the path; its folder must exist",
        _ => "check the file's permissions",
    };
    problem.help(help).into()
}
