//! The race: weights and promotion on one axis, step by step, with what moved them under it.
//!
//! Weights and shares are both parts of one, so one axis holds all of them and they can be read against each
//! other: none is stretched to look like more than it is. Where alpha is far above all others the empty part between is cut out
//! of the axis, and what is left keeps its scale. What the listener chose is told apart from what was
//! served: no rule holds it back, so it can lie above the cap.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::bar::spark_between;
use crate::draw::canvas::Canvas;
use crate::draw::plot::{Axis, Dots, Series};
use crate::draw::{marks, pen, plot};
use crate::theme::Theme;
use crate::view::View;
use crate::view::narration::binding;
use melody_core::score::Score;
use melody_recommender::engine::Trace;
use melody_recommender::percent::nearest as percent;

/// The lowest top the axis has.
const TOP: f64 = 0.2;
/// Columns of the axis's labels.
const LABELS: u16 = 4;
/// Columns for the lines' signs at their ends, one of them blank.
const ENDS: u16 = 4;
/// Dots of a step at least.
const LEAST: usize = 2;
/// So much of the axis must be empty for it to be cut out.
const LEAST_CUT: f64 = 0.3;
/// Rows of the chart from which on a cut can be told from what lies beside it.
const LEAST_ROWS: u16 = 6;
/// From this height on the panel says of its lines what they are; below it only draws them.
const EXPLAINED: u16 = 10;

/// A line of the race.
struct Runner {
    sign: &'static str,
    name: &'static str,
    of: fn(&Trace) -> Score,
    style: Style,
    /// Every how many dots one is set.
    every: usize,
}

/// Those that lie over others last.
fn runners(view: &View, theme: &Theme) -> [Runner; 6] {
    let runner = |sign, name, style, every, of| Runner { sign, name, of, style, every };
    let gamma = view.gamma_name();
    [
        runner("┄", "cap", theme.cap, 4, |t| t.promotion.cap),
        runner("╌", "target", theme.target, 2, |t| t.promotion.target),
        runner("━", "served", theme.realised, 1, |t| t.promotion.served()),
        runner("γ", gamma, theme.exposure, 1, |t| t.weights.gamma.value),
        runner("β", "subscription", theme.subscription, 1, |t| t.weights.beta.value),
        runner("α", "interest", theme.interest, 1, |t| t.weights.alpha.value),
    ]
}

/// Rows it wants: three that name the lines, the chart, and one of causes.
pub(crate) fn rows(_: &View, _: u16) -> u16 {
    2 + 3 + 7 + 1
}

pub(crate) fn draw(mut canvas: Canvas) {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let title = view.say("Race");
    let said = view.span.map(|_| view.last_steps(shown(view, area)));
    let told = if area.height >= EXPLAINED { 3 } else { 0 };
    let rows = area.height.saturating_sub(2 + told + 1);
    let first = axis(view, Rect { width: plotted(area), ..area }).first;
    let cut = Cut::new(view, first, rows);
    let whole = "one axis for all: 0.1 = 10 %";
    let said = said.unwrap_or_else(|| {
        view.say(if cut.is_some() { "one axis, cut at ≈: 0.1 = 10 %" } else { whole }).into()
    });
    let said = Line::styled(said, theme.faint);
    let mut inside = pen::framed_with(canvas.buf, area, &title, said, theme);
    if area.height >= EXPLAINED {
        let columns = usize::from(inside.width);
        for line in [weights(view, theme, columns), promotion(view, theme, columns)] {
            pen::line(canvas.buf, inside, 0, line, Style::new());
            inside = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
        }
        pen::line(canvas.buf, inside, 0, rules(view, theme, columns), Style::new());
        inside = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
    }
    if inside.height >= 2 && inside.width >= LABELS + ENDS + 4 {
        chart(canvas.at(inside));
    }
}

/// Steps that the chart shows in a panel of this size.
pub(crate) fn shown(view: &View, panel: Rect) -> usize {
    axis(view, Rect { width: plotted(panel), ..panel }).shown
}

