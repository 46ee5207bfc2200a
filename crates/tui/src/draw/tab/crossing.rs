//! The crossing: the chosen slider's whole range at once. Each song's score as a line, where lines cross, where
//! the clamp holds, where promoted songs come in and go. The slider's value is the cursor on it.
//!
//! Scores are shown above the queue's mean at each value: a weight lifts all of them together, and what sets
//! them apart would be lost in that.

use std::collections::BTreeMap;
use std::fmt::Display;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::desk::{Slider, Sweep, Turn};
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::layout::take;
use crate::draw::pen;
use crate::draw::plot::Dots;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;

/// Columns of the labels on the left, and of places on the right.
const LABELS: u16 = 7;
const PLACES: u16 = 3;
/// From here on what changes is listed beside the chart.
const WIDE: u16 = 96;
/// Columns of that list at least, and at most.
const LIST: (u16, u16) = (46, 64);
/// Columns of a title that make it known.
const TITLE: usize = 6;
/// Columns of a value, and with its sign before what changes.
const VALUE: usize = 10;
const LEAD: usize = VALUE + 4;
/// Rows below which no chart is drawn.
pub(super) const LEAST: u16 = 6;

/// The chart, what happens along it, and a list of that where there is room.
pub(super) fn draw(mut canvas: Canvas, sweep: &Sweep, place: usize) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let mut drawn = Drawn::default();
    let mut body = area;
    if body.width >= WIDE {
        let width = (area.width * 2 / 5).clamp(LIST.0, LIST.1);
        let list = Rect { x: area.right() - width, width, ..area };
        body.width -= width + 3;
        // The places at the lines' ends are none of the list's.
        for y in area.top()..area.bottom() {
            canvas.buf[(list.x - 2, y)].set_symbol("│").set_style(theme.frame);
        }
        turns(canvas.at(list), sweep);
    }
    let head =
        view.fill("Score above the queue's mean, by {}", &[&view.say(name(view, sweep.slider))]);
    pen::line(canvas.buf, take(&mut body, 1), 0, Line::styled(head, theme.title), Style::new());
    let chart = Rect {
        x: body.x + LABELS,
        width: body.width.saturating_sub(LABELS + PLACES),
        height: body.height.saturating_sub(2),
        ..body
    };
    if chart.width < 8 || chart.height < 2 || sweep.samples.is_empty() {
        return drawn;
    }
    lines(canvas.at(chart), sweep);
    let row = Rect { y: chart.bottom(), height: 1, ..chart };
    strip(canvas.at(row), sweep);
    pen::line(
        canvas.buf,
        Rect { y: row.y + 1, ..row },
        0,
        ends(view, sweep, row.width, theme),
        Style::new(),
    );
    drawn.hit(Rect { height: chart.height + 1, ..chart }, Hit::Slider(place));
    drawn
}

/// A slider's name in a sentence. In English.
pub(super) fn name(view: &View, slider: Slider) -> &'static str {
    match slider {
        Slider::Alpha => "α interest",
        Slider::Beta => "β subscription",
        Slider::Gamma if view.gamma_name() == "diversity" => "γ diversity",
        Slider::Gamma => "γ exposure",
        Slider::AtMost => "M promoted",
        Slider::Window => "N songs",
        Slider::Arm => "bandit's arm",
        Slider::Boost => "session boosts",
    }
}

/// The value that a column of so many stands for.
fn value(sweep: &Sweep, x: usize, columns: usize) -> Score {
    let share = x as f64 / columns.saturating_sub(1).max(1) as f64;
    Score::new(share * sweep.most.value())
}

/// The column of a value, of so many.
fn column(sweep: &Sweep, value: Score, columns: usize) -> usize {
    let share = value.value() / sweep.most.value().max(1e-9);
    (share.clamp(0.0, 1.0) * columns.saturating_sub(1) as f64).round() as usize
}

/// The value the slider is set to.
fn cursor(view: &View, sweep: &Sweep) -> Score {
    Score::new(sweep.slider.value(&view.what_if.set, view.now()).0)
}

/// A song's heights along the chart, where it is in the queue.
type Heights = BTreeMap<usize, f64>;

