//! The whole account of the selected song: ledger, head outputs, experts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::engine::{QueueEntry, Trace};
use crate::model::TASKS;
use crate::ranking::Node;
use crate::score::Score;
use crate::tui::draw::account::{cost, song_name};
use crate::tui::draw::{Drawn, bar, pen};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::view::View;

/// Columns of the tree's names.
const NAMES: usize = 22;
/// Cells of a bar.
const CELLS: usize = 16;

pub fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) -> Drawn {
    let lines = match view.selected_entry() {
        Some(entry) => lines(entry, view.now(), theme),
        None => vec![Line::raw("The queue is empty: there is nothing to explain.")],
    };
    pen::scrolled(buf, area, lines, view.scroll)
}

fn lines<'a>(entry: &QueueEntry, trace: &Trace, theme: &Theme) -> Vec<Line<'a>> {
    let song = &entry.song;
    let mut lines = vec![Line::from(vec![
        Span::styled(text::clean(&song.title).into_owned(), theme.strong),
        Span::raw(format!(" · {}", text::clean(&song.artist))),
        Span::styled(format!("  {}  {}", song.genre, song.id), theme.faint),
    ])];
    let sources = entry.ledger.sources.join(", ");
    lines.push(Line::from(vec![
        Span::styled("brought by ", theme.faint),
        Span::raw(if sources.is_empty() { "nobody".to_string() } else { sources }),
    ]));
    if let Some(campaign) = &song.campaign {
        let mut spans = vec![Span::styled(format!("promoted by {campaign}"), theme.promoted)];
        if let Some(displaced) = &entry.displaced {
            let name = song_name(trace, &displaced.song);
            spans.push(Span::styled("  in place of ", theme.faint));
            spans.push(Span::raw(name));
            spans.push(Span::styled(": ", theme.faint));
            spans.push(Span::raw(cost(displaced.interest)));
        }
        lines.push(Line::from(spans));
        let promotion = &trace.promotion;
        lines.push(Line::styled(
            format!(
                "placed because promotion was due (target {:.0} %, at most {} in {}), not by its score",
                100.0 * promotion.target.value(),
                promotion.at_most,
                promotion.window
            ),
            theme.faint,
        ));
    }
    lines.push(Line::default());
    lines.push(Line::styled("Score ledger", theme.title));
    tree(&entry.ledger.score, "", "", theme, &mut lines);
    lines.push(Line::default());
    lines.push(Line::styled("What the heads say", theme.title));
    lines.extend(heads(entry, theme));
    lines.push(Line::default());
    lines.push(Line::styled("Experts each task listens to", theme.title));
    lines.extend(gates(entry, theme));
    lines
}

/// One line per node, its children under it.
fn tree(node: &Node, lead: &str, below: &str, theme: &Theme, lines: &mut Vec<Line>) {
    let style = part_style(&node.name, node.value, theme);
    let name = format!("{lead}{}", node.name);
    lines.push(Line::from(vec![
        Span::styled(text::left(&name, NAMES), style),
        Span::styled(format!("{:+.6}", node.value), theme.strong),
        Span::styled(format!("  {}", text::clean(&node.how)), theme.faint),
    ]));
    for (i, child) in node.children.iter().enumerate() {
        let last = i + 1 == node.children.len();
        let (branch, stem) = if last { ("└ ", "  ") } else { ("├ ", "│ ") };
        tree(child, &format!("{below}{branch}"), &format!("{below}{stem}"), theme, lines);
    }
}

fn part_style(name: &str, value: Score, theme: &Theme) -> Style {
    match name {
        "score" | "fusion" | "adjustments" => theme.text,
        "interest" => theme.interest,
        "subscription" => theme.subscription,
        "exposure" => theme.exposure,
        "epsilon" => theme.faint,
        _ if value < Score::ZERO => theme.loss,
        _ => theme.boost,
    }
}

fn heads<'a>(entry: &QueueEntry, theme: &Theme) -> Vec<Line<'a>> {
    let h = &entry.heads;
    let rows = [
        ("completion", h.completion, theme.interest),
        ("play ratio", h.play_ratio, theme.interest),
        ("like or save", h.like, theme.interest),
        ("skip", h.skip, theme.interest),
        ("subscription", h.subscription, theme.subscription),
        ("promoted engagement", h.exposure, theme.exposure),
    ];
    rows.map(|(name, value, style)| {
        let mut spans = vec![Span::raw(text::left(name, NAMES))];
        spans.push(Span::styled(format!("{value:.6}  "), theme.strong));
        spans.extend(bar::single(value.value(), CELLS, style, theme.colour));
        Line::from(spans)
    })
    .into()
}

fn gates<'a>(entry: &QueueEntry, theme: &Theme) -> Vec<Line<'a>> {
    let styles = [theme.interest, theme.subscription, theme.exposure];
    let rows = TASKS.iter().zip(&entry.gates).zip(styles);
    rows.map(|((task, gates), style)| {
        let mut spans = vec![Span::raw(text::left(task.name(), NAMES))];
        for (expert, share) in gates.iter().enumerate() {
            spans.push(Span::styled(format!("{} ", expert + 1), theme.faint));
            spans.push(Span::raw(format!("{share:.2} ")));
            spans.extend(bar::single(share.value(), 6, style, theme.colour));
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    })
    .collect()
}
