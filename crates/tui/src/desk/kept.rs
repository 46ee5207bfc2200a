//! Whether the session is kept, so that nothing is lost by leaving it.

/// Where the session is kept, beside its log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept {
    /// Whether its trace is written in the end.
    pub trace: bool,
    /// Its events when it was last written as a script.
    written: Option<usize>,
}

impl Kept {
    /// A script of the session's first `events` has been written.
    pub(crate) fn wrote(&mut self, events: usize) {
        self.written = Some(events);
    }

    /// Another session begins, of which nothing is written yet.
    pub(crate) fn begin(&mut self) {
        self.written = None;
    }

    /// Whether a session of so many events is kept whole.
    pub(crate) fn whole(self, events: usize) -> bool {
        self.trace || self.written == Some(events)
    }
}
