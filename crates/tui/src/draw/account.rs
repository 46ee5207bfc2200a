//! A song's score by its parts, read off its ledger.

use ratatui::text::{Line, Span};

use super::unscored::Unscored;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::QueueEntry;
use melody_recommender::ranking::{Ledger, Node};

/// What a stacked bar shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub interest: Score,
    pub subscription: Score,
    pub exposure: Score,
    /// Adjustments that add, and the tie-breaker.
    pub boost: Score,
    /// Adjustments that take away, as a positive number.
    pub loss: Score,
}

impl Parts {
    pub(crate) fn new(ledger: &Ledger) -> Self {
        let mut parts = Parts::default();
        parts.add(&ledger.score);
        parts
    }

    /// Every frame does this for all songs of many queues, so nothing is put together on the way.
    fn add(&mut self, node: &Node) {
        if !node.children.is_empty() {
            return node.children.iter().for_each(|child| self.add(child));
        }
        match node.name.as_str() {
            "interest" => self.interest += node.value,
            "subscription" => self.subscription += node.value,
            "exposure" => self.exposure += node.value,
            _ if node.value < Score::ZERO => self.loss += -node.value,
            _ => self.boost += node.value,
        }
    }

    /// What all of these have, part by part. What is taken away is told apart from it.
    pub(crate) fn common(all: &[Parts]) -> Self {
        let least = |of: fn(&Parts) -> Score| all.iter().map(of).min().unwrap_or_default();
        Parts {
            interest: least(|p| p.interest),
            subscription: least(|p| p.subscription),
            exposure: least(|p| p.exposure),
            boost: least(|p| p.boost),
            loss: Score::ZERO,
        }
    }

    pub(crate) fn added(&self) -> Score {
        self.interest + self.subscription + self.exposure + self.boost
    }
}

pub(crate) fn leaves(node: &Node) -> Vec<&Node> {
    if node.children.is_empty() {
        return vec![node];
    }
    node.children.iter().flat_map(leaves).collect()
}

/// Rows of the account of a song.
pub(crate) const ROWS: u16 = 3;

/// Which song is selected, what its score is made of, and how it came into the queue.
pub(crate) fn lines<'a>(
    entry: &'a QueueEntry,
    view: &View,
    columns: usize,
    theme: &Theme,
) -> Vec<Line<'a>> {
    let song = Line::from(vec![
        Span::styled("❯ ", theme.accent),
        Span::styled(text::clean(&entry.song.title), theme.strong),
        Span::raw(format!(" · {}", text::clean(&entry.song.artist))),
        Span::styled(format!("  {}", view.say(&entry.song.genre)), theme.faint),
    ]);
    let mut how = Vec::new();
    // What it costs comes first: that is what must not be cut.
    if let Some(displaced) = &entry.displaced {
        how.push(Span::styled("  P ", theme.promoted));
        how.push(Span::raw(format!("{} ", view.say(&cost(displaced.interest)))));
        how.push(Span::styled(format!("{} ", view.say("in place of")), theme.faint));
        how.push(Span::raw(view.song_name(&displaced.song)));
    }
    if let Some(why) = Unscored::of(&view.now().queue, entry) {
        let said = format!("  {} ", view.say(why.about()));
        how.push(Span::styled(said, if entry.promoted { theme.promoted } else { theme.faint }));
    }
    how.push(Span::styled(format!("  {} ", view.say("brought by")), theme.faint));
    how.push(Span::raw(match entry.ledger.sources.is_empty() {
        true => view.say("nobody").into_owned(),
        false => sources(view, entry),
    }));
    vec![song, sum(entry, view, columns, theme), Line::from(how)]
}

/// Who brought a song.
fn sources(view: &View, entry: &QueueEntry) -> String {
    let names: Vec<_> = entry.ledger.sources.iter().map(|name| view.source(name)).collect();
    names.join(&*view.say(", "))
}

/// What a promoted song's place costs the listener in interest, or gains them.
pub(crate) fn cost(interest: Score) -> String {
    match interest < Score::ZERO {
        true => format!("gains {:.3} interest", -interest),
        false => format!("costs {interest:.3} interest"),
    }
}

/// The score as a sum, its largest parts first, as many as fit.
fn sum<'a>(entry: &QueueEntry, view: &View, columns: usize, theme: &Theme) -> Line<'a> {
    let mut parts = leaves(&entry.ledger.score);
    // What would be shown as nothing is left out.
    let least = Score::from_millionths(500);
    parts.retain(|leaf| leaf.name != "epsilon" && leaf.value.abs() >= least);
    parts.sort_by_key(|leaf| std::cmp::Reverse(leaf.value.abs()));
    let mut line = Line::from(format!("  {:.3} =", entry.score));
    for (i, leaf) in parts.iter().enumerate() {
        let (name, style) = match leaf.name.as_str() {
            "interest" => ("α", theme.interest),
            "subscription" => ("β", theme.subscription),
            "exposure" => ("γ", theme.exposure),
            name if leaf.value < Score::ZERO => (name, theme.loss),
            name => (name, theme.boost),
        };
        let name = view.say(name);
        let part =
            [Span::raw(format!(" {:+.3} ", leaf.value)), Span::styled(name.into_owned(), style)];
        let more = format!(" {}", view.fill("and {} more", &[&(parts.len() - i)]));
        let wide: usize = part.iter().map(Span::width).sum();
        let last = i + 1 == parts.len();
        if line.width() + wide + if last { 0 } else { text::width(&more) } > columns {
            line.push_span(Span::styled(more, theme.faint));
            break;
        }
        line.extend(part);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_songs_have_is_the_least_of_each_part() {
        let parts = |interest, exposure, boost, loss| Parts {
            interest: Score::new(interest),
            exposure: Score::new(exposure),
            boost: Score::new(boost),
            loss: Score::new(loss),
            ..Parts::default()
        };
        let common = Parts::common(&[parts(0.4, 0.0, 0.2, 0.1), parts(0.3, 0.1, 0.3, 0.2)]);
        assert_eq!(common, parts(0.3, 0.0, 0.2, 0.0));
        assert_eq!(common.added(), Score::new(0.5));
        assert_eq!(Parts::common(&[]), Parts::default());
    }
}
