//! Keys, waited for on a thread of its own.
//!
//! The library that reads them goes on waiting when the terminal is gone, and never comes back. So the event
//! loop does not wait in it: it waits here, for a while, and looks at the terminal itself.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crossterm::event::{self, Event};

/// Events that may wait for the loop; whoever sends more waits in the terminal.
const MOST: usize = 256;

/// What the terminal sends.
pub(super) struct Keys(Receiver<io::Result<Event>>);

impl Keys {
    /// Begins to listen, until the process ends.
    pub(super) fn listen() -> io::Result<Self> {
        let (heard, events) = sync_channel(MOST);
        let listen = move || {
            loop {
                let event = event::read();
                let fails = event.is_err();
                if heard.send(event).is_err() || fails {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("keys".into()).spawn(listen)?;
        Ok(Keys(events))
    }

    /// The next event, if one comes within this time.
    ///
    /// # Errors
    /// When the terminal cannot be read from.
    pub(super) fn next(&self, within: Duration) -> io::Result<Option<Event>> {
        match self.0.recv_timeout(within) {
            Ok(event) => event.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
