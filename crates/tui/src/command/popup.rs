//! What can lie over a view, and what its keys mean then.

use std::sync::Arc;

use super::context::Context;
use super::palette::Palette;
use super::search::Search;
use super::sifted::Sifted;
use super::typed::Fit;
use crate::desk::{Choice, Message};

/// What a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picking {
    /// Another listener.
    Profile,
    /// The scene to change to.
    Scene,
    /// The colours of the screen.
    Theme,
    /// The language of the screen.
    Language,
    /// A script written before.
    Saved,
    /// What to compare the session under.
    Against,
    /// The form to write the screen in.
    Export,
}

impl Picking {
    /// English, for the frame of the list.
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

/// A list to choose from, by typing or by going through it.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What becomes of the one that is chosen.
    pub picking: Picking,
    /// In the order shown; may be empty.
    pub choices: Sifted<Choice>,
}

impl Picker {
    /// These, of which one is selected, from 0.
    pub fn new(picking: Picking, choices: Vec<Choice>, selected: usize) -> Self {
        let mut choices = Sifted::new(choices, fits);
        choices.select_at(selected);
        Picker { picking, choices }
    }
}

/// How well a line fits what was typed. A name says more than a sentence.
fn fits(choice: &Choice, fit: &mut Fit) -> Option<u32> {
    let name = fit.name(&choice.name).map(|score| score * 2);
    name.max(fit.sentence(&choice.about))
}

/// Something that would lose events of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// Take back everything after this step.
    Rewind {
        /// The last step that stays.
        to: usize,
    },
    /// Another listener, a new session.
    Listener {
        /// Of the profile, as chosen from the list.
        name: String,
        /// The listener's own name, for the question.
        who: String,
    },
    /// A session that was written down.
    Open {
        /// Of the script, as chosen from the list.
        name: String,
    },
    /// The end.
    Quit,
}

/// A question before a proposal is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// What is carried out if the answer is yes.
    pub proposal: Proposal,
    /// Events that would be lost.
    pub lost: usize,
    /// What came of keeping them, once that was asked for.
    pub kept: Option<String>,
}

/// What lies over a view, one at a time.
#[derive(Clone, Debug)]
pub enum Popup {
    /// Every key there is.
    Help {
        /// Lines scrolled by.
        scroll: usize,
    },
    /// What was said up to when it was opened, the oldest first.
    Messages {
        /// Does not grow while it is open.
        said: Arc<[Message]>,
        /// Lines scrolled by.
        scroll: usize,
    },
    /// A song or an artist is being looked for.
    Search(Box<Search>),
    /// A list to choose from.
    Pick(Picker),
    /// A question: yes or no.
    Confirm(Confirm),
    /// Every command by its name.
    Palette(Box<Palette>),
}

impl Popup {
    /// Where keys are looked up while it is open.
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
