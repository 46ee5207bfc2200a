//! Work on another thread, so that the screen never waits for it.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

/// What is being worked out elsewhere.
pub(crate) struct Pending<T>(Receiver<T>);

impl<T: Send + 'static> Pending<T> {
    /// Starts the work on a thread of its own. Where no thread can be had it is done at once.
    pub(crate) fn start(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (done, result) = channel();
        // Shared, so that it is still there if no thread takes it.
        let work = Arc::new(Mutex::new(Some(work)));
        let run = move || {
            let taken = work.lock().ok().and_then(|mut work| work.take());
            if let Some(work) = taken {
                // Whoever asked may have lost interest.
                let _ = done.send(work());
            }
        };
        if std::thread::Builder::new().name(name.into()).spawn(run.clone()).is_err() {
            run();
        }
        Pending(result)
    }

    /// The result, once there is one. A thread that panicked never brings any: the program ends.
    pub(crate) fn ready(&self) -> Option<T> {
        self.0.try_recv().ok()
    }

    /// Waits for the result; `None` if its thread panicked.
    pub(crate) fn wait(&self) -> Option<T> {
        self.0.recv().ok()
    }
}
