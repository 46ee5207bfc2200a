//! What is said to the person at the keys: for a moment on screen, and again on request.

use std::sync::Arc;
use std::time::Duration;

use super::simulator::App;
use crate::command::{Command, Popup};
use crate::desk::{Happening, Message, Standing};
use crate::view::narration::headline;
use melody_core::input::InputError;
use melody_recommender::engine::Trace;

/// How long a message stays where nobody is at the keys.
const STAYS: Duration = Duration::from_secs(6);
/// Characters of a hash that tell models apart for a person.
const HASH: usize = 8;

impl App {
    pub(super) fn say(&mut self, message: String) {
        let at_ms = self.session.head().now_ms;
        self.messages.add(Message { at_ms, text: message.clone() });
        self.message = Some(message);
        self.said_for = Duration::ZERO;
    }

    /// On autopilot nobody may be there to send a message away, and what it covers is for whoever looks: it goes by itself.
    pub(super) fn let_go_of_message(&mut self, elapsed: Duration) {
        self.said_for += elapsed;
        if self.session.autopilot() && self.said_for >= STAYS {
            self.message = None;
        }
    }

    /// Shows what was said, the newest in sight.
    pub(super) fn read_messages(&mut self) {
        let said = self.messages.with(self.notices()).into();
        self.popup = Some(Popup::Messages { said, scroll: usize::MAX });
    }

    /// What each step of the session has said as it came.
    pub(super) fn notices(&self) -> Vec<Message> {
        let steps: Vec<Arc<Trace>> = self.session.timeline().traces().cloned().collect();
        let lang = self.look.lang;
        let notice = |step: usize| Message {
            at_ms: steps[step].at_ms,
            text: headline(&steps[..=step], lang),
        };
        (0..steps.len()).map(notice).collect()
    }

    pub(super) fn tell(&mut self, happenings: impl IntoIterator<Item = Happening>) {
        let lang = self.look.lang;
        for happening in happenings {
            let said = match happening {
                Happening::Left(why) => self.listener_left(why),
                Happening::NotKept(why) => lang.fill("What was learned is not kept: {}.", &[&why]),
                Happening::Stuck(refusal) => {
                    let said = lang.fill("Paused: {}.", &[&lang.text(&refusal.to_string())]);
                    if self.kiosk {
                        self.begin_next(&said, "The next session begins: {} again, seed {}.");
                    }
                    said
                }
                Happening::TookOver { number, name, hash } => {
                    let hash: String = hash.chars().take(HASH).collect();
                    match number {
                        Some(number) => lang.fill(
                            "Version {} of the model takes over: {} {}.",
                            &[&number, &name, &hash],
                        ),
                        None => lang.fill(
                            "The model of the beginning takes over again: {} {}.",
                            &[&name, &hash],
                        ),
                    }
                }
                Happening::Refused { what, refusal } => {
                    let refusal = refusal.to_string();
                    lang.fill("Cannot {}: {}.", &[&lang.text(what), &lang.text(&refusal)])
                }
            };
            self.say(said);
        }
    }

    /// Says what is wrong with versions of the model that were published.
    pub(super) fn tell_of_versions(&mut self, problems: Vec<InputError>) {
        for error in problems {
            let error = error.to_string().replace("\n  help: ", "; ").replace('\n', "; ");
            self.say(self.look.lang.fill("A version of the model is passed over: {}.", &[&error]));
        }
    }

    /// The key that does something in this view, or its name where no key does.
    pub(super) fn key(&self, command: Command) -> String {
        let lines = self.keymap.reached(&self.contexts_of_view()).into_iter();
        let mut lines = lines.filter(|(entry, _)| entry.command == command);
        lines.next().map_or_else(String::new, |(entry, keys)| match keys.first() {
            Some(key) => key.shown(self.look.ascii),
            None => self.look.lang.text(entry.name).into(),
        })
    }

    /// Says when the log can no longer be written, and when it is written again. In between a mark stays.
    pub(super) fn tell_of_log(&mut self) {
        self.logs.retain(|log| !log.whole());
        let Standing { failure, behind, away, .. } = self.log_standing();
        let lang = self.look.lang;
        match away {
            Some(why) if !self.told_of_stream => {
                self.told_of_stream = true;
                let said = "The stream is not reached: {}. Records wait in the log.";
                self.say(lang.fill(said, &[&why]));
            }
            None if self.told_of_stream => {
                self.told_of_stream = false;
                self.say(lang.text("The stream is reached again.").into());
            }
            _ => {}
        }
        match failure {
            Some(failure) if !self.told_of_log => {
                self.told_of_log = true;
                let said = "The log cannot be written: {}. It is tried again.";
                self.say(lang.fill(said, &[&failure]));
            }
            None if self.told_of_log && behind == 0 => {
                self.told_of_log = false;
                self.say(lang.text("The log is written again; nothing is missing.").into());
            }
            _ => {}
        }
    }
}
