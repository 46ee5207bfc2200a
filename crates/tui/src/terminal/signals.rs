//! Signals that ask the program to leave.
//!
//! No signal ends the program while it leaves in order, however long the disk takes for what is to be written.
//! SIGQUIT, which is typed with ctrl-\, does: for whoever would rather not wait.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

/// A program that a signal has ended has this added to it in its exit code.
const SIGNALLED: i32 = 128;

/// The signals that have come.
pub(super) struct Signals {
    leave: Arc<AtomicUsize>,
    leaving: Arc<AtomicBool>,
}

impl Signals {
    pub(super) fn watch() -> io::Result<Self> {
        let signals = Signals { leave: Arc::default(), leaving: Arc::default() };
        flag::register_conditional_shutdown(SIGQUIT, SIGNALLED + SIGQUIT, signals.leaving.clone())?;
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
            flag::register_usize(signal, signals.leave.clone(), signal as usize)?;
        }
        Ok(signals)
    }

    /// The signal that asks to leave, if one has come.
    pub(super) fn leave(&self) -> Option<i32> {
        match self.leave.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(signal as i32),
        }
    }
}

impl Drop for Signals {
    /// The terminal has been given back: from here on SIGQUIT ends the program at once.
    fn drop(&mut self) {
        self.leaving.store(true, Ordering::SeqCst);
    }
}
