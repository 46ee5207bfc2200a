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
    let tabs = area.height >= 2;
    let first = match tabs {
        true => vec![Span::styled(" melody", theme.title)],
        false => {
            let place = view.tab.index() + 1;
            let place = format!("{} {place}/{}", view.say(view.tab.name()), Tab::ALL.len());
            vec![Span::raw(" "), Span::styled(place, theme.selected)]
        }
    };
    let left = fitted(view, theme, &first, room);
    pen::line(canvas.buf, area, 0, left, Style::new());
    let place =
        Rect { x: area.x + area.width.saturating_sub(wide), width: wide.min(area.width), ..area };
    pen::line(canvas.buf, place, 0, right, Style::new());
    if tabs { draw_tabs(canvas) } else { Drawn::default() }
}

/// The beginning of the line in this many columns. Room that a longer clock takes is given up by what
/// can be read elsewhere, before the model's version is.
fn fitted<'a>(view: &View, theme: &Theme, first: &[Span<'a>], columns: usize) -> Line<'a> {
    let groups = |spared: usize| [vec![first.to_vec()], who(view, theme, spared)].concat();
    let whole = |groups: &Vec<Vec<Span>>| {
        let wide = groups.iter().flatten().map(Span::width).sum::<usize>();
        wide + 2 * (groups.len() - 1) <= columns
    };
    let line =
        pen::joined((0..SPARED).map(groups).find(whole).unwrap_or_else(|| groups(SPARED)), columns);
    // What would not fit is left out as a whole.
    if line.width() > columns { Line::default() } else { line }
}

/// What can be left out of the header, one thing after the other: why the segment is what it is, the
/// model's hash, profile and tier, the names of things.
const SPARED: usize = 4;

/// Who listens, and what decides what is heard; the most important first.
fn who<'a>(view: &View, theme: &Theme, spared: usize) -> Vec<Vec<Span<'a>>> {
    let now = view.now();
    let listener = &now.listener;
    let versions = &now.versions;
    let named = |name: &str, value: String| {
        let name = Span::styled(format!("{} ", view.say(name)), theme.faint);
        let shown = spared < 4;
        shown.then_some(name).into_iter().chain([Span::raw(value)]).collect::<Vec<_>>()
    };
    let groups = std::iter::once(&listener.segment).chain(&listener.also);
    let names: Vec<_> = groups.map(|group| view.segment(&group.name).to_string()).collect();
    let mut segment = named("segment", names.join(" + "));
    if spared < 1 {
        let because = format!(" ({})", view.look.lang.reasons(&listener.segment.because));
        segment.push(Span::styled(because, theme.faint));
    }
    let mut groups = vec![
        vec![Span::styled(view.listener.clone(), theme.strong)],
        named("scene", view.say(listener.scene.name()).into()),
        segment,
    ];
    // The shipped one goes without saying.
    if versions.policy != DEFAULT {
        groups.push(named("policy", view.look.lang.named("policy", &versions.policy).into()));
    }
    if spared < 3 {
        let profile = view.look.lang.named("profile", &listener.profile);
        let what = view.fill("{}, {}", &[&profile, &view.say(listener.tier.name())]);
        groups.push(named("profile", what));
    }
    let mut model = named("model", format!("{} v{}", versions.model, versions.model_number));
    if spared < 2 {
        let hash: String = versions.model_hash.chars().take(HASH).collect();
        model.push(Span::styled(format!(" {hash}"), theme.faint));
    }
    groups.push(model);
    groups
}

/// Whether it goes on by itself for days, autopilot, the simulated time, its speed, and whether it stands still.
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
    let by_itself = [(view.kiosk, "KIOSK"), (view.autopilot, "AUTOPILOT")];
    for (_, said) in by_itself.into_iter().filter(|(holds, _)| *holds) {
        spans.extend([Span::styled(view.say(said).into_owned(), theme.accent), Span::raw("  ")]);
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
