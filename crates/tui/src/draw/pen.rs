//! Small tools every panel draws with.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Widget};
use unicode_width::UnicodeWidthStr;

use super::drawn::Drawn;
use crate::theme::Theme;
use crate::words::text;
use melody_core::score::Score;

/// Draws a line in a row of `area`, cut to its width. Rows outside are not drawn.
pub(crate) fn line(buf: &mut Buffer, area: Rect, row: u16, line: Line, style: Style) {
    if row >= area.height || area.width == 0 {
        return;
    }
    let line = text::fit(line, area.width.into()).patch_style(style);
    buf.set_line(area.x, area.y + row, &line, area.width);
}

/// Draws lines from the top of `area`.
pub(crate) fn lines<'a>(buf: &mut Buffer, area: Rect, lines: impl IntoIterator<Item = Line<'a>>) {
    for (row, one) in (0..area.height).zip(lines) {
        line(buf, area, row, one, Style::new());
    }
}

/// Draws lines from `scroll` on and says how far they can be scrolled. What can be scrolled has room, so no line is
/// cut: one that is too long takes more rows. In the column right of `area` a bar says where the rows shown lie.
pub(crate) fn scrolled(
    buf: &mut Buffer,
    area: Rect,
    all: Vec<Line<'static>>,
    scroll: usize,
    theme: &Theme,
) -> Drawn {
    let columns = usize::from(area.width).max(1);
    let all: Vec<Line> = all.into_iter().flat_map(|line| text::folded(line, columns)).collect();
    let scroll_limit = all.len().saturating_sub(area.height.into());
    let from = scroll.min(scroll_limit);
    if scroll_limit > 0 {
        scrollbar(buf, Rect { x: area.right(), width: 1, ..area }, (from, all.len()), theme);
    }
    lines(buf, area, all.into_iter().skip(from));
    Drawn { scroll_limit, ..Drawn::default() }
}

/// Where the rows shown lie among all of them, in a column as high as those shown.
pub(crate) fn scrollbar(
    buf: &mut Buffer,
    column: Rect,
    (from, rows): (usize, usize),
    theme: &Theme,
) {
    let column = column.intersection(buf.area);
    let shown = usize::from(column.height);
    let share = |part: usize| (part * shown / rows.max(1)).min(shown) as u16;
    let length = share(shown).max(1);
    let last = column.height.saturating_sub(length);
    let start = if from + shown >= rows { last } else { share(from).min(last) };
    for y in start..(start + length).min(column.height) {
        for x in column.left()..column.right() {
            buf[(x, column.y + y)].set_symbol("▐").set_style(theme.accent);
        }
    }
}

/// A frame with something said at the end of its top.
pub(crate) fn framed_with(
    buf: &mut Buffer,
    area: Rect,
    title: &str,
    aside: Line,
    theme: &Theme,
) -> Rect {
    let inside = frame(buf, area, title, theme);
    self::aside(buf, area, title, aside, theme);
    inside
}

/// Says something at the end of a frame's top, where its title leaves room.
pub(crate) fn aside(buf: &mut Buffer, area: Rect, title: &str, aside: Line, theme: &Theme) {
    let room = usize::from(area.width).saturating_sub(text::width(title) + 7);
    if aside.width() > 0 && aside.width() + 2 <= room && area.height > 0 {
        let wide = aside.width() as u16 + 2;
        let place = Rect { x: area.right() - wide - 1, width: wide, height: 1, ..area };
        let mut said = Line::from(" ");
        said.extend(aside.spans);
        said.push_span(" ");
        // The frame's style would shine through.
        for x in place.left()..place.right() {
            buf[(x, place.y)].reset();
        }
        line(buf, place, 0, said, theme.text);
    }
}

/// Draws a panel's frame and returns what is inside, a column of space left on each side.
pub(crate) fn frame(buf: &mut Buffer, area: Rect, title: &str, theme: &Theme) -> Rect {
    framed(buf, area, title, Line::default(), theme)
}

