//! Keeping the session: whether leaving it loses anything, and writing it as a script.

use super::simulator::App;
use crate::command::Popup;
use crate::desk::journal::{Journal, Standing};
use crate::desk::save;
use crate::words::text;

impl App {
    /// Says whether the session's trace is written in the end.
    pub fn keep_trace(&mut self, kept: bool) {
        self.kept.trace = kept;
    }

    /// Whether everything that has happened is kept, or will be.
    pub(super) fn keeps_all(&self) -> bool {
        let events = self.session.timeline().events().len();
        let logged = |log: &Journal| log.standing().failure.is_none();
        self.session.journal().is_some_and(logged) || self.kept.whole(events)
    }

    /// How far the log has come; what is behind in those of earlier sessions counts as well.
    pub fn log_standing(&self) -> Standing {
        let mut standing = self.session.journal().map(Journal::standing).unwrap_or_default();
        for log in self.logs.iter().map(Journal::standing) {
            standing.behind += log.behind;
            standing.failure = standing.failure.or(log.failure);
        }
        standing
    }

    /// Ends every log, waiting for the disk. Returns what is not in them, a sentence each.
    pub fn finish_logs(&mut self) -> Vec<String> {
        let logs = self.logs.drain(..).chain(self.session.take_journal());
        logs.filter_map(|log| log.finish().err()).collect()
    }

    pub(super) fn write(&mut self) {
        let timeline = self.session.timeline();
        let (at_ms, lang) = (timeline.trace().at_ms, self.look.lang);
        let said = match save::script(&self.folder, self.session.opening(), timeline) {
            Ok(name) => {
                self.kept.wrote(timeline.events().len());
                let said = "Written: {} so far. `melody replay {}` plays it again.";
                lang.fill(said, &[&text::clock(at_ms), &name])
            }
            Err(error) => lang.fill("Not written: {}.", &[&error]),
        };
        match &mut self.popup {
            Some(Popup::Confirm(confirm)) => confirm.kept = Some(said),
            _ => self.say(said),
        }
    }
}
