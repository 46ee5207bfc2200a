//! Handing out what is on screen: to a file, to the clipboard.

use super::simulator::App;
use crate::desk::background::Pending;
use crate::desk::save;
use crate::export::form::Form;
use crate::export::json::{json, stem};

/// What came of a file: its name, or why it is not there.
type Written = Result<String, String>;

impl App {
    /// What is to be put on the terminal's clipboard, once. The app itself writes to no terminal.
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.clipboard.take()
    }

    /// Hands what the view is about to the clipboard.
    pub(super) fn copy(&mut self) {
        let view = self.view();
        let text = format!("{:#}\n", json(&view));
        let kb = text.len().div_ceil(1000);
        let name = view.say(view.tab.name()).into_owned();
        self.clipboard = Some(text);
        let said = "{} as JSON, {} kB, is handed to the terminal's clipboard.";
        self.say(self.look.lang.fill(said, &[&name, &kb]));
    }

    /// Writes what is on screen to the next free file, on another thread.
    pub(super) fn export(&mut self, form: Form) {
        let (view, area, folder) = (self.view(), self.drawn.area, self.folder.clone());
        let stem = format!("melody-{}", stem(view.tab));
        let write =
            move || save::next_free(&folder, &stem, form.extension(), |_| form.text(&view, area));
        self.exporting = Some(Pending::start("export", write));
    }

    /// Says what came of it, once that is known.
    pub(super) fn hand_out(&mut self, look: fn(&Pending<Written>) -> Option<Written>) {
        if let Some(written) = self.exporting.as_ref().and_then(look) {
            self.exported(written);
        }
    }

    fn exported(&mut self, written: Written) {
        self.exporting = None;
        let lang = self.look.lang;
        self.say(match written {
            Ok(name) => lang.fill("Written: {}.", &[&name]),
            Err(error) => lang.fill("Not written: {}.", &[&error]),
        });
    }
}
