//! What is said to the person at the keys: for a moment on screen, and again on request.

use super::simulator::App;
use crate::command::{Command, Context, Popup};
use crate::desk::{Happening, Message};

impl App {
    pub(super) fn say(&mut self, message: String) {
        let at_ms = self.session.head().now_ms;
        self.messages.add(Message { at_ms, text: message.clone() });
        self.message = Some(message);
    }

    /// Shows what was said, the newest in sight.
    pub(super) fn read_messages(&mut self) {
        let said = self.messages.all().cloned().collect();
        self.popup = Some(Popup::Messages { said, scroll: usize::MAX });
    }

    pub(super) fn tell(&mut self, happenings: impl IntoIterator<Item = Happening>) {
        let lang = self.look.lang;
        for happening in happenings {
            let said = match happening {
                Happening::Left => self.listener_left(),
                Happening::NotKept(why) => lang.fill("What was learned is not kept: {}.", &[&why]),
                Happening::Stuck(refusal) => {
                    if self.kiosk {
                        self.begin_next();
                    }
                    lang.fill("Paused: {}.", &[&lang.text(&refusal.to_string())])
                }
                Happening::Refused { what, refusal } => {
                    let refusal = refusal.to_string();
                    lang.fill("Cannot {}: {}.", &[&lang.text(what), &lang.text(&refusal)])
                }
            };
            self.say(said);
        }
    }

    /// The key that does something in this view, or its name where no key does.
    pub(super) fn key(&self, command: Command) -> String {
        let contexts: Vec<Context> =
            Context::of_tab(self.tab).into_iter().chain([Context::Anywhere]).collect();
        let lines = self.keymap.reached(&contexts).into_iter();
        let mut lines = lines.filter(|(entry, _)| entry.command == command);
        lines.next().map_or_else(String::new, |(entry, keys)| match keys.first() {
            Some(key) => key.shown(),
            None => self.look.lang.text(entry.name).into(),
        })
    }

    /// Says once that the log is no longer written.
    pub(super) fn tell_of_log(&mut self) {
        let failure = self.session.journal().and_then(|journal| journal.failure());
        if let Some(failure) = failure.filter(|_| !self.told_of_log) {
            let said = self.look.lang.fill("The log is no longer written: {}.", &[&failure]);
            self.told_of_log = true;
            self.say(said);
        }
    }
}
