//! Metrics of the last plays and of the session, and what the guardrail makes of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::feedback::{MetricsReport, Rates};
use crate::score::Score;
use crate::tui::draw::bar::spark_between;
use crate::tui::draw::pen;
use crate::tui::narration::percent;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::view::View;

/// Name, window and session columns.
const LEAD: usize = 18 + 9 + 9 + 2;

pub fn rows(_: &View) -> u16 {
    8
}

pub fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = pen::frame(buf, area, "Metrics", theme);
    let columns = usize::from(inside.width).saturating_sub(LEAD);
    let now = &view.now().metrics;
    let window = format!("last {}", now.window.plays);
    let head = format!(
        "{}{}{}  {}",
        text::left("", 18),
        text::right(&window, 9),
        text::right("session", 9),
        if columns >= 8 { "last plays over time" } else { "" }
    );
    let rate = |name: &'static str, of: fn(&Rates) -> Option<Score>| {
        let said = |rates: &Rates| of(rates).map_or("–".into(), |rate| percent(tenth(rate)));
        let history: Vec<f64> = view
            .traces
            .iter()
            .filter(|trace| trace.ended.is_some())
            .filter_map(|trace| of(&trace.metrics.window).map(Score::value))
            .collect();
        Line::from(vec![
            Span::styled(text::left(name, 18), theme.faint),
            Span::styled(text::right(&said(&now.window), 9), theme.strong),
            Span::raw(text::right(&said(&now.session), 9)),
            Span::raw("  "),
            Span::styled(spark_between(&history, columns, 0.0, 1.0), theme.accent),
        ])
    };
    let lines = [
        Line::styled(head, theme.faint),
        rate("completion", |r| r.completion),
        rate("skips", |r| r.skip),
        rate("promoted engaged", |r| r.promoted_engagement),
        listened(now, theme),
        guardrail(view, theme),
    ];
    pen::lines(buf, inside, lines);
}

/// A rate in whole percent.
fn tenth(rate: Score) -> Score {
    Score::new((rate.value() * 100.0).round() / 100.0)
}

fn listened<'a>(now: &MetricsReport, theme: &Theme) -> Line<'a> {
    let time = |rates: &Rates| text::right(&text::clock(rates.listening_s * 1000), 9);
    Line::from(vec![
        Span::styled(text::left("listened", 18), theme.faint),
        Span::styled(time(&now.window), theme.strong),
        Span::raw(time(&now.session)),
        Span::styled("  conversions ", theme.faint),
        Span::raw(now.conversions.to_string()),
    ])
}

fn guardrail<'a>(view: &View, theme: &Theme) -> Line<'a> {
    let now = &view.now().guardrail;
    let mut spans = vec![Span::styled("guardrail ", theme.faint)];
    let level = format!("level {} of {}", now.level, now.levels);
    if now.level == 0 {
        spans.push(Span::styled("at rest", theme.good));
    } else {
        spans.push(Span::styled(level, theme.warning));
        let does = format!(" cap -{} α {:+.2}", now.cap_lowered_by, now.alpha);
        spans.push(Span::raw(does));
    }
    let limits = format!(
        "  acts below {}, lets go above {}",
        percent(now.act_below),
        percent(now.release_above)
    );
    spans.push(Span::styled(limits, theme.faint));
    Line::from(spans)
}
