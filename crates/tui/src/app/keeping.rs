//! Keeping the session: whether leaving it loses anything, and writing it as a script.

use super::simulator::App;
use crate::command::Popup;
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
        self.session.journal().is_some() || self.kept.whole(events)
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
