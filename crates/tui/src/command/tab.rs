//! The views of the simulator, one at a time on screen.

/// A view: one question that the screen answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tab {
    /// What plays, what comes, and what just changed.
    #[default]
    Stage,
    /// Why a song ranks where it does, or is not there at all.
    Explain,
    /// What other weights and rules would make of the queue.
    WhatIf,
    /// What the bandit believes and has learned.
    Bandit,
    /// What this sitting says of the listener.
    Session,
    /// Which model decides and how it learns.
    Model,
    /// How the listener fares, and what the guardrail makes of it.
    Metrics,
    /// The same session under another policy, model or scene.
    Compare,
    /// Every step so far, to look back at and go back to.
    Timeline,
}

impl Tab {
    /// In the order of their number keys, 1 to 9.
    pub const ALL: [Tab; 9] = [
        Tab::Stage,
        Tab::Explain,
        Tab::WhatIf,
        Tab::Bandit,
        Tab::Session,
        Tab::Model,
        Tab::Metrics,
        Tab::Compare,
        Tab::Timeline,
    ];

    /// English, as in the bar of views.
    pub fn name(self) -> &'static str {
        match self {
            Tab::Stage => "Stage",
            Tab::Explain => "Explain",
            Tab::WhatIf => "What-if",
            Tab::Bandit => "Bandit",
            Tab::Session => "Session",
            Tab::Model => "Model",
            Tab::Metrics => "Metrics",
            Tab::Compare => "Compare",
            Tab::Timeline => "Timeline",
        }
    }

    /// Its name in a tour.
    pub fn id(self) -> &'static str {
        match self {
            Tab::Stage => "stage",
            Tab::Explain => "explain",
            Tab::WhatIf => "what-if",
            Tab::Bandit => "bandit",
            Tab::Session => "session",
            Tab::Model => "model",
            Tab::Metrics => "metrics",
            Tab::Compare => "compare",
            Tab::Timeline => "timeline",
        }
    }

    /// Whether it is a page to read, without a song of the queue to select.
    pub fn reads(self) -> bool {
        matches!(self, Tab::Bandit | Tab::Session | Tab::Model | Tab::Metrics)
    }

    /// Its place among all, from 0.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The view `by` places on, round the end.
    pub fn step(self, by: isize) -> Self {
        let count = Tab::ALL.len() as isize;
        Tab::ALL[(self.index() as isize + by).rem_euclid(count) as usize]
    }
}
