//! Two policies, or models, over simulated weeks: what is measured of their listeners day by day, as two lines with the bands
//! that their means lie in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::desk::Weekly;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::layout::take;
use crate::draw::pen;
use crate::draw::plot::{Dots, LABELS};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_lab::experiment::{Course, Daily, Day, Mean};
use melody_lab::statistics::Paired;

/// Rows that a chart is given at least: its title, its days, and three of dots.
const LEAST: u16 = 5;
/// Columns of a chart below which two do not stand side by side.
const NARROW: u16 = 50;
/// Where both lines begin to differ without colour, too: the one there has a gap after so many dots.
const DASH: usize = 4;
/// Columns of dots between those of a band: few enough that the lines stand out.
const SPARSE: usize = 4;

pub(super) fn draw(mut canvas: Canvas, weekly: &Weekly) -> Drawn {
    let (view, theme) = (canvas.view, canvas.theme);
    let mut body = canvas.area;
    let about = about(view, theme, weekly, body.width.into());
    let head = take(&mut body, about.len() as u16);
    pen::lines(canvas.buf, head, about);
    let Some(course) = &weekly.course else { return Drawn::default() };
    let all: Vec<(&Daily, Option<&Paired>)> =
        course.daily.iter().zip(course.apart.iter().map(Option::as_ref)).collect();
    let columns = if body.width >= 2 * NARROW { 2 } else { 1 };
    let fit = usize::from(body.height / LEAST).max(1) * columns;
    let from = view.scroll.min(all.len().saturating_sub(fit));
    let shown = &all[from..all.len().min(from + fit)];
    let rows = shown.len().div_ceil(columns).max(1) as u16;
    let (width, height) = (body.width / columns as u16, body.height / rows);
    for (place, (daily, apart)) in shown.iter().enumerate() {
        let (column, row) = ((place % columns) as u16, (place / columns) as u16);
        let (x, y) = (body.x + column * width, body.y + row * height);
        let area = Rect { x, y, width: width.saturating_sub(2), height };
        chart(canvas.at(area), daily, *apart);
    }
    let hidden = all.len().saturating_sub(fit);
    Drawn { scroll_limit: hidden, ..Drawn::default() }
}

/// Who listens, under what, how far it has come, and whether that says something already.
fn about<'a>(view: &View, theme: &Theme, weekly: &Weekly, columns: usize) -> Vec<Line<'a>> {
    let Weekly { label, days, seed, world, listeners: [through, of], course } = weekly;
    let policy = &view.now().versions.policy;
    let arms = vec![
        vec![Span::styled("━ ", theme.accent), Span::raw(view.fill("here: policy {}", &[policy]))],
        vec![Span::styled("╌ ", theme.exposure), Span::raw(view.fill("there: {}", &[label]))],
        vec![Span::styled(view.fill("seed {}, world {}", &[seed, world]), theme.faint)],
    ];
    let who = vec![
        vec![Span::styled(
            view.fill(
                "{} of {} simulated listeners, the same in both, {} days each",
                &[through, of, days],
            ),
            theme.strong,
        )],
        vec![Span::styled(view.say("dots: 95 % interval of the mean").into_owned(), theme.faint)],
    ];
    let mut lines = flowed(arms, columns);
    lines.extend(flowed(who, columns));
    if course.as_ref().is_some_and(|course| undecided(course)) {
        let said = view.say("every difference may be 0: nothing is decided yet").into_owned();
        lines.push(Line::styled(said, theme.warning));
    }
    lines
}

/// Whether no measure is surely apart.
fn undecided(course: &Course) -> bool {
    let mut intervals = course.apart.iter().flatten().filter_map(|apart| apart.interval);
    intervals.all(|[low, high]| low <= 0.0 && high >= 0.0)
}

/// Groups over as many lines as they take, each whole.
fn flowed<'a>(groups: Vec<Vec<Span<'a>>>, columns: usize) -> Vec<Line<'a>> {
    let mut lines: Vec<Line> = Vec::new();
    for group in groups {
        let wide: usize = group.iter().map(Span::width).sum();
        match lines.last_mut().filter(|line| line.width() + 2 + wide <= columns) {
            Some(line) => {
                line.push_span(Span::raw("  "));
                line.extend(group);
            }
            None => lines.push(Line::from(group)),
        }
    }
    lines
}

