//! The arms side by side: what each stands for, what it is believed to be worth, its chance.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::arm::{decision, letter, style};
use crate::draw::canvas::Canvas;
use crate::draw::page::Section;
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::bandit::ArmReport;
use melody_recommender::percent::nearest as percent;
use melody_recommender::policy::Weights;

/// Heights of a curve within a row.
const HEIGHTS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Standard deviations of a curve that are shown.
const TAILS: f64 = 3.0;
/// Rows of a curve at most.
const TALLEST: u16 = 4;
/// Columns of a curve at least; an interval needs fewer.
const CURVE: usize = 16;
const INTERVAL: usize = 8;

/// Widths of what stands beside the curve; 0 where there is no room.
struct Columns {
    weights: usize,
    pulls: usize,
    curve: usize,
}

/// Mark, letter, name, ratio, mean with deviation, chance.
const FIXED: usize = 2 + 2 + 10 + 5 + WORTH + 7;
const WORTH: usize = 13;
const WEIGHTS: usize = 18;

impl Columns {
    fn new(columns: usize) -> Self {
        let weights = if columns >= FIXED + WEIGHTS + 7 + CURVE { WEIGHTS } else { 0 };
        let pulls = if columns >= FIXED + 6 + INTERVAL { 6 } else { 0 };
        let curve = columns.saturating_sub(FIXED + weights + pulls + 1);
        Columns { weights, pulls, curve: if curve < INTERVAL { 0 } else { curve } }
    }
}

pub(super) fn section<'a>(view: &'a View, theme: &'a Theme, columns: usize) -> Section<'a> {
    let now = &view.now().bandit;
    let arms = now.arms.len() as u16;
    let widths = Columns::new(columns);
    let said = told(view, theme, columns, widths.curve);
    // Heading, axis and what they mean.
    let around = 1 + u16::from(widths.curve > 0) + said.len() as u16;
    let rows = arms + around;
    let more = if widths.curve >= CURVE { arms * (TALLEST - 1) } else { 0 };
    let draw = move |area: Rect, buf: &mut Buffer| {
        let each = (area.height.saturating_sub(around) / arms.max(1)).clamp(1, TALLEST);
        pen::line(buf, area, 0, heading(view, &widths, theme), Style::new());
        let range = Range::new(&now.arms);
        for (place, arm) in now.arms.iter().enumerate() {
            let row = 1 + place as u16 * each;
            let rows = Rect { y: area.y + row, height: each, ..area };
            if rows.bottom() <= area.bottom() {
                one(Canvas { view, theme, area: rows, buf }, (place, arm), &range, &widths);
            }
        }
        let below = 1 + arms * each;
        if widths.curve > 0 {
            pen::line(buf, area, below, axis(&range, &widths, theme), Style::new());
        }
        for (line, row) in said.into_iter().zip(below + u16::from(widths.curve > 0)..) {
            pen::line(buf, area, row, line, Style::new());
        }
    };
    let title = format!("{} · {}", view.say("Arms"), view.algorithm(&now.algorithm));
    Section::new(title, rows, draw).grows(more).aside(since(view, theme))
}

/// The arm in force and since when.
fn since<'a>(view: &View, theme: &Theme) -> Line<'a> {
    let now = &view.now().bandit;
    let arm = view.say(&now.arm);
    Line::from(vec![
        Span::styled(arm.into_owned(), theme.selected),
        Span::styled(format!(" {}", view.fill("chosen at step {}", &[&now.since])), theme.faint),
    ])
}

fn heading<'a>(view: &View, widths: &Columns, theme: &Theme) -> Line<'a> {
    let mut head =
        format!("    {}{}", text::left(&view.say("arm"), 10), text::right(&view.say("ratio"), 5));
    if widths.weights > 0 {
        head.push_str(&text::right(&view.say("adds to weights"), WEIGHTS));
    }
    head.push_str(&text::right(&view.say("worth"), WORTH));
    head.push_str(&text::right(&view.say("chance"), 7));
    if widths.pulls > 0 {
        head.push_str(&text::right(&view.say("pulls"), 6));
    }
    Line::styled(head, theme.faint)
}

/// From the lowest to the highest value any arm may plausibly have.
struct Range {
    low: f64,
    high: f64,
    /// The height of the highest curve.
    peak: f64,
    tails: f64,
}

