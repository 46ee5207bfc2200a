//! Bars and sparklines out of block characters.

use ratatui::style::Style;
use ratatui::text::Span;

/// Eighths of a cell, from the left.
const EIGHTHS: [&str; 8] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Heights of a sparkline.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One part of a stacked bar.
pub(crate) struct Part {
    /// Length in cells.
    pub length: f64,
    pub style: Style,
    /// What it is made of where there is no colour.
    pub pattern: &'static str,
}

/// Parts laid end to end over `cells` cells, to an eighth of a cell where there is colour.
pub(crate) fn stacked(parts: &[Part], cells: usize, colour: bool) -> Vec<Span<'static>> {
    let mut ends = Vec::new();
    let mut end = 0.0;
    for part in parts {
        end += part.length.max(0.0);
        ends.push(end);
    }
    (0..cells).map(|cell| one_cell(parts, &ends, cell as f64, colour)).collect()
}

fn one_cell(parts: &[Part], ends: &[f64], from: f64, colour: bool) -> Span<'static> {
    // How much of this cell each part covers.
    let mut start: f64 = 0.0;
    let mut covers: Vec<(f64, &Part)> = Vec::new();
    for (part, &end) in parts.iter().zip(ends) {
        let share = end.min(from + 1.0) - start.max(from);
        if share > 1e-9 {
            covers.push((share, part));
        }
        start = end;
    }
    let filled: f64 = covers.iter().map(|(share, _)| share).sum();
    if !colour {
        let most = covers.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        let part = most.filter(|_| filled >= 0.5);
        return part.map_or(Span::raw(" "), |(_, part)| Span::styled(part.pattern, part.style));
    }
    match covers.as_slice() {
        [] => Span::raw(" "),
        [(share, part)] => Span::styled(eighths(*share), part.style),
        [(share, first), others @ ..] if filled > 1.0 - 1.0 / 16.0 => {
            // Two colours meet in this cell: the first in front, the larger of the rest behind.
            let second = others.iter().max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, p)| p.style);
            let behind = second.and_then(|style| style.fg);
            Span::styled(eighths(*share), Style { bg: behind, ..first.style })
        }
        _ => {
            let most = covers.iter().max_by(|a, b| a.0.total_cmp(&b.0));
            most.map_or(Span::raw(" "), |(_, part)| Span::styled(eighths(filled), part.style))
        }
    }
}

fn eighths(share: f64) -> &'static str {
    match (share * 8.0).round() as usize {
        full if full >= 8 => "█",
        n => EIGHTHS[n],
    }
}

/// A single bar in [0, 1] of its cells.
pub(crate) fn single(share: f64, cells: usize, style: Style, colour: bool) -> Vec<Span<'static>> {
    let part = Part { length: share.clamp(0.0, 1.0) * cells as f64, style, pattern: "█" };
    stacked(&[part], cells, colour)
}

/// The newest values, one a column. The scale spans the values shown and at least `span`.
pub(crate) fn spark(values: &[f64], columns: usize, span: f64) -> String {
    let shown = &values[values.len().saturating_sub(columns)..];
    let low = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let reach = (high - low).max(span);
    // What does not move lies in the middle, but nothing lies above the zero it is.
    let middle = (high + low - reach) / 2.0;
    let base = if low >= 0.0 { middle.max(0.0) } else { middle };
    spark_between(values, columns, base, reach)
}

/// The newest values, one a column, on a scale from `base` to `base + reach`.
pub(crate) fn spark_between(values: &[f64], columns: usize, base: f64, reach: f64) -> String {
    let shown = &values[values.len().saturating_sub(columns)..];
    let height = |value: &f64| (((value - base) / reach * 7.0).round().max(0.0) as usize).min(7);
    shown.iter().map(|value| HEIGHTS[height(value)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(spans: &[Span]) -> String {
        spans.iter().map(|s| s.content.as_ref()).collect()
    }

    fn part(length: f64, pattern: &'static str) -> Part {
        Part { length, style: Style::new(), pattern }
    }

    #[test]
    fn parts_lie_end_to_end() {
        let parts = [part(2.0, "#"), part(1.0, "+"), part(0.5, "-")];
        assert_eq!(text(&stacked(&parts, 5, true)), "███▌ ");
        assert_eq!(text(&stacked(&parts, 5, false)), "##+- ");
    }

    #[test]
    fn sparks_fill_their_range() {
        assert_eq!(spark(&[0.0, 0.5, 1.0], 3, 0.1), "▁▅█");
        assert_eq!(spark(&[0.5, 0.5], 5, 0.1), "▄▄");
        assert_eq!(spark(&[], 5, 0.1), "");
        assert_eq!(spark(&[0.0, 0.0], 5, 0.1), "▁▁");
        assert_ne!(spark(&[-0.5, -0.5], 5, 0.1), "▁▁", "below zero it lies in the middle");
    }
}
