//! What can lie over a view, and what its keys mean then.

use super::command::Context;
use super::search::Search;

/// One line of a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    pub about: String,
    /// How it stands now.
    pub current: bool,
}

/// What a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picking {
    Profile,
    Scene,
    Theme,
    Language,
    Against,
}

impl Picking {
    pub fn title(self) -> &'static str {
        match self {
            Picking::Profile => "Who listens? A new session begins",
            Picking::Scene => "Scene",
            Picking::Theme => "Theme",
            Picking::Language => "Language",
            Picking::Against => "Compare with the same session",
        }
    }
}

/// A list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picker {
    pub picking: Picking,
    pub choices: Vec<Choice>,
    pub selected: usize,
}

impl Picker {
    pub fn select(&mut self, by: isize) {
        let last = self.choices.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }
}

#[derive(Clone, Debug)]
pub enum Popup {
    Help { scroll: usize },
    Search(Box<Search>),
    Pick(Picker),
}

impl Popup {
    pub fn context(&self) -> Context {
        match self {
            Popup::Help { .. } => Context::Reading,
            Popup::Search(_) => Context::Search,
            Popup::Pick(_) => Context::List,
        }
    }
}
