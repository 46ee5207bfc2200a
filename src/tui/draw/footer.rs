//! The bottom line: what can be done now, or something that was said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Drawn, Hit, pen};
use crate::tui::command::{Command, Entry};
use crate::tui::keys::Key;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::view::View;

pub fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) -> Drawn {
    let mut drawn = Drawn::default();
    if let Some(message) = &view.message {
        let said = Line::from(vec![
            Span::styled(" ● ", theme.accent),
            Span::styled(text::clean(message).into_owned(), theme.strong),
        ]);
        pen::line(buf, area, 0, said, Style::new());
        return drawn;
    }
    let mut x = area.x + 1;
    for (entry, line) in kept(view, theme, area.width.into()) {
        let width = line.width() as u16;
        let place = Rect { x, width: width.min(area.right().saturating_sub(x)), ..area };
        pen::line(buf, place, 0, line, Style::new());
        drawn.hit(place, Hit::Command(entry.command));
        x += width + 2;
    }
    drawn
}

/// The most important commands, as many as fit, in the order of the table.
fn kept<'a>(view: &View, theme: &Theme, columns: usize) -> Vec<(&'static Entry, Line<'a>)> {
    let mut known: Vec<(usize, &Entry, Line)> = Vec::new();
    let mut taken: Vec<Key> = Vec::new();
    for (place, context) in view.contexts.iter().enumerate() {
        for (entry, keys) in view.keymap.of(*context).filter(|(entry, _)| entry.footer > 0) {
            // A key that means something nearer means nothing further away.
            let Some(key) = keys.iter().find(|key| !taken.contains(key)) else { continue };
            known.push((place, entry, shown(entry, *key, view, theme)));
        }
        taken.extend(view.keymap.of(*context).flat_map(|(_, keys)| keys));
    }
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by_key(|&i| (known[i].0, known[i].1.footer));
    let mut room = columns.saturating_sub(2);
    let mut keep = vec![false; known.len()];
    for i in order {
        let wide = known[i].2.width() + 2;
        if wide <= room + 2 {
            room = (room + 2).saturating_sub(wide).saturating_sub(2);
            keep[i] = true;
        }
    }
    let kept = known.into_iter().zip(keep).filter(|(_, keep)| *keep);
    kept.map(|((_, entry, line), _)| (entry, line)).collect()
}

fn shown<'a>(entry: &Entry, key: Key, view: &View, theme: &Theme) -> Line<'a> {
    let name = match entry.command {
        Command::PlayPause if view.playing => "pause",
        _ => entry.name,
    };
    Line::from(vec![
        Span::styled(key.shown(), theme.accent),
        Span::styled(format!(" {}", view.say(name)), theme.faint),
    ])
}
