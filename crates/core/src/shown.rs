//! What a person is shown of a text that somebody else wrote.
//!
//! A title, a query in a log, the name of a file: each may hold characters that are no text but commands. A terminal acts on
//! the control characters (C0, DEL, and C1, of which U+009B alone begins an escape sequence), and it lays a line out anew for
//! the marks and overrides of writing direction, so that what is read is not what is there. Whatever prints or draws asks here
//! which characters those are, and puts something that can be seen in their place: a cell of the screen the one sign
//! [`STAND_IN`], a printed line the character's number ([`spelled`]), JSON its own escape ([`in_json`]), which reads back as
//! what it was.
//!
//! Joiners stay (U+200C, U+200D): emoji and whole scripts are written with them, and they move nothing.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Takes the place of a character that is not shown: one column wide.
pub const STAND_IN: char = '\u{fffd}';

/// Whether a character is a command to whatever shows it rather than something to read: controls (a line's end among
/// them), separators of lines, and all that sets the direction of writing.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{206f}'
                | '\u{fff9}'..='\u{fffb}'
        )
}

/// The text with every character that [`acts`] but the end of a line spelled out, as `\u{1b}`.
pub fn spelled(text: &str) -> Cow<'_, str> {
    replaced(text, |c| c != '\n' && acts(c), |c, out| out.extend(c.escape_unicode()))
}

/// A JSON document that means the same and holds no character that [`acts`] but its own line ends: what was raw in a
/// text of it is escaped.
pub fn in_json(document: &str) -> Cow<'_, str> {
    replaced(
        document,
        |c| c != '\n' && acts(c),
        |c, out| {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        },
    )
}

/// The text on one line, with the ends of lines and tabs as spaces and [`STAND_IN`] for all else that [`acts`].
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    replaced(text, acts, |c, out| out.push(if c.is_whitespace() { ' ' } else { STAND_IN }))
}

/// The text with some characters written in another way; most texts have none and stay as they are.
fn replaced(
    text: &str,
    which: impl Fn(char) -> bool,
    write: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    if !text.chars().any(&which) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if which(c) { write(c, &mut out) } else { out.push(c) }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}b\u{2066}c\u{200f}d\u{61c}e\tf";

    #[test]
    fn nothing_shown_acts_and_what_it_was_can_be_seen() {
        let spelled = spelled(HOSTILE);
        assert!(!spelled.chars().any(acts), "{spelled:?}");
        assert!(spelled.contains("\\u{9b}31m\\u{202e}b"), "{spelled}");
        let line = on_one_line(HOSTILE);
        assert_eq!(line, "a\u{fffd}[2J\u{fffd}\u{fffd}31m\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e f");
        // A NEL is both a space and a command.
        assert_eq!(on_one_line("a\u{85}b\r\n"), "a b  ");
    }

    #[test]
    fn json_reads_back_as_what_it_was() {
        let document = serde_json::to_string_pretty(&[HOSTILE, "plain\u{2028}"]).unwrap();
        let shown = in_json(&document);
        assert!(!shown.chars().any(|c| c != '\n' && acts(c)), "{shown:?}");
        let read: Vec<String> = serde_json::from_str(&shown).unwrap();
        assert_eq!(read, [HOSTILE, "plain\u{2028}"]);
    }

    #[test]
    fn what_people_write_stays() {
        for text in
            ["Rémi Łopata", "夜上海", "👩\u{200d}👩\u{200d}👧", "می\u{200c}خواهم", "two\nlines"]
        {
            assert!(matches!(spelled(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
