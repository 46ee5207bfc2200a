//! One sentence: what just changed, and why.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::pen;
use crate::theme::Theme;
use crate::view::{View, narration};
use crate::words::text;

pub(crate) fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let said = narration::headline(&view.traces, view.look.lang);
    let columns = usize::from(area.width).saturating_sub(3);
    let rows = text::wrap(&said, columns, area.height.into());
    let lines = rows.into_iter().enumerate().map(|(i, row)| {
        let lead = if i == 0 { " » " } else { "   " };
        Line::from(vec![Span::styled(lead, theme.accent), Span::styled(row, theme.strong)])
    });
    pen::lines(buf, area, lines);
}