/// A measure's values as people read them.
fn written(measure: &str, value: f64) -> String {
    match measure {
        "minutes" => format!("{value:.1}"),
        "conversions" => format!("{value:.3}"),
        "genre-entropy" => format!("{value:.2}"),
        _ => format!("{:.0} %", 100.0 * value),
    }
}

/// By how much two values are apart, as people read it.
fn apart_by(measure: &str, value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "+" };
    match measure {
        "minutes" | "conversions" | "genre-entropy" => {
            format!("{sign}{}", written(measure, value.abs()))
        }
        _ => format!("{sign}{:.1}", 100.0 * value.abs()),
    }
}

fn chart(canvas: Canvas, daily: &Daily, apart: Option<&Paired>) {
    let Canvas { view, theme, area, buf } = canvas;
    if area.width < LABELS + 8 || area.height < 2 {
        return;
    }
    let mut place = area;
    let head = title(view, theme, daily, apart, area);
    pen::lines(buf, take(&mut place, head.len() as u16), head);
    let days = Rect { y: place.bottom().saturating_sub(1), height: 1, ..place };
    if place.height > 2 {
        place.height -= 1;
        numbered(view, theme, daily.days.len(), days, buf);
    }
    let share = matches!(daily.measure.as_ref(), "returns" | "promoted-share");
    let (low, high) = bounds(&daily.days, share);
    for (row, value) in [(0, high), (place.height - 1, low)] {
        let label = text::right(&written(&daily.measure, value), usize::from(LABELS) - 1);
        pen::line(buf, place, row, Line::styled(label, theme.faint), Style::new());
    }
    let place = Rect { x: place.x + LABELS, width: place.width - LABELS, ..place };
    let mut dots = Dots::new(place);
    let (columns, rows) = dots.size();
    let x = |day: usize| (day as f64 + 0.5) / daily.days.len() as f64 * columns as f64;
    let y = |value: f64| (high - value) / (high - low) * (rows - 1) as f64;
    let arms: [fn(&Day) -> Mean; 2] = [|day| day.a, |day| day.b];
    for of in arms {
        band(&mut dots, daily, of, (&x, &y), theme);
    }
    for (arm, of) in arms.into_iter().enumerate() {
        let style = if arm == 0 { theme.accent } else { theme.exposure };
        let points: Vec<(f64, f64)> =
            (0..).zip(&daily.days).map(|(at, day)| (x(at), y(of(day).mean))).collect();
        for pair in points.windows(2) {
            line(&mut dots, (pair[0], pair[1]), if arm == 0 { usize::MAX } else { DASH }, style);
        }
    }
    dots.draw(buf);
}

/// What a chart is of and how far apart both are; on a line of its own where one does not hold both, and two have room.
fn title<'a>(
    view: &View,
    theme: &Theme,
    daily: &Daily,
    apart: Option<&Paired>,
    area: Rect,
) -> Vec<Line<'a>> {
    let columns = usize::from(area.width);
    let about = view.say(&daily.about).into_owned();
    let Some(told) = apart.map(|apart| told(view, theme, daily, apart)) else {
        return vec![Line::styled(about, theme.title)];
    };
    if text::width(&about) + told.width() > columns && area.height > LEAST {
        return vec![Line::styled(about, theme.title), Line::from(told)];
    }
    let about = text::truncate(&about, columns.saturating_sub(told.width())).into_owned();
    vec![Line::from(vec![Span::styled(about, theme.title), told])]
}

