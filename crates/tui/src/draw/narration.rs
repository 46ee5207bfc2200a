//! One sentence: what just changed, and why.

use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pen;
use crate::view::narration;
use crate::words::text;

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let said = narration::headline(&view.traces, view.look.lang);
    let columns = usize::from(area.width).saturating_sub(3);
    let rows = text::wrap(&said, columns, area.height.into());
    let lines = rows.into_iter().enumerate().map(|(i, row)| {
        let lead = if i == 0 { " » " } else { "   " };
        Line::from(vec![Span::styled(lead, theme.accent), Span::styled(row, theme.strong)])
    });
    pen::lines(buf, area, lines);
}
