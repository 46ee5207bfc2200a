//! What the session does to each song of the queue.

use ratatui::style::Style;
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
/// What is less is nothing in the digits that are shown.
const LEAST: Score = Score::from_millionths(500);

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let title = view.say("Lifted and lowered in the queue");
    let mut moved: Vec<(&QueueEntry, [Score; BOOSTS.len()])> = view
        .now()
        .queue
        .iter()
        .map(|entry| (entry, BOOSTS.map(|name| boost(entry, name))))
        .filter(|(_, boosts)| boosts.iter().any(|boost| *boost != Score::ZERO))
        .collect();
    let none = match moved.is_empty() {
        true => "no song of the queue: it is ranked by the long-term taste alone",
        false => "no song of the queue by as much as 0.001",
    };
    moved.retain(|(_, boosts)| boosts.iter().any(|boost| boost.abs() >= LEAST));
    if moved.is_empty() {
        return Section::lines(title, vec![Line::styled(view.say(none).into_owned(), theme.faint)]);
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
            let (said, style) = told(boost, theme);
            Span::styled(text::right(&said, NUMBER), style)
        }));
        lines.push(Line::from(spans));
    }
    Section::lines(title, lines)
}

/// A boost as it is shown: with its sign, and as nothing where its digits are.
fn told(boost: Score, theme: &Theme) -> (String, Style) {
    match boost.abs() < LEAST {
        true => ("·".into(), theme.faint),
        false if boost > Score::ZERO => (format!("{boost:+.3}"), theme.up),
        false => (format!("{boost:+.3}"), theme.down),
    }
}

/// What a stage adds to a song's score.
fn boost(entry: &QueueEntry, stage: &str) -> Score {
    let leaves = leaves(&entry.ledger.score);
    leaves.into_iter().filter(|leaf| leaf.name == stage).map(|leaf| leaf.value).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_nothing_is_shown_as_nothing_and_all_else_with_its_sign() {
        let theme = Theme::plain();
        let said = |millionths| told(Score::from_millionths(millionths), &theme).0;
        assert_eq!([0, -64, 499, -499].map(said), ["·"; 4]);
        assert_eq!([500, -500, -12_340].map(said), ["+0.001", "-0.001", "-0.012"]);
    }
}
