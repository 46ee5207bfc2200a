//! The bottom line: what can be done now, or something that was said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pen;
use crate::tui::command::{self, Command, Context, Entry};
use crate::tui::theme::Theme;
use crate::tui::view::View;

pub fn draw(view: &View, theme: &Theme, area: Rect, hidden_panels: bool, buf: &mut Buffer) {
    if let Some(message) = &view.message {
        let said = Line::from(vec![
            Span::styled(" ● ", theme.accent),
            Span::styled(crate::tui::text::clean(message).into_owned(), theme.strong),
        ]);
        pen::line(buf, area, 0, said, Style::new());
        return;
    }
    let context = view.popup.as_ref().map_or(Context::Stage, |popup| popup.context());
    let entries = command::footer(context);
    // The most important are kept; they are shown in the order of the table.
    let width = usize::from(area.width).saturating_sub(2);
    let mut kept: Vec<&Entry> = Vec::new();
    let mut used = 0;
    for entry in entries {
        let panel = matches!(entry.command, Command::NextPanel);
        if panel && !hidden_panels {
            continue;
        }
        let wide = Line::from(shown(entry, view, theme)).width() + 2;
        if used + wide <= width + 2 {
            used += wide;
            kept.push(entry);
        }
    }
    let mut line = Line::from(" ");
    for (i, entry) in
        command::of(context).filter(|e| kept.iter().any(|k| std::ptr::eq(*k, *e))).enumerate()
    {
        if i > 0 {
            line.push_span(Span::raw("  "));
        }
        line.extend(shown(entry, view, theme));
    }
    pen::line(buf, area, 0, line, Style::new());
}

fn shown<'a>(entry: &Entry, view: &View, theme: &Theme) -> Vec<Span<'a>> {
    let name = match entry.command {
        Command::PlayPause if view.playing => "pause",
        _ => entry.name,
    };
    let key = entry.keys.first().map_or("", |key| command::shown(key));
    vec![Span::styled(key, theme.accent), Span::styled(format!(" {name}"), theme.faint)]
}
