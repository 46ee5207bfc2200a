//! The steps around the one looked at: when, what happened, and what it moved.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::change::Change;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::{marks, pen};
use crate::theme::Theme;
use crate::view::{Strip, View, narration};
use crate::words::text;

/// Columns of step, clock and mark.
const STEP: usize = 5;
const CLOCK: usize = 8;
/// Columns of what changed, where there is room for them.
const TARGET: usize = 15;
const WEIGHTS: usize = 20;
const TOP: usize = 26;
/// Columns that what happened keeps.
const SAID: usize = 44;

pub(super) fn draw(canvas: Canvas, strip: &Strip) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    let framed = area.height >= 6 && area.width >= 60;
    let mut inside = area;
    if framed {
        let here = view.fill("step {} of {}", &[&view.now().step, &view.newest]);
        let here = Line::styled(format!(" {here} "), theme.faint);
        inside = pen::framed(buf, area, &view.say("Steps"), here, theme);
    }
    let columns = Columns::new(inside.width.into());
    if framed && columns.target > 0 && inside.height > LEAST {
        pen::line(buf, inside, 0, columns.head(view, theme), Style::new());
        inside = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
    }
    let here = view.now().step as usize;
    let steps = strip.times.len();
    let rows = usize::from(inside.height);
    // In the middle, but for the ends of the session.
    let first = here.saturating_sub(rows / 2).min(steps.saturating_sub(rows));
    for (row, step) in (first..steps).take(rows).enumerate() {
        let place = Rect { y: inside.y + row as u16, height: 1, ..inside };
        let line = columns.line(view, strip, step, step == here, theme);
        pen::line(buf, place, 0, line, Style::new());
        drawn.hit(place, Hit::Step(step));
    }
    drawn
}

/// Rows of steps that a head leaves at least.
const LEAST: u16 = 4;

/// Columns of each part; 0 where it is not shown.
struct Columns {
    said: usize,
    target: usize,
    weights: usize,
    top: usize,
}

impl Columns {
    fn new(room: usize) -> Self {
        let mut left = room.saturating_sub(2 + STEP + 1 + CLOCK + 3);
        let mut take = |columns: usize| {
            let fits = left >= SAID + columns + 2;
            left -= if fits { columns + 2 } else { 0 };
            if fits { columns } else { 0 }
        };
        let (target, top, weights) = (take(TARGET), take(TOP), take(WEIGHTS));
        Columns { said: left, target, weights, top }
    }

    fn head<'a>(&self, view: &View, theme: &Theme) -> Line<'a> {
        let before = 2 + STEP + 1 + CLOCK + 3;
        let mut line = String::from(" ").repeat(before);
        line += &text::left(&view.say("what happened"), self.said);
        let parts = [("target", self.target), ("weights", self.weights), ("on top", self.top)];
        for (name, columns) in parts.into_iter().filter(|(_, columns)| *columns > 0) {
            line += "  ";
            line += &text::left(&view.say(name), columns);
        }
        Line::styled(line, theme.faint)
    }

    fn line<'a>(
        &self,
        view: &View,
        strip: &Strip,
        step: usize,
        here: bool,
        theme: &Theme,
    ) -> Line<'a> {
        let known = strip.up_to(step);
        let said = narration::headline(known, view.look.lang);
        let style = if here { theme.selected } else { theme.text };
        let mark = strip.marks.iter().filter(|mark| mark.step == step).max_by_key(|mark| mark.lane);
        let (symbol, mark) =
            mark.map_or((" ", theme.text), |m| marks::shown(m.lane, m.more, theme));
        let mut spans = vec![
            Span::styled(if here { "❯ " } else { "  " }, theme.accent),
            Span::styled(text::right(&step.to_string(), STEP), theme.faint),
            Span::raw(" "),
            Span::styled(text::right(&text::clock(strip.times[step]), CLOCK), theme.faint),
            Span::raw(" "),
            Span::styled(symbol, mark),
            Span::raw(" "),
            Span::styled(text::left(&said, self.said), style),
        ];
        let change = match known {
            [.., before, now] => Change::between(before, now),
            _ => Change::default(),
        };
        let mut part = |said: Option<String>, columns: usize, style: Style| {
            if columns > 0 {
                spans.push(Span::raw("  "));
                spans.push(Span::styled(text::left(&said.unwrap_or_default(), columns), style));
            }
        };
        part(change.target(), self.target, theme.target);
        part(change.weights(), self.weights, theme.text);
        part(change.top(), self.top, theme.new);
        Line::from(spans)
    }
}
