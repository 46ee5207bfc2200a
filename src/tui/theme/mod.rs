//! Styles by meaning.
//!
//! A theme is a file of colours for meanings, never for places on the screen. Drawn things ask for a
//! meaning; which colour it has, and whether the terminal can show that colour, is settled here once,
//! before anything is drawn. Without any colour, meaning is left to letters, weight and pattern.

mod colour;
mod depth;
mod file;
mod shelf;
mod shipped;

use std::sync::LazyLock;

use ratatui::style::{Modifier, Style};

pub use depth::{ColourDepth, rgb_of_index};
pub use file::{NamedTheme, load, parse};
pub use shelf::{Found, Place, Shelf};
pub use shipped::{DEFAULT, shipped, shipped_names};

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

static TERMINAL: LazyLock<Theme> =
    LazyLock::new(|| shipped(DEFAULT).expect("the default theme is one of the shipped ones").theme);

impl Theme {
    /// The default theme: the terminal's own sixteen colours, fit for dark and light terminals.
    pub fn colours() -> Self {
        TERMINAL.clone()
    }

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
