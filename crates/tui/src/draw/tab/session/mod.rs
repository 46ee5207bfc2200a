//! The session: what this sitting says of the listener, beside what all those before it said.

mod boosts;
mod fades;
mod taste;

use std::collections::BTreeMap;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::page::{Page, Section, legend};
use crate::draw::plot::{Axis, Series};
use crate::draw::{bar, pen, plot};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::SessionReport;

/// From here on there are two columns.
const WIDE: u16 = 110;

pub(super) fn draw(canvas: Canvas) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let wide = area.width >= WIDE;
    let page = Page::new(area, if wide { &[1, 1] } else { &[1] });
    let side = usize::from(wide);
    let (left, right) = (page.width(0), page.width(side));
    let mood = mood(view, theme, right);
    let taste = taste::section(view, theme, left, page.roomy());
    let streaks = fades::streaks(view, theme, right, page.roomy());
    let searches = fades::searches(view, theme, right);
    let boosts = boosts::section(view, theme, if wide { right } else { left });
    let sources = sources(view, theme, left);
    let columns = match wide {
        true => vec![vec![taste, sources], vec![mood, streaks, searches, boosts]],
        false => vec![vec![mood, taste, streaks, searches, boosts, sources]],
    };
    page.draw(columns, canvas)
}

/// How content the listener is, and how much the model listens to this session, over the steps.
fn mood<'a>(view: &'a View, theme: &'a Theme, columns: usize) -> Section<'a> {
    let now = &view.now().session;
    let group = |symbol: &'static str, style: Style, name: &str, value: Score| {
        vec![
            Span::styled(symbol, style),
            Span::styled(format!(" {} ", view.say(name)), theme.faint),
            Span::styled(pen::decimals(value), theme.strong),
        ]
    };
    let mut groups = vec![
        group("━", theme.good, "share heard", now.satisfaction),
        group("╌", theme.accent, "gate", now.gate),
    ];
    if now.skip_streak > 0 {
        groups.push(vec![
            Span::styled(format!("{} ", view.say("skips in a row")), theme.faint),
            Span::styled(now.skip_streak.to_string(), theme.down),
        ]);
    }
    let said = "share heard: running mean of what is heard of each song; gate: how much of this session the model lets in beside the long-term taste";
    let legend = legend(&view.say(said), columns, theme);
    let rows = 1 + 3 + legend.len() as u16;
    let below = legend.len() as u16;
    let head = pen::joined(groups, columns);
    let place = Rect { width: columns.min(u16::MAX.into()) as u16, ..Rect::default() };
    let shown = axis(view, place).shown;
    let span = view.span.map(|_| view.last_steps(shown)).unwrap_or_default();
    Section::new(view.say("Mood"), rows, move |area, buf| {
        pen::line(buf, area, 0, head, Style::new());
        let chart = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + below), ..area };
        let of = |value: fn(&SessionReport) -> Score| -> Vec<f64> {
            view.traces.iter().map(|trace| value(&trace.session).value()).collect()
        };
        let series = [
            Series { values: of(|s| s.gate), style: theme.accent, every: 2 },
            Series { values: of(|s| s.satisfaction), style: theme.good, every: 1 },
        ];
        let axis = axis(view, chart);
        plot::labelled_on(&axis, &series, (1.0, "1", "0"), chart, (theme, buf));
        for (line, row) in legend.into_iter().zip(area.height.saturating_sub(below)..) {
            pen::line(buf, area, row, line, Style::new());
        }
    })
    .grows(4)
    .aside(Span::styled(span, theme.faint))
    .hit(Hit::Chart(shown))
}

/// The axis of the chart with its labels at a place.
fn axis(view: &View, place: Rect) -> Axis {
    Axis::spanning(plot::beside_labels(place), view, 1, 1.0)
}

/// Songs each source brought, and how many of them reached the queue.
fn sources<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let now = view.now();
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    for source in now.queue.iter().flat_map(|entry| &entry.ledger.sources) {
        *reached.entry(source).or_default() += 1;
    }
    let most = now.candidates.sources.values().copied().max().unwrap_or(1).max(1);
    let head = format!(
        "{}{}{}",
        text::left(&view.say("source"), 13),
        text::right(&view.say("brought"), 8),
        text::right(&view.say("reached the queue"), 18),
    );
    let mut lines = vec![Line::styled(head, theme.faint)];
    let mut rows: Vec<(&String, &usize)> = now.candidates.sources.iter().collect();
    rows.sort_by_key(|(_, brought)| std::cmp::Reverse(**brought));
    let cells = columns.saturating_sub(13 + 8 + 18 + 2).min(30);
    for (name, brought) in rows {
        let placed = reached.get(name.as_str()).copied().unwrap_or(0);
        let style = if placed > 0 { theme.strong } else { theme.faint };
        let mut spans = vec![
            Span::raw(text::left(&view.source(name), 13)),
            Span::raw(text::right(&brought.to_string(), 8)),
            Span::styled(text::right(&placed.to_string(), 18), style),
            Span::raw("  "),
        ];
        let share = *brought as f64 / most as f64;
        spans.extend(bar::single(share, cells, theme.accent, theme.colour));
        lines.push(Line::from(spans));
    }
    let aside = {
        let counted = [now.candidates.retrieved, now.candidates.songs].map(text::grouped);
        view.fill("{} of {} songs", &[&counted[0], &counted[1]])
    };
    Section::lines(view.say("Who brings candidates"), lines).aside(Span::styled(aside, theme.faint))
}
