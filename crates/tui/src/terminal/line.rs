//! The line to the terminal: what is written to it is written on a thread of its own.
//!
//! A terminal that does not read (a stopped multiplexer, a connection that hangs) blocks whoever writes to it,
//! for as long as it likes. So nobody does but this thread: frames wait until the one before has gone through,
//! and leaving waits a moment and then leaves.

use std::fs::File;
use std::io::{self, Write, stdout};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Pieces that the terminal has not read yet.
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// Whether it has refused one: it is gone.
static REFUSED: AtomicBool = AtomicBool::new(false);
static LINE: Mutex<Line> = Mutex::new(Line { open: false, pieces: None });

/// Between looks at whether everything has gone through.
const LOOK: Duration = Duration::from_millis(5);

struct Line {
    /// Whether the terminal is ours.
    open: bool,
    /// To the thread that writes.
    pieces: Option<Sender<Vec<u8>>>,
}

fn line() -> MutexGuard<'static, Line> {
    LINE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Line {
    fn send(&self, bytes: Vec<u8>) {
        if let Some(pieces) = &self.pieces {
            WAITING.fetch_add(1, Ordering::SeqCst);
            // The thread ends with the process, not before.
            let _ = pieces.send(bytes);
        }
    }
}

/// Opens the line, and sends what sets the terminal up.
pub(super) fn open(bytes: Vec<u8>) -> io::Result<()> {
    let mut line = line();
    if line.pieces.is_none() {
        let (pieces, received) = channel();
        let terminal = File::from(stdout().as_fd().try_clone_to_owned()?);
        std::thread::Builder::new()
            .name("terminal".into())
            .spawn(move || write(terminal, &received))?;
        line.pieces = Some(pieces);
    }
    line.open = true;
    line.send(bytes);
    Ok(())
}

/// Closes the line with what gives the terminal back: nothing is sent after it. Returns whether the line was
/// open.
pub(super) fn close(bytes: Vec<u8>) -> bool {
    let mut line = line();
    let was = std::mem::take(&mut line.open);
    if was {
        line.send(bytes);
    }
    was
}

/// Whether everything has gone through.
pub(super) fn idle() -> bool {
    WAITING.load(Ordering::SeqCst) == 0
}

/// Whether the terminal has refused what was written.
pub(super) fn refused() -> bool {
    REFUSED.load(Ordering::SeqCst)
}

/// Waits until everything has gone through; not for longer than this.
pub(super) fn settle(most: Duration) {
    let began = Instant::now();
    while !idle() && !refused() && began.elapsed() < most {
        std::thread::sleep(LOOK);
    }
}

fn write(mut terminal: File, pieces: &Receiver<Vec<u8>>) {
    for piece in pieces {
        if pass(&mut terminal, &piece).is_err() {
            REFUSED.store(true, Ordering::SeqCst);
        }
        WAITING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Writes all of a piece. Whoever shares the terminal may have made it one that does not block.
fn pass(terminal: &mut File, mut piece: &[u8]) -> io::Result<()> {
    while !piece.is_empty() {
        match terminal.write(piece) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => piece = &piece[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(LOOK),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What is to go over the line: gathered, and sent at each flush. Once the line is closed it goes nowhere.
#[derive(Debug, Default)]
pub(super) struct Sending(Vec<u8>);

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.0);
        let line = line();
        if line.open && !bytes.is_empty() {
            line.send(bytes);
        }
        Ok(())
    }
}
