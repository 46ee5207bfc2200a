//! The guardrail: where it stands, what moves it, and when it moved.

use ratatui::text::{Line, Span};

use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::view::narration::percent;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::feedback::{Intervention, Side, WatchReport};

/// Interventions listed at most.
const LISTED: usize = 12;

/// The level, and the evidence of either watch on its way to what is acted at.
pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let now = &view.now().guardrail;
    let mut state = Line::default();
    let mut does = String::new();
    for level in 1..=now.levels.min(20) {
        let on = level <= now.level;
        let style = if on { theme.warning } else { theme.faint };
        state.push_span(Span::styled(if on { "■ " } else { "□ " }, style));
    }
    if now.level == 0 {
        state.push_span(Span::styled(format!(" {}", view.say("at rest")), theme.good));
    } else {
        let said = view.fill("level {} of {}", &[&now.level, &now.levels]);
        state.push_span(Span::styled(format!(" {said}"), theme.warning));
        does = view.fill(
            "  promoted songs: {} fewer per window; α {}",
            &[&now.cap_lowered_by, &format!("{:+.2}", now.alpha)],
        );
    }
    let mut lines = Vec::new();
    // What it does is never cut: beside its level, or below it.
    if state.width() + text::width(&does) <= columns {
        state.push_span(Span::raw(does));
        lines.push(state);
    } else {
        lines.extend([state, Line::raw(does.trim_start().to_string())]);
    }
    if now.plain {
        let said = view.say("nothing is promoted; songs are scored by interest alone");
        lines.push(Line::styled(said.into_owned(), theme.warning));
    }
    lines.extend(listening(view, theme, columns));
    lines.extend(selling(view, theme, columns));
    let policy = &view.policy.guardrail;
    let rate = percent(Score::new(policy.false_alarms));
    let said = view.fill(
        "a false alarm in {} of sessions of {} plays at most; what is usual is the listener's own",
        &[&rate, &policy.horizon],
    );
    lines.extend(legend(&said, columns, theme));
    Section::lines(view.say("Guardrail"), lines)
}

/// How plays end, beside how they usually do, and what that comes to as evidence.
fn listening<'a>(view: &View, theme: &Theme, columns: usize) -> Vec<Line<'a>> {
    let now = &view.now().guardrail;
    let watch = &now.listening;
    let mut lines = evidence(view, theme, columns, ("listening", now.level, watch));
    let usually = |usual: Score| format!("{usual:.1}");
    let said = view.fill(
        "of {} plays {} were heard through ({} usually are), {} left at once ({} usually are)",
        &[
            &watch.plays,
            &watch.good,
            &usually(watch.good_usual),
            &watch.bad,
            &usually(watch.bad_usual),
        ],
    );
    lines.extend(legend(&said, columns, theme));
    lines
}

/// How promoted songs and previews are taken up, beside what the model expects.
fn selling<'a>(view: &View, theme: &Theme, columns: usize) -> Vec<Line<'a>> {
    let now = &view.now().guardrail;
    if now.selling_levels == 0 {
        return Vec::new();
    }
    let watch = &now.selling;
    let mut lines = evidence(view, theme, columns, ("selling", now.selling_level, watch));
    let expected = format!("{:.1}", watch.good_usual);
    let said = view
        .fill("of {} offers {} were taken ({} expected)", &[&watch.plays, &watch.good, &expected]);
    lines.extend(legend(&said, columns, theme));
    if now.selling_level > 0 {
        let beta = format!("{:+.2}", now.beta);
        let said = view.fill("level {} of {}", &[&now.selling_level, &now.selling_levels]);
        lines.push(Line::styled(format!("{said}  β {beta}"), theme.warning));
    }
    lines
}

/// Evidence on its way to what is acted at, or let go at. Each mark is as many times more than the one before.
fn evidence<'a>(
    view: &View,
    theme: &Theme,
    columns: usize,
    (name, level, watch): (&str, u32, &WatchReport),
) -> Vec<Line<'a>> {
    let at = watch.acts_at;
    let (says, style) = match level {
        0 => (watch.evidence, theme.loss),
        _ => (watch.back, theme.good),
    };
    let said = if level == 0 { "evidence {}, acts at {}" } else { "evidence {}, lets go at {}" };
    let said = view.fill(said, &[&format!("{says:.0}"), &format!("{at:.0}")]);
    let name = text::left(&view.say(name), 10);
    let cells = columns.saturating_sub(text::width(&name) + text::width(&said) + 2).min(40);
    let share = (1.0 + says.value()).ln() / (1.0 + at.value()).ln();
    let full = ((share * cells as f64) as usize).min(cells);
    vec![Line::from(vec![
        Span::styled(name, theme.faint),
        Span::styled("━".repeat(full), style),
        Span::styled("─".repeat(cells - full), theme.faint),
        Span::raw(format!("  {said}")),
    ])]
}

pub(super) fn interventions<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let moved: Vec<(u32, u64, &Intervention)> = view
        .traces
        .iter()
        .filter_map(|t| Some((t.step, t.at_ms, t.guardrail.intervention.as_ref()?)))
        .collect();
    let mut lines = Vec::new();
    for (step, at_ms, moved) in moved.iter().rev().take(LISTED) {
        let (symbol, style) = match moved.to > moved.from {
            true => ("▲", theme.warning),
            false => ("▼", theme.good),
        };
        let lead = format!(
            "{} {} ",
            text::right(&step.to_string(), 4),
            text::right(&text::clock(*at_ms), 7)
        );
        let side = match moved.side {
            Side::Listening => String::new(),
            Side::Selling => format!(" {}", view.say("selling")),
        };
        let level = format!("{side} {} → {}  ", moved.from, moved.to);
        let room = columns.saturating_sub(text::width(&lead) + 1 + text::width(&level));
        lines.push(Line::from(vec![
            Span::styled(lead, theme.faint),
            Span::styled(symbol, style),
            Span::styled(level, style),
            Span::raw(text::truncate(&view.say(&moved.cause), room).into_owned()),
        ]));
    }
    if moved.is_empty() {
        let said = view.say("none: the guardrail has not moved in these steps").into_owned();
        lines.push(Line::styled(said, theme.faint));
    }
    if moved.len() > LISTED {
        let said = view.fill("and {} earlier", &[&(moved.len() - LISTED)]);
        lines.push(Line::styled(said, theme.faint));
    }
    Section::lines(view.say("Interventions"), lines)
}
