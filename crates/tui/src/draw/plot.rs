//! A small line chart out of braille dots.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::pen;
use crate::theme::Theme;
use crate::words::text;

/// A line of the chart.
pub(crate) struct Series {
    /// One value a step, oldest first. What is not a number leaves a gap.
    pub values: Vec<f64>,
    pub style: Style,
    /// Every how many dots one is set: 1 is a solid line. Lines differ without colour too.
    pub every: usize,
}

/// The bit of the dot in column `x` of 2 and row `y` of 4 of a braille cell.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// A place to set dots in, two by four to a cell.
pub(crate) struct Dots {
    area: Rect,
    /// By cell, row after row.
    cells: Vec<(u8, Style)>,
}

impl Dots {
    pub(crate) fn new(area: Rect) -> Self {
        let cells = usize::from(area.width) * usize::from(area.height);
        Dots { area, cells: vec![(0, Style::new()); cells] }
    }

    /// Columns and rows of dots.
    pub(crate) fn size(&self) -> (usize, usize) {
        (usize::from(self.area.width) * 2, usize::from(self.area.height) * 4)
    }

    /// Sets a dot; one outside is left out. A cell takes the style of its newest dot.
    pub(crate) fn set(&mut self, x: usize, y: usize, style: Style) {
        let (columns, rows) = self.size();
        if x < columns && y < rows {
            let (dots, cell) = &mut self.cells[y / 4 * columns / 2 + x / 2];
            *dots |= DOTS[x % 2][y % 4];
            *cell = style;
        }
    }

    pub(crate) fn draw(&self, buf: &mut Buffer) {
        for (i, (dots, style)) in self.cells.iter().enumerate().filter(|(_, cell)| cell.0 > 0) {
            let (x, y) = (i % usize::from(self.area.width), i / usize::from(self.area.width));
            let symbol = char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' ');
            let at = (self.area.x + x as u16, self.area.y + y as u16);
            buf[at].set_char(symbol).set_style(*style);
        }
    }
}

/// Steps a chart of this width shows.
pub(crate) fn steps(area: Rect) -> usize {
    usize::from(area.width) * 2
}

/// Dots a step takes: a short history is stretched over the chart.
pub(crate) fn stretch(area: Rect, shown: usize) -> usize {
    let columns = steps(area);
    if shown < 2 { columns } else { (columns / shown).clamp(1, 16) }
}

/// Columns of a labelled chart's labels.
pub(crate) const LABELS: u16 = 6;

/// A chart from zero to `top` with labels for both ends on its left.
pub(crate) fn labelled(
    series: &[Series],
    (top, above, below): (f64, &str, &str),
    area: Rect,
    theme: &Theme,
    buf: &mut Buffer,
) {
    if area.width < LABELS + 4 || area.height == 0 {
        return;
    }
    let said = usize::from(LABELS) - 1;
    for (row, label) in [(area.height - 1, below), (0, above)] {
        let label = Line::styled(text::right(label, said), theme.faint);
        pen::line(buf, area, row, label, Style::new());
    }
    let chart = Rect { x: area.x + LABELS, width: area.width - LABELS, ..area };
    draw(series, top, chart, buf);
}

/// Draws the series from zero to `top`, later ones over earlier ones. All have the same length.
pub(crate) fn draw(series: &[Series], top: f64, area: Rect, buf: &mut Buffer) {
    let mut dots = Dots::new(area);
    let (columns, rows) = dots.size();
    if columns == 0 || rows == 0 || top <= 0.0 {
        return;
    }
    for line in series {
        let shown = &line.values[line.values.len().saturating_sub(columns)..];
        let stretch = stretch(area, shown.len());
        let height = |value: f64| {
            let share = (value / top).clamp(0.0, 1.0);
            rows - 1 - (share * (rows - 1) as f64).round() as usize
        };
        let mut last = None;
        for x in 0..(shown.len() * stretch).min(columns) {
            if shown[x / stretch].is_nan() {
                last = None;
                continue;
            }
            let y = height(shown[x / stretch]);
            let from = last.replace(y).unwrap_or(y);
            for y in from.min(y)..=from.max(y) {
                if (x + y) % line.every != 0 && line.every > 1 {
                    continue;
                }
                dots.set(x, y, line.style);
            }
        }
    }
    dots.draw(buf);
}