/// Columns that the chart has in a panel of this size.
fn plotted(panel: Rect) -> u16 {
    // The frame, and a column of space on each side of what is inside.
    panel.width.saturating_sub(4 + LABELS + ENDS)
}

/// The part of the axis between alpha and all other lines, where nothing is. It is cut out in a row of the chart that no line lies
/// in: one that did would be read as what the row is labelled.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cut {
    /// Above all others.
    from: f64,
    /// Below alpha.
    to: f64,
}

impl Cut {
    /// Of the steps from one on, in a chart of so many rows; `None` where too little is empty to be worth it.
    fn new(view: &View, first: usize, rows: u16) -> Option<Self> {
        if rows < LEAST_ROWS {
            return None;
        }
        let steps = || view.traces.get(first..).unwrap_or_default().iter();
        let others = |t: &Trace| {
            let (weights, promotion) = (&t.weights, &t.promotion);
            [
                weights.beta.value,
                weights.gamma.value,
                promotion.cap,
                promotion.target,
                promotion.served(),
            ]
        };
        let most = steps().flat_map(|t| others(t)).map(|value| value.value());
        let alpha = || steps().map(|t| t.weights.alpha.value.value());
        let least = alpha().fold(f64::INFINITY, f64::min);
        Cut::between(most.fold(TOP, f64::max), (least, alpha().fold(least, f64::max)), rows)
    }

    /// Between what is highest of all others and what alpha is at least and at most.
    fn between(most: f64, (least, highest): (f64, f64), rows: u16) -> Option<Self> {
        if !least.is_finite() {
            return None;
        }
        // In whole tenths, as they are told.
        let (mut from, mut to) = ((most * 1.04 * 10.0).ceil(), (least * 10.0).floor());
        while (to - from) / 10.0 >= LEAST_CUT - 1e-9 {
            let cut = Cut { from: from / 10.0, to: to / 10.0 };
            let top = top(cut.at(most).max(cut.at(highest)));
            let at = |value: f64| row(cut.at(value), top, rows);
            match at(cut.from) {
                own if at(least) >= own => to -= 1.0,
                own if at(most) <= own => from += 1.0,
                _ => return Some(cut),
            }
        }
        None
    }

    /// Where a value lies on the axis without the part.
    fn at(self, value: f64) -> f64 {
        let Cut { from, to } = self;
        if value >= to { value - (to - from) } else { value.min(from) }
    }
}

/// Where the axis ends over what is highest on it.
fn top(highest: f64) -> f64 {
    (highest.max(TOP) * 1.04 * 10.0).ceil() / 10.0
}

/// The row of a chart of so many that a value lies in.
fn row(value: f64, top: f64, rows: u16) -> u16 {
    (plot::height(value, top, usize::from(rows) * 4) / 4) as u16
}

/// The axis of a chart at a place: as many steps as can be told apart, or those asked for.
fn axis(view: &View, place: Rect) -> Axis {
    Axis::spanning(place, view, LEAST, come(view))
}

