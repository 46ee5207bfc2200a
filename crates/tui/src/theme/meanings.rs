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
    selected,
    /// The parts of a score.
    interest,
    subscription,
    exposure,
    boost,
    loss,
    promoted,
    premium,
    liked,
    up,
    down,
    new,
    /// The lines of the promotion chart.
    target,
    cap,
    realised,
    good,
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