/// The lines, with the cursor behind them and places at their ends.
fn lines(canvas: Canvas, sweep: &Sweep) {
    let Canvas { view, theme, area, buf } = canvas;
    let columns = usize::from(area.width) * 2;
    let mut songs: BTreeMap<&str, Heights> = BTreeMap::new();
    let mut promoted: BTreeMap<&str, bool> = BTreeMap::new();
    for x in 0..columns {
        let scores = sweep.scores(value(sweep, x, columns));
        let mean = scores.iter().map(|(_, s)| s).sum::<f64>() / scores.len().max(1) as f64;
        for (song, score) in scores {
            songs.entry(&song.id).or_default().insert(x, score - mean);
            promoted.insert(&song.id, song.promoted);
        }
    }
    let all = songs.values().flat_map(Heights::values);
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    if !low.is_finite() {
        return;
    }
    let reach = (high - low).max(1e-6);
    let rows = f64::from(area.height) * 4.0 - 1.0;
    let height = |v: f64| (high - v) / reach * rows;
    let labels = Rect { x: area.x - LABELS, width: LABELS - 1, ..area };
    for (row, v) in [(area.height - 1, low), (0, high)] {
        let label = text::right(&format!("{v:+.3}"), usize::from(LABELS - 1));
        pen::line(buf, labels, row, Line::styled(label, theme.faint), Style::new());
    }
    let here = cursor(view, sweep);
    let at = column(sweep, here, usize::from(area.width));
    for y in area.top()..area.bottom() {
        buf[(area.x + at as u16, y)].set_symbol("│").set_style(theme.accent);
    }
    let mut dots = Dots::new(area);
    let there: Vec<&str> =
        sweep.at(here).map_or_else(Vec::new, |s| s.queue.iter().map(|q| q.id.as_str()).collect());
    // What moves lies over what stays, and promoted songs over all.
    let mut order: Vec<(u8, &str, &Heights, Style)> = songs
        .iter()
        .map(|(id, heights)| {
            let (weight, style) = style(view, theme, (id, promoted[id]), &there);
            (weight, *id, heights, style)
        })
        .collect();
    order.sort_by_key(|(weight, ..)| *weight);
    for (_, _, heights, style) in &order {
        let mut last: Option<(usize, f64)> = None;
        for (x, v) in heights.iter() {
            let from = last.filter(|(before, _)| before + 1 == *x).unwrap_or((*x, *v));
            dots.line((from.0 as f64, height(from.1)), (*x as f64, height(*v)), *style);
            last = Some((*x, *v));
        }
    }
    dots.draw(buf);
    // Places at the right end, as far as rows are free.
    let mut taken = vec![false; usize::from(area.height)];
    for (place, id) in sweep.samples.last().into_iter().flat_map(|s| &s.queue).enumerate() {
        let Some(v) = songs.get(id.id.as_str()).and_then(|h| h.get(&(columns - 1))) else {
            continue;
        };
        let row = (height(*v) / 4.0) as usize;
        let row = row.min(taken.len() - 1);
        if !std::mem::replace(&mut taken[row], true) {
            let style = order.iter().find(|o| o.1 == id.id).map_or(theme.faint, |o| o.3);
            let at = Rect { x: area.right() + 1, y: area.y + row as u16, width: 2, height: 1 };
            pen::line(buf, at, 0, Line::styled(format!("{}", place + 1), style), Style::new());
        }
    }
}

/// By what a song would do at the cursor: what it weighs among the lines, and its style.
fn style(view: &View, theme: &Theme, (id, promoted): (&str, bool), there: &[&str]) -> (u8, Style) {
    // What any new request would do is no value's doing.
    let base = view.what_if.base.as_deref().map_or(&view.now().queue, |base| &base.queue);
    let was = base.iter().position(|entry| entry.song.id == id);
    let would = there.iter().position(|other| *other == id);
    match (was, would) {
        _ if promoted => (3, theme.promoted),
        (Some(was), Some(would)) if would < was => (2, theme.up),
        (Some(was), Some(would)) if would > was => (1, theme.down),
        (None, Some(_)) => (2, theme.new),
        (Some(_), Some(_)) => (1, theme.interest),
        (_, None) => (0, theme.faint),
    }
}

