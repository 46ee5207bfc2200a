//! The guardrail: where it stands, what moves it, and when it moved.

use ratatui::text::{Line, Span};

use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::feedback::{HOLDS, Intervention, Side, WatchReport};
use melody_recommender::percent::nearest as percent;

/// Interventions listed at most.
const LISTED: usize = 12;

/// The level, and the evidence of either watch on its way to what is acted at; in brief without what offers are and how
/// often alarms are false.
pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize, brief: bool) -> Section<'a> {
    let now = &view.now().guardrail;
    let mut state = Line::default();
    for level in 1..=now.levels.min(20) {
        let on = level <= now.level;
        let style = if on { theme.warning } else { theme.faint };
        state.push_span(Span::styled(if on { "■ " } else { "□ " }, style));
    }
    let does = if now.level == 0 {
        state.push_span(Span::styled(format!(" {}", view.say("at rest")), theme.good));
        let mut does = first_level(view).map_or_else(String::new, |said| format!("  {said}"));
        // In brief it has no line of its own.
        if brief && state.width() + text::width(&does) > columns {
            does.clear();
        }
        does
    } else {
        let said = view.fill("level {} of {}", &[&now.level, &now.levels]);
        state.push_span(Span::styled(format!(" {said}"), theme.warning));
        view.fill(
            "  promoted songs: {} fewer per window; α {}",
            &[&now.cap_lowered_by, &format!("{:+.2}", now.alpha)],
        )
    };
    let mut lines = Vec::new();
    // What it does is never cut: beside its level, or below it.
    if state.width() + text::width(&does) <= columns {
        state.push_span(Span::raw(does));
        lines.push(state);
    } else {
        lines.push(state);
        lines.extend(text::wrapped(does.trim_start(), columns).into_iter().map(Line::raw));
    }
    if now.plain {
        let said = view.say("nothing is promoted; songs are scored by interest alone");
        lines.push(Line::styled(said.into_owned(), theme.warning));
    }
    lines.extend(listening(view, theme, columns));
    lines.extend(selling(view, theme, columns, brief));
    if brief {
        return Section::lines(view.say("Guardrail"), lines);
    }
    let policy = &view.policy.guardrail;
    let rate = percent(Score::new(policy.false_alarms));
    let said = view.fill(
        "a false alarm in {} of sessions of {} plays at most; what is usual is the listener's own",
        &[&rate, &policy.horizon],
    );
    lines.extend(legend(&said, columns, theme));
    Section::lines(view.say("Guardrail"), lines)
}

/// What the first level would do, by the policy; `None` where there is none.
fn first_level(view: &View) -> Option<String> {
    let policy = &view.policy.guardrail;
    Some(match policy.levels {
        0 => return None,
        1 => {
            view.say("level 1 would: nothing promoted, songs scored by interest alone").into_owned()
        }
        _ => view.fill(
            "level 1 would: {} promoted fewer per window; α {}",
            &[&policy.cap_step, &format!("{:+.2}", policy.alpha_step)],
        ),
    })
}

/// How plays end, beside how they usually do, and what that comes to as evidence.
fn listening<'a>(view: &View, theme: &Theme, columns: usize) -> Vec<Line<'a>> {
    let now = &view.now().guardrail;
    let watch = &now.listening;
    let mut lines = evidence(view, theme, columns, ("listening", now.level, watch));
    if let Some(said) = waits(view, Side::Listening) {
        lines.extend(
            text::wrap(&said, columns, 2).into_iter().map(|l| Line::styled(l, theme.warning)),
        );
    }
    let usually = |usual: Score| format!("{usual:.1}");
    let said = view.fill(
        "{}: {} heard through ({} usually are), {} left at once ({} usually are)",
        &[
            &since(view, now.level, view.counted(watch.plays as usize, "1 play", "{} plays")),
            &watch.good,
            &usually(watch.good_usual),
            &watch.bad,
            &usually(watch.bad_usual),
        ],
    );
    lines.extend(legend(&said, columns, theme));
    lines
}

/// Since when plays, or offers, are counted: evidence begins anew where a level has moved, and where it had come to
/// nothing.
fn since(view: &View, level: u32, counted: String) -> String {
    match level {
        0 => view.fill("{} since evidence began", &[&counted]),
        level => view.fill("{} since level {}", &[&counted, &level]),
    }
}

/// Why evidence that is enough moves nothing, if it is: the listener comes first, and every move waits for a few plays.
fn waits(view: &View, side: Side) -> Option<String> {
    let (now, policy) = (&view.now().guardrail, &view.policy.guardrail);
    let (level, levels, watch) = match side {
        Side::Listening => (now.level, now.levels, &now.listening),
        Side::Selling => (now.selling_level, now.selling_levels, &now.selling),
    };
    if level >= levels || level > 0 || watch.evidence < watch.acts_at {
        return None;
    }
    let listener = &view.now().listener;
    let mut groups = std::iter::once(&listener.segment).chain(&listener.also);
    let sells = groups.all(|group| {
        let segment = view.policy.segments.iter().find(|segment| segment.name == group.name);
        segment.is_none_or(|segment| view.policy.sells(segment))
    });
    let doubt = now.listening.evidence.value() > HOLDS * now.listening.acts_at.value();
    Some(match side {
        Side::Selling if !sells => {
            view.say("enough, but it waits: nothing is sold to this segment").into_owned()
        }
        Side::Selling if now.level > 0 || doubt => {
            view.say("enough, but it waits: listening comes first, and does not hold").into_owned()
        }
        _ => view.fill("enough, but it waits: {} plays lie between two moves", &[&policy.hold]),
    })
}

/// How promoted songs and previews are taken up, beside what the model expects.
fn selling<'a>(view: &View, theme: &Theme, columns: usize, brief: bool) -> Vec<Line<'a>> {
    let now = &view.now().guardrail;
    if now.selling_levels == 0 {
        return Vec::new();
    }
    let watch = &now.selling;
    let mut lines = evidence(view, theme, columns, ("selling", now.selling_level, watch));
    let expected = format!("{:.1}", watch.good_usual);
    let counted = view.counted(watch.plays as usize, "1 offer", "{} offers");
    let said = view.fill(
        "{}: {} taken ({} expected); an offer is a promoted song or a preview that came up by itself, taken if completed, liked or saved",
        &[&since(view, now.selling_level, counted), &watch.good, &expected],
    );
    if !brief {
        lines.extend(legend(&said, columns, theme));
    }
    if let Some(said) = waits(view, Side::Selling) {
        lines.extend(
            text::wrap(&said, columns, 2).into_iter().map(|l| Line::styled(l, theme.warning)),
        );
    }
    if now.selling_level == 0 && !brief {
        let step = format!("{:+.2}", view.policy.guardrail.selling.beta_step);
        let said = view.fill("level 1 would: β {}", &[&step]);
        lines.push(Line::raw(said));
    }
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
        let row = Line::from(vec![
            Span::styled(lead, theme.faint),
            Span::styled(symbol, style),
            Span::styled(level, style),
            Span::raw(view.say(&moved.cause).into_owned()),
        ]);
        lines.extend(text::folded(row, columns));
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
