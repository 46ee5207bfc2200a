//! A server that is away comes back: what was asked of it is asked again until then.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::nats::Unreachable;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// Whoever asks until there is an answer or the user wants no more.
pub(super) struct Patience<'a> {
    stop: &'a AtomicBool,
    away: Cell<bool>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// The user wants the program to end.
    Stopped,
    /// Asking again changes nothing.
    Refused(String),
}

impl<'a> Patience<'a> {
    pub(super) fn new(stop: &'a AtomicBool) -> Self {
        Patience { stop, away: Cell::new(false) }
    }

    /// Asks. `tell` is told when the server goes, and when it is back.
    pub(super) fn ask<T>(
        &self,
        tell: &mut dyn FnMut(&str),
        mut asked: impl FnMut() -> Result<T, Unreachable>,
    ) -> Result<T, Gone> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Gone::Stopped);
            }
            match asked() {
                Ok(answer) => {
                    if self.away.take() {
                        tell("the server is back");
                    }
                    return Ok(answer);
                }
                Err(Unreachable::Refused(why)) => return Err(Gone::Refused(why)),
                Err(Unreachable::Away(why)) => {
                    if !self.away.replace(true) {
                        tell(&format!("the server is away, and is waited for: {why}"));
                    }
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_waited_for_and_told_once() {
        let (stop, mut told) = (AtomicBool::new(false), Vec::new());
        let mut tries = 0;
        let answer = Patience::new(&stop).ask(&mut |words| told.push(words.to_string()), || {
            tries += 1;
            if tries < 3 { Err(Unreachable::Away("no".into())) } else { Ok(7) }
        });
        assert_eq!(answer, Ok(7));
        assert_eq!(told, ["the server is away, and is waited for: no", "the server is back"]);
    }

    #[test]
    fn what_waiting_does_not_help_is_not_waited_for() {
        let stop = AtomicBool::new(false);
        let refused = || Err::<(), _>(Unreachable::Refused("no".into()));
        let gone = Patience::new(&stop).ask(&mut |_| (), refused);
        assert_eq!(gone, Err(Gone::Refused("no".into())));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(Patience::new(&stop).ask(&mut |_| (), || Ok(1)), Err(Gone::Stopped));
    }
}
