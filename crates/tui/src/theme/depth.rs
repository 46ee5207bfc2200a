//! How many colours the terminal shows, and the nearest of them.

use ratatui::style::{Color, Style};

use super::colour::{Lab, Rgb, contrast};
use super::meanings::Theme;

/// The colours a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColourDepth {
    /// None, or none are wanted.
    None,
    /// The terminal's own, which its user has chosen.
    Sixteen,
    /// The sixteen, a cube of 216 and 24 greys.
    Indexed,
    /// Every colour.
    True,
}

/// Terminals that show every colour and may not say so, as over a remote connection.
const TRUE_COLOUR_TERMINALS: [&str; 5] = ["alacritty", "foot", "ghostty", "kitty", "wezterm"];

impl ColourDepth {
    /// What the environment variables `NO_COLOR`, `COLORTERM` and `TERM` say, each absent where it is
    /// not set or empty, and which of them decided.
    pub fn detect(
        no_color: Option<&str>,
        colorterm: Option<&str>,
        term: Option<&str>,
    ) -> (ColourDepth, Option<&'static str>) {
        let term = term.unwrap_or_default();
        let known = TRUE_COLOUR_TERMINALS.iter().any(|name| term.contains(name));
        if no_color.is_some() {
            (ColourDepth::None, Some("NO_COLOR"))
        } else if term == "dumb" {
            (ColourDepth::None, Some("TERM"))
        } else if matches!(colorterm, Some("truecolor" | "24bit")) {
            (ColourDepth::True, Some("COLORTERM"))
        } else if known || term.ends_with("-direct") {
            (ColourDepth::True, Some("TERM"))
        } else if term.contains("256color") {
            (ColourDepth::Indexed, Some("TERM"))
        } else {
            (ColourDepth::Sixteen, Some("TERM").filter(|_| !term.is_empty()))
        }
    }

    /// As `melody config` says it.
    pub fn name(self) -> &'static str {
        match self {
            ColourDepth::None => "none",
            ColourDepth::Sixteen => "16",
            ColourDepth::Indexed => "256",
            ColourDepth::True => "true",
        }
    }
}

impl Theme {
    /// The theme in colours that the terminal can show. No text takes on the colour of its background.
    pub fn reduced(mut self, depth: ColourDepth) -> Theme {
        let nearest = match depth {
            ColourDepth::True => return self,
            ColourDepth::None => return Theme::plain(),
            ColourDepth::Indexed => indexed,
            ColourDepth::Sixteen => sixteen,
        };
        let wanted = self.text.bg.unwrap_or(Color::Reset);
        let screen = Ground { wanted, shown: nearest(wanted, NOTHING) };
        for (_, style) in self.styles() {
            *style = reduced(*style, screen, nearest);
        }
        self
    }
}

/// What a colour lies on: as the theme has it, and as the terminal shows it.
#[derive(Clone, Copy)]
struct Ground {
    wanted: Color,
    shown: Color,
}

/// What a background lies on.
const NOTHING: Ground = Ground { wanted: Color::Reset, shown: Color::Reset };

type Nearest = fn(Color, Ground) -> Color;

/// A style in other colours; `screen` is what it lies on if it says nothing about that.
fn reduced(style: Style, screen: Ground, nearest: Nearest) -> Style {
    let own = style.bg.map(|wanted| Ground { wanted, shown: nearest(wanted, NOTHING) });
    let fg = style.fg.map(|fg| nearest(fg, own.unwrap_or(screen)));
    Style { fg, bg: own.map(|ground| ground.shown), ..style }
}

/// The nearest of the 256 that differs from its ground.
fn indexed(colour: Color, ground: Ground) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    let wanted = Lab::new((r, g, b));
    let others = (16..=255).map(|i| (Color::Indexed(i), rgb_of_index(i)));
    let distance = |rgb| wanted.distance(Lab::new(rgb));
    least(others.filter(|(to, _)| *to != ground.shown), distance).unwrap_or(colour)
}

/// The cube and the greys of the 256, from 16 on, which terminals agree about.
pub fn rgb_of_index(index: u8) -> Rgb {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index.checked_sub(232) {
        Some(grey) => (8 + 10 * grey, 8 + 10 * grey, 8 + 10 * grey),
        None => {
            let cube = usize::from(index.saturating_sub(16));
            (STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6])
        }
    }
}

/// The sixteen, about as terminals of today have them. Terminals differ, but not about which is red.
const SIXTEEN: [(Color, Rgb); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (204, 0, 0)),
    (Color::Green, (78, 154, 6)),
    (Color::Yellow, (196, 160, 0)),
    (Color::Blue, (52, 101, 164)),
    (Color::Magenta, (117, 80, 123)),
    (Color::Cyan, (6, 152, 154)),
    (Color::Gray, (211, 215, 207)),
    (Color::DarkGray, (110, 110, 110)),
    (Color::LightRed, (239, 41, 41)),
    (Color::LightGreen, (138, 226, 52)),
    (Color::LightYellow, (252, 233, 79)),
    (Color::LightBlue, (114, 159, 207)),
    (Color::LightMagenta, (173, 127, 168)),
    (Color::LightCyan, (52, 226, 226)),
    (Color::White, (238, 238, 236)),
];

/// Less colourful than this, a colour is taken for a grey.
const GREY: f64 = 0.06;

