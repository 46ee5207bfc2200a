//! The bandit: what it believes of each arm, what it chose and on what, and what that earned.

mod arm;
mod arms;
mod history;
mod others;
mod regret;
mod rewards;

use ratatui::text::{Line, Span};

use crate::draw::tab::bandit::arm::decision;

use crate::draw::bar;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::page::{Page, Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_recommender::bandit::{CONTEXT, Choice};
use melody_recommender::policy::Algorithm;

/// From here on there are two columns.
const WIDE: u16 = 110;

pub(super) fn draw(canvas: Canvas) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let wide = area.width >= WIDE;
    let page = Page::new(area, if wide { &[5, 4] } else { &[1] });
    let side = usize::from(wide);
    let (main, other) = (page.width(0), page.width(side));
    let arms = arms::section(view, theme, main);
    let rewards = rewards::section(view, theme, other, page.roomy());
    let history = history::section(view, theme, main);
    let context = context(view, theme, if wide { main } else { other });
    let regret = regret::section(view, theme, other, page.roomy());
    let others = others::section(view, theme, main);
    let columns = match wide {
        true => vec![vec![arms, history, context, others], vec![rewards, regret]],
        false => vec![vec![arms, rewards, history, regret, others, context]],
    };
    page.draw(columns, canvas)
}

/// What the decision was made on: the context's features by name.
fn context<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    /// Columns of a feature: name, value, bar.
    const FEATURE: usize = 18 + 6 + 1 + CELLS;
    const CELLS: usize = 5;
    /// A feature this large fills its bar.
    const FULL: f64 = 1.5;
    let title = view.say("What it was decided on");
    let Some(choice) = decision(view) else {
        let said = view.say("decided before the steps kept on screen").into_owned();
        return Section::lines(title, vec![Line::styled(said, theme.faint)]);
    };
    let feature = |(name, value): (&&str, &f64)| -> Vec<Span<'a>> {
        // The session's own figure, which is another one than that in the reward.
        let name = if *name == "satisfaction" { "share heard" } else { name };
        let name = name.replace('_', " ");
        let zero = *value == 0.0;
        let (number, sign) = if zero {
            (theme.faint, theme.faint)
        } else {
            (theme.strong, if *value < 0.0 { theme.down } else { theme.accent })
        };
        let mut spans = vec![
            Span::styled(text::left(&view.say(&name), 18), theme.faint),
            Span::styled(text::right(&format!("{value:+.2}"), 6), number),
            Span::raw(" "),
        ];
        spans.extend(bar::single(value.abs() / FULL, CELLS, sign, theme.colour));
        spans
    };
    let features: Vec<Vec<Span>> = CONTEXT.iter().zip(&choice.context.0).map(feature).collect();
    let beside = ((columns + 2) / (FEATURE + 2)).clamp(1, 3);
    let rows = features.len().div_ceil(beside);
    let promoted = promoted(view, choice).map(|said| legend(&said, columns, theme));
    let lines = (0..rows).map(|row| {
        let mut line = Line::default();
        for one in features.iter().skip(row).step_by(rows) {
            if line.width() > 0 {
                line.push_span(Span::raw("  "));
            }
            line.extend(one.clone());
        }
        line
    });
    let aside = view.fill("step {}", &[&choice.step]);
    let lines = promoted.into_iter().flatten().chain(lines).collect();
    Section::lines(title, lines).aside(Span::styled(aside, theme.faint))
}

/// What a promoted song was believed to be worth then, part by part; only doses go by it.
fn promoted(view: &View, choice: &Choice) -> Option<String> {
    let Choice { usual, moment, own, .. } = choice;
    let worth = *usual + *moment + *own;
    let signed = [worth, *usual, *moment, *own].map(|part| format!("{part:+.6}"));
    let [worth, usual, moment, own] = &signed;
    let said =
        "a promoted song is worth {} beside another: segment {}, this moment {}, this listener {}";
    (view.now().bandit.algorithm == Algorithm::Dose.name())
        .then(|| view.fill(said, &[worth, usual, moment, own]))
}
