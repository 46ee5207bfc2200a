//! The bandit: what it believes of each arm, what it chose, and what the last choice earned.

use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::{pen, uncounted};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::bandit::{ArmReport, Learned};
use melody_recommender::percent::nearest as percent;

/// Columns of an arm beside its interval: mark, name, ratio, mean, propensity, pulls.
const FIXED: usize = 2 + 9 + 5 + MEAN + 1 + 7 + 6;
/// Three decimals, as in the view: a choice may hang on thousandths.
const MEAN: usize = 9;

/// Columns of the frame.
const FRAME: u16 = 4;

pub(crate) fn rows(view: &View, width: u16) -> u16 {
    let (theme, columns) = (&view.look.theme, width.saturating_sub(FRAME).into());
    let told = reward(view, theme, columns).len() + uncounted(view, theme, columns).len();
    view.now().bandit.arms.len() as u16 + 2 + 1 + told as u16
}

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let now = &view.now().bandit;
    let title = format!("{} · {}", view.say("Bandit"), view.algorithm(&now.algorithm));
    let inside = pen::framed(buf, area, &title, earned(view, theme), theme);
    let columns = usize::from(inside.width).saturating_sub(FIXED);
    let head = format!(
        "  {}{}{}{}{}{}",
        text::left(&view.say("arm"), 9),
        text::right(&view.say("ratio"), 5),
        text::right(&view.say("worth"), MEAN),
        text::left("", columns + 1),
        text::right(&view.say("chance"), 7),
        text::right(&view.say("pulls"), 6),
    );
    let mut lines = vec![Line::styled(head, theme.faint)];
    let range = range(&now.arms);
    // Where not all have room the one in force is never among those that go, nor what teaches nothing.
    let untaught = uncounted(view, theme, inside.width.into());
    let room = usize::from(inside.height).saturating_sub(1 + untaught.len());
    let rows = room.clamp(1, now.arms.len().max(1));
    let chosen = now.arms.iter().position(|arm| arm.name == now.arm).unwrap_or(0);
    let first = (chosen + 1).saturating_sub(rows);
    let shown = now.arms.iter().skip(first).take(rows);
    lines.extend(shown.map(|arm| one(view, arm, arm.name == now.arm, range, columns, theme)));
    lines.extend(
        reward(view, theme, inside.width.into()).into_iter().take(room.saturating_sub(rows)),
    );
    lines.extend(untaught);
    pen::lines(buf, inside, lines);
}

/// From the lowest to the highest value any arm may plausibly have.
fn range(arms: &[ArmReport]) -> (f64, f64) {
    let low = arms.iter().map(|a| (a.mean - a.deviation).value()).fold(0.0, f64::min);
    let high = arms.iter().map(|a| (a.mean + a.deviation).value()).fold(0.0, f64::max);
    (low, high)
}

fn one<'a>(
    view: &View,
    arm: &ArmReport,
    chosen: bool,
    range: (f64, f64),
    columns: usize,
    theme: &Theme,
) -> Line<'a> {
    let style = if chosen { theme.selected } else { theme.text };
    Line::from(vec![
        Span::styled(if chosen { "❯ " } else { "  " }, theme.accent),
        Span::styled(text::left(&view.say(&arm.name), 9), style),
        Span::styled(text::right(&percent(arm.ratio), 5), style),
        Span::styled(text::right(&format!("{:+.3}", arm.mean), MEAN), style),
        Span::raw(" "),
        Span::styled(
            interval(arm, range, columns),
            if chosen { theme.accent } else { theme.faint },
        ),
        Span::styled(text::right(&percent(whole(arm.propensity)), 7), style),
        Span::styled(text::right(&arm.pulls.to_string(), 6), style),
    ])
}

/// A chance in whole percent: more digits would only be noise to the eye.
fn whole(ratio: Score) -> Score {
    Score::new((ratio.value() * 100.0).round() / 100.0)
}

/// Mean and one deviation to each side.
fn interval(arm: &ArmReport, (low, high): (f64, f64), columns: usize) -> String {
    if columns == 0 {
        return String::new();
    }
    let reach = (high - low).max(1e-9);
    let place = |value: f64| {
        (((value - low) / reach * (columns - 1) as f64).round().max(0.0) as usize).min(columns - 1)
    };
    let (mean, deviation) = (arm.mean.value(), arm.deviation.value());
    let (from, at, to) = (place(mean - deviation), place(mean), place(mean + deviation));
    (0..columns)
        .map(|x| match x {
            x if x == at => '●',
            x if x == from => '├',
            x if x == to => '┤',
            x if x > from && x < to => '─',
            _ => ' ',
        })
        .collect()
}

/// What the last decision earned, for the frame's edge.
fn earned<'a>(view: &View, theme: &Theme) -> Line<'a> {
    let Some(learned) = last_learned(view) else { return Line::default() };
    let total = learned.reward.total;
    let style = if total.millionths() < 0 { theme.down } else { theme.up };
    Line::from(vec![
        Span::styled(
            format!(" {} ", view.fill("{} earned", &[&view.say(&learned.arm)])),
            theme.faint,
        ),
        Span::styled(format!("{total:+.3} "), style),
    ])
}

/// The parts of the last reward, each beside its usual level, to as many digits as the reward.
fn reward(view: &View, theme: &Theme, columns: usize) -> Vec<Line<'static>> {
    let Some(learned) = last_learned(view) else {
        let said = view.say("no reward yet: the next decision brings it").into_owned();
        return vec![Line::styled(said, theme.faint)];
    };
    let r = &learned.reward;
    let part = |got: Score, usual: Score| {
        Span::raw(format!("{}/{}", pen::thousandths(got), pen::thousandths(usual)))
    };
    let line = Line::from(vec![
        Span::styled(format!("{} ", view.say("satisfaction")), theme.faint),
        part(r.satisfaction, r.satisfaction_baseline),
        Span::styled(format!("  {} ", view.say("commercial")), theme.faint),
        part(r.commercial, r.commercial_baseline),
        Span::styled(format!("  {} ", view.say("return")), theme.faint),
        Span::raw(format!("{:+.3}", r.returning)),
    ]);
    text::folded(line, columns.max(1))
}

/// That the newest play teaches nothing, where so.
fn uncounted(view: &View, theme: &Theme, columns: usize) -> Vec<Line<'static>> {
    let said = uncounted::said(view).map(|said| view.say(said).into_owned());
    let said = said.map(|said| Line::styled(said, theme.warning));
    said.into_iter().flat_map(|line| text::folded(line, columns.max(1))).collect()
}

fn last_learned(view: &View) -> Option<&Learned> {
    view.traces.iter().rev().find_map(|trace| trace.bandit.learned.as_ref())
}
