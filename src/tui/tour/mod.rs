//! Tours: a session told scene by scene, with captions, for a presenter to step through.
//!
//! A tour is TOML: what the session opens with, then scenes. A scene has a caption, the view it is seen
//! in, and steps as in scripts, which are carried out when it begins. What a caption claims can be
//! expected by steps of its scene; `melody demo --check` and the tests hold the tour to it.

mod check;
mod file;
mod guide;

pub use check::SceneReport;
pub use guide::{Guide, News};

use std::path::Path;

use crate::input::{InputError, TomlFile};
use crate::opening::Opening;
use crate::script::Step;
use crate::tui::keys::Key;
use crate::tui::lang::Lang;
use crate::tui::tab::Tab;

/// A tour that has been checked.
pub struct Tour {
    /// The text it came from, for messages that name a line.
    pub file: TomlFile,
    pub name: String,
    pub opening: Opening,
    /// Never empty.
    pub scenes: Vec<Scene>,
}

#[derive(Clone, Debug)]
pub struct Scene {
    pub caption: Caption,
    pub view: Tab,
    /// The place in the queue, from 0, of the song that is selected.
    pub select: usize,
    /// Pressed when the steps are done. They are for looking, not for events.
    pub keys: Vec<Key>,
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

impl Tour {
    /// The tour that ships with the program.
    ///
    /// # Errors
    /// Never for the file that was compiled in; tests hold it to that.
    pub fn shipped() -> Result<Self, InputError> {
        let text = include_str!("../../../assets/tour.toml");
        file::parse(TomlFile::embedded("assets/tour.toml", text))
    }

    /// Reads a tour, checked whole.
    ///
    /// # Errors
    /// When anything in it is wrong: names file, line and field.
    pub fn load(path: &Path) -> Result<Self, InputError> {
        file::parse(TomlFile::read(path)?)
    }

    /// Requires everything the tour's session names to be there; relative paths start at `base`.
    ///
    /// # Errors
    /// When something is not there, and where it is named.
    pub fn check_names(&self, base: &Path) -> Result<(), InputError> {
        crate::script::check_names(&self.file, &self.opening, &self.opening, base)
    }
}
