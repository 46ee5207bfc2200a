//! A page: sections under and beside one another, scrolled as one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::drawn::{Drawn, Hit};
use super::pen;
use crate::theme::Theme;
use crate::words::text;

/// From here on sections have frames; below, a line with the title must do.
const FRAMED: (u16, u16) = (100, 30);
/// Rows of a page at most.
const LONGEST: u16 = 1000;

type Draw<'a> = Box<dyn FnOnce(Rect, &mut Buffer) + 'a>;

/// A titled part of a page.
pub(crate) struct Section<'a> {
    title: String,
    /// Said at the end of the title's line.
    aside: Line<'a>,
    rows: u16,
    /// Rows it can make use of beyond those.
    more: u16,
    /// What it is for the mouse, if it is anything.
    hit: Option<Hit>,
    draw: Draw<'a>,
}

impl<'a> Section<'a> {
    /// A section of `rows` rows.
    pub(crate) fn new(
        title: impl Into<String>,
        rows: u16,
        draw: impl FnOnce(Rect, &mut Buffer) + 'a,
    ) -> Self {
        let (title, draw) = (title.into(), Box::new(draw));
        Section { title, aside: Line::default(), rows, more: 0, hit: None, draw }
    }

    pub(crate) fn lines(title: impl Into<String>, lines: Vec<Line<'a>>) -> Self {
        let rows = lines.len().min(LONGEST.into()) as u16;
        Section::new(title, rows, move |area, buf| pen::lines(buf, area, lines))
    }

    pub(crate) fn aside(self, aside: impl Into<Line<'a>>) -> Self {
        Section { aside: aside.into(), ..self }
    }

    pub(crate) fn grows(self, more: u16) -> Self {
        Section { more, ..self }
    }

    pub(crate) fn hit(self, hit: Hit) -> Self {
        Section { hit: Some(hit), ..self }
    }

    fn render(self, area: Rect, framed: bool, theme: &Theme, buf: &mut Buffer) {
        let inside = if framed {
            pen::framed_with(buf, area, &self.title, self.aside, theme)
        } else {
            ruled(buf, area, &self.title, self.aside, theme)
        };
        if inside.width > 0 && inside.height > 0 {
            (self.draw)(inside, buf);
        }
    }
}

/// A title with a line to its right, and something said at the line's end.
fn ruled(buf: &mut Buffer, area: Rect, title: &str, aside: Line, theme: &Theme) -> Rect {
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let columns = usize::from(inside.width);
    let mut line = Line::from(Span::styled(format!("{title} "), theme.title));
    let aside_fits = line.width() + aside.width() + 3 <= columns && aside.width() > 0;
    let said = if aside_fits { aside.width() + 1 } else { 0 };
    let rest = columns.saturating_sub(line.width() + said);
    line.push_span(Span::styled("─".repeat(rest), theme.frame));
    if aside_fits {
        line.push_span(Span::raw(" "));
        line.extend(aside.spans);
    }
    pen::line(buf, inside, 0, line, Style::new());
    Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside }
}

/// Where sections go, worked out before they are made, as what they say depends on their width.
pub(crate) struct Page {
    area: Rect,
    framed: bool,
    /// Places of the columns.
    columns: Vec<Rect>,
}

impl Page {
    /// Columns whose widths are in these proportions.
    pub(crate) fn new(area: Rect, shares: &[u16]) -> Self {
        let all: u16 = shares.iter().sum::<u16>().max(1);
        let mut columns: Vec<Rect> = Vec::with_capacity(shares.len());
        let mut x = area.x;
        for (i, share) in shares.iter().enumerate() {
            let last = i + 1 == shares.len();
            let width = u32::from(area.width) * u32::from(*share) / u32::from(all);
            let width = if last { area.right() - x } else { width as u16 };
            columns.push(Rect { x, width, ..area });
            x += width;
        }
        let framed = area.width >= FRAMED.0 && area.height >= FRAMED.1;
        Page { area, framed, columns }
    }

    /// Columns of text a section in this column has.
    pub(crate) fn width(&self, column: usize) -> usize {
        let edges = if self.framed { 4 } else { 2 };
        self.columns.get(column).map_or(0, |place| usize::from(place.width).saturating_sub(edges))
    }

    /// Whether there is room for more than the least.
    pub(crate) fn roomy(&self) -> bool {
        self.framed
    }

