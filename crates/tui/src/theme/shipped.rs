//! The themes that ship with Melody, compiled in.

use std::sync::LazyLock;

use super::file::{NamedTheme, parse};
use super::meanings::Theme;
use melody_core::input::TomlFile;

macro_rules! themes {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/themes/", $name, ".toml")))),*]
    };
}

const SHIPPED: &[(&str, &str)] = themes![
    "terminal",
    "dark",
    "light",
    "high-contrast",
    "high-contrast-light",
    "dusk",
    "moss",
    "paper",
];

/// The theme that others are patches of.
pub const DEFAULT: &str = "terminal";

/// The names of the shipped themes, the default first.
pub fn shipped_names() -> impl Iterator<Item = &'static str> + Clone {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The shipped theme of that name.
pub fn shipped(name: &str) -> Option<NamedTheme> {
    let (name, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
    let file = TomlFile::embedded(&format!("assets/themes/{name}.toml"), text);
    // The default theme has nothing to fall back on, and says it all.
    let base =
        if *name == DEFAULT { Theme { colour: true, ..Theme::plain() } } else { Theme::colours() };
    Some(parse(&file, base).expect("the shipped themes are checked by a test"))
}

static TERMINAL: LazyLock<Theme> =
    LazyLock::new(|| shipped(DEFAULT).expect("the default theme is one of the shipped ones").theme);

impl Theme {
    /// The default theme: the terminal's own sixteen colours, fit for dark and light terminals.
    pub fn colours() -> Self {
        TERMINAL.clone()
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier, Style};

    use super::*;
    use crate::theme::colour::{Lab, contrast};

    fn rgb(colour: Option<Color>, of: &str) -> (u8, u8, u8) {
        match colour {
            Some(Color::Rgb(r, g, b)) => (r, g, b),
            other => panic!("{of} is {other:?}, whose contrast nobody knows"),
        }
    }

    /// Themes that have a background of their own.
    fn grounded() -> impl Iterator<Item = NamedTheme> {
        shipped_names().filter(|name| *name != DEFAULT).map(|name| shipped(name).unwrap())
    }

    #[test]
    fn every_shipped_theme_is_valid_and_named_after_its_file() {
        for name in shipped_names() {
            assert_eq!(shipped(name).unwrap().name, name);
        }
    }

    #[test]
    fn the_default_theme_says_it_all_and_keeps_the_background() {
        for meaning in Theme::MEANINGS {
            let line = format!("\n{meaning} = ");
            assert!(SHIPPED[0].1.contains(&line), "{meaning}");
        }
        for (meaning, style) in Theme::colours().styles() {
            assert_eq!(style.bg, None, "{meaning}");
            assert!(!matches!(style.fg, Some(Color::Rgb(..))), "{meaning}");
        }
    }

    #[test]
    fn every_text_stands_out_from_its_background() {
        for NamedTheme { name, dark, mut theme, .. } in grounded() {
            let ground = rgb(theme.text.bg, &name);
            let light = contrast(ground, (0, 0, 0)) > contrast(ground, (255, 255, 255));
            assert_eq!(dark, Some(!light), "{name}");
            for (meaning, style) in theme.styles() {
                let of = format!("{meaning} of {name}");
                let bg = style.bg.map_or(ground, |bg| rgb(Some(bg), &of));
                let least = match meaning {
                    _ if name.starts_with("high-contrast") => 7.0,
                    "frame" | "faint" => 3.0,
                    _ => 4.5,
                };
                let got = contrast(rgb(style.fg, &of), bg);
                assert!(got >= least, "{of}: {got:.2} is below {least}");
                let dim = style.add_modifier.contains(Modifier::DIM);
                assert!(!dim, "{of} is dim, whatever that makes of its colour");
            }
        }
    }

    #[test]
    fn the_parts_of_a_bar_look_different() {
        for NamedTheme { name, theme, .. } in grounded() {
            let parts =
                [theme.interest, theme.subscription, theme.exposure, theme.boost, theme.loss];
            let lab = |style: &Style| Lab::new(rgb(style.fg, &name));
            for (i, one) in parts.iter().enumerate() {
                for other in &parts[i + 1..] {
                    let apart = lab(one).distance(lab(other));
                    assert!(apart >= 0.1, "{name}: {one:?} and {other:?} are {apart:.3} apart");
                }
            }
        }
    }
}
