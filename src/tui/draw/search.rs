//! The search popup: what is typed, and what is found.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::pen;
use crate::event::Target;
use crate::tui::search::{Hit, Search};
use crate::tui::text;
use crate::tui::theme::Theme;

/// Draws the search and returns how far it can be scrolled: the selection does that.
pub fn draw(search: &Search, theme: &Theme, area: Rect, buf: &mut Buffer) -> usize {
    let found = match search.found {
        0 => " nothing found ".to_string(),
        1 => " 1 found ".to_string(),
        n => format!(" {n} found "),
    };
    let height = (area.height * 3 / 4).max(8);
    let bottom = Line::styled(found, theme.faint);
    let inside = pen::popup(buf, area, (76, height), "Search songs and artists", bottom, theme);
    pen::line(buf, inside, 0, input(search, theme, inside.width.into()), Style::new());
    if inside.height < 3 {
        return 0;
    }
    let list = Rect { y: inside.y + 2, height: inside.height - 2, ..inside };
    if search.hits.is_empty() {
        let said = "Nothing sounds like that. Fewer letters find more.";
        pen::line(buf, list, 0, Line::styled(said, theme.faint), Style::new());
    }
    let rows = usize::from(list.height);
    let first = (search.selected + 1).saturating_sub(rows);
    for (row, (i, hit)) in search.hits.iter().enumerate().skip(first).take(rows).enumerate() {
        let line = result(hit, i == search.selected, theme, list.width.into());
        pen::line(buf, list, row as u16, line, Style::new());
    }
    0
}

/// The words typed, scrolled so that the cursor is in sight.
fn input<'a>(search: &Search, theme: &Theme, columns: usize) -> Line<'a> {
    let value = search.input.value();
    let cursor = search.input.cursor();
    let before: String = value.chars().take(cursor).collect();
    let at: String = value.chars().skip(cursor).take(1).collect();
    let after: String = value.chars().skip(cursor + 1).collect();
    let room = columns.saturating_sub(4);
    let mut shown = before.clone();
    while text::width(&shown) > room {
        shown.remove(0);
    }
    let at = if at.is_empty() { " ".to_string() } else { at };
    Line::from(vec![
        Span::styled("/ ", theme.accent),
        Span::styled(shown, theme.strong),
        Span::styled(at, theme.strong.add_modifier(Modifier::REVERSED)),
        Span::styled(after, theme.strong),
    ])
}

fn result<'a>(hit: &Hit, chosen: bool, theme: &Theme, columns: usize) -> Line<'a> {
    let style = if chosen { theme.selected } else { theme.text };
    let lead = Span::styled(if chosen { "❯ " } else { "  " }, theme.accent);
    let rest = columns.saturating_sub(2 + 3);
    if let Target::ArtistOf(_) = hit.target {
        return Line::from(vec![
            lead,
            Span::styled(hit.name().to_string(), style),
            Span::styled("  artist", theme.faint),
        ]);
    }
    let genre = if rest >= 50 { 12 } else { 0 };
    let title = (rest.saturating_sub(genre)) * 3 / 5;
    let artist = rest.saturating_sub(genre + title);
    let song = &hit.song;
    Line::from(vec![
        lead,
        Span::styled(text::left(&song.title, title), style),
        Span::raw(" "),
        Span::raw(text::left(&song.artist, artist)),
        Span::raw(" "),
        Span::styled(text::left(&song.genre, genre), theme.faint),
        Span::raw(" "),
    ])
}
