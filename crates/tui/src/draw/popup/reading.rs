//! A popup that is read: lines, from where it is scrolled to.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::pen;

/// Columns that its frame takes.
pub(super) const FRAME: u16 = 4;

/// Columns there are for lines on a screen of this size.
pub(super) fn columns(area: Rect) -> usize {
    area.width.saturating_sub(2 + FRAME).max(1).into()
}

/// Draws lines under a title.
pub(super) fn draw(canvas: Canvas, title: &str, lines: Vec<Line>, scroll: usize) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let wide = lines.iter().map(Line::width).max().unwrap_or(0) as u16 + FRAME;
    let height = (lines.len().min(u16::MAX.into()) as u16).saturating_add(2);
    let size = (wide.max(40), height);
    let rows = usize::from(height.min(area.height.saturating_sub(2)).max(5) - 2);
    let limit = lines.len().saturating_sub(rows);
    let scroll = scroll.min(limit);
    let said = match limit {
        0 => Line::default(),
        _ => {
            let to = (scroll + rows).min(lines.len());
            let said = view.fill("{}-{} of {}", &[&(scroll + 1), &to, &lines.len()]);
            Line::styled(format!(" {said} "), theme.faint)
        }
    };
    let inside = pen::popup(buf, area, size, title, said, theme);
    pen::lines(buf, inside, lines.into_iter().skip(scroll));
    let mut drawn = Drawn { scroll_limit: limit, ..Drawn::default() };
    drawn.hit(inside, Hit::Popup);
    drawn
}
