//! Work on another thread, so that the screen never waits for it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};

use super::giving_way::give_way;

/// What is being worked out elsewhere.
pub(crate) struct Pending<T>(Receiver<T>);

impl<T: Send + 'static> Pending<T> {
    /// Starts the work on a thread of its own.
    pub(crate) fn start(name: &'static str, work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (done, result) = channel();
        beside(name, move || {
            // Whoever asked may have lost interest.
            let _ = done.send(work());
        });
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

type Work = Box<dyn FnOnce() + Send>;

/// Does some work on a thread of its own, which gives way to this one. Where no thread can be had it is done all
/// the same.
pub(crate) fn beside(name: &'static str, work: impl FnOnce() + Send + 'static) {
    static STARTER: OnceLock<Option<Sender<(&'static str, Work)>>> = OnceLock::new();
    let work: (_, Work) = (name, Box::new(work));
    let undone = match STARTER.get_or_init(starter) {
        Some(starter) => starter.send(work).err().map(|error| error.0),
        None => Some(work),
    };
    if let Some((_, work)) = undone {
        work();
    }
}

/// The thread that starts the others. They are as nice as it is from their first moment on; started by the screen's
/// thread, they would be as urgent as that until they had run for the first time, often in its place.
fn starter() -> Option<Sender<(&'static str, Work)>> {
    let (ask, asked) = channel::<(&'static str, Work)>();
    let start = move || {
        give_way();
        for (name, work) in asked {
            // Shared, so that it is still there if no thread takes it.
            let work = Arc::new(Mutex::new(Some(work)));
            let run = move || {
                let taken = work.lock().ok().and_then(|mut work| work.take());
                if let Some(work) = taken {
                    work();
                }
            };
            if std::thread::Builder::new().name(name.into()).spawn(run.clone()).is_err() {
                run();
            }
        }
    };
    std::thread::Builder::new().name("starter".into()).spawn(start).ok().map(|_| ask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_on_a_thread_of_its_own_by_its_name() {
        let name = || std::thread::current().name().map(String::from);
        let [one, other] =
            [1, 2].map(|number| Pending::start("counting", move || (number, name())));
        assert_eq!(one.wait(), Some((1, Some("counting".into()))));
        assert_eq!(other.wait(), Some((2, Some("counting".into()))));
        assert_ne!(name().as_deref(), Some("counting"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn work_in_the_background_gives_way() {
        let nice = || {
            rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap_or_default()
        };
        let wanted = crate::desk::giving_way::NICENESS;
        assert!(Pending::start("test", nice).wait() >= Some(wanted));
    }
}
