//! The promotion ratio: what is aimed for, what is allowed, what was served, over the session. What the
//! listener chose is told apart: no rule holds it back, so it can lie above the cap.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::plot::Series;
use crate::draw::{pen, plot};
use crate::theme::Theme;
use crate::view::View;
use crate::view::narration::percent;
use melody_core::score::Score;
use melody_recommender::engine::{PromotionReport, Trace};

/// The lowest top a chart has.
const TOP: f64 = 0.2;
/// Columns of the chart's labels.
const LABELS: u16 = 5;

pub(crate) fn rows(_: &View) -> u16 {
    8
}

pub(crate) fn draw(mut canvas: Canvas) {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let inside = pen::frame(canvas.buf, area, &view.say("Promotion"), theme);
    pen::line(canvas.buf, inside, 0, legend(view, theme, inside.width.into()), Style::new());
    if inside.height < 3 || inside.width < LABELS + 4 {
        return;
    }
    let chart = Rect {
        x: inside.x + LABELS,
        y: inside.y + 1,
        width: inside.width - LABELS,
        height: inside.height - 1,
    };
    let of = |value: fn(&PromotionReport) -> Score| -> Vec<f64> {
        view.traces.iter().map(|trace| value(&trace.promotion).value()).collect()
    };
    let lines = [
        Series { values: of(|p| p.cap), style: theme.cap, every: 4 },
        Series { values: of(|p| p.target), style: theme.target, every: 2 },
        Series { values: of(PromotionReport::served), style: theme.realised, every: 1 },
    ];
    let all = lines.iter().flat_map(|line| line.values.iter().copied());
    // A little air over the highest line.
    let top = (all.fold(TOP, f64::max) * 1.1 * 20.0).ceil() / 20.0;
    plot::draw(&lines, top, chart, canvas.buf);
    let label = |row: u16, value: f64, buf: &mut Buffer| {
        let text = format!("{:>3.0}% ", value * 100.0);
        pen::line(buf, inside, row, Line::styled(text, theme.faint), Style::new());
    };
    label(1, top, canvas.buf);
    label(inside.height - 1, 0.0, canvas.buf);
    marks(canvas.at(chart));
}

fn legend<'a>(view: &View, theme: &Theme, columns: usize) -> Line<'a> {
    let now = &view.now().promotion;
    let group = |symbol: &'static str, name: &str, value: String, style: Style| {
        vec![
            Span::styled(symbol, style),
            Span::styled(format!(" {} ", view.say(name)), theme.faint),
            Span::raw(value),
        ]
    };
    let rule = view.fill("at most {} in {}", &[&now.at_most, &now.window]);
    // Who made the rule what it is, where it is not the policy's own.
    let by = now.limits.iter().rfind(|limit| limit.rule == "at_most" || limit.rule == "window");
    let by = by.map(|limit| format!(": {}", view.say(&limit.from))).unwrap_or_default();
    let price =
        now.price.map(|price| view.fill("one more costs {} interest", &[&format!("{price:.3}")]));
    let mut groups = vec![
        group("╌", "target", percent(now.target), theme.target),
        group("┄", "cap", percent(now.cap), theme.cap),
        group("━", "served", percent(now.served()), theme.realised),
        vec![
            Span::styled(format!("{} ", view.say("queue")), theme.faint),
            Span::raw(percent(now.shown)),
        ],
        vec![Span::styled(format!("{rule}{by}"), theme.faint)],
    ];
    if now.chosen > Score::ZERO {
        groups.insert(3, group("+", "chosen", percent(now.chosen), theme.faint));
    }
    groups.extend(price.map(|price| vec![Span::styled(price, theme.faint)]));
    pen::joined(groups, columns)
}

/// Where the guardrail moved: up as promotion gives way, down as it is let go.
fn marks(canvas: Canvas) {
    let Canvas { view, theme, area: chart, buf } = canvas;
    let steps = plot::steps(chart);
    let shown: &[std::sync::Arc<Trace>] = &view.traces[view.traces.len().saturating_sub(steps)..];
    let stretch = plot::stretch(chart, shown.len());
    for (i, trace) in shown.iter().enumerate() {
        let Some(moved) = &trace.guardrail.intervention else { continue };
        let x = (i * stretch / 2) as u16;
        if x < chart.width {
            let (symbol, style) =
                if moved.to > moved.from { ("▲", theme.warning) } else { ("▼", theme.good) };
            buf[(chart.x + x, chart.bottom() - 1)].set_symbol(symbol).set_style(style);
        }
    }
}
