//! What past decisions earned, part by part.

use std::cmp::Ordering;

use ratatui::text::{Line, Span};

use super::arm::{named, place};
use crate::draw::page::{Section, legend};
use crate::draw::{bar, pen, uncounted};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::bandit::{Credit, Learned};

/// Decisions listed at most, and where there is little room.
const LISTED: usize = 12;
const LISTED_LITTLE: usize = 4;
/// Columns of what the return is worth.
const RETURN: usize = 7;
/// Columns of the steps that a decision was in force.
const STEPS: usize = 7;

/// What of a reward has room.
#[derive(Clone, Copy, PartialEq)]
enum Parts {
    None,
    Short,
    Long,
}

impl Parts {
    fn new(columns: usize) -> Self {
        match columns {
            0..50 => Parts::None,
            50..78 => Parts::Short,
            _ => Parts::Long,
        }
    }

    /// Columns of an arm's letter and name.
    fn arm(self) -> usize {
        if self == Parts::Short { 7 } else { 11 }
    }

    /// Columns of the reward.
    fn reward(self) -> usize {
        if self == Parts::Short { 7 } else { 8 }
    }

    /// Columns of satisfaction, and of commercial value.
    fn widths(self) -> [usize; 2] {
        match self {
            Parts::None => [0, 0],
            Parts::Short => [10, 11],
            Parts::Long => [19, 18],
        }
    }
}

/// What decisions earned, by the steps from which and to which each was in force.
fn learned(view: &View) -> impl Iterator<Item = ([u32; 2], &Learned)> {
    view.traces.windows(2).filter_map(|pair| {
        let [before, now] = pair else { return None };
        Some(([before.bandit.since, now.step], now.bandit.learned.as_ref()?))
    })
}

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize, roomy: bool) -> Section<'a> {
    let title = view.say("Rewards");
    let all: Vec<([u32; 2], &Learned)> = learned(view).collect();
    let fold = |line| text::folded(line, columns.max(1));
    let uncounted = uncounted::said(view)
        .map(|said| Line::styled(view.say(said).into_owned(), theme.warning))
        .into_iter()
        .flat_map(fold);
    if all.is_empty() {
        let said = view.say("no reward yet: the next decision brings it").into_owned();
        let lines = [Line::styled(said, theme.faint)].into_iter().chain(uncounted);
        return Section::lines(title, lines.collect());
    }
    let parts = Parts::new(columns);
    let mut lines = vec![heading(view, parts, theme)];
    lines.extend(uncounted);
    let listed = if roomy { LISTED } else { LISTED_LITTLE };
    let rows = all.iter().rev().take(listed);
    lines.extend(rows.map(|(steps, learned)| row(view, *steps, learned, parts, theme)));
    if all.len() > listed {
        let said = view.fill("and {} earlier", &[&(all.len() - listed)]);
        lines.push(Line::styled(said, theme.faint));
    }
    lines.extend(
        credits(view)
            .flat_map(|(step, credit)| legend(&credited(view, step, credit), columns, theme)),
    );
    let bandit = &view.policy.bandit;
    let formula = view.fill(
        "reward = {} (satisfaction − usual) + {} (commercial − usual) + return",
        &[&bandit.user_weight, &bandit.commercial_weight],
    );
    lines.extend(legend(&formula, columns, theme));
    if roomy {
        let what = "satisfaction: ratio heard, completed, not skipped, liked; commercial: promoted songs engaged with and subscriptions; return: what these plays are worth in coming back sooner; all per play; usual: this listener's running mean";
        lines.extend(legend(&view.say(what), columns, theme));
    }
    let totals: Vec<f64> = all.iter().map(|(_, l)| l.reward.total.value()).collect();
    let spark = bar::spark(&totals, 16, 0.1);
    let last = totals.last().map_or(0.0, |total| *total);
    let mean = totals.iter().sum::<f64>() / totals.len().max(1) as f64;
    let style = if last < 0.0 { theme.down } else { theme.up };
    let aside = Line::from(vec![
        Span::styled(format!("{} ", view.say("over time")), theme.faint),
        Span::styled(spark, theme.accent),
        Span::styled(format!(" {last:+.3}"), style),
        Span::styled(format!("  {} ", view.say("mean")), theme.faint),
        Span::raw(format!("{mean:+.3}")),
    ]);
    Section::lines(title, lines).aside(aside)
}

/// What closed decisions were given for a subscription that came later, by the step it came at.
fn credits(view: &View) -> impl Iterator<Item = (u32, &Credit)> {
    view.traces.iter().filter_map(|trace| Some((trace.step, trace.bandit.credited.as_ref()?)))
}

fn credited(view: &View, step: u32, credit: &Credit) -> String {
    let reward = format!("{:+.3}", credit.reward);
    let values: [&dyn std::fmt::Display; 4] =
        [&step, &reward, &view.say(&credit.arm), &credit.step];
    view.fill("step {}: a subscription adds {} to {}, decided at step {}", &values)
}

fn heading<'a>(view: &View, parts: Parts, theme: &Theme) -> Line<'a> {
    let right = |name: &str, columns| text::right(&view.say(name), columns);
    let arm = text::left(&view.say("arm"), parts.arm());
    let mut head = format!("{} {arm}", right("steps", STEPS));
    let [satisfaction, commercial] = parts.widths();
    match parts {
        Parts::None => {}
        Parts::Short => {
            head += &right("satisfied", satisfaction);
            head += &right("commercial", commercial);
            head += &right("return", RETURN);
        }
        Parts::Long => {
            head += &right("plays", 6);
            head += &right("satisfaction/usual", satisfaction);
            head += &right("commercial/usual", commercial);
            head += &right("return", RETURN);
        }
    }
    head += &right("reward", parts.reward());
    Line::styled(head, theme.faint)
}

fn row<'a>(
    view: &View,
    [from, to]: [u32; 2],
    learned: &Learned,
    parts: Parts,
    theme: &Theme,
) -> Line<'a> {
    let r = &learned.reward;
    let arm = named(view, place(view, &learned.arm), &learned.arm);
    let mut spans = vec![
        Span::styled(text::right(&format!("{from}–{to}"), STEPS), theme.faint),
        Span::raw(format!(" {}", text::left(&arm, parts.arm()))),
    ];
    if parts == Parts::Long {
        spans.push(Span::raw(text::right(&learned.plays.to_string(), 6)));
    }
    let [satisfaction, commercial] = parts.widths();
    if parts != Parts::None {
        spans.extend(pair(r.satisfaction, r.satisfaction_baseline, satisfaction, theme));
        spans.extend(pair(r.commercial, r.commercial_baseline, commercial, theme));
    }
    if parts != Parts::None {
        spans.push(Span::raw(text::right(&format!("{:+.3}", r.returning), RETURN)));
    }
    let style = if r.total < Score::ZERO { theme.down } else { theme.up };
    spans.push(Span::styled(text::right(&format!("{:+.3}", r.total), parts.reward()), style));
    Line::from(spans)
}

/// What was got, and what is usual.
fn pair<'a>(got: Score, usual: Score, columns: usize, theme: &Theme) -> [Span<'a>; 2] {
    let style = match got.cmp(&usual) {
        Ordering::Greater => theme.up,
        Ordering::Less => theme.down,
        Ordering::Equal => theme.text,
    };
    // To as many digits as the reward, which could not be worked out from fewer.
    let usual = format!("/{}", pen::thousandths(usual));
    let got = text::right(&pen::thousandths(got), columns.saturating_sub(usual.len()));
    [Span::styled(got, style), Span::styled(usual, theme.faint)]
}