/// What happens along the range, in one row: crossings, promoted songs that come in or go, the clamp; and the
/// cursor.
pub(super) fn strip(canvas: Canvas, sweep: &Sweep) {
    let Canvas { view, theme, area, buf } = canvas;
    let columns = usize::from(area.width);
    if columns < 2 || area.height == 0 {
        return;
    }
    for x in 0..columns {
        let clamped = sweep.at(value(sweep, x, columns)).is_some_and(|sample| sample.clamped);
        let (sign, style) = if clamped { ("░", theme.warning) } else { ("─", theme.faint) };
        buf[(area.x + x as u16, area.y)].set_symbol(sign).set_style(style);
    }
    // What is told first lies under what is told later.
    let mut signs: Vec<(u8, usize, &'static str, Style)> = sweep
        .turns
        .iter()
        .map(|turn| {
            let (weight, sign, style) = sign(sweep, turn, theme);
            (weight, column(sweep, turn.at, columns), sign, style)
        })
        .collect();
    signs.sort_by_key(|(weight, ..)| *weight);
    signs.push((9, column(sweep, cursor(view, sweep), columns), "●", theme.accent));
    for (_, x, sign, style) in signs {
        buf[(area.x + x as u16, area.y)].set_symbol(sign).set_style(style);
    }
}

/// A turn's sign: a promoted song comes in or goes, or songs change places.
fn sign(sweep: &Sweep, turn: &Turn, theme: &Theme) -> (u8, &'static str, Style) {
    let promoted = |id: &String| song(sweep, turn.at, id).is_some_and(|(_, promoted)| promoted);
    match () {
        () if turn.enter.iter().any(promoted) => (3, "P", theme.promoted),
        () if turn.leave.iter().any(promoted) => (2, "▼", theme.promoted),
        () if turn.enter.is_empty() => (1, "×", theme.accent),
        () => (0, "+", theme.new),
    }
}

/// A song's title and whether it is promoted, from the samples around a value.
fn song<'a>(sweep: &'a Sweep, at: Score, id: &str) -> Option<(&'a str, bool)> {
    let before = sweep.samples.partition_point(|sample| sample.at < at).saturating_sub(1);
    let around = sweep.samples.iter().skip(before).take(2).flat_map(|sample| &sample.queue);
    around.into_iter().find(|song| song.id == id).map(|s| (s.title.as_str(), s.promoted))
}

/// Both ends of the axis.
fn ends<'a>(view: &View, sweep: &Sweep, width: u16, theme: &Theme) -> Line<'a> {
    let end = |value: Score| match sweep.slider {
        Slider::AtMost | Slider::Window => format!("{value:.0}"),
        Slider::Arm => arm(view, value),
        _ if value == Score::ZERO => "0".into(),
        _ => format!("{value:.2}"),
    };
    let (least, most) = (end(Score::ZERO), end(sweep.most));
    let gap = usize::from(width).saturating_sub(text::width(&least) + text::width(&most));
    Line::styled(format!("{least}{}{most}", " ".repeat(gap)), theme.faint)
}

/// An arm's name by its place on the slider; 0 is the bandit's own choice.
fn arm(view: &View, place: Score) -> String {
    let arms = &view.now().bandit.arms;
    let arm = (place.value() as usize).checked_sub(1).and_then(|place| arms.get(place));
    view.say(arm.map_or("its choice", |arm| &arm.name)).into_owned()
}

/// What changes along the range, those next to the cursor in the middle.
fn turns(canvas: Canvas, sweep: &Sweep) {
    let Canvas { view, theme, area, buf } = canvas;
    let head = view.say("What changes, and where");
    pen::line(buf, area, 0, Line::styled(head, theme.title), Style::new());
    let here = cursor(view, sweep);
    let rows = usize::from(area.height.saturating_sub(1));
    let passed = sweep.turns.partition_point(|turn| turn.at <= here);
    // As many changes at each value as there is room for, one at least.
    let needed =
        |each: usize| 1 + sweep.turns.iter().map(|turn| changes(turn).min(each)).sum::<usize>();
    let most = sweep.turns.iter().map(changes).max().unwrap_or(1);
    let each = (1..=most).rev().find(|each| needed(*each) <= rows).unwrap_or(1);
    let columns = usize::from(area.width);
    let of = |turns: &[Turn]| -> Vec<Line> {
        turns.iter().flat_map(|turn| told(view, theme, sweep, turn, (columns, each))).collect()
    };
    let (before, after) = sweep.turns.split_at(passed);
    let mut lines = of(before);
    // The row of the cursor stands among them.
    let at = lines.len();
    let now = vec![
        Span::styled(text::right(&said(view, sweep, here), VALUE), theme.selected),
        Span::styled(format!("  ● {}", view.say("the slider")), theme.accent),
    ];
    lines.push(Line::from(now));
    lines.extend(of(after));
    let first = at.saturating_sub(rows / 2).min(lines.len().saturating_sub(rows));
    let place = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    pen::lines(buf, place, lines.into_iter().skip(first));
}

