//! What can lie over a view, and what its keys mean then.

use std::sync::Arc;

use super::context::Context;
use super::palette::Palette;
use super::search::Search;
use crate::desk::{Choice, Message};

/// What a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picking {
    Profile,
    Scene,
    Theme,
    Language,
    Saved,
    Against,
    Export,
}

impl Picking {
    pub fn title(self) -> &'static str {
        match self {
            Picking::Profile => "Who listens? A new session begins",
            Picking::Scene => "Scene",
            Picking::Theme => "Theme",
            Picking::Language => "Language",
            Picking::Saved => "Open a session",
            Picking::Against => "Compare with the same session",
            Picking::Export => "Export",
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

/// Something that would lose events of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// Take back everything after this step.
    Rewind { to: usize },
    /// Another listener, a new session.
    Listener { name: String },
    /// A session that was written down.
    Open { name: String },
    /// The end.
    Quit,
}

/// A question before a proposal is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    pub proposal: Proposal,
    /// Events that would be lost.
    pub lost: usize,
    /// What came of keeping them, once that was asked for.
    pub kept: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Popup {
    Help {
        scroll: usize,
    },
    /// What was said up to when it was opened, the oldest first.
    Messages {
        said: Arc<[Message]>,
        scroll: usize,
    },
    Search(Box<Search>),
    Pick(Picker),
    Confirm(Confirm),
    Palette(Box<Palette>),
}

impl Popup {
    pub fn context(&self) -> Context {
        match self {
            Popup::Help { .. } | Popup::Messages { .. } => Context::Reading,
            Popup::Search(_) => Context::Search,
            Popup::Pick(_) => Context::List,
            Popup::Confirm(_) => Context::Confirm,
            Popup::Palette(_) => Context::Palette,
        }
    }

    /// Lines it is scrolled by, where it is read.
    pub fn scroll_mut(&mut self) -> Option<&mut usize> {
        match self {
            Popup::Help { scroll } | Popup::Messages { scroll, .. } => Some(scroll),
            _ => None,
        }
    }
}