impl Range {
    fn new(arms: &[ArmReport]) -> Self {
        let ends = |sign: f64| {
            let end = move |a: &ArmReport| a.mean.value() + sign * TAILS * a.deviation.value();
            arms.iter().flat_map(move |a| [end(a), a.judged.value()])
        };
        let low = ends(-1.0).fold(0.0, f64::min);
        let high = ends(1.0).fold(0.0, f64::max);
        let deviations = arms.iter().map(|a| a.deviation.value()).filter(|d| *d > 0.0);
        let peak = deviations.map(|d| 1.0 / d).fold(0.0, f64::max);
        Range { low, high: high.max(low + 1e-6), peak, tails: TAILS }
    }

    /// The cell of a value, of `cells`.
    fn cell(&self, value: f64, cells: usize) -> usize {
        let share = (value - self.low) / (self.high - self.low);
        ((share * cells as f64).max(0.0) as usize).min(cells.saturating_sub(1))
    }

    /// How high an arm's curve is over a cell, against the highest of all.
    fn height(&self, arm: &ArmReport, cell: usize, cells: usize) -> f64 {
        let (mean, deviation) = (arm.mean.value(), arm.deviation.value());
        if deviation <= 0.0 {
            return if self.cell(mean, cells) == cell { 1.0 } else { 0.0 };
        }
        let value = self.low + (cell as f64 + 0.5) / cells as f64 * (self.high - self.low);
        let off = (value - mean) / deviation;
        if off.abs() > self.tails { 0.0 } else { (-0.5 * off * off).exp() / deviation / self.peak }
    }
}

fn one(canvas: Canvas, (place, arm): (usize, &ArmReport), range: &Range, widths: &Columns) {
    let Canvas { view, theme, area: rows, buf } = canvas;
    let chosen = arm.name == view.now().bandit.arm;
    let text_style = if chosen { theme.selected } else { theme.text };
    let mut spans = vec![
        Span::styled(if chosen { "❯ " } else { "  " }, theme.accent),
        Span::styled(format!("{} ", letter(place)), style(place, theme)),
        Span::styled(text::left(&view.say(&arm.name), 10), text_style),
        Span::styled(text::right(&percent(arm.ratio), 5), text_style),
    ];
    if widths.weights > 0 {
        let weights = view.policy.bandit.arms.iter().find(|one| one.name == arm.name);
        let said = weights.map(|one| added(&one.weights)).unwrap_or_default();
        spans.push(Span::styled(text::right(&said, WEIGHTS), theme.faint));
    }
    // A choice may hang on thousandths.
    let deviation = format!("{:.3}", arm.deviation);
    let worth = format!("{:+.3} ±{}", arm.mean, deviation.trim_start_matches('0'));
    spans.push(Span::styled(text::right(&worth, WORTH), text_style));
    spans.push(Span::styled(text::right(&whole(arm.propensity), 7), text_style));
    if widths.pulls > 0 {
        spans.push(Span::styled(text::right(&arm.pulls.to_string(), 6), text_style));
    }
    let last = rows.height - 1;
    let lead = spans.iter().map(Span::width).sum::<usize>() as u16 + 1;
    pen::line(buf, rows, last, Line::from(spans), Style::new());
    if widths.curve == 0 || rows.width <= lead {
        return;
    }
    let cells = widths.curve;
    let place_of = |cell: usize| rows.x + lead + cell as u16;
    let curve_style = if chosen { theme.accent } else { style(place, theme) };
    if cells < CURVE {
        let line = Line::styled(interval(arm, range, cells), curve_style);
        pen::line(
            buf,
            Rect { x: place_of(0), width: cells as u16, ..rows },
            last,
            line,
            theme.text,
        );
        return;
    }
    for cell in 0..cells {
        let full = range.height(arm, cell, cells) * f64::from(rows.height) * 8.0;
        for row in 0..rows.height {
            let within = (full - f64::from(rows.height - 1 - row) * 8.0).clamp(0.0, 8.0);
            let symbol = HEIGHTS[within.round() as usize];
            if symbol != " " {
                buf[(place_of(cell), rows.y + row)].set_symbol(symbol).set_style(curve_style);
            }
        }
    }
    let judged = place_of(range.cell(arm.judged.value(), cells));
    buf[(judged, rows.y + last)].set_symbol("◆").set_style(theme.strong);
}

