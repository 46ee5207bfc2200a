//! Reading a theme's TOML, checked whole.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::colour;
use super::meanings::Theme;
use melody_core::input::{Checker, InputError, TomlFile};

/// A theme, and what it says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTheme {
    /// As it says itself; its file may be called otherwise.
    pub name: String,
    /// One line about it.
    pub about: String,
    /// Whether its background is dark; absent if it fits both.
    pub dark: Option<bool>,
    /// What its file leaves out is as in the default theme.
    pub theme: Theme,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    format: u32,
    name: String,
    about: String,
    dark: Option<bool>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    #[serde(default)]
    styles: BTreeMap<String, StyleEntry>,
}

/// How one meaning looks. A flag that is false takes away what lies below, as a dim frame.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StyleTable {
    fg: Option<String>,
    bg: Option<String>,
    bold: Option<bool>,
    dim: Option<bool>,
    italic: Option<bool>,
    underline: Option<bool>,
    reverse: Option<bool>,
}

/// A style as a theme writes it.
#[derive(Debug)]
enum StyleEntry {
    /// The name of its colour alone.
    Colour(String),
    Table(StyleTable),
}

// By hand, as an untagged enum could not say which key of a table is wrong.
impl<'de> Deserialize<'de> for StyleEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entry;
        impl<'de> Visitor<'de> for Entry {
            type Value = StyleEntry;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a colour or a table of fg, bg, bold, dim, italic, underline, reverse")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<StyleEntry, E> {
                Ok(StyleEntry::Colour(name.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StyleEntry, A::Error> {
                StyleTable::deserialize(MapAccessDeserializer::new(map)).map(StyleEntry::Table)
            }
        }
        deserializer.deserialize_any(Entry)
    }
}

/// Reads a theme; what it leaves out is as in the default theme.
pub fn load(path: &Path) -> Result<NamedTheme, InputError> {
    parse(&TomlFile::read(path)?, Theme::colours())
}

/// Builds a theme from its text; what it leaves out is as in `base`.
pub fn parse(file: &TomlFile, base: Theme) -> Result<NamedTheme, InputError> {
    let entry: ThemeFile = file.parse()?;
    let mut check = file.checker();
    check.require(entry.format == 1, "format", "only format 1 is known");
    check.text("name", &entry.name);
    check.text("about", &entry.about);
    let palette = palette(&entry.palette, &mut check);
    let mut theme = base;
    for (meaning, style) in &entry.styles {
        let field = format!("styles.{meaning}");
        check.known(&field, "meaning", meaning, Theme::MEANINGS.iter().copied());
        let style = built(style, &palette, &field, &mut check);
        if let Some((_, place)) = theme.styles().find(|(name, _)| name == meaning) {
            *place = style;
        }
    }
    check.finish()?;
    Ok(NamedTheme { name: entry.name, about: entry.about, dark: entry.dark, theme })
}

type Palette<'a> = BTreeMap<&'a str, Color>;

fn palette<'a>(entry: &'a BTreeMap<String, String>, check: &mut Checker) -> Palette<'a> {
    let mut palette = Palette::new();
    for (name, value) in entry {
        let field = format!("palette.{name}");
        match colour::named(value) {
            Some(colour) => {
                palette.insert(name, colour);
            }
            None => unknown_colour(&field, value, &Palette::new(), check),
        }
    }
    palette
}

fn built(entry: &StyleEntry, palette: &Palette, field: &str, check: &mut Checker) -> Style {
    let mut look = |name: &Option<String>, field: &str| {
        let name = name.as_deref()?;
        // A theme's own names come before the terminal's.
        let found = palette.get(name).copied().or_else(|| colour::named(name));
        if found.is_none() {
            unknown_colour(field, name, palette, check);
        }
        found
    };
    let table = match entry {
        StyleEntry::Colour(name) => {
            return look(&Some(name.clone()), field).map_or(Style::new(), |fg| Style::new().fg(fg));
        }
        StyleEntry::Table(table) => table,
    };
    let fg = look(&table.fg, &format!("{field}.fg"));
    let bg = look(&table.bg, &format!("{field}.bg"));
    let alike = fg.is_some() && fg == bg && fg != Some(Color::Reset);
    check.require(!alike, &format!("{field}.bg"), "text in the colour of its background");
    let flags = [
        (table.bold, Modifier::BOLD),
        (table.dim, Modifier::DIM),
        (table.italic, Modifier::ITALIC),
        (table.underline, Modifier::UNDERLINED),
        (table.reverse, Modifier::REVERSED),
    ];
    flags.into_iter().fold(Style { fg, bg, ..Style::new() }, |style, (flag, modifier)| match flag {
        Some(true) => style.add_modifier(modifier),
        Some(false) => style.remove_modifier(modifier),
        None => style,
    })
}

fn unknown_colour(field: &str, given: &str, palette: &Palette, check: &mut Checker) {
    let problem = check.problem(field, format!("unknown colour `{given}`"));
    let known = palette.keys().copied().chain(colour::TERMINAL.map(|(name, _)| name));
    *problem = match given.starts_with('#') {
        true => problem.clone().help("a colour of digits is `#` and six of 0 to 9, a to f"),
        false => problem.clone().suggest(given, known),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(styles: &str) -> Theme {
        let text = format!(
            "format = 1\nname = \"t\"\nabout = \"a\"\n[palette]\nred = \"#ff0000\"\n[styles]\n{styles}"
        );
        parse(&TomlFile::embedded("t.toml", &text), Theme::colours()).unwrap().theme
    }

    #[test]
    fn a_theme_patches_the_default_one() {
        let theme = parsed("up = \"red\"\nframe = { fg = \"bright-black\", dim = false }");
        // The palette's red, not the terminal's.
        assert_eq!(theme.up, Style::new().fg(Color::Rgb(255, 0, 0)));
        let frame = Style::new().fg(Color::DarkGray).remove_modifier(Modifier::DIM);
        assert_eq!(theme.frame, frame);
        let rest = Theme { up: theme.up, frame: theme.frame, ..Theme::colours() };
        assert_eq!(theme, rest);
    }
}
