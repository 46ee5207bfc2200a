//! The session: how content the listener is, what is on a streak, who brings candidates.

use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::{bar, pen};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;

/// Streaks and searches shown at most.
const BOOSTS: usize = 3;

pub(crate) fn rows(_: &View, _: u16) -> u16 {
    9
}

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let inside = pen::frame(buf, area, &view.say("Session"), theme);
    let columns = usize::from(inside.width);
    let now = &view.now().session;
    let mut mood = vec![Span::styled(format!("{} ", view.say("share heard")), theme.faint)];
    mood.push(Span::raw(format!("{:.2} ", now.satisfaction)));
    mood.extend(bar::single(now.satisfaction.value(), 4, theme.good, theme.colour));
    mood.push(Span::styled(format!("  {} ", view.say("gate")), theme.faint));
    mood.push(Span::raw(format!("{:.2}", now.gate)));
    if now.skip_streak > 0 {
        mood.push(Span::styled(format!("  {} ", view.say("skips")), theme.faint));
        mood.push(Span::styled(now.skip_streak.to_string(), theme.down));
    }
    let mut lines = vec![Line::from(mood)];
    let room = usize::from(inside.height).saturating_sub(3).clamp(1, 8).max(BOOSTS);
    lines.extend(boosts(view, room, columns, theme));
    while lines.len() < 4 {
        let said = if lines.len() == 1 { "no streak, no search yet" } else { "" };
        lines.push(Line::styled(view.say(said).into_owned(), theme.faint));
    }
    lines.extend(sources(view, columns, theme));
    pen::lines(buf, inside, lines);
}

/// What is lifted or lowered now: the newest search first, then the strongest streaks.
fn boosts<'a>(view: &View, most: usize, columns: usize, theme: &Theme) -> Vec<Line<'a>> {
    let now = &view.now().session;
    let line =
        |symbol: &'static str, name: String, boost: melody_core::score::Score, why: String| {
            let up = boost.millionths() >= 0;
            let style = if up { theme.up } else { theme.down };
            let name_columns = columns.saturating_sub(2 + 8 + text::width(&why)).max(6);
            Line::from(vec![
                Span::styled(symbol, style),
                Span::raw(text::left(&name, name_columns)),
                Span::styled(format!(" {boost:+.3} "), style),
                Span::styled(why, theme.faint),
            ])
        };
    let searched = now.searches.iter().take(1).map(|search| {
        let name = view.fill("search \"{}\"", &[&search.query]);
        let freshness = format!("{:.2}", search.freshness);
        line("/ ", name, search.boost, view.fill("freshness {}", &[&freshness]))
    });
    let streaks = now.streaks.iter().map(|streak| {
        let symbol = if streak.boost.millionths() >= 0 { "▲ " } else { "▼ " };
        let why = match streak.run {
            0 => view.fill("level {}", &[&format!("{:+.2}", streak.level)]),
            run => view.fill("{} in a row", &[&run]),
        };
        line(symbol, view.say(&streak.name).into_owned(), streak.boost, text::left(&why, 12))
    });
    searched.chain(streaks).take(most.min(BOOSTS)).collect()
}

/// How many songs each source brought, over as many lines as that takes.
fn sources<'a>(view: &View, columns: usize, theme: &Theme) -> Vec<Line<'a>> {
    let candidates = &view.now().candidates;
    let mut lines = vec![Line::default()];
    let mut groups: Vec<Vec<Span>> = Vec::new();
    for (name, count) in candidates.sources.iter().filter(|(_, count)| **count > 0) {
        groups.push(vec![
            Span::styled(format!("{} ", view.source(name)), theme.faint),
            Span::raw(count.to_string()),
        ]);
    }
    for group in groups {
        let wide: usize = group.iter().map(Span::width).sum();
        let last = lines.len() - 1;
        let gap = if lines[last].spans.is_empty() { 0 } else { 2 };
        if lines[last].width() + gap + wide > columns && gap > 0 {
            lines.push(Line::from(group));
            continue;
        }
        if gap > 0 {
            lines[last].push_span(Span::raw("  "));
        }
        lines[last].extend(group);
    }
    lines
}
