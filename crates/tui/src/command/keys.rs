//! Keys by name: `space`, `ctrl-c`, `n`, `?`. Tests press them, the command table lists them.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with what is held down beside it. Shift is part of the character it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Crossterm's; a capital letter is a code of its own.
    pub code: KeyCode,
    /// Held down.
    pub ctrl: bool,
    /// Held down.
    pub alt: bool,
}

/// Keys that have a name instead of a character.
const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("f1", KeyCode::F(1)),
    ("f2", KeyCode::F(2)),
    ("f3", KeyCode::F(3)),
    ("f4", KeyCode::F(4)),
    ("f5", KeyCode::F(5)),
    ("f6", KeyCode::F(6)),
    ("f7", KeyCode::F(7)),
    ("f8", KeyCode::F(8)),
    ("f9", KeyCode::F(9)),
    ("f10", KeyCode::F(10)),
    ("f11", KeyCode::F(11)),
    ("f12", KeyCode::F(12)),
    // Other names for some, as they are shown and as terminals call them.
    ("backtab", KeyCode::BackTab),
    ("→", KeyCode::Right),
    ("←", KeyCode::Left),
    ("↑", KeyCode::Up),
    ("↓", KeyCode::Down),
];

impl Key {
    /// The key as it is shown: arrows as arrows, and by their names in ASCII, where `v` is a key of its own.
    pub fn shown(&self, ascii: bool) -> String {
        let name = self.to_string();
        if ascii { name } else { shown(&name).into() }
    }

    /// The names of keys that are no characters.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// The key of a Latin keyboard that is meant by a letter of another layout: of a full-width one by
    /// what it shows, of a Cyrillic one by where it lies. Terminals tell the letter and not the place.
    pub fn latin(&self) -> Option<Key> {
        let KeyCode::Char(c) = self.code else { return None };
        let c = narrow(c).or_else(|| at_place_of(c))?;
        Some(Key { code: KeyCode::Char(c), ..*self })
    }

    /// Whether it is a letter or sign of a script that has no command of its own.
    pub fn is_foreign(&self) -> bool {
        matches!(self.code, KeyCode::Char(c) if !c.is_ascii())
    }

    /// Whether it is text where text is typed.
    pub fn is_text(&self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.ctrl && !self.alt
    }
}

/// The ASCII character that a full-width one is, and the brackets of Chinese input.
fn narrow(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + u32::from(b'!')),
        '\u{3000}' => Some(' '),
        '\u{3010}' => Some('['),
        '\u{3011}' => Some(']'),
        _ => None,
    }
}

/// Rows of a Cyrillic keyboard, those letters of Ukrainian and Belarusian that lie elsewhere, and what
/// lies there on a Latin one.
const CYRILLIC: [(&str, &str); 2] = [
    ("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"),
    ("ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ", "QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"),
];
const ITS_NEIGHBOURS: [(&str, &str); 2] = [("іїєў", "s]'o"), ("ІЇЄЎ", "S}\"O")];

/// What lies on a Latin keyboard where this letter does on a Cyrillic one.
fn at_place_of(c: char) -> Option<char> {
    let mut rows = CYRILLIC.iter().chain(&ITS_NEIGHBOURS);
    rows.find_map(|(letters, places)| {
        let place = letters.chars().position(|letter| letter == c)?;
        places.chars().nth(place)
    })
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let held = |modifier| event.modifiers.contains(modifier);
        let ctrl = held(KeyModifiers::CONTROL);
        let code = match event.code {
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            KeyCode::Tab if held(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Key { code, ctrl, alt: held(KeyModifiers::ALT) }
    }
}

/// A name that stands for no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a key")]
pub struct UnknownKey(String);

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(name: &str) -> Result<Self, UnknownKey> {
        let (ctrl, rest) = name.strip_prefix("ctrl-").map_or((false, name), |rest| (true, rest));
        let (alt, rest) = rest.strip_prefix("alt-").map_or((false, rest), |rest| (true, rest));
        let mut characters = rest.chars();
        let code = match (NAMED.iter().find(|(n, _)| *n == rest), characters.next()) {
            (Some((_, code)), _) => *code,
            // As terminals tell it, whichever case it has.
            (None, Some(c)) if ctrl && characters.next().is_none() => {
                KeyCode::Char(c.to_ascii_lowercase())
            }
            (None, Some(c)) if characters.next().is_none() => KeyCode::Char(c),
            _ => return Err(UnknownKey(name.into())),
        };
        Ok(Key { code, ctrl, alt })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        match NAMED.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeyCode::Char(c) => write!(f, "{c}"),
                _ => f.write_str("?"),
            },
        }
    }
}

/// A key as it is shown: arrows as arrows.
pub fn shown(key: &str) -> &str {
    match key {
        "right" => "→",
        "left" => "←",
        "up" => "↑",
        "down" => "↓",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for name in ["space", "ctrl-c", "?", "N", "ctrl-enter", "shift-tab", "-", "alt-x", "f12"] {
            assert_eq!(name.parse::<Key>().unwrap().to_string(), name);
        }
        for (other, name) in [("backtab", "shift-tab"), ("→", "right"), ("ctrl-P", "ctrl-p")] {
            assert_eq!(other.parse::<Key>().unwrap().to_string(), name);
        }
        assert!("".parse::<Key>().is_err());
        assert!("nothing".parse::<Key>().is_err());
    }

    #[test]
    fn arrows_are_shown_as_such_and_in_ascii_by_their_names() {
        for (name, arrow) in [("down", "↓"), ("up", "↑"), ("left", "←"), ("right", "→"), ("v", "v")]
        {
            let key: Key = name.parse().unwrap();
            assert_eq!([key.shown(false), key.shown(true)], [arrow, name]);
        }
    }

    #[test]
    fn letters_of_other_layouts_stand_for_keys() {
        let latin = |name: &str| name.parse::<Key>().unwrap().latin().map(|key| key.to_string());
        for (letter, key) in [
            ("\u{ff4e}", "n"),
            ("\u{ff0f}", "/"),
            ("\u{ff1f}", "?"),
            ("\u{3000}", "space"),
            ("т", "n"),
            ("Г", "U"),
            ("Ж", ":"),
            ("х", "["),
            ("ctrl-з", "ctrl-p"),
            ("і", "s"),
        ] {
            assert_eq!(latin(letter).as_deref(), Some(key), "{letter}");
        }
        for own in ["n", "/", "space", "enter", "夜", "λ"] {
            assert_eq!(latin(own), None, "{own}");
        }
        for (letters, places) in CYRILLIC.iter().chain(&ITS_NEIGHBOURS) {
            assert_eq!(letters.chars().count(), places.chars().count());
        }
    }
}
