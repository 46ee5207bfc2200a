//! Two policies, or models, over simulated weeks: what is measured of their listeners day by day, as two lines with the bands
//! that their means lie in.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::desk::Weekly;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::layout::take;
use crate::draw::pen;
use crate::draw::plot::{Dots, LABELS};
use crate::theme::Theme;
use crate::view::View;
use crate::words::{Lang, text};
use melody_lab::experiment::{Course, Daily, Day, Mean};
use melody_lab::statistics::Paired;

/// Rows that a chart is given at least: its title, its days, and three of dots.
const LEAST: u16 = 5;
/// Columns of a chart below which two do not stand side by side.
const NARROW: u16 = 50;
/// Lines differ without colour, too: so many dots of the one there are set, and so many are left out: two cells each.
const DASH: usize = 4;
/// Columns between the dots of a band's ends; those of both arms lie between each other's.
const SPARSE: usize = 4;
/// Rows of what is said in the end at most.
const VERDICT: usize = 3;
/// From here on time is told in minutes.
const MINUTES: u64 = 90;
/// Cells of the bar that says how many listeners are through.
const BAR: usize = 12;

pub(super) fn draw(mut canvas: Canvas, weekly: &Weekly) -> Drawn {
    let (view, theme) = (canvas.view, canvas.theme);
    let mut body = canvas.area;
    let about = about(view, theme, weekly, body.width.into());
    let head = take(&mut body, about.len() as u16);
    pen::lines(canvas.buf, head, about);
    let lang = view.look.lang;
    let (said, style) = match verdict(lang, weekly) {
        Some(said) => (Some(said), theme.strong),
        None => (so_far(lang, weekly), theme.faint),
    };
    let said = said.map(|said| text::wrap(&said, body.width.into(), VERDICT)).unwrap_or_default();
    body.height = body.height.saturating_sub(said.len() as u16);
    let below = Rect { y: body.bottom(), height: said.len() as u16, ..body };
    pen::lines(canvas.buf, below, said.into_iter().map(|said| Line::styled(said, style)));
    // Before the first listener is through there are the measures and their axes.
    let course = weekly.course.clone();
    let course = course.unwrap_or_else(|| Course::new(&[], &[], weekly.days).into());
    let begun = weekly.course.is_some();
    let played = days_played(&course);
    let all: Vec<(&Daily, Option<&Paired>)> =
        course.daily.iter().zip(course.apart.iter().map(Option::as_ref)).collect();
    let columns = if body.width >= 2 * NARROW { 2 } else { 1 };
    // Charts beside each other are scrolled as one.
    let rows = all.len().div_ceil(columns).max(1);
    let fit = usize::from(body.height / LEAST).clamp(1, rows);
    let hidden = rows - fit;
    let from = view.scroll.min(hidden);
    let (width, height) = (body.width / columns as u16, body.height / fit as u16);
    if hidden > 0 {
        let each = usize::from(height);
        let edge = Rect { x: body.right(), width: 1, ..body };
        pen::scrollbar(canvas.buf, edge, (from * each, rows * each), theme);
    }
    let shown = all.iter().skip(from * columns).take(fit * columns);
    for (place, (daily, apart)) in shown.enumerate() {
        let (column, row) = ((place % columns) as u16, (place / columns) as u16);
        let (x, y) = (body.x + column * width, body.y + row * height);
        let area = Rect { x, y, width: width.saturating_sub(2), height };
        // Nothing is known of the days on which nobody played.
        let known = |day: usize, arm: usize| begun && (counted(daily) || played[day][arm]);
        chart(canvas.at(area), daily, (*apart).filter(|_| begun), &known);
    }
    Drawn { scroll_limit: hidden, ..Drawn::default() }
}

/// Whether somebody played on each day, by arm.
fn days_played(course: &Course) -> Vec<[bool; 2]> {
    let returns = course.daily.iter().find(|daily| daily.measure == "returns");
    let of = |day: &Day| [day.a.mean > 0.0, day.b.mean > 0.0];
    returns.map_or_else(Vec::new, |daily| daily.days.iter().map(of).collect())
}

/// Whether a measure has a value on a day without plays: nothing, as against a share of nothing.
fn counted(daily: &Daily) -> bool {
    matches!(daily.measure.as_ref(), "minutes" | "returns" | "conversions")
}

