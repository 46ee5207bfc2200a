//! Styles by meaning.
//!
//! Every style keeps the terminal's own background and text colour and adds at most one of the
//! sixteen colours, so that dark and light terminals both stay legible. With `NO_COLOR` set, meaning
//! is left to letters, weight and pattern.

use ratatui::style::{Color, Modifier, Style};

/// How each kind of thing looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub text: Style,
    /// Said more quietly.
    pub faint: Style,
    /// Said louder.
    pub strong: Style,
    /// The frame of a panel, and its title.
    pub frame: Style,
    pub title: Style,
    /// Keys, and whatever wants to be looked at first.
    pub accent: Style,
    pub selected: Style,
    /// The parts of a score.
    pub interest: Style,
    pub subscription: Style,
    pub exposure: Style,
    pub boost: Style,
    pub loss: Style,
    pub promoted: Style,
    pub premium: Style,
    pub liked: Style,
    pub up: Style,
    pub down: Style,
    pub new: Style,
    /// The lines of the promotion chart.
    pub target: Style,
    pub cap: Style,
    pub realised: Style,
    pub good: Style,
    pub warning: Style,
    /// Paused and other states that are easy to miss.
    pub state: Style,
    /// Whether parts are told apart by colour; by pattern otherwise.
    pub colour: bool,
}

impl Theme {
    /// Sixteen colours, fit for dark and light terminals.
    pub fn colours() -> Self {
        let fg = |colour| Style::new().fg(colour);
        Theme {
            interest: fg(Color::Blue),
            subscription: fg(Color::Magenta),
            exposure: fg(Color::Yellow),
            boost: fg(Color::Green),
            loss: fg(Color::Red),
            accent: fg(Color::Cyan),
            // Titles lie on frames, whose dimness they would take on.
            title: fg(Color::Cyan).add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM),
            selected: fg(Color::Cyan).add_modifier(Modifier::BOLD),
            promoted: fg(Color::Yellow).add_modifier(Modifier::BOLD),
            premium: fg(Color::Magenta).add_modifier(Modifier::BOLD),
            liked: fg(Color::Red).add_modifier(Modifier::BOLD),
            up: fg(Color::Green),
            down: fg(Color::Red),
            new: fg(Color::Cyan),
            target: fg(Color::Yellow),
            cap: fg(Color::Red),
            realised: fg(Color::Green),
            good: fg(Color::Green),
            warning: fg(Color::Red).add_modifier(Modifier::BOLD),
            state: Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED),
            colour: true,
            ..Theme::plain()
        }
    }

    /// No colour at all.
    pub fn plain() -> Self {
        let none = Style::new();
        let bold = none.add_modifier(Modifier::BOLD);
        let dim = none.add_modifier(Modifier::DIM);
        Theme {
            text: none,
            faint: dim,
            strong: bold,
            frame: dim,
            title: bold.remove_modifier(Modifier::DIM),
            accent: bold,
            selected: bold,
            interest: none,
            subscription: none,
            exposure: none,
            boost: none,
            loss: none,
            promoted: bold,
            premium: bold,
            liked: bold,
            up: none,
            down: none,
            new: bold,
            target: none,
            cap: none,
            realised: bold,
            good: none,
            warning: bold,
            state: bold.add_modifier(Modifier::REVERSED),
            colour: false,
        }
    }

    /// As the environment asks: `NO_COLOR` set to anything but nothing means none.
    pub fn from_environment() -> Self {
        match std::env::var_os("NO_COLOR") {
            Some(value) if !value.is_empty() => Theme::plain(),
            _ => Theme::colours(),
        }
    }
}
