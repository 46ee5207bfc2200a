//! Looking back at earlier steps, going back to them, and asking before much is lost.

use super::simulator::App;
use crate::command::{Confirm, Popup, Proposal};
use crate::words::text;

/// Taking back or leaving more events than this is asked about first.
pub(super) const LOST_WITHOUT_ASKING: usize = 3;
/// Less than this of time is not worth a word.
const MOMENT_MS: u64 = 1_000;

impl App {
    pub(super) fn look_at(&mut self, step: usize) {
        let newest = self.session.timeline().events().len();
        self.looking_at = (step < newest).then_some(step);
    }

    pub(super) fn undo(&mut self) {
        self.looking_at = None;
        let lang = self.look.lang;
        let now_ms = self.session.head().now_ms;
        let said = match self.session.undo() {
            Some(event) => {
                let what = lang.text(event.action.name());
                let at = text::clock(event.at_ms);
                // What has been heard since is gone with it.
                match now_ms.saturating_sub(self.session.head().now_ms) {
                    0..MOMENT_MS => lang.fill("Took back: {} at {}.", &[&what, &at]),
                    back => {
                        let said = "Took back: {} at {}; the clock goes back by {}.";
                        lang.fill(said, &[&what, &at, &text::clock(back)])
                    }
                }
            }
            None => lang.text("Nothing to take back: the session has just begun.").into(),
        };
        self.say(said);
    }

    /// Goes back to the step looked at.
    pub(super) fn rewind(&mut self) {
        let (step, newest) = (self.step(), self.session.timeline().events().len());
        if step == newest {
            return self.say(self.look.lang.text("This is the newest step already.").into());
        }
        self.ask_or_do(Proposal::Rewind { to: step }, newest - step);
    }

    pub(super) fn redo(&mut self) {
        let lang = self.look.lang;
        self.looking_at = None;
        let said = match self.session.put_back() {
            0 => lang.text("Nothing to put back.").into(),
            1 => lang.text("1 event is back.").into(),
            events => lang.fill("{} events are back.", &[&events]),
        };
        self.say(said);
    }

    /// Carries a proposal out, at once where it loses little.
    pub(super) fn ask_or_do(&mut self, proposal: Proposal, lost: usize) {
        match lost > LOST_WITHOUT_ASKING {
            true => self.popup = Some(Popup::Confirm(Confirm { proposal, lost, kept: None })),
            false => self.carry_out(proposal),
        }
    }

    /// The same for what loses the whole session.
    pub(super) fn ask_or_leave(&mut self, proposal: Proposal) {
        self.ask_or_do(proposal, self.session.timeline().events().len());
    }

    /// Leaves, at once where nothing is lost that is not kept, and where it has been asked before.
    pub(super) fn leave(&mut self) {
        let asked = matches!(&self.popup, Some(Popup::Confirm(_)));
        if asked || self.keeps_all() || self.guide.is_some() {
            self.quit = true;
        } else {
            self.ask_or_do(Proposal::Quit, self.unkept());
        }
    }

    pub(super) fn carry_out(&mut self, proposal: Proposal) {
        match proposal {
            Proposal::Rewind { to } => {
                let newest = self.session.timeline().events().len();
                self.session.rewind(to);
                self.looking_at = None;
                let lang = self.look.lang;
                self.say(match newest.saturating_sub(to) {
                    1 => lang.text("Took back 1 event. `U` puts it back.").into(),
                    n => lang.fill("Took back {} events. `U` puts them back.", &[&n]),
                });
            }
            Proposal::Listener { name, .. } => self.sit_down(name),
            Proposal::Open { name } => self.reopen_named(&name),
            Proposal::Quit => self.quit = true,
        }
    }
}
