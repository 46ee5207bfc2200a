//! What a theme has a style for: meanings, never places on the screen.

use ratatui::style::{Modifier, Style};

/// Makes the theme of its meanings, and the list of their names.
macro_rules! theme {
    ($($(#[$doc:meta])* $meaning:ident,)*) => {
        /// How each kind of thing looks.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Theme {
            $($(#[$doc])* pub $meaning: Style,)*
            /// Whether parts are told apart by colour; by pattern otherwise.
            pub colour: bool,
        }

        impl Theme {
            /// The names of all meanings.
            pub const MEANINGS: &[&str] = &[$(stringify!($meaning)),*];

            /// The style of every meaning by its name, in the order of [`Theme::MEANINGS`].
            pub fn styles(&mut self) -> impl Iterator<Item = (&'static str, &mut Style)> {
                [$((stringify!($meaning), &mut self.$meaning)),*].into_iter()
            }

            fn all(style: Style, colour: bool) -> Self {
                Theme { $($meaning: style,)* colour }
            }
        }
    };
}

theme! {
    /// Everything that is nothing else. Its background is that of the screen.
    text,
    /// Said more quietly.
    faint,
    /// Said louder.
    strong,
    /// The frame of a panel.
    frame,
    /// The title of a panel, and headings.
    title,
    /// Keys, and whatever wants to be looked at first.
    accent,
    /// Where the person at the keys is: a line, a song, a step.
    selected,
    /// Interest, as a part of a score.
    interest,
    /// Subscription, as a part of a score.
    subscription,
    /// Exposure, as a part of a score.
    exposure,
    /// What the session adds to a score.
    boost,
    /// What is taken off a score; also skips.
    loss,
    /// Marks a song that a campaign promotes.
    promoted,
    /// Marks a premium song: a preview, for who has no subscription.
    premium,
    /// Songs liked or saved.
    liked,
    /// What rose or got better.
    up,
    /// What fell or got worse.
    down,
    /// What was not there before.
    new,
    /// The promoted share that the bandit has chosen, as a line of the race.
    target,
    /// The promoted share that rules and guardrail allow, as a line of that race.
    cap,
    /// The promoted share that was served lately, as a line of that race.
    realised,
    /// All is well: accepted, held, let go.
    good,
    /// Something is not as it should be.
    warning,
    /// Paused and other states that are easy to miss.
    state,
}

impl Theme {
    /// No colour at all.
    pub fn plain() -> Self {
        let none = Style::new();
        let bold = none.add_modifier(Modifier::BOLD);
        let dim = none.add_modifier(Modifier::DIM);
        Theme {
            faint: dim,
            strong: bold,
            frame: dim,
            // Titles lie on frames, whose dimness they would take on.
            title: bold.remove_modifier(Modifier::DIM),
            accent: bold,
            selected: bold,
            promoted: bold,
            premium: bold,
            liked: bold,
            new: bold,
            realised: bold,
            warning: bold,
            state: bold.add_modifier(Modifier::REVERSED),
            ..Theme::all(none, false)
        }
    }
}
