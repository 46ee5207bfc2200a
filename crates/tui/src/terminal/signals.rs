//! Signals: those that ask the program to leave, and those of job control.
//!
//! No signal ends the program while it leaves in order, however long the disk takes for what is to be written.
//! SIGQUIT, which is typed with ctrl-\, does: for whoever would rather not wait.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

/// A program that a signal has ended has this added to it in its exit code.
const SIGNALLED: i32 = 128;

/// The signals that have come.
pub(super) struct Signals {
    leave: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    go_on: Arc<AtomicBool>,
    leaving: Arc<AtomicBool>,
}

impl Signals {
    pub(super) fn watch() -> io::Result<Self> {
        let signals = Signals {
            leave: Arc::default(),
            stop: Arc::default(),
            go_on: Arc::default(),
            leaving: Arc::default(),
        };
        flag::register_conditional_shutdown(SIGQUIT, SIGNALLED + SIGQUIT, signals.leaving.clone())?;
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
            flag::register_usize(signal, signals.leave.clone(), signal as usize)?;
        }
        flag::register(SIGTSTP, signals.stop.clone())?;
        flag::register(SIGCONT, signals.go_on.clone())?;
        Ok(signals)
    }

    /// The signal that asks to leave, if one has come.
    pub(super) fn leave(&self) -> Option<i32> {
        match self.leave.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(signal as i32),
        }
    }

    /// Whether the program was asked to stop, since last asked.
    pub(super) fn take_stop(&self) -> bool {
        self.stop.swap(false, Ordering::SeqCst)
    }

    /// Whether the program goes on after it was stopped, since last asked.
    pub(super) fn take_go_on(&self) -> bool {
        self.go_on.swap(false, Ordering::SeqCst)
    }

    /// Stops the process, here, until it is told to go on.
    pub(super) fn stop(&self) -> io::Result<()> {
        emulate_default_handler(SIGTSTP)?;
        // The signal that woke it up has been answered with that.
        self.take_go_on();
        Ok(())
    }
}

impl Drop for Signals {
    /// The terminal has been given back: from here on SIGQUIT ends the program at once.
    fn drop(&mut self) {
        self.leaving.store(true, Ordering::SeqCst);
    }
}

/// Does what a terminal does on ctrl-z: asks all of the job to stop. Where no shell would take over, because
/// the program was not started by one as a job of its own, nothing happens, as it does for any program.
pub(super) fn stop_job() {
    if getsid(None).is_ok_and(|session| session != getpgrp()) {
        let _ = kill_current_process_group(Signal::TSTP);
    }
}
