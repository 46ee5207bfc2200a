//! Near-line updates: when the next one comes, and what came of those before.

use ratatui::text::{Line, Span};

use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::feedback::UpdateReport;

/// Updates listed at most.
const LISTED: usize = 12;

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let now = &view.now().near_line;
    let next = match (now.due, now.next_in) {
        (Some(due), _) => view.fill("running, takes over at step {}", &[&due]),
        (None, 1) => view.say("next after 1 more play").into_owned(),
        (None, plays) => view.fill("next after {} more plays", &[&plays]),
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(next, theme.accent),
        Span::styled(format!("  {}", view.fill("{} accepted", &[&now.accepted])), theme.good),
        Span::styled(format!("  {}", view.fill("{} refused", &[&now.refused])), theme.faint),
    ])];
    let updates: Vec<(u32, &UpdateReport)> = view
        .traces
        .iter()
        .filter_map(|trace| Some((trace.step, trace.near_line.update.as_ref()?)))
        .collect();
    if updates.is_empty() {
        let said = view.say("no update from the newest plays yet").into_owned();
        lines.push(Line::styled(said, theme.faint));
    } else {
        lines.push(heading(view, columns, theme));
    }
    let rows = updates.iter().rev().take(LISTED);
    lines.extend(rows.map(|(step, update)| row(view, *step, update, columns, theme)));
    if updates.len() > LISTED {
        let said = view.fill("and {} earlier", &[&(updates.len() - LISTED)]);
        lines.push(Line::styled(said, theme.faint));
    }
    let policy = &view.policy.near_line;
    let said = view.fill(
        "every {} plays the newest {} and {} replayed ones of others train towers, gates and the listener's embedding; first a trial without the newest few must foretell those better, and others' plays no worse by more than {}",
        &[&policy.every, &policy.newest, &policy.replayed, &policy.tolerance],
    );
    lines.extend(legend(&said, columns, theme));
    Section::lines(view.say("Near-line updates"), lines)
}

/// Columns of a loss before and after.
const LOSS: usize = 18;

/// Whether the examples and the loss on others' plays have room too.
fn roomy(columns: usize) -> bool {
    columns >= 5 + 11 + 2 * LOSS + 10
}

fn heading<'a>(view: &View, columns: usize, theme: &Theme) -> Line<'a> {
    let right = |name: &str, columns| text::right(&view.say(name), columns);
    let mut head = right("step", 5) + "  " + &text::left(&view.say("outcome"), 9);
    head += &right("own newest plays", LOSS);
    if roomy(columns) {
        head += &right("plays of others", LOSS);
        head += &right("examples", 10);
    }
    Line::styled(head, theme.faint)
}

fn row<'a>(
    view: &View,
    step: u32,
    update: &UpdateReport,
    columns: usize,
    theme: &Theme,
) -> Line<'a> {
    let (word, style) =
        if update.accepted { ("accepted", theme.good) } else { ("refused", theme.warning) };
    let mut spans = vec![
        Span::styled(text::right(&step.to_string(), 5), theme.faint),
        Span::raw("  "),
        Span::styled(text::left(&view.say(word), 9), style),
    ];
    let mut loss = |[before, after]: [Score; 2]| {
        let style = if after > before { theme.down } else { theme.up };
        spans.push(Span::raw(text::right(&format!("{before:.4} → "), LOSS - 6)));
        spans.push(Span::styled(format!("{after:.4}"), style));
    };
    loss(update.own_loss);
    if roomy(columns) {
        loss(update.held_back_loss);
        spans.push(Span::raw(text::right(&update.examples.to_string(), 10)));
    }
    Line::from(spans)
}
