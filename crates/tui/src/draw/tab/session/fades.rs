//! What is on a streak and what was searched for: how much of it is left, and will be in a while.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::bar::{Part, stacked};
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::StreakReport;

/// Streaks listed at most, and where there is little room.
const LISTED: usize = 10;
const LISTED_LITTLE: usize = 4;
/// A level at which its bar is full.
const FULL: f64 = 1.0;
/// Columns of a number.
const NUMBER: usize = 8;

pub(super) fn streaks<'a>(view: &View, theme: &Theme, columns: usize, roomy: bool) -> Section<'a> {
    let title = view.say("Streaks");
    let streaks = &view.now().session.streaks;
    if streaks.is_empty() {
        let said = view.say("nothing is up or down: all went as was foretold");
        let said = said.into_owned();
        return Section::lines(title, vec![Line::styled(said, theme.faint)]);
    }
    let cells = cells(columns, 4);
    let name = columns.saturating_sub(4 + 3 * NUMBER + cells + 1);
    let mut head = text::left("", name);
    head += &text::right(&view.say("run"), 4);
    head += &numbers(view);
    let mut lines = vec![Line::styled(head, theme.faint)];
    let listed = if roomy { LISTED } else { LISTED_LITTLE };
    for streak in streaks.iter().take(listed) {
        let up = streak.level >= Score::ZERO;
        let (symbol, style) = if up { ("▲ ", theme.up) } else { ("▼ ", theme.down) };
        let said = view.say(&streak.name);
        let run = if streak.run > 0 { streak.run.to_string() } else { "·".into() };
        let mut spans = vec![
            Span::styled(symbol, style),
            Span::raw(text::left(&said, name.saturating_sub(3)) + " "),
            Span::raw(text::right(&run, 4)),
        ];
        let StreakReport { level, later, boost, .. } = streak;
        spans.extend(fading(*level, *later, *boost, cells, style, theme));
        lines.push(Line::from(spans));
    }
    if streaks.len() > listed {
        let said = view.fill("and {} more", &[&(streaks.len() - listed)]);
        lines.push(Line::styled(said, theme.faint));
    }
    let said = view.fill(
        "in plays: what was heard out or liked against what was foretold raises, what was left although it was foretold lowers; a third is left after {} min",
        &[&minutes(view.policy.session.streak_fade_s)],
    );
    lines.extend(legend(&said, columns, theme));
    Section::lines(title, lines)
}

pub(super) fn searches<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let title = view.say("Searches");
    let searches = &view.now().session.searches;
    if searches.is_empty() {
        let said = view.say("none yet; a search lifts what is related at once").into_owned();
        return Section::lines(title, vec![Line::styled(said, theme.faint)]);
    }
    let cells = cells(columns, 0);
    let name = columns.saturating_sub(3 * NUMBER + cells + 1);
    let head = text::left("", name) + &numbers(view);
    let mut lines = vec![Line::styled(head, theme.faint)];
    for search in searches {
        let query = view.look.lang.quoted(&text::clean(&search.query));
        let mut spans = vec![
            Span::styled("/ ", theme.accent),
            Span::raw(text::left(&query, name.saturating_sub(2))),
        ];
        let (now, later) = (search.freshness, search.later);
        spans.extend(fading(now, later, search.boost, cells, theme.accent, theme));
        lines.push(Line::from(spans));
    }
    let said = view.fill(
        "freshness: 1 right after the search, a third after {} min; boost: for the very song, less for what is like it",
        &[&minutes(view.policy.session.search_fade_s)],
    );
    lines.extend(legend(&said, columns, theme));
    Section::lines(title, lines)
}

/// Cells of a bar beside a name of some length, numbers and `taken` columns more.
fn cells(columns: usize, taken: usize) -> usize {
    let room = columns.saturating_sub(taken + 3 * NUMBER + 1);
    if room < 24 { 0 } else { (room / 2).min(14) }
}

fn numbers(view: &View) -> String {
    let right = |name: &str| text::right(&view.say(name), NUMBER);
    right("now") + &right("in 5 m") + &right("boost")
}

/// A level now and later, what it adds to a score, and a bar: what will be left is solid,
/// what will have faded is not.
fn fading<'a>(
    now: Score,
    later: Option<Score>,
    boost: Score,
    cells: usize,
    style: Style,
    theme: &Theme,
) -> Vec<Span<'a>> {
    let later_said = later.map_or("–".into(), |later| format!("{later:+.2}"));
    let mut spans = vec![
        Span::styled(text::right(&format!("{now:+.2}"), NUMBER), theme.strong),
        Span::raw(text::right(&later_said, NUMBER)),
        Span::styled(text::right(&format!("{boost:+.3}"), NUMBER), style),
        Span::raw(" "),
    ];
    let length = |level: Score| (level.abs().value() / FULL).min(1.0) * cells as f64;
    let left = later.map_or(0.0, length).min(length(now));
    let faded = length(now) - left;
    let solid = stacked(&[Part { length: left, style, pattern: "█" }], cells, theme.colour);
    let full = left.floor() as usize + usize::from(left.fract() >= 0.5);
    let end = (full + faded.round() as usize).min(cells);
    for (cell, span) in solid.into_iter().enumerate() {
        let fades = cell >= full && cell < end && span.content == " ";
        spans.push(if fades { Span::styled("░", style) } else { span });
    }
    spans
}

/// Whole minutes of a time constant.
fn minutes(seconds: f64) -> String {
    format!("{:.0}", seconds / 60.0)
}
