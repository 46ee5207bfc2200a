//! Where a command can be given: in a view, in a popup, anywhere.

use super::tab::Tab;

/// Where a command can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// In every view.
    Anywhere,
    /// In the view of that name only.
    Explain,
    /// In the view of that name only.
    WhatIf,
    /// In the view of that name only.
    Compare,
    /// In the view of that name only.
    Timeline,
    /// Typing a search; keys that mean nothing here are text.
    Search,
    /// Choosing from a list that what is typed makes shorter.
    List,
    /// Choosing what to do, in the same way.
    Palette,
    /// Reading something longer than the screen.
    Reading,
    /// Asked whether something may be lost.
    Confirm,
    /// Being shown a tour; everything else can be done, too.
    Tour,
}

impl Context {
    /// In the order help shows them.
    pub const ALL: [Context; 11] = [
        Context::Anywhere,
        Context::Explain,
        Context::WhatIf,
        Context::Compare,
        Context::Timeline,
        Context::Search,
        Context::List,
        Context::Palette,
        Context::Reading,
        Context::Confirm,
        Context::Tour,
    ];

    /// English, the heading of its keys in the help.
    pub fn name(self) -> &'static str {
        match self {
            Context::Anywhere => "Everywhere",
            Context::Explain => "Explain",
            Context::WhatIf => "What-if",
            Context::Compare => "Compare",
            Context::Timeline => "Timeline",
            Context::Search => "Search",
            Context::List => "Lists",
            Context::Palette => "Command palette",
            Context::Reading => "Reading",
            Context::Confirm => "Questions",
            Context::Tour => "Tour",
        }
    }

    /// Its name in `keymap.toml`.
    pub fn id(self) -> &'static str {
        match self {
            Context::Anywhere => "anywhere",
            Context::Explain => "explain",
            Context::WhatIf => "what-if",
            Context::Compare => "compare",
            Context::Timeline => "timeline",
            Context::Search => "search",
            Context::List => "list",
            Context::Palette => "palette",
            Context::Reading => "reading",
            Context::Confirm => "confirm",
            Context::Tour => "tour",
        }
    }

    /// Whether keys that mean nothing here are text.
    pub fn types_text(self) -> bool {
        matches!(self, Context::Search | Context::List | Context::Palette)
    }

    /// What a view adds to the commands that hold everywhere.
    pub fn of_tab(tab: Tab) -> Option<Self> {
        match tab {
            Tab::Explain => Some(Context::Explain),
            Tab::WhatIf => Some(Context::WhatIf),
            Tab::Compare => Some(Context::Compare),
            Tab::Timeline => Some(Context::Timeline),
            _ => None,
        }
    }
}
