//! The whole session on one axis of time: what happened when, and where we are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::layout::take;
use crate::draw::marks::{name, shown};
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::strip::Lane;
use crate::view::{Strip, View};
use crate::words::text;

/// Rows of the bar and of the clock under it.
const AXIS: u16 = 2;
/// Rows with a lane for each kind of mark, frame included.
const LANES: u16 = Lane::ALL.len() as u16 + AXIS + 2;
/// Rows with all marks on one lane, and with what they mean under it.
const SHORT: u16 = 1 + AXIS;
const EXPLAINED: u16 = SHORT + 1;
/// Columns of the lanes' names.
const NAMES: u16 = 12;
/// Columns between two times on the axis at least.
const BETWEEN: u16 = 24;

/// Rows it takes where there are so many for it.
pub(super) fn rows(room: u16) -> u16 {
    match room {
        // The list is what the view is for: it keeps as much again.
        room if room >= 2 * LANES => LANES,
        room if room >= 2 * EXPLAINED => EXPLAINED,
        room if room > SHORT => SHORT,
        _ => 1.min(room),
    }
}

pub(super) fn draw(canvas: Canvas, strip: &Strip) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut rest = area;
    let mut lanes: Vec<Rect> = Vec::new();
    if area.height >= LANES {
        rest = pen::frame(buf, area, &view.say("Session"), theme);
        for lane in Lane::ALL {
            let row = take(&mut rest, 1);
            let name = Line::styled(view.say(name(lane)), theme.faint);
            pen::line(buf, Rect { width: NAMES.min(row.width), ..row }, 0, name, Style::new());
            lanes.push(beside_names(row));
        }
        rest = beside_names(rest);
    } else if area.height >= SHORT {
        rest = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        lanes = vec![take(&mut rest, 1); Lane::ALL.len()];
    }
    let bar = take(&mut rest, 1);
    if bar.width == 0 || bar.height == 0 {
        return Drawn::default();
    }
    let axis = Axis { bar, end_ms: strip.end_ms().max(1) };
    let here = strip.times.get(view.now().step as usize).map_or(0, |at| axis.column(*at));
    for mark in &strip.marks {
        let lane = Lane::ALL.iter().position(|lane| *lane == mark.lane).unwrap_or(0);
        let Some(row) = lanes.get(lane).filter(|row| row.height > 0) else { continue };
        let (symbol, style) = shown(mark.lane, mark.more, theme);
        let at = (axis.column(strip.times[mark.step]), row.y);
        buf[at].set_symbol(symbol).set_style(style);
    }
    for x in bar.left()..bar.right() {
        let (symbol, style) = match x.cmp(&here) {
            std::cmp::Ordering::Less => ("━", theme.accent),
            std::cmp::Ordering::Equal => ("●", theme.selected),
            std::cmp::Ordering::Greater => ("─", theme.faint),
        };
        buf[(x, bar.y)].set_symbol(symbol).set_style(style);
    }
    let clock = take(&mut rest, 1);
    axis.draw_clock(theme, clock, buf);
    let legend = take(&mut rest, 1);
    if area.height < LANES && legend.height > 0 {
        pen::line(buf, legend, 0, explained(view, theme, legend.width.into()), Style::new());
    }
    // A click anywhere over the bar goes to the step nearest in time.
    let top = lanes.first().map_or(bar.y, |lane| lane.y);
    let mut drawn = Drawn::default();
    for x in bar.left()..bar.right() {
        let place = Rect { x, y: top, width: 1, height: bar.bottom() - top };
        drawn.hit(place, Hit::Step(strip.nearest(axis.time(x))));
    }
    drawn
}

fn beside_names(row: Rect) -> Rect {
    Rect { x: row.x + NAMES.min(row.width), width: row.width.saturating_sub(NAMES), ..row }
}

/// Time to columns and back.
struct Axis {
    bar: Rect,
    end_ms: u64,
}

impl Axis {
    fn column(&self, at_ms: u64) -> u16 {
        let last = u64::from(self.bar.width - 1);
        self.bar.x + (at_ms.min(self.end_ms) * last / self.end_ms) as u16
    }

    fn time(&self, x: u16) -> u64 {
        let last = u64::from(self.bar.width - 1).max(1);
        u64::from(x - self.bar.x) * self.end_ms / last
    }

    /// Times along the axis, the first and the last always among them, each once however short the session is.
    fn draw_clock(&self, theme: &Theme, row: Rect, buf: &mut Buffer) {
        if row.height == 0 {
            return;
        }
        let parts = (self.bar.width / BETWEEN).max(1);
        let mut before = String::new();
        for part in 0..=parts {
            let said = text::clock(self.end_ms * u64::from(part) / u64::from(parts));
            if said == before {
                continue;
            }
            before.clone_from(&said);
            let wide = text::width(&said) as u16;
            let x = self.bar.x + (self.bar.width - 1) * part / parts;
            // In the middle of its place, as far as the row goes.
            let x = x.saturating_sub(wide / 2).max(row.x).min(row.right().saturating_sub(wide));
            let place = Rect { x, width: wide.min(row.right().saturating_sub(x)), ..row };
            pen::line(buf, place, 0, Line::styled(said, theme.faint), Style::new());
        }
    }
}

/// What the marks mean, as many as fit.
fn explained<'a>(view: &View, theme: &Theme, columns: usize) -> Line<'a> {
    let group = |lane: Lane| {
        let mut symbols: Vec<Span> = [false, true]
            .map(|more| shown(lane, more, theme))
            .map(|(s, style)| Span::styled(s, style))
            .into();
        symbols.dedup();
        symbols.push(Span::styled(format!(" {}", view.say(name(lane))), theme.faint));
        symbols
    };
    pen::joined(Lane::ALL.map(group).into(), columns)
}
