//! The model in use, and what near-line learning made of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::pen;
use crate::tui::theme::Theme;
use crate::tui::view::View;

pub fn rows(_: &View) -> u16 {
    5
}

pub fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = pen::frame(buf, area, "Model", theme);
    let now = view.now();
    let (versions, near_line) = (&now.versions, &now.near_line);
    let hash: String = versions.model_hash.chars().take(12).collect();
    let version = Line::from(vec![
        Span::raw(format!("{} version ", versions.model)),
        Span::styled(versions.model_number.to_string(), theme.strong),
        Span::styled(format!("  {hash}"), theme.faint),
    ]);
    let when = match near_line.due {
        Some(due) => format!("training, due at step {due}"),
        None => format!("next in {} plays", near_line.next_in),
    };
    let counts = Line::from(vec![
        Span::styled("updates ", theme.faint),
        Span::styled(format!("{} accepted", near_line.accepted), theme.good),
        Span::raw(", "),
        Span::raw(format!("{} refused", near_line.refused)),
        Span::styled(format!("  {when}"), theme.faint),
    ]);
    pen::lines(buf, inside, [version, counts, last(view, theme)]);
}

/// The last update's losses.
fn last<'a>(view: &View, theme: &Theme) -> Line<'a> {
    let update = view.traces.iter().rev().find_map(|trace| trace.near_line.update.as_ref());
    let Some(update) = update else {
        return Line::styled("no update yet", theme.faint);
    };
    let [before, after] = update.held_back_loss;
    let [batch_before, batch_after] = update.batch_loss;
    let (word, style) =
        if update.accepted { ("accepted", theme.good) } else { ("refused", theme.warning) };
    Line::from(vec![
        Span::styled(format!("{word} "), style),
        Span::styled("held back ", theme.faint),
        Span::raw(format!("{before:.3}→{after:.3}")),
        Span::styled(" batch ", theme.faint),
        Span::raw(format!("{batch_before:.3}→{batch_after:.3}")),
    ])
}
