//! Keeping the session: whether leaving it loses anything, and writing it as a script.

use std::time::{Duration, Instant};

use super::past::LOST_WITHOUT_ASKING;
use super::simulator::App;
use crate::command::Popup;
use crate::desk::journal::{Journal, Standing};
use crate::desk::save;
use crate::words::text;

/// How long leaving waits for a stream that logs are sent to.
const LAST_TRY: Duration = Duration::from_secs(2);

impl App {
    /// Whether everything that has happened is kept, or will be.
    pub(super) fn keeps_all(&self) -> bool {
        self.keeps_present() && self.ended.events() == 0
    }

    /// Whether all of this session is.
    pub(super) fn keeps_present(&self) -> bool {
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
            standing.unsent += log.unsent;
            standing.away = standing.away.or(log.away);
        }
        standing
    }

    /// Ends every log, waiting for the disk. Returns what is not in them, a sentence each, and what of them was not sent to the
    /// stream that they are sent to.
    pub fn finish_logs(&mut self) -> (Vec<String>, Vec<String>) {
        let logs = self.logs.drain(..).chain(self.session.take_journal());
        let (mut unwritten, mut unsent) = (Vec::new(), Vec::new());
        // The same for all of them together.
        let then = Instant::now() + LAST_TRY;
        for finished in logs.map(|log| log.finish(then)) {
            match finished {
                Ok(left) => unsent.extend(left),
                Err(error) => unwritten.push(error),
            }
        }
        (unwritten, unsent)
    }

    /// Events that leaving would lose, those of the sessions before this one counted.
    pub(super) fn unkept(&self) -> usize {
        let events = self.session.timeline().events().len();
        let present = if self.keeps_present() { 0 } else { events };
        present + self.ended.events()
    }

    /// Writes as scripts what leaving loses where nobody could be asked: the program was sent a signal, or its terminal is gone.
    /// Says where it is, or why it is nowhere; `None` where leaving would not have asked either.
    pub fn rescue(&mut self) -> Option<String> {
        if self.kiosk || self.guide.is_some() || self.unkept() <= LOST_WITHOUT_ASKING {
            return None;
        }
        let mut written = Ok(Vec::new());
        if !self.keeps_present() {
            let (opening, timeline) = (self.session.opening(), self.session.timeline());
            written = save::script(&self.folder, opening, timeline).map(|name| vec![name]);
        }
        let before = self.ended.write(&self.folder);
        let names = written.and_then(|names| Ok([names, before?].concat()));
        let lang = self.look.lang;
        Some(match names {
            Ok(names) => {
                let (all, last) = (names.join(&lang.text(", ")), names.first()?);
                lang.fill(
                    "The session is kept in {}. `melody open {}` goes on where it stopped.",
                    &[&all, last],
                )
            }
            Err(error) => lang.fill("The session is not kept: {}.", &[&error]),
        })
    }

    pub(super) fn write(&mut self) {
        let timeline = self.session.timeline();
        let (at_ms, lang) = (timeline.trace().at_ms, self.look.lang);
        let said = match save::script(&self.folder, self.session.opening(), timeline) {
            Ok(name) => {
                self.kept.wrote(timeline.events().len());
                let said = "Written: {} so far. `melody replay {}` plays it again.";
                let said = lang.fill(said, &[&text::clock(at_ms), &name]);
                match self.ended.write(&self.folder) {
                    Ok(names) if names.is_empty() => said,
                    Ok(names) => {
                        let before = lang.fill("The sessions before it: {}.", &[&names.join(", ")]);
                        format!("{said} {before}")
                    }
                    Err(error) => {
                        let before =
                            lang.fill("The sessions before it are not written: {}.", &[&error]);
                        format!("{said} {before}")
                    }
                }
            }
            Err(error) => lang.fill("Not written: {}.", &[&error]),
        };
        match &mut self.popup {
            Some(Popup::Confirm(confirm)) => confirm.kept = Some(said),
            _ => self.say(said),
        }
    }
}
