//! The newest plays of one listener, and counts of all of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::collections::BinaryHeap;

use serde::Serialize;

use super::clock;
use super::play::Play;

/// Keeps the newest plays of a stream that comes in any order. Memory is that of the plays kept.
pub struct Kept {
    most: usize,
    heap: BinaryHeap<Reverse<Entry>>,
    /// Plays pushed so far.
    pushed: u64,
    /// The time a play without one is taken to follow.
    last_time: i64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
}

/// A play by its time, and by its place in the stream where times are the same.
struct Entry {
    order: (i64, u64),
    play: Play,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

/// What is known of all plays of the listener.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct KeptSummary {
    /// Of this listener, usable.
    pub plays: u64,
    /// Plays kept.
    pub kept: usize,
    /// Older than those kept.
    pub older: u64,
    /// The same song at the same time as another: files overlap.
    pub duplicates: usize,
    /// RFC 3339; over all plays.
    pub first: Option<String>,
    /// When the newest was heard, as it was written.
    pub last: Option<String>,
    /// Of the plays kept.
    pub hours: f64,
    /// From the first to the last play.
    pub days: f64,
}

impl Kept {
    /// Keeps the newest `most` plays.
    pub fn new(most: usize) -> Self {
        Kept {
            most,
            heap: BinaryHeap::new(),
            pushed: 0,
            last_time: 0,
            first_ms: None,
            last_ms: None,
        }
    }

    /// Adds a play; where that is one too many, the oldest goes.
    pub fn push(&mut self, play: Play) {
        if let Some(time) = play.time_ms {
            self.last_time = time;
            self.first_ms = Some(self.first_ms.map_or(time, |first| first.min(time)));
            self.last_ms = Some(self.last_ms.map_or(time, |last| last.max(time)));
        }
        let order = (self.last_time, self.pushed);
        self.pushed += 1;
        self.heap.push(Reverse(Entry { order, play }));
        if self.heap.len() > self.most {
            self.heap.pop();
        }
    }

    /// The plays kept, oldest first, and the counts.
    pub fn finish(self) -> (Vec<Play>, KeptSummary) {
        let in_heap = self.heap.len();
        let entries = self.heap.into_sorted_vec().into_iter().rev();
        let mut plays: Vec<Play> = entries.map(|Reverse(entry)| entry.play).collect();
        let mut seen = BTreeSet::new();
        plays.retain(|play| match play.time_ms {
            // Hours tell plays apart only roughly, and a session says that its plays are its own.
            Some(time) if play.session.is_none() => {
                let name = |text: &Option<String>| text.clone().unwrap_or_default();
                seen.insert((time, name(&play.song), name(&play.title), name(&play.artist)))
            }
            _ => true,
        });
        let days = match (self.first_ms, self.last_ms) {
            (Some(first), Some(last)) => (last - first) as f64 / 86_400_000.0,
            _ => 0.0,
        };
        let summary = KeptSummary {
            plays: self.pushed,
            kept: plays.len(),
            older: self.pushed - in_heap as u64,
            duplicates: in_heap - plays.len(),
            first: self.first_ms.map(clock::written),
            last: self.last_ms.map(clock::written),
            hours: plays.iter().map(|play| f64::from(play.heard_ms()) / 3_600_000.0).sum(),
            days,
        };
        (plays, summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(title: &str, time_ms: Option<i64>) -> Play {
        Play { title: Some(title.into()), artist: Some("A".into()), time_ms, ..Play::default() }
    }

    #[test]
    fn the_newest_are_kept_in_order_whatever_order_they_come_in() {
        let mut kept = Kept::new(3);
        for (title, time) in [("b", 2), ("d", 4), ("a", 1), ("e", 5), ("c", 3), ("e", 5)] {
            kept.push(play(title, Some(time)));
            assert!(kept.heap.len() <= 3);
        }
        let (plays, summary) = kept.finish();
        let titles: Vec<&str> = plays.iter().filter_map(|p| p.title.as_deref()).collect();
        assert_eq!(titles, ["d", "e"]);
        assert_eq!((summary.plays, summary.older, summary.duplicates), (6, 3, 1));
        assert_eq!(summary.first.as_deref(), Some("1970-01-01T00:00:00.001Z"));
    }

    #[test]
    fn plays_without_a_time_follow_the_one_before() {
        let mut kept = Kept::new(10);
        for (title, time) in [("b", Some(5)), ("c", None), ("a", Some(1)), ("a2", None)] {
            kept.push(play(title, time));
        }
        let titles: Vec<String> = kept.finish().0.into_iter().filter_map(|p| p.title).collect();
        assert_eq!(titles, ["a", "a2", "b", "c"]);
    }
}