/// A value with as many digits as it is known to.
fn said(view: &View, sweep: &Sweep, value: Score) -> String {
    match sweep.slider {
        Slider::Alpha | Slider::Beta | Slider::Gamma | Slider::Boost => format!("{value:.6}"),
        Slider::Arm => arm(view, value),
        Slider::AtMost | Slider::Window => format!("{value:.0}"),
    }
}

/// The nearest change on either side of the slider, for screens that have no room for more: each with its value.
pub(super) fn next<'a>(view: &View, theme: &Theme, sweep: &Sweep, columns: usize) -> Line<'a> {
    let here = cursor(view, sweep);
    let passed = sweep.turns.partition_point(|turn| turn.at <= here);
    let each = (columns.saturating_sub(2)) / 2;
    let side = |turn: Option<&Turn>, sign: &'static str| {
        let Some(turn) = turn else {
            let none = format!("{sign} {}", view.say("nothing changes"));
            return Line::styled(text::left(&none, each), theme.faint);
        };
        let told = told(view, theme, sweep, turn, (each.saturating_sub(2), 1));
        let mut line = told.into_iter().next().unwrap_or_default();
        let value = line.spans.first().map_or(String::new(), |value| value.content.trim().into());
        line.spans[0] = Span::styled(format!("{sign} {value}"), theme.strong);
        let line = text::fit(line, each);
        let missing = each.saturating_sub(line.width());
        let mut line = line;
        line.push_span(Span::raw(" ".repeat(missing)));
        line
    };
    let mut line = side(passed.checked_sub(1).and_then(|at| sweep.turns.get(at)), "◂");
    line.push_span(Span::raw("  "));
    line.extend(side(sweep.turns.get(passed), "▸").spans);
    line
}

/// How many things a turn changes: two songs that change places do one thing.
fn changes(turn: &Turn) -> usize {
    match turn.swap() {
        Some(_) => 1,
        None => (turn.enter.len() + turn.leave.len() + turn.moved.len()).max(1),
    }
}

/// One thing that a turn changes.
enum Change<'a> {
    Swap(&'a str, &'a str, [usize; 2]),
    Enters(&'a str),
    Leaves(&'a str),
    Moves(&'a str, [usize; 2]),
    /// The queue grows shorter.
    Shorter,
}

impl<'a> Change<'a> {
    /// All that a turn changes: what becomes of the selected song first, then promoted songs, and of the others those that come
    /// in before those that move.
    fn of(view: &View, sweep: &Sweep, turn: &'a Turn) -> Vec<Self> {
        if let Some((above, below)) = turn.swap() {
            let places = turn.moved.iter().find(|(moved, _)| moved == above);
            let places = places.or(turn.moved.first()).map_or([0, 0], |(_, places)| *places);
            return vec![Change::Swap(above, below, places)];
        }
        let enters = turn.enter.iter().map(|id| Change::Enters(id));
        let leaves = turn.leave.iter().map(|id| Change::Leaves(id));
        let moves = turn.moved.iter().map(|(id, places)| Change::Moves(id, *places));
        let mut all: Vec<Change> = enters.chain(moves).chain(leaves).collect();
        let selected = view.selected_entry().map(|entry| entry.song.id.as_str());
        let promoted = |id: &str| song(sweep, turn.at, id).is_some_and(|(_, promoted)| promoted);
        all.sort_by_key(|change| match change {
            change if change.song().is_some() && change.song() == selected => 0,
            Change::Enters(id) if promoted(id) => 1,
            Change::Leaves(id) if promoted(id) => 2,
            Change::Enters(_) => 3,
            Change::Moves(..) => 4,
            _ => 5,
        });
        if all.is_empty() {
            all.push(Change::Shorter);
        }
        all
    }

    /// The song that it is about; none where it is about two or none.
    fn song(&self) -> Option<&'a str> {
        match self {
            Change::Enters(id) | Change::Leaves(id) | Change::Moves(id, _) => Some(id),
            Change::Swap(..) | Change::Shorter => None,
        }
    }
}

/// One turn in words, over so many lines at most: the value with the first, and with the last how many more things it changes.
fn told<'a>(
    view: &View,
    theme: &Theme,
    sweep: &Sweep,
    turn: &Turn,
    (columns, most): (usize, usize),
) -> Vec<Line<'a>> {
    let all = Change::of(view, sweep, turn);
    // What is displaced is known of all that a turn changes: where several promoted songs come or go, of none by itself.
    let promoted = |id: &str| song(sweep, turn.at, id).is_some_and(|(_, promoted)| promoted);
    let come_or_go = |change: &&Change| match change {
        Change::Enters(id) | Change::Leaves(id) => promoted(id),
        _ => false,
    };
    let priced = all.iter().filter(come_or_go).count() == 1;
    let left = all.len().saturating_sub(most);
    let more = if left > 0 { view.fill(" · {} more", &[&left]) } else { String::new() };
    let shown = all.len().min(most);
    let line = |(at, change): (usize, &Change)| {
        let more = if at + 1 == shown { more.as_str() } else { "" };
        let room = columns.saturating_sub(LEAD + text::width(more));
        let (sign, style) = marked(sweep, turn, change, theme);
        let value = if at == 0 { said(view, sweep, turn.at) } else { String::new() };
        Line::from(vec![
            Span::styled(text::right(&value, VALUE), theme.faint),
            Span::styled(format!("  {sign} "), style),
            Span::raw(in_words(view, sweep, turn, change, (room, priced))),
            Span::styled(more.to_string(), theme.faint),
        ])
    };
    all.iter().take(most).enumerate().map(line).collect()
}