/// Who listens, under what, how far it has come, and whether that says something already.
fn about<'a>(view: &View, theme: &Theme, weekly: &Weekly, columns: usize) -> Vec<Line<'a>> {
    let Weekly { label, days, seed, world, listeners: [through, of], course, .. } = weekly;
    let lang = view.look.lang;
    let policy = lang.named("policy", &view.now().versions.policy);
    let world = lang.named("world", world);
    let arms = vec![
        vec![Span::styled("━ ", theme.accent), Span::raw(view.fill("here: policy {}", &[&policy]))],
        vec![Span::styled("╌ ", theme.exposure), Span::raw(view.fill("there: {}", &[label]))],
        vec![Span::styled(view.fill("seed {}, world {}", &[seed, &world]), theme.faint)],
    ];
    let full = (*through as usize * BAR).div_ceil((*of).max(1) as usize).min(BAR);
    let said = view
        .fill("{} of {} simulated listeners, the same in both, {} days each", &[through, of, days]);
    let about = match through {
        0 => "the first is under way: lines come with them, intervals with the second",
        1 => "intervals come with the second",
        _ => "dots: ends of the 95 % interval of the mean",
    };
    let mut who = vec![
        vec![
            Span::styled("━".repeat(full), theme.good),
            Span::styled("─".repeat(BAR - full), theme.faint),
            Span::styled(format!(" {said}"), theme.strong),
        ],
        vec![Span::styled(view.say(about).into_owned(), theme.faint)],
    ];
    if let Some(left) = weekly.left.filter(|left| !left.is_zero()) {
        who.insert(1, vec![Span::styled(still(view, left), theme.faint)]);
    }
    let mut lines = pen::flowed(arms, columns);
    lines.extend(pen::flowed(who, columns));
    if *through > 1 && !weekly.done() && course.as_ref().is_some_and(|course| undecided(course)) {
        let said = view.say("every difference may be 0: nothing is decided yet").into_owned();
        lines.push(Line::styled(said, theme.warning));
    }
    lines
}

/// About how long it still takes.
fn still(view: &View, left: Duration) -> String {
    let seconds = left.as_secs().max(1);
    match seconds < MINUTES {
        true => view.fill("about {} s left", &[&seconds]),
        false => view.fill("about {} min left", &[&seconds.div_ceil(60)]),
    }
}

/// What all listeners together say of the minutes they hear, in a sentence; nothing before all are through, as an interval that
/// is looked at again and again leaves nothing aside sooner or later.
fn verdict(lang: Lang, weekly: &Weekly) -> Option<String> {
    let course = weekly.course.as_ref().filter(|_| weekly.done())?;
    let place = course.daily.iter().position(|daily| daily.measure == "minutes")?;
    let apart = course.apart.get(place)?.as_ref()?;
    let of = weekly.listeners[1];
    let Some([low, high]) = apart.interval else {
        let said = "There ({}) the {} listeners hear as many minutes as here: nothing tells the two apart.";
        return Some(lang.fill(said, &[&weekly.label, &of]));
    };
    let said = match () {
        () if low > 0.0 => {
            "There ({}) the {} listeners hear {} minutes a day more than here, 95 % interval {} to {}: more than chance."
        }
        () if high < 0.0 => {
            "There ({}) the {} listeners hear {} minutes a day less than here, 95 % interval {} to {}: more than chance."
        }
        () if apart.difference < 0.0 => {
            "There ({}) the {} listeners hear {} minutes a day less than here, 95 % interval {} to {}: chance alone may do that, so nothing is shown."
        }
        () => {
            "There ({}) the {} listeners hear {} minutes a day more than here, 95 % interval {} to {}: chance alone may do that, so nothing is shown."
        }
    };
    let by = format!("{:.2}", apart.difference.abs());
    let [low, high] = [low, high].map(|end| format!("{:+.2}", end + 0.0));
    Some(lang.fill(said, &[&weekly.label, &of, &by, &low, &high]))
}

