//! A small line chart out of braille dots.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::pen;
use crate::theme::Theme;
use crate::view::View;
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

    /// Whether any dot of the cell is set that this one lies in.
    pub(crate) fn taken(&self, x: usize, y: usize) -> bool {
        let (columns, rows) = self.size();
        x < columns && y < rows && self.cells[y / 4 * columns / 2 + x / 2].0 > 0
    }

    /// Sets the dots of a line between two points, of which parts may lie outside.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), style: Style) {
        let long = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().clamp(1.0, 4096.0);
        for i in 0..=long as usize {
            let share = i as f64 / long;
            let x = (from.0 + (to.0 - from.0) * share).round();
            let y = (from.1 + (to.1 - from.1) * share).round();
            if x >= 0.0 && y >= 0.0 {
                self.set(x as usize, y as usize, style);
            }
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

/// Dots a step takes at most: a short history is stretched over the chart, but not beyond sense.
const WIDEST: f64 = 16.0;

/// Where the steps of a chart lie, in dots from its left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    /// The first step shown.
    pub first: usize,
    /// Steps shown.
    pub shown: usize,
    /// Dots a step takes.
    each: f64,
    /// Dots the newest one takes.
    newest: f64,
}

impl Axis {
    /// The newest of so many steps, each at least `least` dots wide. The newest one has come so far, in
    /// [0, 1]: it grows until the next one begins.
    pub(crate) fn new(area: Rect, steps: usize, least: usize, come: f64) -> Self {
        let columns = usize::from(area.width) * 2;
        let shown = steps.min((columns / least.max(1)).max(1)).max(1);
        let each = columns as f64 / shown as f64;
        let each = if shown > 1 { each.min(WIDEST) } else { each };
        Axis { first: steps.saturating_sub(shown), shown, each, newest: (come * each).max(1.0) }
    }

    /// The newest steps of a view: those that are asked for, as far as each has a dot of its own; otherwise as
    /// [`Axis::new`] has them.
    pub(crate) fn spanning(area: Rect, view: &View, least: usize, come: f64) -> Self {
        let steps = view.traces.len();
        let Some(span) = view.span else { return Axis::new(area, steps, least, come) };
        let axis = Axis::new(area, steps.min(span), 1, come);
        Axis { first: steps.saturating_sub(axis.shown), ..axis }
    }

    /// The dot at which a step begins, `at` counted from the first that is shown.
    pub(crate) fn begins(&self, at: usize) -> usize {
        (at as f64 * self.each).ceil() as usize
    }

    /// Dots up to where the newest step has come.
    fn end(&self) -> usize {
        ((self.shown - 1) as f64 * self.each + self.newest).ceil() as usize
    }

    /// The step that a dot belongs to, counted from the first that is shown.
    fn step(&self, x: usize) -> usize {
        ((x as f64 / self.each.max(1e-9)) as usize).min(self.shown - 1)
    }
}

/// Columns of a labelled chart's labels.
pub(crate) const LABELS: u16 = 6;

/// A chart from zero to `top` with labels for both ends on its left.
pub(crate) fn labelled(
    series: &[Series],
    scale: (f64, &str, &str),
    area: Rect,
    theme: &Theme,
    buf: &mut Buffer,
) {
    let steps = series.first().map_or(0, |line| line.values.len());
    let chart = beside_labels(area);
    labelled_on(&Axis::new(chart, steps, 1, 1.0), series, scale, area, (theme, buf));
}

/// The place of a labelled chart without its labels.
pub(crate) fn beside_labels(area: Rect) -> Rect {
    let labels = LABELS.min(area.width);
    Rect { x: area.x + labels, width: area.width - labels, ..area }
}

/// The same on an axis of steps, which is that of [`beside_labels`].
pub(crate) fn labelled_on(
    axis: &Axis,
    series: &[Series],
    (top, above, below): (f64, &str, &str),
    area: Rect,
    (theme, buf): (&Theme, &mut Buffer),
) {
    if area.width < LABELS + 4 || area.height == 0 {
        return;
    }
    let said = usize::from(LABELS) - 1;
    for (row, label) in [(area.height - 1, below), (0, above)] {
        let label = Line::styled(text::right(label, said), theme.faint);
        pen::line(buf, area, row, label, Style::new());
    }
    draw_on(axis, series, top, beside_labels(area), buf);
}

/// Draws the series from zero to `top` on an axis of steps, later ones over earlier ones. All have the same length.
pub(crate) fn draw_on(axis: &Axis, series: &[Series], top: f64, area: Rect, buf: &mut Buffer) {
    let mut dots = Dots::new(area);
    let (columns, rows) = dots.size();
    if columns == 0 || rows == 0 || top <= 0.0 {
        return;
    }
    for line in series.iter().filter(|line| !line.values.is_empty()) {
        let shown = &line.values[axis.first.min(line.values.len() - 1)..];
        let mut last = None;
        for x in 0..axis.end().min(columns) {
            let Some(value) = shown.get(axis.step(x)).filter(|value| !value.is_nan()) else {
                last = None;
                continue;
            };
            let y = height(*value, top, rows);
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

/// The row of dots, of so many from the top, of a value between zero and `top`.
pub(crate) fn height(value: f64, top: f64, rows: usize) -> usize {
    let share = (value / top).clamp(0.0, 1.0);
    rows - 1 - (share * (rows - 1) as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_step_grows_until_the_next_one_begins() {
        let area = Rect::new(0, 0, 10, 2);
        let ends = |steps, come| {
            let axis = Axis::new(area, steps, 2, come);
            (axis.first, axis.begins(axis.shown - 1), axis.end())
        };
        assert_eq!(ends(5, 0.0), (0, 16, 17), "a short history is stretched");
        assert_eq!(ends(5, 1.0), (0, 16, 20));
        assert_eq!(ends(50, 0.5), (40, 18, 19), "of a long one the newest steps are seen");
        assert_eq!(ends(50, 1.0), (40, 18, 20));
        let axis = Axis::new(area, 7, 1, 1.0);
        let begun: Vec<usize> = (0..7).map(|at| axis.begins(at)).collect();
        assert_eq!(begun, [0, 3, 6, 9, 12, 15, 18], "all of the width is taken");
        assert!(begun.iter().enumerate().all(|(at, x)| axis.step(*x) == at), "{axis:?}");
    }
}
