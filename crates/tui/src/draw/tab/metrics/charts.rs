//! Rates over the steps, with the marks that they are held against.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::rates::{Of, whole};
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Hit;
use crate::draw::page::Section;
use crate::draw::plot::{Axis, Series};
use crate::draw::{pen, plot};
use crate::theme::Theme;
use crate::view::View;
use crate::view::narration::binding;
use melody_core::score::Score;
use melody_recommender::engine::Trace;

/// Rows a chart has at least, and gains at most.
const ROWS: u16 = 5;
const MORE: u16 = 10;
/// The lowest top of the promotion chart.
const TOP: f64 = 0.2;

/// One line of a chart, named.
struct Curve {
    symbol: &'static str,
    name: &'static str,
    now: String,
    style: Style,
    values: Vec<f64>,
}

impl Curve {
    /// How dense its dots are, by its symbol.
    fn every(&self) -> usize {
        match self.symbol {
            "━" => 1,
            "╌" => 2,
            _ => 4,
        }
    }
}

/// What a curve's line looks like, what it is, where it stands.
fn named<'a>(view: &View, theme: &Theme, curve: &Curve) -> Vec<Span<'a>> {
    vec![
        Span::styled(curve.symbol, curve.style),
        Span::styled(format!(" {} ", view.say(curve.name)), theme.faint),
        Span::raw(curve.now.clone()),
    ]
}

/// A chart of curves from nothing to `top`, the last one in front.
fn chart<'a>(
    view: &'a View,
    theme: &'a Theme,
    title: &str,
    top: f64,
    columns: usize,
    curves: Vec<Curve>,
) -> Section<'a> {
    let groups = curves.iter().rev().map(|curve| named(view, theme, curve));
    let head = pen::joined(groups.collect(), columns);
    let shown =
        axis(view, Rect { width: columns.min(u16::MAX.into()) as u16, ..Rect::default() }).shown;
    let title = match view.span {
        None => view.say(title).into_owned(),
        Some(_) => format!("{} · {}", view.say(title), view.last_steps(shown)),
    };
    let draw = move |area: Rect, buf: &mut Buffer| {
        pen::line(buf, area, 0, head, Style::new());
        let place = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let series: Vec<Series> = curves
            .into_iter()
            .map(|curve| Series { every: curve.every(), values: curve.values, style: curve.style })
            .collect();
        let above = format!("{:.0}%", 100.0 * top);
        let axis = axis(view, place);
        plot::labelled_on(&axis, &series, (top, &above, "0"), place, (theme, buf));
        marks(Canvas { view, theme, area: place, buf });
    };
    Section::new(title, ROWS, draw).grows(MORE).hit(Hit::Chart(shown))
}

/// The axis of a chart with its labels at a place.
fn axis(view: &View, place: Rect) -> Axis {
    Axis::spanning(plot::beside_labels(place), view, 1, 1.0)
}

/// One value a step; a gap where there is none.
fn steps(view: &View, of: impl Fn(&Trace) -> Option<Score>) -> Vec<f64> {
    view.traces.iter().map(|trace| of(trace).map_or(f64::NAN, Score::value)).collect()
}

fn rate(view: &View, symbol: &'static str, name: &'static str, of: Of, style: Style) -> Curve {
    let values = steps(view, |trace| of(&trace.metrics.window));
    Curve { symbol, name, now: whole(of(&view.now().metrics.window)), style, values }
}

/// Completion beside what is usual of this listener.
pub(super) fn completion<'a>(view: &'a View, theme: &'a Theme, columns: usize) -> Section<'a> {
    let usual = Curve {
        symbol: "┄",
        name: "usual",
        now: whole(Some(view.now().guardrail.usual_completed)),
        style: theme.good,
        values: steps(view, |trace| Some(trace.guardrail.usual_completed)),
    };
    let session = Curve {
        symbol: "╌",
        name: "session",
        now: whole(view.now().metrics.session.completion),
        style: theme.faint,
        values: steps(view, |trace| trace.metrics.session.completion),
    };
    let curves = vec![session, usual, rate(view, "━", "recent", |r| r.completion, theme.accent)];
    chart(view, theme, "Completion", 1.0, columns, curves)
}

pub(super) fn skips<'a>(view: &'a View, theme: &'a Theme, columns: usize) -> Section<'a> {
    let curves = vec![
        rate(view, "╌", "promoted engaged", |r| r.promoted_engagement, theme.exposure),
        rate(view, "━", "skips", |r| r.skip, theme.loss),
    ];
    chart(view, theme, "Skips and engagement", 1.0, columns, curves)
}

/// What share of promotion was aimed for, allowed and served.
pub(super) fn promotion<'a>(view: &'a View, theme: &'a Theme, columns: usize) -> Section<'a> {
    let now = &view.now().promotion;
    let curve = |symbol, name, of: fn(&Trace) -> Score, style| Curve {
        symbol,
        name,
        now: whole(Some(of(view.now()))),
        style,
        values: steps(view, |trace| Some(of(trace))),
    };
    let curves = vec![
        curve("┄", "cap", |t| t.promotion.cap, theme.cap),
        curve("╌", "target", |t| t.promotion.target, theme.target),
        curve("━", "served", |t| t.promotion.served(), theme.realised),
    ];
    let all = curves.iter().flat_map(|curve| curve.values.iter().copied());
    // A little air over the highest line.
    let top = (all.fold(TOP, f64::max) * 1.1 * 20.0).ceil() / 20.0;
    let rule = view.fill("at most {} in any {}", &[&now.at_most, &now.window]);
    let by = binding(now, view.look.lang).map(|by| view.fill("{}: {}", &[&rule, &by]));
    let said = by.unwrap_or(rule);
    chart(view, theme, "Promotion", top, columns, curves).aside(Line::styled(said, theme.faint))
}

/// Where the guardrail moved: up as promotion gives way, down as it is let go.
fn marks(canvas: Canvas) {
    let Canvas { view, theme, area: place, buf } = canvas;
    if place.width < plot::LABELS + 4 || place.height == 0 {
        return;
    }
    let (chart, axis) = (plot::beside_labels(place), axis(view, place));
    for (at, trace) in view.traces[axis.first..].iter().enumerate() {
        let Some(moved) = &trace.guardrail.intervention else { continue };
        let x = (axis.begins(at) / 2) as u16;
        let (symbol, style) =
            if moved.to > moved.from { ("▲", theme.warning) } else { ("▼", theme.good) };
        if x < chart.width {
            buf[(chart.x + x, chart.bottom() - 1)].set_symbol(symbol).set_style(style);
        }
    }
}