/// The chart with its axis, and the causes in the row under it.
fn chart(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let runners = runners(view, theme);
    let place = Rect {
        x: area.x + LABELS,
        width: area.width - LABELS - ENDS,
        height: area.height - 1,
        ..area
    };
    let axis = axis(view, place);
    let cut = Cut::new(view, axis.first, place.height);
    let at = |value: f64| cut.map_or(value, |cut| cut.at(value));
    let lines = runners.iter().map(|runner| Series {
        values: view.traces.iter().map(|trace| at((runner.of)(trace).value())).collect(),
        style: runner.style,
        every: runner.every,
    });
    let lines: Vec<Series> = lines.collect();
    let shown = lines.iter().flat_map(|line| line.values[axis.first..].iter().copied());
    let top = top(shown.fold(TOP, f64::max));
    causes(&axis, place, view, theme, buf);
    plot::draw_on(&axis, &lines, top, place, buf);
    let labels = Rect { width: LABELS, ..area };
    let uncut = top + cut.map_or(0.0, |cut| cut.to - cut.from);
    let mut said = vec![(place.height - 1, "0.0".to_string()), (0, format!("{uncut:.1}"))];
    let broken = cut.map(|cut| (row(cut.from, top, place.height), format!("≈{:.1}", cut.from)));
    said.extend(broken);
    for (row, label) in said {
        pen::line(buf, labels, row, Line::styled(label, theme.faint), Style::new());
    }
    // Signs lie beside the ends of their lines, or a row away; what has no room there is counted.
    let rows = usize::from(place.height);
    let ends: Vec<usize> = lines
        .iter()
        .map(|line| plot::height(line.values.last().copied().unwrap_or_default(), top, rows * 4))
        .collect();
    for (row, Labels { shown, more }) in beside(&ends, rows).iter().enumerate() {
        let at = Rect { x: place.right() + 1, y: place.y + row as u16, width: ENDS - 1, height: 1 };
        let signs = shown.iter().map(|&i| Span::styled(runners[i].sign, runners[i].style));
        let more = (*more > 0).then(|| Span::styled(format!("+{more}"), theme.faint));
        pen::line(buf, at, 0, Line::from_iter(signs.chain(more)), Style::new());
    }
}

/// What stands beside a row of the chart.
#[derive(Clone, Debug, Default, PartialEq)]
struct Labels {
    /// The lines whose signs do, in the order of their ends from the top.
    shown: Vec<usize>,
    /// Lines that end here, too, and have no room for theirs.
    more: usize,
}

/// The signs beside each of `rows` rows, for lines that end at so many quarters of a row from the top; of the lines the later ones
/// matter more.
fn beside(ends: &[usize], rows: usize) -> Vec<Labels> {
    let room = usize::from(ENDS) - 1;
    let mut order: Vec<usize> = (0..ends.len()).collect();
    // Of ends that lie over each other the one on top comes first.
    order.sort_by_key(|&i| (ends[i], std::cmp::Reverse(i)));
    let mut all = vec![Labels::default(); rows];
    for i in order {
        if let Some(own) = all.get_mut((ends[i] / 4).min(rows.saturating_sub(1))) {
            own.shown.push(i);
        }
    }
    for row in 0..rows {
        // No sign goes further from its line than to the next row.
        while row > 0 && all[row].shown.len() > room && all[row - 1].shown.len() < room {
            let first = all[row].shown.remove(0);
            all[row - 1].shown.push(first);
        }
        while row + 1 < rows && all[row].shown.len() > room && all[row + 1].shown.len() < room {
            let last = all[row].shown.pop();
            all[row + 1].shown.splice(0..0, last);
        }
        let Labels { shown, more } = &mut all[row];
        if shown.len() > room {
            // How many more there are takes two columns.
            let mut least = shown.clone();
            least.sort_unstable();
            least.truncate(shown.len() - (room - 2));
            *more = least.len();
            shown.retain(|i| !least.contains(i));
        }
    }
    all
}

/// How much of what plays has been heard: the newest step grows with it.
fn come(view: &View) -> f64 {
    let length = f64::from(view.now().playing.length_ms().max(1));
    (f64::from(view.head.heard_ms) / length).clamp(0.0, 1.0)
}

/// What happened at each step, under the chart, and where it moved the rules a thin line through it.
fn causes(axis: &Axis, place: Rect, view: &View, theme: &Theme, buf: &mut ratatui::buffer::Buffer) {
    let mut dots = Dots::new(place);
    let (_, rows) = dots.size();
    for at in 0..axis.shown {
        let step = axis.first + at;
        let before = step.checked_sub(1).map(|before| &*view.traces[before]);
        let cause = marks::cause(&view.traces[step], before, theme);
        let Some((sign, style, name)) = cause else { continue };
        let x = (axis.begins(at) / 2) as u16;
        if x >= place.width {
            continue;
        }
        buf[(place.x + x, place.bottom())].set_symbol(sign).set_style(style);
        if matches!(name, "guardrail" | "subscribed" | "segment" | "by hand" | "scene" | "arm") {
            (0..rows).step_by(4).for_each(|y| dots.set(axis.begins(at), y, theme.faint));
        }
    }
    dots.draw(buf);
}