    /// Draws sections column by column, from where the view is scrolled to.
    pub(crate) fn draw(self, sections: Vec<Vec<Section>>, canvas: Canvas) -> Drawn {
        let Canvas { view, theme, buf, .. } = canvas;
        let edge = if self.framed { 2 } else { 1 };
        let rows = |of: &[Section]| {
            of.iter().fold(0u16, |sum, s| sum.saturating_add(s.rows).saturating_add(edge))
        };
        let needed = sections.iter().map(|column| rows(column)).max().unwrap_or(0).min(LONGEST);
        let scroll_limit = usize::from(needed.saturating_sub(self.area.height));
        let height = needed.max(self.area.height);
        let asked = view.section.as_ref().map(|title| view.say(title));
        let room = usize::from(self.area.height);
        // No further than it takes: what stands beside it and before it is part of what it is about.
        let asked = asked.and_then(|title| place_of(&sections, &title, edge));
        let asked = asked.map(|(start, end)| end.saturating_sub(room).min(start));
        let from = asked.unwrap_or(view.scroll).min(scroll_limit);
        let columns = sections.into_iter().zip(&self.columns);
        if scroll_limit == 0 {
            let mut drawn = Drawn::default();
            for (column, place) in columns {
                let place = Rect { height, ..*place };
                drawn.hits.extend(stack(column, place, self.framed, theme, buf));
            }
            return drawn;
        }
        // What is longer than its place is drawn as a whole and shown in part.
        let mut whole = Buffer::empty(Rect { y: 0, height, ..self.area });
        whole.set_style(whole.area, theme.text);
        let mut hits = Vec::new();
        for (column, place) in columns {
            let place = Rect { y: 0, height, ..*place };
            hits.extend(stack(column, place, self.framed, theme, &mut whole));
        }
        let scrolled = asked.map(|_| from);
        let from = from as u16;
        // As far as they are in sight.
        let seen = Rect { y: from, ..self.area };
        let hits = hits.into_iter().map(|(place, hit)| (place.intersection(seen), hit));
        let moved = |(place, hit): (Rect, Hit)| {
            (Rect { y: (place.y + self.area.y).saturating_sub(from), ..place }, hit)
        };
        let hits = hits.filter(|(place, _)| place.area() > 0).map(moved).collect();
        for y in 0..self.area.height {
            for x in self.area.left()..self.area.right() {
                buf[(x, self.area.y + y)] = whole[(x, from + y)].clone();
            }
        }
        let edge = Rect { x: self.area.right() - 1, width: 1, ..self.area };
        pen::scrollbar(buf, edge, (from.into(), needed.into()), theme);
        Drawn { scroll_limit, scrolled, hits, ..Drawn::default() }
    }
}

/// The row that the section of this title begins at, and the one after its last.
fn place_of(columns: &[Vec<Section>], title: &str, edge: u16) -> Option<(usize, usize)> {
    let rows = |of: &[Section]| of.iter().map(|section| usize::from(section.rows + edge)).sum();
    columns.iter().find_map(|column| {
        let place = column.iter().position(|section| section.title.starts_with(title))?;
        Some((rows(&column[..place]), rows(&column[..=place])))
    })
}

/// Draws sections under one another and says what they are for the mouse. Rows left over go to those that can use
/// them, then to the last.
fn stack(
    sections: Vec<Section>,
    place: Rect,
    framed: bool,
    theme: &Theme,
    buf: &mut Buffer,
) -> Vec<(Rect, Hit)> {
    let edge = if framed { 2 } else { 1 };
    let mut heights: Vec<u16> = sections.iter().map(|s| s.rows.saturating_add(edge)).collect();
    let mut left =
        place.height.saturating_sub(heights.iter().copied().fold(0, u16::saturating_add));
    let mut wanted: Vec<u16> = sections.iter().map(|section| section.more).collect();
    while left > 0 && wanted.iter().any(|more| *more > 0) {
        for (height, more) in heights.iter_mut().zip(&mut wanted) {
            if *more > 0 && left > 0 {
                (*height, *more, left) = (*height + 1, *more - 1, left - 1);
            }
        }
    }
    if let Some(last) = heights.last_mut().filter(|_| framed) {
        *last += left;
    }
    let (mut y, mut hits) = (place.y, Vec::new());
    for (section, height) in sections.into_iter().zip(heights) {
        let height = height.min(place.bottom().saturating_sub(y));
        let own = Rect { y, height, ..place };
        hits.extend(section.hit.map(|hit| (own, hit)));
        section.render(own, framed, theme, buf);
        y += height;
    }
    hits
}

/// A faint line of explanation, over as many lines as it takes.
pub(crate) fn legend<'a>(said: &str, columns: usize, theme: &Theme) -> Vec<Line<'a>> {
    text::wrap(said, columns, 4).into_iter().map(|line| Line::styled(line, theme.faint)).collect()
}
