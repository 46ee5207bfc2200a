//! The guardrail: where it stands, what moves it, and when it moved.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::rates::whole;
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::view::narration::percent;
use crate::words::text;
use melody_recommender::feedback::Intervention;

/// Interventions listed at most.
const LISTED: usize = 12;

/// The level, and completion on the scale of what raises and lowers it.
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
    lines.extend(scale(view, theme, columns));
    let window = &view.now().metrics.window;
    let policy = &view.policy.guardrail;
    let missing = (policy.window as u32).saturating_sub(window.plays);
    let said = match missing {
        0 => view.fill(
            "completion of the last {} plays below {} raises the level, above {} lets it go; between the two it stays, and {} plays after every change",
            &[&policy.window, &percent(now.act_below), &percent(now.release_above), &policy.hold],
        ),
        1 => view.say("it begins to watch after 1 more play").into_owned(),
        n => view.fill("it begins to watch after {} more plays", &[&n]),
    };
    lines.extend(legend(&said, columns, theme));
    Section::lines(view.say("Guardrail"), lines)
}

/// A scale from nothing to all: acts below the one mark, lets go above the other.
fn scale<'a>(view: &View, theme: &Theme, columns: usize) -> Vec<Line<'a>> {
    let now = &view.now().guardrail;
    let completion = view.now().metrics.window.completion;
    // Beside it stands the rate.
    let cells = columns.saturating_sub(6).min(60);
    if cells < 20 {
        return Vec::new();
    }
    let cell = |share: f64| ((share * cells as f64).max(0.0) as usize).min(cells - 1);
    let (act, release) = (cell(now.act_below.value()), cell(now.release_above.value()));
    let at = completion.map(|rate| cell(rate.value()));
    let zone = |x: usize| -> (&'static str, Style) {
        match x {
            x if x < act => ("▚", theme.loss),
            x if x >= release => ("═", theme.good),
            _ => ("─", theme.faint),
        }
    };
    let marks = (0..cells).map(|x| match Some(x) == at {
        true => Span::styled("●", theme.strong),
        false => {
            let (symbol, style) = zone(x);
            Span::styled(symbol, style)
        }
    });
    let mut bar: Vec<Span> = marks.collect();
    if let Some(rate) = completion {
        bar.push(Span::styled(format!(" {}", whole(Some(rate))), theme.strong));
    }
    let named = |name: &str, rate| format!("{} {}", view.say(name), percent(rate));
    let (acts, lets) = (named("▲ acts", now.act_below), named("▲ lets go", now.release_above));
    let mut below = " ".repeat(act) + &acts;
    let room = release.saturating_sub(text::width(&below));
    below += &" ".repeat(room.max(1));
    below += &lets;
    vec![Line::from(bar), Line::styled(below, theme.faint)]
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
        let level = format!(" {} → {}  ", moved.from, moved.to);
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
