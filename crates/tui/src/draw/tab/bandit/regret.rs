//! What other arms would have earned from the simulated listener.

use ratatui::text::{Line, Span};

use super::arm::{letter, named};
use crate::draw::bar;
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_simulation::Regret;

/// Decisions listed at most, and where there is little room.
const LISTED: usize = 10;
const LISTED_LITTLE: usize = 3;
/// Columns of a decision but for the arms': step, arm, regret, sum.
const FIXED: usize = 4 + 2 + 11 + 8 + 8;
/// Columns of an arm's reward.
const REWARD: usize = 7;

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize, roomy: bool) -> Section<'a> {
    let title = format!("{} · {}", view.say("Regret"), view.say("simulated"));
    let regrets = &view.regrets;
    let mut lines = Vec::new();
    if !regrets.is_empty() {
        let arms = regrets.iter().map(|r| r.rewards.len()).max().unwrap_or(0);
        let arms = if columns >= FIXED + arms * REWARD { arms } else { 0 };
        lines.push(heading(view, arms, theme));
        let mut sum = Score::ZERO;
        let sums: Vec<Score> = regrets
            .iter()
            .map(|regret| {
                sum += regret.value();
                sum
            })
            .collect();
        let listed = if roomy { LISTED } else { LISTED_LITTLE };
        let rows = regrets.iter().zip(&sums).rev().take(listed);
        lines.extend(rows.map(|(regret, sum)| row(view, regret, *sum, arms, theme)));
        if regrets.len() > listed {
            let said = view.fill("and {} earlier", &[&(regrets.len() - listed)]);
            lines.push(Line::styled(said, theme.faint));
        }
    }
    let state = match (view.regretting, view.autopilot, regrets.is_empty()) {
        (true, ..) => Some("trying every arm on the next decision…"),
        (_, false, _) => Some("autopilot is off: only its listener can be asked"),
        (_, _, true) => Some("comes once the first decision has been closed by the next"),
        _ => None,
    };
    if let Some(state) = state {
        lines.push(Line::styled(view.say(state).into_owned(), theme.accent));
    }
    let what = "each arm is played on from the decision by the same listener with the same draws; regret: what the best would have earned over what the chosen one did";
    lines.extend(legend(&view.say(what), columns, theme));
    Section::lines(title, lines).aside(summary(view, theme))
}

/// The sum over all decisions, and how it grew.
fn summary<'a>(view: &View, theme: &Theme) -> Line<'a> {
    if view.regrets.is_empty() {
        return Line::default();
    }
    let mut sum = Score::ZERO;
    let growth: Vec<f64> = view
        .regrets
        .iter()
        .map(|regret| {
            sum += regret.value();
            sum.value()
        })
        .collect();
    let spark = bar::spark_between(&growth, 16, 0.0, sum.value().max(0.01));
    let count = view.regrets.len();
    let said = view.counted(count, "over 1 decision", "over {} decisions");
    Line::from(vec![
        Span::styled(spark, theme.accent),
        Span::styled(format!(" {sum:.3} "), theme.strong),
        Span::styled(said, theme.faint),
    ])
}

fn heading<'a>(view: &View, arms: usize, theme: &Theme) -> Line<'a> {
    let right = |name: &str, columns| text::right(&view.say(name), columns);
    let mut head = format!("{}  {}", right("step", 4), text::left(&view.say("chosen"), 11));
    for arm in 0..arms {
        head += &text::right(&letter(arm).to_string(), REWARD);
    }
    if arms == 0 {
        head += &right("best", 10);
    }
    head += &right("regret", 8);
    head += &right("sum", 8);
    Line::styled(head, theme.faint)
}

/// The best arm's reward is loud, the chosen one's in brackets.
fn row<'a>(view: &View, regret: &Regret, sum: Score, arms: usize, theme: &Theme) -> Line<'a> {
    let name = |arm: usize| {
        let known = view.policy.bandit.arms.get(arm).map_or("", |arm| arm.name.as_str());
        named(view, arm, known)
    };
    let best = regret.best();
    let mut spans = vec![
        Span::styled(text::right(&regret.step.to_string(), 4), theme.faint),
        Span::raw(format!("  {}", text::left(&name(regret.arm), 11))),
    ];
    for (arm, reward) in regret.rewards.iter().enumerate().take(arms) {
        let said = match arm == regret.arm {
            true => format!("[{reward:+.2}]"),
            false => format!("{reward:+.2} "),
        };
        let style = if arm == best { theme.good.patch(theme.strong) } else { theme.text };
        spans.push(Span::styled(text::right(&said, REWARD), style));
    }
    if arms == 0 {
        spans.push(Span::styled(text::right(&name(best), 10), theme.good));
    }
    let lost = regret.value();
    let style = if lost > Score::ZERO { theme.down } else { theme.good };
    spans.push(Span::styled(text::right(&format!("{lost:.3}"), 8), style));
    spans.push(Span::raw(text::right(&format!("{sum:.3}"), 8)));
    Line::from(spans)
}