/// The same with something said at the end of the frame's bottom.
pub(crate) fn framed(
    buf: &mut Buffer,
    area: Rect,
    title: &str,
    bottom: Line,
    theme: &Theme,
) -> Rect {
    if area.height < 3 || area.width < 6 {
        return Rect::default();
    }
    let room = usize::from(area.width) - 4;
    let title = Line::from(Span::styled(format!(" {title} "), theme.title));
    let block = Block::new()
        .borders(Borders::ALL)
        .border_type(BorderType::Rounded)
        .border_style(theme.frame)
        .title_top(text::fit(title, room))
        .title_bottom(text::fit(bottom, room).right_aligned());
    let inner = block.inner(area);
    block.render(area, buf);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// Empties a place.
pub(crate) fn clear(buf: &mut Buffer, place: Rect, theme: &Theme) {
    for y in place.top()..place.bottom() {
        for x in place.left()..place.right() {
            buf[(x, y)].reset();
            buf[(x, y)].set_style(theme.text);
        }
    }
}

/// Clears a place for a popup of up to `width` x `height` in the middle of `area`, frames it and
/// returns what is inside.
pub(crate) fn popup(
    buf: &mut Buffer,
    area: Rect,
    (width, height): (u16, u16),
    title: &str,
    bottom: Line,
    theme: &Theme,
) -> Rect {
    let width = width.min(area.width.saturating_sub(2)).max(area.width.min(20));
    let height = height.min(area.height.saturating_sub(2)).max(area.height.min(5));
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    lift(buf, place, theme);
    let mut accented = theme.clone();
    accented.frame = theme.accent;
    framed(buf, place, title, bottom, &accented)
}

/// Empties a place for what lies over the rest.
fn lift(buf: &mut Buffer, place: Rect, theme: &Theme) {
    clear(buf, place, theme);
    for y in place.top()..place.bottom() {
        // A wide character that reaches under it goes as a whole.
        if place.x > buf.area.x && buf[(place.x - 1, y)].symbol().width() > 1 {
            buf[(place.x - 1, y)].set_symbol(" ");
        }
    }
}

/// Clears a place that lies over the rest and frames it, however small, under a name of its own style; returns what is
/// inside.
pub(crate) fn over(buf: &mut Buffer, place: Rect, name: Span<'static>, theme: &Theme) -> Rect {
    let place = place.intersection(buf.area);
    lift(buf, place, theme);
    let mut accented = theme.clone();
    (accented.frame, accented.title) = (theme.accent, name.style);
    frame(buf, place, &name.content, &accented)
}

/// Spans joined by two spaces, as many whole ones as fit in `columns`.
pub(crate) fn joined<'a>(groups: Vec<Vec<Span<'a>>>, columns: usize) -> Line<'a> {
    let mut line = Line::default();
    for group in groups {
        let wide: usize = group.iter().map(Span::width).sum();
        let gap = if line.spans.is_empty() { 0 } else { 2 };
        if line.width() + gap + wide > columns && !line.spans.is_empty() {
            continue;
        }
        if gap > 0 {
            line.push_span(Span::raw("  "));
        }
        line.extend(group);
    }
    line
}

/// Spans joined by two spaces over as many lines as they take, each group whole.
pub(crate) fn flowed<'a>(groups: Vec<Vec<Span<'a>>>, columns: usize) -> Vec<Line<'a>> {
    let mut lines: Vec<Line> = Vec::new();
    for group in groups {
        let wide: usize = group.iter().map(Span::width).sum();
        match lines.last_mut().filter(|line| line.width() + 2 + wide <= columns) {
            Some(line) => {
                line.push_span(Span::raw("  "));
                line.extend(group);
            }
            None => lines.push(Line::from(group)),
        }
    }
    lines
}

/// As many decimals as one of several numbers needs, three at most, as 0.65 beside 0.665 reads like another kind of
/// number.
pub(crate) fn decimals_of(values: impl Iterator<Item = Score> + Clone) -> usize {
    let thousandths = |value: Score| (value.value() * 1000.0).round() as i64;
    let shown = |decimals: &u32| {
        values.clone().all(|value| thousandths(value) % 10_i64.pow(3 - decimals) == 0)
    };
    (1..3).find(shown).unwrap_or(3) as usize
}

/// Numbers side by side to so many decimals, the first without a sign.
pub(crate) fn even(values: &[Score], decimals: usize) -> Vec<String> {
    let one = |(i, value): (usize, &Score)| match i {
        0 => format!("{value:.decimals$}"),
        _ => format!("{value:+.decimals$}"),
    };
    values.iter().enumerate().map(one).collect()
}

/// Two decimals with a sign and without the zero before them: `+.63`.
pub(crate) fn decimals_signed(value: Score) -> String {
    let sign = if value < Score::ZERO { '-' } else { '+' };
    format!("{sign}{}", decimals(value.abs()))
}

/// Two decimals without the zero before them: `.63`.
pub(crate) fn decimals(value: Score) -> String {
    bare(format!("{value:.2}"))
}

/// Three decimals without the zero before them: `.634`.
pub(crate) fn thousandths(value: Score) -> String {
    bare(format!("{value:.3}"))
}

fn bare(text: String) -> String {
    match text.strip_prefix("0.") {
        Some(decimals) => format!(".{decimals}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_side_by_side_have_as_many_decimals() {
        let said = |values: &[f64]| {
            let values: Vec<Score> = values.iter().map(|value| Score::new(*value)).collect();
            even(&values, decimals_of(values.iter().copied())).join(" ")
        };
        assert_eq!(said(&[0.65, 0.015, -0.2]), "0.650 +0.015 -0.200");
        assert_eq!(said(&[0.7, -0.05]), "0.70 -0.05");
        assert_eq!(said(&[0.7, -0.1]), "0.7 -0.1");
        assert_eq!(said(&[0.000_4]), "0.0");
    }
}