/// The weights with their names, or with their letters alone where that is too long.
fn weights<'a>(view: &View, theme: &Theme, columns: usize) -> Line<'a> {
    let now = view.now();
    let said = |named: bool| {
        let mut line = Line::default();
        for runner in runners(view, theme)[3..].iter().rev() {
            let gap = if line.spans.is_empty() { "" } else { "  " };
            let name = if named { format!("{} ", view.say(runner.name)) } else { String::new() };
            line.push_span(Span::styled(format!("{gap}{} ", runner.sign), runner.style));
            line.push_span(Span::styled(name, theme.faint));
            line.push_span(Span::raw(format!("{:.3}", (runner.of)(now))));
        }
        line
    };
    let whole = said(true);
    if whole.width() <= columns { whole } else { said(false) }
}

fn promotion<'a>(view: &View, theme: &Theme, columns: usize) -> Line<'a> {
    let now = view.now();
    let group = |sign: &'static str, name: &str, value: Score, style: Style| {
        vec![
            Span::styled(sign, style),
            Span::styled(format!(" {} ", view.say(name)), theme.faint),
            Span::raw(percent(value)),
        ]
    };
    let runners = runners(view, theme);
    let shares = [1, 0, 2].map(|i| &runners[i]);
    let mut groups: Vec<Vec<Span>> =
        shares.map(|r| group(r.sign, r.name, (r.of)(now), r.style)).into();
    if now.promotion.chosen > Score::ZERO {
        groups.push(group("+", "chosen", now.promotion.chosen, theme.faint));
    }
    pen::joined(groups, columns)
}

/// Where promotion stands in the queue, what holds it, and what more of it would cost.
fn rules<'a>(view: &View, theme: &Theme, columns: usize) -> Line<'a> {
    let now = &view.now().promotion;
    // Of songs that play one after the other, not of those that are shown.
    let rule = view.fill("at most {} in any {}", &[&now.at_most, &now.window]);
    let by = binding(now, view.look.lang).map(|by| view.fill("{}: {}", &[&rule, &by]));
    let rule = by.unwrap_or(rule);
    let queue = &view.now().queue;
    let promoted = queue.iter().filter(|entry| entry.promoted).count();
    let counted = view.fill("{} P of {} shown", &[&promoted, &queue.len()]);
    let price =
        now.price.map(|price| view.fill("one more costs {} interest", &[&format!("{price:.3}")]));
    let mut groups = vec![
        vec![Span::styled(format!("{} ", view.say("queue")), theme.faint), Span::raw(counted)],
        vec![Span::styled(rule, theme.faint)],
    ];
    groups.extend(price.map(|price| vec![Span::styled(price, theme.faint)]));
    pen::joined(groups, columns)
}

