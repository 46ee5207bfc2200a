//! The line that is typed into.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::command::typed::Typed;
use crate::theme::Theme;
use crate::words::text;

/// The text after a sign that says what is typed, scrolled so that the cursor is in sight.
pub(super) fn line<'a>(typed: &Typed, sign: &'a str, theme: &Theme, columns: usize) -> Line<'a> {
    let (value, cursor) = (typed.value(), typed.cursor());
    let before: String = value.chars().take(cursor).collect();
    let at: String = value.chars().skip(cursor).take(1).collect();
    let after: String = value.chars().skip(cursor + 1).collect();
    let room = columns.saturating_sub(4);
    let mut shown = before.as_str();
    while text::width(shown) > room {
        let mut rest = shown.chars();
        rest.next();
        shown = rest.as_str();
    }
    let at = if at.is_empty() { " ".to_string() } else { at };
    Line::from(vec![
        Span::styled(sign, theme.accent),
        Span::raw(" "),
        Span::styled(shown.to_string(), theme.strong),
        Span::styled(at, theme.strong.add_modifier(Modifier::REVERSED)),
        Span::styled(after, theme.strong),
    ])
}
