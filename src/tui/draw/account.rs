//! A song's score by its parts, read off its ledger.

use ratatui::text::{Line, Span};

use super::pen::short;
use crate::engine::{QueueEntry, Trace};
use crate::ranking::{Ledger, Node};
use crate::score::Score;
use crate::tui::text;
use crate::tui::theme::Theme;

/// What a stacked bar shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub interest: Score,
    pub subscription: Score,
    pub exposure: Score,
    /// Adjustments that add, and the tie-breaker.
    pub boost: Score,
    /// Adjustments that take away, as a positive number.
    pub loss: Score,
}

impl Parts {
    pub fn new(ledger: &Ledger) -> Self {
        let mut parts = Parts::default();
        for leaf in leaves(&ledger.score) {
            match leaf.name.as_str() {
                "interest" => parts.interest += leaf.value,
                "subscription" => parts.subscription += leaf.value,
                "exposure" => parts.exposure += leaf.value,
                _ if leaf.value < Score::ZERO => parts.loss += -leaf.value,
                _ => parts.boost += leaf.value,
            }
        }
        parts
    }

    pub fn added(&self) -> Score {
        self.interest + self.subscription + self.exposure + self.boost
    }
}

fn leaves(node: &Node) -> Vec<&Node> {
    if node.children.is_empty() {
        return vec![node];
    }
    node.children.iter().flat_map(leaves).collect()
}

/// Parts of a score told in one line.
const TOLD: usize = 4;

/// What the selected song's score is made of, and how it came into the queue.
pub fn lines<'a>(entry: &QueueEntry, trace: &Trace, theme: &Theme) -> Vec<Line<'a>> {
    let mut parts = leaves(&entry.ledger.score);
    parts.retain(|leaf| leaf.name != "epsilon" && leaf.value != Score::ZERO);
    parts.sort_by_key(|leaf| std::cmp::Reverse(leaf.value.abs()));
    let mut sum = vec![Span::styled(format!("{} ", text::clean(&entry.song.title)), theme.strong)];
    sum.push(Span::raw(format!("{:.3} =", entry.score)));
    for leaf in parts.iter().take(TOLD) {
        sum.push(Span::raw(format!(" {}", short(leaf.value, true))));
        sum.push(Span::styled(format!(" {}", leaf.name), theme.faint));
    }
    if parts.len() > TOLD {
        sum.push(Span::styled(format!(" and {} more", parts.len() - TOLD), theme.faint));
    }
    let mut how = vec![Span::styled("brought by ", theme.faint)];
    how.push(Span::raw(match entry.ledger.sources.is_empty() {
        true => "nobody".to_string(),
        false => entry.ledger.sources.join(", "),
    }));
    if let Some(displaced) = &entry.displaced {
        how.push(Span::styled("; took the place of ", theme.faint));
        how.push(Span::raw(song_name(trace, &displaced.song)));
        how.push(Span::styled(", interest given up ", theme.faint));
        how.push(Span::raw(short(displaced.interest, false)));
    }
    vec![Line::from(sum), Line::from(how)]
}

/// The title of a song the trace knows, or its identifier.
pub fn song_name(trace: &Trace, id: &str) -> String {
    let queued = trace.queue.iter().map(|entry| &entry.song);
    let others = trace.runners_up.iter().map(|other| &other.song);
    let song = queued.chain(others).find(|song| song.id == id);
    song.map_or_else(|| id.to_string(), |song| format!("\"{}\"", text::clean(&song.title)))
}