/// The sign of one thing that a turn changes.
fn marked(sweep: &Sweep, turn: &Turn, change: &Change, theme: &Theme) -> (&'static str, Style) {
    let promoted = |id: &str| song(sweep, turn.at, id).is_some_and(|(_, promoted)| promoted);
    match change {
        Change::Enters(id) if promoted(id) => ("P", theme.promoted),
        Change::Leaves(id) if promoted(id) => ("▼", theme.promoted),
        Change::Enters(_) => ("+", theme.new),
        Change::Leaves(_) => ("▼", theme.down),
        _ => ("×", theme.accent),
    }
}

/// One thing that a turn changes in so many columns, and what it displaces if that is its doing alone.
fn in_words(
    view: &View,
    sweep: &Sweep,
    turn: &Turn,
    change: &Change,
    (room, alone): (usize, bool),
) -> String {
    let title = |id: &str, wide: usize| {
        let title = song(sweep, turn.at, id).map_or(id, |(title, _)| title);
        text::truncate(title, wide).into_owned()
    };
    // Of a title as much as what is said of it leaves room for.
    let one = |said: &str, id: &str, more: &[&dyn Display]| {
        let with = |title: &String| {
            let values: Vec<&dyn Display> =
                [title as &dyn Display].into_iter().chain(more.iter().copied()).collect();
            view.fill(said, &values)
        };
        let rest = text::width(&with(&String::new()));
        with(&title(id, room.saturating_sub(rest)))
    };
    let promoted = |id: &str| song(sweep, turn.at, id).is_some_and(|(_, promoted)| promoted);
    let [was, is] = turn.displaced;
    let price = format!("{:+.3}", is - was);
    // Where there is hardly room for a title, what it displaces is not told.
    let priced = |long: &'static str, short: &'static str, id: &str| {
        let rest = text::width(&view.fill(long, &[&"", &price]));
        match alone && promoted(id) && room >= rest + TITLE {
            true => one(long, id, &[&price]),
            false => one(short, id, &[]),
        }
    };
    match change {
        Change::Enters(id) => priced("{} comes in, displaced {}", "{} comes in", id),
        Change::Leaves(id) => priced("{} goes, displaced {}", "{} goes", id),
        Change::Moves(id, [from, to]) => one("{} goes {} → {}", id, &[from, to]),
        // Two that change places are both named, wherever they stand.
        Change::Swap(above, below, [was, is]) => {
            let said = "{} ↔ {}, {} ↔ {}";
            let rest = text::width(&view.fill(said, &[&"", &"", &was, &is]));
            let each = room.saturating_sub(rest) / 2;
            let [above, below] = [above, below].map(|id| title(id, each));
            view.fill(said, &[&above, &below, &was, &is])
        }
        Change::Shorter => view.say("the queue grows shorter").into_owned(),
    }
}