/// The race in two lines, for screens that have no room for its chart: weights, promotion. Each line has the
/// values of the newest steps beside it, all on the axis that is named.
pub(crate) fn essence(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let runners = runners(view, theme);
    let values = |runner: &Runner| -> Vec<f64> {
        view.traces.iter().map(|trace| (runner.of)(trace).value()).collect()
    };
    let weights = [5, 4, 3].map(|i| &runners[i]);
    let shares = [1, 0, 2].map(|i| &runners[i]);
    let all = weights.iter().chain(&shares).flat_map(|runner| values(runner));
    let top = (all.fold(TOP, f64::max) * 10.0).ceil() / 10.0;
    let names = usize::from(inside.width) >= 70;
    let spark = if names { 12 } else { 4 };
    let part = |runner: &Runner, value: String, name: bool| {
        let sign = if name && runner.sign.chars().all(char::is_alphabetic) {
            format!("{} ", runner.sign)
        } else {
            format!("{} ", if name { view.say(runner.name) } else { runner.sign.into() })
        };
        vec![
            Span::styled(sign, runner.style),
            Span::styled(format!("{value} "), theme.strong),
            Span::styled(spark_between(&values(runner), spark, 0.0, top), runner.style),
        ]
    };
    let now = view.now();
    let mut line: Vec<Vec<Span>> =
        weights.map(|r| part(r, format!("{:.3}", (r.of)(now)), true)).into();
    line.push(vec![Span::styled(view.fill("axis to {}", &[&format!("{top:.1}")]), theme.faint)]);
    let columns = usize::from(inside.width);
    pen::line(buf, inside, 0, pen::joined(line, columns), Style::new());
    let line = shares.map(|r| part(r, percent((r.of)(now)), names)).into();
    pen::line(buf, inside, 1, pen::joined(line, columns), Style::new());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ends: &[usize], rows: usize) -> Vec<(Vec<usize>, usize)> {
        beside(ends, rows).into_iter().map(|row| (row.shown, row.more)).collect()
    }

    #[test]
    fn signs_lie_beside_their_ends_and_never_over_each_other() {
        let apart = shown(&[0, 13, 27], 7);
        assert_eq!(apart.iter().map(|row| row.0.len()).collect::<Vec<_>>(), [1, 0, 0, 1, 0, 0, 1]);
        // After a subscription alpha stands far above the five others.
        let after = shown(&[31, 31, 28, 28, 31, 2], 8);
        assert_eq!(after[0], (vec![5], 0));
        assert_eq!(after[6..], [(vec![3, 2], 0), (vec![4, 1, 0], 0)], "at most a row away");
    }

    #[test]
    fn what_is_empty_below_alpha_is_cut_out_and_the_rest_keeps_its_scale() {
        assert_eq!(Cut::between(0.25, (0.55, 0.55), 7), None, "too little to be worth it");
        let clear = Cut::between(0.25, (1.25, 1.25), 7).unwrap();
        assert_eq!(clear, Cut { from: 0.3, to: 1.2 });
        let cut = Cut::between(0.25, (1.21, 1.21), 7).unwrap();
        assert_eq!(cut, Cut { from: 0.3, to: 1.1 }, "alpha would lie in the row of the cut");
        for (low, high) in [(0.0, 0.1), (0.05, 0.3), (1.1, 1.35)] {
            assert!((cut.at(high) - cut.at(low) - (high - low)).abs() < 1e-12);
        }
        assert!((cut.at(1.1) - cut.at(0.3)).abs() < 1e-12);
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        assert_eq!(Cut::between(0.2, none, 7), None, "no step at all");
    }

    #[test]
    fn no_line_lies_in_the_row_that_the_axis_is_cut_in() {
        let mut cuts = 0;
        for rows in LEAST_ROWS..60 {
            for (most, least) in (20..45).flat_map(|m| (50..160).map(move |l| (m, l))) {
                let (most, least) = (f64::from(most) / 100.0, f64::from(least) / 100.0);
                for highest in [least, least + 0.04, least + 0.5] {
                    let Some(cut) = Cut::between(most, (least, highest), rows) else { continue };
                    let top = top(cut.at(highest));
                    let at = |value: f64| row(cut.at(value), top, rows);
                    let own = row(cut.from, top, rows);
                    assert!(at(least) < own && own < at(most), "{cut:?}, {rows}: {most} {least}");
                    cuts += 1;
                }
            }
        }
        assert!(cuts > 100_000, "{cuts}");
    }

    #[test]
    fn what_has_no_room_is_counted_and_what_matters_less_goes_first() {
        assert_eq!(shown(&[3, 3, 3, 3, 3, 3], 1), [(vec![5], 5)]);
        for rows in 1..8 {
            let all = shown(&[3, 3, 3, 3, 3, 3], rows);
            let told: usize = all.iter().map(|(signs, more)| signs.len() + more).sum();
            assert_eq!(told, 6, "each is shown or counted: {all:?}");
            let wide = |(signs, more): &(Vec<usize>, usize)| signs.len() + 2 * more.min(&1);
            assert!(all.iter().all(|row| wide(row) < usize::from(ENDS)), "{all:?}");
        }
    }
}