/// The days below a chart, as many as have room, each below its dots.
fn numbered(view: &View, theme: &Theme, days: usize, area: Rect, buf: &mut Buffer) {
    let name = text::right(&view.say("day"), usize::from(LABELS) - 1);
    pen::line(buf, area, 0, Line::styled(name, theme.faint), Style::new());
    let columns = usize::from(area.width.saturating_sub(LABELS));
    let widest = days.to_string().len() + 1;
    let every = (days * widest).div_ceil(columns.max(1)).max(1);
    for day in (1..=days).step_by(every) {
        let middle = (2 * day - 1) * columns / (2 * days);
        let said = day.to_string();
        let from = LABELS as usize + middle.saturating_sub((said.len() - 1) / 2);
        let left = (from as u16).min(area.width);
        let place = Rect { x: area.x + left, width: area.width - left, ..area };
        pen::line(buf, place, 0, Line::styled(said, theme.faint), Style::new());
    }
}

/// By how much the listeners there are apart from those here, with its interval.
fn told<'a>(view: &View, theme: &Theme, daily: &Daily, apart: &Paired) -> Span<'a> {
    let signed = |value: f64| apart_by(&daily.measure, value);
    let difference = signed(apart.difference);
    let Some([low, high]) = apart.interval else {
        return Span::styled(format!("  {}", view.fill("{} there", &[&difference])), theme.faint);
    };
    let said = view.fill("{} there [{}, {}]", &[&difference, &signed(low), &signed(high)]);
    let apart = low > 0.0 || high < 0.0;
    Span::styled(format!("  {said}"), if apart { theme.strong } else { theme.faint })
}

/// What the chart reaches from and to: all means, and as much of the bands as leaves the means their room.
fn bounds(days: &[Day], share: bool) -> (f64, f64) {
    let means = || days.iter().flat_map(|day| [day.a, day.b]);
    let fold = |values: &mut dyn Iterator<Item = f64>, of: fn(f64, f64) -> f64, first: f64| {
        values.fold(first, of)
    };
    let low = fold(&mut means().map(|m| m.mean), f64::min, f64::INFINITY);
    let high = fold(&mut means().map(|m| m.mean), f64::max, f64::NEG_INFINITY);
    if !low.is_finite() || !high.is_finite() {
        return (0.0, 1.0);
    }
    let room = (high - low).max(0.02 * high.abs()).max(1e-6);
    let ends = means().filter_map(|m| m.interval);
    let least = fold(&mut ends.clone().map(|[low, _]| low), f64::min, low);
    let most = fold(&mut ends.map(|[_, high]| high), f64::max, high);
    // None of what is measured is below nothing, and no share above all.
    let top = if share { 1.0 } else { f64::INFINITY };
    (least.max(low - room).max(0.0), most.min(high + room).min(top).max(low + 1e-6))
}

/// The dots of a band between two ends of an interval, day by day.
fn band(
    dots: &mut Dots,
    daily: &Daily,
    of: fn(&Day) -> Mean,
    (x, y): (&dyn Fn(usize) -> f64, &dyn Fn(f64) -> f64),
    theme: &Theme,
) {
    let rows = dots.size().1;
    let ends: Vec<Option<[f64; 2]>> = daily.days.iter().map(|day| of(day).interval).collect();
    for at in 1..ends.len() {
        let (Some(before), Some(after)) = (ends[at - 1], ends[at]) else { continue };
        let (from, to) = (x(at - 1), x(at));
        for column in from.ceil() as usize..=to.floor() as usize {
            let share = (column as f64 - from) / (to - from).max(1e-9);
            let between = |end: usize| y(before[end] + (after[end] - before[end]) * share);
            let (top, bottom) = (between(1).max(0.0), between(0).min((rows - 1) as f64));
            for row in top.ceil() as usize..=bottom.max(0.0).floor() as usize {
                if column % SPARSE == 0 && row % 2 == 0 {
                    dots.set(column, row, theme.faint);
                }
            }
        }
    }
}

/// A line of which every `dash`-th stretch is left out.
fn line(dots: &mut Dots, (from, to): ((f64, f64), (f64, f64)), dash: usize, style: Style) {
    let long = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().clamp(1.0, 4096.0);
    for i in 0..=long as usize {
        let share = i as f64 / long;
        let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
        if x >= 0.0 && y >= 0.0 && (x.round() as usize / 2) % dash != dash - 1 {
            dots.set(x.round() as usize, y.round() as usize, style);
        }
    }
}
