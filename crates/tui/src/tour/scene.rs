//! A tour that has been read: what its session opens with, and its scenes.

use crate::command::{Key, Tab};
use crate::words::Lang;
use melody_core::input::TomlFile;
use melody_sessions::opening::Opening;
use melody_sessions::script::Step;

/// A tour that has been checked.
pub struct Tour {
    /// The text it came from, for messages that name a line.
    pub file: TomlFile,
    /// As its file has it.
    pub name: String,
    /// What its session is opened with.
    pub opening: Opening,
    /// Never empty.
    pub scenes: Vec<Scene>,
}

#[derive(Clone, Debug)]
pub struct Scene {
    pub caption: Caption,
    /// What is not on the screen, for whoever presents it.
    pub notes: Option<Caption>,
    pub view: Tab,
    /// The place in the queue, from 0, of the song that is selected.
    pub select: usize,
    /// The title of the section that a page longer than the screen brings into sight, in English.
    pub section: Option<String>,
    /// Pressed when the steps are done. They are for looking, not for events.
    pub keys: Vec<Key>,
    /// What the caption names and the screen must show, in English.
    pub shows: Vec<String>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Caption {
    pub en: String,
    /// The English one, if there is none.
    pub zh: Option<String>,
}

impl Caption {
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => self.zh.as_ref().unwrap_or(&self.en),
        }
    }
}