/// What those who are through say of the minutes they hear, which is no verdict.
fn so_far(lang: Lang, weekly: &Weekly) -> Option<String> {
    let [through, of] = weekly.listeners;
    let course = weekly.course.as_ref().filter(|_| through > 1)?;
    let place = course.daily.iter().position(|daily| daily.measure == "minutes")?;
    let apart = course.apart.get(place)?.as_ref()?;
    let said = match apart.difference < 0.0 {
        true => {
            "So far, of {} listeners: {} minutes a day less there ({}). The verdict comes when all {} are through."
        }
        false => {
            "So far, of {} listeners: {} minutes a day more there ({}). The verdict comes when all {} are through."
        }
    };
    let by = format!("{:.2}", apart.difference.abs());
    // Nothing is no direction.
    (by != "0.00").then(|| lang.fill(said, &[&through, &by, &weekly.label, &of]))
}

/// Whether no measure is surely apart.
fn undecided(course: &Course) -> bool {
    let mut intervals = course.apart.iter().flatten().filter_map(|apart| apart.interval);
    intervals.all(|[low, high]| low <= 0.0 && high >= 0.0)
}

/// The least step that is seen of a measure's values, and the most there can be.
fn scale(measure: &str) -> (f64, f64) {
    match measure {
        "minutes" => (0.1, f64::INFINITY),
        "conversions" => (0.001, f64::INFINITY),
        "genre-entropy" => (0.01, f64::INFINITY),
        // Shares.
        _ => (0.01, 1.0),
    }
}