/// What an arm adds to the weights, zeros left out.
fn added(weights: &Weights) -> String {
    let parts = [("α", weights.alpha), ("β", weights.beta), ("γ", weights.gamma)];
    let said: Vec<String> = parts
        .iter()
        .filter(|(_, value)| *value != 0.0)
        .map(|(name, value)| format!("{name}{}", pen::decimals_signed(Score::new(*value))))
        .collect();
    if said.is_empty() { "–".into() } else { said.join(" ") }
}

/// A chance in whole percent: more digits would only be noise to the eye.
fn whole(ratio: Score) -> String {
    percent(Score::new((ratio.value() * 100.0).round() / 100.0))
}

/// Mean and one deviation to each side.
fn interval(arm: &ArmReport, range: &Range, cells: usize) -> String {
    let (mean, deviation) = (arm.mean.value(), arm.deviation.value());
    let [from, at, to] = [-1.0, 0.0, 1.0].map(|d| range.cell(mean + d * deviation, cells));
    let symbol = |x: usize| match x {
        x if x == at => '●',
        x if x == from => '├',
        x if x == to => '┤',
        x if x > from && x < to => '─',
        _ => ' ',
    };
    (0..cells).map(symbol).collect()
}

/// The common axis under the curves: both ends, and zero, which is as usual.
fn axis<'a>(range: &Range, widths: &Columns, theme: &Theme) -> Line<'a> {
    let cells = widths.curve;
    let ends = (format!("{:+.2}", range.low), format!("{:+.2}", range.high));
    let axis = labelled(range.cell(0.0, cells), cells, (&ends.0, &ends.1));
    let lead = " ".repeat(FIXED + widths.weights + widths.pulls + 1);
    Line::styled(lead + &axis, theme.faint)
}

/// An axis of so many cells with a tick at zero and a label at each end, but for one that the tick would lie on: zero and
/// the other end tell the scale.
fn labelled(zero: usize, cells: usize, (low, high): (&str, &str)) -> String {
    let mut axis: Vec<char> = vec!['─'; cells];
    // A space apart from the line.
    let (low, high) = (format!("{low} "), format!(" {high}"));
    let end = cells.saturating_sub(high.len());
    let clear = |from: usize, label: &str| !(from..from + label.len()).contains(&zero);
    let high = Some((end, high)).filter(|(from, high)| clear(*from, high));
    // Where there is no room for both it is the higher one.
    let room = if high.is_some() { end } else { cells };
    let low = Some((0, low)).filter(|(from, low)| clear(*from, low) && low.len() <= room);
    for (from, label) in low.into_iter().chain(high) {
        axis.iter_mut().skip(from).zip(label.chars()).for_each(|(cell, c)| *cell = c);
    }
    if let Some(tick) = axis.get_mut(zero) {
        *tick = '┴';
    }
    axis.into_iter().collect()
}

/// What the curves and marks mean, and how the choice came about.
fn told<'a>(view: &View, theme: &Theme, columns: usize, curve: usize) -> Vec<Line<'a>> {
    let algorithm = view.now().bandit.algorithm.as_str();
    let uniform = decision(view).is_some_and(|choice| choice.uniform);
    let by_hand = decision(view).is_some_and(|choice| choice.by_hand);
    let mark = match algorithm {
        _ if by_hand => "this arm was set by hand, and stays until it is given back",
        _ if uniform => "this arm was drawn by lot, so that every arm is tried now and then",
        "thompson" | "beta" => "◆ is drawn from each curve; the arm with the highest is taken",
        "dose" | "adaptive" | "linucb" | "ucb1" => {
            "◆ is the upper bound; the arm with the highest is taken"
        }
        "epsilon-greedy" => "the arm that is worth most is taken",
        "squarecb" | "softmax" => "an arm is drawn by its chance; those worth more have more",
        _ => "the first arm is always taken",
    };
    let curves = "worth: the reward expected, 0 being as usual (┴), and how unsure that is";
    let shape = if curve >= CURVE { curves } else { "worth: the reward expected; 0 is as usual" };
    let said = view.fill("{}; {}", &[&view.say(shape), &view.say(mark)]);
    crate::draw::page::legend(&said, columns, theme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tick_of_zero_lies_on_no_label() {
        let ends = ("-0.08", "+0.03");
        assert_eq!(labelled(12, 24, ends), "-0.08 ──────┴───── +0.03");
        assert_eq!(labelled(19, 24, ends), "-0.08 ─────────────┴────");
        assert_eq!(labelled(0, 24, ("+0.00", "+0.03")), "┴───────────────── +0.03");
    }
}