/// The one of the sixteen that differs from its ground and looks most like it. A colour stays one,
/// however pale: its hue counts first, then its lightness. A grey goes to a grey that stands out from
/// its ground as much.
fn sixteen(colour: Color, ground: Ground) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    let wanted = Lab::new((r, g, b));
    let grey = |lab: Lab| lab.chroma() < GREY;
    let alike = SIXTEEN
        .into_iter()
        .filter(|(to, rgb)| *to != ground.shown && grey(Lab::new(*rgb)) == grey(wanted));
    let shown = SIXTEEN.iter().find(|(to, _)| *to == ground.shown);
    match (ground.wanted, shown) {
        (Color::Rgb(gr, gg, gb), Some((_, shown))) if grey(wanted) => {
            let stands_out = contrast((r, g, b), (gr, gg, gb)).ln();
            least(alike, |rgb| (contrast(rgb, *shown).ln() - stands_out).abs())
        }
        _ => least(alike, |rgb| {
            let to = Lab::new(rgb);
            let hue = if grey(wanted) { 0.0 } else { wanted.hue_distance(to) };
            3.0 * hue + (wanted.l - to.l).abs()
        }),
    }
    .unwrap_or(colour)
}

fn least(of: impl Iterator<Item = (Color, Rgb)>, distance: impl Fn(Rgb) -> f64) -> Option<Color> {
    of.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1))).map(|(colour, _)| colour)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::theme::colour::named;
    use crate::theme::shipped::{shipped, shipped_names};

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        use ColourDepth::{Indexed, None as Nothing, Sixteen, True};
        let cases = [
            ((None, None, None), (Sixteen, None)),
            ((Some("1"), Some("truecolor"), Some("xterm")), (Nothing, Some("NO_COLOR"))),
            ((None, Some("truecolor"), Some("xterm-256color")), (True, Some("COLORTERM"))),
            ((None, Some("24bit"), None), (True, Some("COLORTERM"))),
            ((None, Some("yes"), Some("screen-256color")), (Indexed, Some("TERM"))),
            ((None, None, Some("xterm-kitty")), (True, Some("TERM"))),
            ((None, None, Some("xterm-direct")), (True, Some("TERM"))),
            ((None, None, Some("linux")), (Sixteen, Some("TERM"))),
            ((None, Some("truecolor"), Some("dumb")), (Nothing, Some("TERM"))),
        ];
        for ((no_color, colorterm, term), expected) in cases {
            assert_eq!(ColourDepth::detect(no_color, colorterm, term), expected, "{term:?}");
        }
    }

    fn hex(name: &str) -> Color {
        named(name).unwrap()
    }

    #[test]
    fn a_colour_keeps_its_hue_among_sixteen() {
        for (name, expected) in [
            ("#c78ae0", Color::LightMagenta),
            ("#8a3aa8", Color::Magenta),
            ("#f2848c", Color::LightRed),
            ("#a84a08", Color::Red),
            ("#8cc97c", Color::LightGreen),
            ("#2f7318", Color::Green),
            ("#e6b95a", Color::Yellow),
            ("#8a5a00", Color::Yellow),
            ("#6aa5f2", Color::LightBlue),
            ("#1f62c4", Color::Blue),
            ("#56c5cf", Color::LightCyan),
        ] {
            assert_eq!(sixteen(hex(name), NOTHING), expected, "{name}");
        }
    }

    #[test]
    fn a_grey_stands_out_as_much_among_sixteen() {
        let on = |ground, shown, grey| sixteen(hex(grey), Ground { wanted: hex(ground), shown });
        assert_eq!(sixteen(hex("#15181e"), NOTHING), Color::Black);
        assert_eq!(sixteen(hex("#f7f1e3"), NOTHING), Color::White);
        assert_eq!(on("#15181e", Color::Black, "#d5dae3"), Color::Gray);
        assert_eq!(on("#15181e", Color::Black, "#8b94a5"), Color::DarkGray);
        assert_eq!(on("#15181e", Color::Black, "#191c22"), Color::DarkGray);
        assert_eq!(on("#f7f1e3", Color::White, "#3a3228"), Color::Black);
        assert_eq!(on("#f7f1e3", Color::White, "#736755"), Color::DarkGray);
    }

    #[test]
    fn the_nearest_of_256_is_the_colour_itself_where_it_is_one() {
        assert_eq!(indexed(Color::Rgb(95, 135, 175), NOTHING), Color::Indexed(67));
        assert_eq!(indexed(Color::Rgb(18, 18, 18), NOTHING), Color::Indexed(233));
        let ground = Ground { wanted: Color::Rgb(17, 17, 17), shown: Color::Indexed(233) };
        assert_ne!(indexed(Color::Rgb(18, 18, 18), ground), Color::Indexed(233));
        assert_eq!(indexed(Color::Cyan, NOTHING), Color::Cyan);
    }

    #[test]
    fn reduced_themes_stay_legible() {
        for name in shipped_names() {
            for depth in [ColourDepth::Indexed, ColourDepth::Sixteen] {
                let mut theme = shipped(name).unwrap().theme.reduced(depth);
                let ground = theme.text.bg;
                for (meaning, style) in theme.styles() {
                    let bg = style.bg.or(ground);
                    assert!(style.fg.is_none() || style.fg != bg, "{name} {depth:?} {meaning}");
                    let rgb = matches!(style.fg, Some(Color::Rgb(..)));
                    assert!(!rgb, "{name} {depth:?} {meaning} keeps a colour it cannot show");
                }
                let parts =
                    [theme.interest, theme.subscription, theme.exposure, theme.boost, theme.loss];
                let colours: HashSet<_> = parts.iter().map(|style| style.fg).collect();
                assert_eq!(
                    colours.len(),
                    parts.len(),
                    "{name} {depth:?}: parts of a bar look the same"
                );
            }
        }
    }

    #[test]
    fn without_colour_every_theme_is_the_plain_one() {
        let dark = shipped("dark").unwrap().theme;
        assert_eq!(dark.clone().reduced(ColourDepth::None), Theme::plain());
        assert_eq!(dark.clone().reduced(ColourDepth::True), dark);
    }
}