/// A measure's values as people read them.
fn written(measure: &str, value: f64) -> String {
    // A mean of nothing is summed to a nothing with a sign.
    let value = value + 0.0;
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

/// One measure's days in both arms, those that are `known` of each.
fn chart(
    canvas: Canvas,
    daily: &Daily,
    apart: Option<&Paired>,
    known: &dyn Fn(usize, usize) -> bool,
) {
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
    let arms: [fn(&Day) -> Mean; 2] = [|day| day.a, |day| day.b];
    let of = |arm: usize| -> Vec<(usize, Mean)> {
        let days = daily.days.iter().enumerate().filter(|(at, _)| known(*at, arm));
        days.map(|(at, day)| (at, arms[arm](day))).collect()
    };
    let days = [of(0), of(1)];
    let (low, high) = bounds(&days, &daily.measure);
    for row in 0..place.height {
        let axis = Rect { x: place.x + LABELS - 1, width: 1, ..place };
        pen::line(buf, axis, row, Line::styled("│", theme.faint), Style::new());
    }
    if days.iter().any(|arm| !arm.is_empty()) {
        for (row, value) in [(0, high), (place.height - 1, low)] {
            let said = text::right(&written(&daily.measure, value), usize::from(LABELS) - 1);
            let label = Rect { width: LABELS - 1, ..place };
            pen::line(buf, label, row, Line::styled(said, theme.faint), Style::new());
        }
    }
    let place = Rect { x: place.x + LABELS, width: place.width - LABELS, ..place };
    let (columns, rows) = Dots::new(place).size();
    let x = |day: usize| (day as f64 + 0.5) / daily.days.len() as f64 * columns as f64;
    let y = |value: f64| (high - value) / (high - low) * (rows - 1) as f64;
    // Lines lie over bands, and where a line runs, its gaps counted, bands have no dots.
    let (mut runs, mut lines, mut bands) = (Dots::new(place), Dots::new(place), Dots::new(place));
    for (arm, style) in [(1, theme.exposure), (0, theme.accent)] {
        let points: Vec<(usize, (f64, f64))> =
            days[arm].iter().map(|(at, mean)| (*at, (x(*at), y(mean.mean)))).collect();
        let mut gone = 0;
        for pair in points.windows(2).filter(|pair| pair[1].0 == pair[0].0 + 1) {
            runs.line(pair[0].1, pair[1].1, style);
            let dash = (arm == 1).then_some(gone);
            gone += line(&mut lines, (pair[0].1, pair[1].1), dash, style);
        }
        // A day between two that nothing is known of.
        for (_, (x, y)) in &points {
            lines.set(x.round() as usize, y.round() as usize, style);
        }
    }
    for (arm, style) in [(1, theme.exposure), (0, theme.accent)] {
        let style = style.remove_modifier(Modifier::BOLD).add_modifier(Modifier::DIM);
        band(&mut bands, &runs, (&days[arm], arm * SPARSE / 2), (&x, &y), style);
    }
    bands.draw(buf);
    lines.draw(buf);
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

/// What the chart reaches from and to: all means, and as much of the bands as leaves the means their room. Both ends read
/// differently, however little lies between the means.
fn bounds(days: &[Vec<(usize, Mean)>; 2], measure: &str) -> (f64, f64) {
    let (step, top) = scale(measure);
    let means = || days.iter().flatten().map(|(_, mean)| *mean);
    let fold = |values: &mut dyn Iterator<Item = f64>, of: fn(f64, f64) -> f64, first: f64| {
        values.fold(first, of)
    };
    let low = fold(&mut means().map(|m| m.mean), f64::min, f64::INFINITY);
    let high = fold(&mut means().map(|m| m.mean), f64::max, f64::NEG_INFINITY);
    if !low.is_finite() || !high.is_finite() {
        return (0.0, 1.0);
    }
    let room = (high - low).max(0.02 * high.abs()).max(step);
    let ends = means().filter_map(|m| m.interval);
    let least = fold(&mut ends.clone().map(|[low, _]| low), f64::min, low);
    let most = fold(&mut ends.map(|[_, high]| high), f64::max, high);
    // None of what is measured is below nothing, and no share above all.
    let (least, most) = (least.max(low - room).max(0.0), most.min(high + room).min(top));
    // A step alone could be lost in its last digit.
    let most = most.max(least + 2.0 * step).min(top);
    (least.min(most - 2.0 * step).max(0.0), most)
}

/// The ends of an arm's intervals from day to day: single dots, the first so many columns in, and none where a line `runs`.
fn band(
    dots: &mut Dots,
    runs: &Dots,
    (days, from): (&[(usize, Mean)], usize),
    (x, y): (&dyn Fn(usize) -> f64, &dyn Fn(f64) -> f64),
    style: Style,
) {
    let rows = dots.size().1;
    for pair in days.windows(2).filter(|pair| pair[1].0 == pair[0].0 + 1) {
        let (Some(before), Some(after)) = (pair[0].1.interval, pair[1].1.interval) else {
            continue;
        };
        let (left, right) = (x(pair[0].0), x(pair[1].0));
        let columns = (left.ceil() as usize..=right.floor() as usize)
            .filter(|column| column % SPARSE == from);
        for column in columns {
            let share = (column as f64 - left) / (right - left).max(1e-9);
            for end in [0, 1] {
                let row = y(before[end] + (after[end] - before[end]) * share).round();
                // An end beyond the chart is not drawn at its edge.
                if row >= 0.0 && row < rows as f64 && !runs.taken(column, row as usize) {
                    dots.set(column, row as usize, style);
                }
            }
        }
    }
}

/// A line, whole or of dashes, which go on where the one before ended after so many dots. Its dots.
fn line(
    dots: &mut Dots,
    (from, to): ((f64, f64), (f64, f64)),
    dash: Option<usize>,
    style: Style,
) -> usize {
    let long = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().clamp(1.0, 4096.0);
    for i in 0..=long as usize {
        let share = i as f64 / long;
        let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
        let set = dash.is_none_or(|gone| ((gone + i) / DASH).is_multiple_of(2));
        if x >= 0.0 && y >= 0.0 && set {
            dots.set(x.round() as usize, y.round() as usize, style);
        }
    }
    long as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    /// The cells of a row that hold anything, as they are drawn.
    fn drawn(dots: &Dots, columns: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, columns, 1));
        dots.draw(&mut buf);
        buf.content.iter().map(|cell| if cell.symbol() == " " { ' ' } else { '#' }).collect()
    }

    #[test]
    fn the_line_there_has_gaps_that_are_seen_without_colour() {
        let area = Rect::new(0, 0, 12, 1);
        let (mut here, mut there) = (Dots::new(area), Dots::new(area));
        line(&mut here, ((0.0, 1.0), (23.0, 1.0)), None, Style::new());
        let half = line(&mut there, ((0.0, 1.0), (12.0, 1.0)), Some(0), Style::new());
        line(&mut there, ((12.0, 1.0), (23.0, 1.0)), Some(half), Style::new());
        assert_eq!(drawn(&here, 12), "############");
        assert_eq!(drawn(&there, 12), "##  ##  ##  ", "dashes go on from one day to the next");
    }

    #[test]
    fn the_ends_of_intervals_are_not_drawn_where_a_line_runs() {
        let area = Rect::new(0, 0, 12, 1);
        let (mut runs, mut band_dots) = (Dots::new(area), Dots::new(area));
        let of = |at| (at, Mean { mean: 0.5, interval: Some([0.0, 1.0]) });
        let (x, y) = (|day: usize| 23.0 * day as f64, |value: f64| 3.0 * (1.0 - value));
        let style = Style::new().fg(Color::Red);
        band(&mut band_dots, &runs, (&[of(0), of(1)], 0), (&x, &y), style);
        assert_eq!(drawn(&band_dots, 12), "# # # # # # ");
        runs.line((0.0, 1.0), (11.0, 1.0), style);
        let mut beside = Dots::new(area);
        band(&mut beside, &runs, (&[of(0), of(1)], 0), (&x, &y), style);
        assert_eq!(drawn(&beside, 12), "      # # # ");
    }

    #[test]
    fn the_ends_of_an_axis_read_differently_however_level_its_lines_are() {
        let level = |mean| [0, 1].map(|_| vec![(0, Mean { mean, interval: Some([mean, mean]) })]);
        for measure in ["minutes", "returns", "conversions", "genre-entropy", "promoted-share"] {
            for mean in [0.0, 0.005, 0.204_5, 0.999, 1.0] {
                let (low, high) = bounds(&level(mean), measure);
                assert!(low <= mean && mean <= high, "{measure}: {low} {mean} {high}");
                let [from, to] = [low, high].map(|end| written(measure, end));
                assert_ne!(from, to, "{measure} {mean}");
            }
        }
        assert_eq!(bounds(&level(0.0), "returns"), (0.0, 0.02));
        assert_eq!(bounds(&level(1.0), "returns"), (0.98, 1.0));
    }

    /// Weeks in which those there hear so many minutes more, between these.
    fn weeks(through: u64, difference: f64, interval: Option<[f64; 2]>) -> Weekly {
        let mut course = Course::new(&[], &[], 14);
        let apart = Paired {
            pairs: 100,
            mean_a: 30.0,
            mean_b: 30.0 + difference,
            difference,
            standard_error: 0.0,
            interval,
            p: None,
        };
        course.apart[0] = Some(apart);
        Weekly {
            label: "without promotion".into(),
            seed: 1,
            world: "fitted",
            days: 14,
            listeners: [through, 100],
            course: Some(course.into()),
            left: None,
        }
    }

    #[test]
    fn a_verdict_is_told_when_all_are_through_and_none_where_chance_may_do_it() {
        let said = |difference, interval| verdict(Lang::En, &weeks(100, difference, interval));
        assert_eq!(verdict(Lang::En, &weeks(99, 1.5, Some([0.5, 2.5]))), None);
        let so_far = so_far(Lang::En, &weeks(27, -1.5, Some([-2.5, -0.5]))).unwrap();
        assert_eq!(
            so_far,
            "So far, of 27 listeners: 1.50 minutes a day less there (without promotion). The verdict comes when all 100 are through."
        );
        assert_eq!(super::so_far(Lang::En, &weeks(27, 0.004, None)), None);
        assert_eq!(super::so_far(Lang::En, &weeks(1, 1.5, None)), None);
        let more = super::so_far(Lang::En, &weeks(27, 1.5, None)).unwrap();
        assert!(more.contains("1.50 minutes a day more there"), "{more}");
        let so_far = super::so_far(Lang::Zh, &weeks(27, -1.5, None)).unwrap();
        assert!(so_far.contains("少听 1.50 分钟"), "{so_far}");
        let more = said(1.5, Some([0.5, 2.5])).unwrap();
        let told = "There (without promotion) the 100 listeners hear 1.50 minutes a day more than here, 95 % interval +0.50 to +2.50: more than chance.";
        assert_eq!(more, told);
        let less = said(-1.5, Some([-2.5, -0.5])).unwrap();
        assert!(less.contains("1.50 minutes a day less") && less.ends_with("more than chance."));
        for difference in [0.4, -0.4] {
            let open = said(difference, Some([-1.0, 1.0])).unwrap();
            assert!(open.ends_with("so nothing is shown."), "{open}");
        }
        assert!(said(0.0, None).unwrap().contains("nothing tells the two apart"));
        let own = verdict(Lang::Zh, &weeks(100, 1.5, Some([0.5, 2.5]))).unwrap();
        assert!(own.contains("多听 1.50 分钟") && own.contains("超出偶然"), "{own}");
    }
}
