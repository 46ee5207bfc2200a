//! What the session does to each song of the queue.

use ratatui::text::{Line, Span};

use crate::draw::account::leaves;
use crate::draw::page::Section;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::QueueEntry;

/// The adjustments that come from the session.
const BOOSTS: [&str; 3] = ["genre streak", "weariness", "search"];
/// Columns of a boost.
const NUMBER: usize = 8;

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let title = view.say("Lifted and lowered in the queue");
    let moved: Vec<(&QueueEntry, [Score; BOOSTS.len()])> = view
        .now()
        .queue
        .iter()
        .map(|entry| (entry, BOOSTS.map(|name| boost(entry, name))))
        .filter(|(_, boosts)| boosts.iter().any(|boost| *boost != Score::ZERO))
        .collect();
    if moved.is_empty() {
        let said = view.say("no song of the queue: it is ranked by the long-term taste alone");
        return Section::lines(title, vec![Line::styled(said.into_owned(), theme.faint)]);
    }
    let name = columns.saturating_sub(3 + NUMBER * BOOSTS.len());
    let mut head = text::right("#", 3) + &text::left("", name);
    for column in ["genre", "weary", "search"] {
        head += &text::right(&view.say(column), NUMBER);
    }
    let mut lines = vec![Line::styled(head, theme.faint)];
    for (entry, boosts) in moved {
        let song = &entry.song;
        let said = format!(" {} · {}", text::clean(&song.title), text::clean(&song.artist));
        let mut spans = vec![
            Span::styled(text::right(&entry.position.to_string(), 3), theme.faint),
            Span::raw(text::left(&said, name)),
        ];
        spans.extend(boosts.map(|boost| {
            let (said, style) = match boost.millionths() {
                0 => ("·".to_string(), theme.faint),
                up if up > 0 => (format!("{boost:+.3}"), theme.up),
                _ => (format!("{boost:+.3}"), theme.down),
            };
            Span::styled(text::right(&said, NUMBER), style)
        }));
        lines.push(Line::from(spans));
    }
    Section::lines(title, lines)
}

/// What a stage adds to a song's score.
fn boost(entry: &QueueEntry, stage: &str) -> Score {
    let leaves = leaves(&entry.ledger.score);
    leaves.into_iter().filter(|leaf| leaf.name == stage).map(|leaf| leaf.value).sum()
}
