//! The event log, the newest first.

use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pen;
use crate::view::narration;
use crate::words::text;

/// Columns of the time, with those after it.
const LEAD: usize = 9;

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    if area.height < 3 {
        return;
    }
    let inside = pen::frame(buf, area, &view.say("Events"), theme);
    let rows = usize::from(inside.height);
    let shown = view.traces.len().min(rows);
    // Rows that no event needs go to those whose reasons take more than one, the newest first.
    let mut spare = rows - shown;
    let room = usize::from(inside.width).saturating_sub(LEAD).max(1);
    let mut lines = Vec::new();
    for i in (0..view.traces.len()).rev().take(shown) {
        let said = narration::headline(&view.traces[..=i], view.look.lang);
        let mut said = text::wrap(&said, room, 1 + spare);
        spare -= said.len().saturating_sub(1);
        let clock = text::right(&text::clock(view.traces[i].at_ms), LEAD - 2);
        for (row, said) in said.drain(..).enumerate() {
            let lead = if row == 0 { format!("{clock}  ") } else { " ".repeat(LEAD) };
            let lead = Span::styled(lead, theme.faint);
            lines.push(Line::from(vec![lead, Span::styled(said, theme.text)]));
        }
    }
    pen::lines(buf, inside, lines);
}
