//! The top: who listens, where, to which model, how time passes; and the views.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::drawn::{Drawn, Hit};
use super::pen;
use crate::command::{Command, Tab};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_sessions::names::DEFAULT;

/// Characters of a hash that tell versions apart.
const HASH: usize = 8;

pub(crate) fn draw(canvas: Canvas) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let right = Line::from(clock(view, theme));
    let wide = right.width() as u16;
    let room = usize::from(area.width.saturating_sub(wide + 1));
    let mut groups = who(view, theme);
    let tabs = area.height >= 2;
    if !tabs {
        let place =
            format!("{} {}/{}", view.say(view.tab.name()), view.tab.index() + 1, Tab::ALL.len());
        groups.insert(0, vec![Span::raw(" "), Span::styled(place, theme.selected)]);
        groups.remove(1);
    }
    let mut left = pen::joined(groups, room);
    // What would not fit is left out as a whole.
    if left.width() > room {
        left = Line::default();
    }
    pen::line(canvas.buf, area, 0, left, Style::new());
    let place =
        Rect { x: area.x + area.width.saturating_sub(wide), width: wide.min(area.width), ..area };
    pen::line(canvas.buf, place, 0, right, Style::new());
    if tabs { draw_tabs(canvas) } else { Drawn::default() }
}

/// Who listens, and what decides what is heard; the most important first.
fn who<'a>(view: &View, theme: &Theme) -> Vec<Vec<Span<'a>>> {
    let now = view.now();
    let listener = &now.listener;
    let what = format!("{}, {}", listener.profile, view.say(listener.tier.name()));
    let versions = &now.versions;
    let hash: String = versions.model_hash.chars().take(HASH).collect();
    let model = format!("{} v{} ", versions.model, versions.model_number);
    let named = |name: &str, value: String| {
        vec![Span::styled(format!("{} ", view.say(name)), theme.faint), Span::raw(value)]
    };
    let mut groups = vec![
        vec![Span::styled(" melody", theme.title)],
        vec![Span::styled(view.listener.clone(), theme.strong)],
        named("scene", view.say(listener.scene.name()).into()),
        named("segment", view.say(&listener.segment.name).into()),
        vec![Span::styled(what, theme.faint)],
        [named("model", model), vec![Span::styled(hash, theme.faint)]].concat(),
        vec![Span::styled(format!("({})", view.say(&listener.segment.because)), theme.faint)],
    ];
    // The shipped one goes without saying.
    if versions.policy != DEFAULT {
        groups.insert(4, named("policy", versions.policy.clone()));
    }
    groups
}

/// Autopilot, the simulated time, its speed, and whether it stands still.
fn clock<'a>(view: &View, theme: &Theme) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut state = |said: String| {
        spans.extend([Span::styled(format!(" {said} "), theme.state), Span::raw("  ")]);
    };
    if view.past {
        state(view.fill("STEP {} OF {}", &[&view.now().step, &view.newest]));
    } else if view.slow {
        state(view.say("DECIDING").into());
    } else if !view.playing {
        state(view.say("PAUSED").into());
    }
    if view.autopilot {
        spans.extend([
            Span::styled(view.say("AUTOPILOT").into_owned(), theme.accent),
            Span::raw("  "),
        ]);
    }
    spans.push(Span::raw(text::clock(view.head.now_ms)));
    spans.push(Span::styled(format!("  {}x ", view.speed.factor()), theme.strong));
    spans
}

/// The views by name, or by number where names do not fit.
fn draw_tabs(canvas: Canvas) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    let columns = usize::from(area.width).saturating_sub(1);
    let (names, gap) = named_tabs(view, columns);
    let mut x = area.x + 1;
    for (tab, name) in Tab::ALL.into_iter().zip(names) {
        let style = if tab == view.tab { theme.selected.patch(theme.state) } else { theme.faint };
        let width = (text::width(&name) as u16).min(area.right().saturating_sub(x));
        let place = Rect { x, y: area.y + 1, width, height: 1 };
        pen::line(buf, place, 0, Line::styled(name, style), Style::new());
        drawn.hit(place, Hit::Command(Command::Show(tab)));
        x = (x + width + gap as u16).min(area.right());
    }
    drawn
}

/// What each view is called in this many columns, and the columns between.
fn named_tabs(view: &View, columns: usize) -> (Vec<String>, usize) {
    let named = |between: &str, others: bool| -> Vec<String> {
        let name = |tab: Tab| match others || tab == view.tab {
            true => format!("{}{between}{}", tab.index() + 1, view.say(tab.name())),
            false => (tab.index() + 1).to_string(),
        };
        Tab::ALL.map(name).into()
    };
    let fits = |(names, gap): &(Vec<String>, usize)| {
        names.iter().map(|name| text::width(name) + gap).sum::<usize>() <= columns + gap
    };
    let tries = [(named(" ", true), 3), (named(" ", true), 1), (named("", true), 1)];
    tries.into_iter().find(fits).unwrap_or_else(|| (named(" ", false), 1))
}
