//! The newest plays of one listener, each once, and counts of all of them.

use serde::Serialize;

use super::clock;
use super::marks::{MarkSummary, Marks};
use super::play::Play;
use super::settled::{place_ms, settled_of};
use super::songs::Songs;

/// Plays of somebody of whom there will be many.
const LITTLE: u64 = 1_000;

/// Keeps the newest plays of a stream that comes in any order. Plays that are told twice are taken out
/// before the oldest are, so that they take no other play's place. Memory is that of four times the plays kept.
pub struct Kept {
    most: usize,
    /// Each with its time, and with its place in the stream where times are the same.
    plays: Vec<((i64, u64), Play)>,
    /// Of the plays so far.
    songs: Songs,
    /// Plays pushed so far.
    pushed: u64,
    doubles: usize,
    pieces: usize,
    older: u64,
    /// The time a play without one is taken to follow.
    last_time: i64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
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
    /// Told twice, as files that overlap do.
    pub duplicates: usize,
    /// Pieces of plays that were paused: each play counts once.
    pub pieces: usize,
    /// Likes and saves that were told apart from the plays.
    pub marks: MarkSummary,
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
            plays: Vec::new(),
            songs: Songs::default(),
            pushed: 0,
            doubles: 0,
            pieces: 0,
            older: 0,
            last_time: 0,
            first_ms: None,
            last_ms: None,
        }
    }

    /// Adds a play.
    pub fn push(&mut self, play: Play) {
        self.last_time = place_ms(&play).unwrap_or(self.last_time);
        if let Some(time) = play.time_ms {
            self.first_ms = Some(self.first_ms.map_or(time, |first| first.min(time)));
            self.last_ms = Some(self.last_ms.map_or(time, |last| last.max(time)));
        }
        let order = (self.last_time, self.pushed);
        self.pushed += 1;
        let room = 4 * self.most.max(1);
        if self.plays.len() == self.plays.capacity() && self.pushed > LITTLE {
            // All at once: to grow by and by is to move what is there.
            self.plays.reserve_exact(room - self.plays.len());
        }
        self.plays.push((order, play));
        if self.plays.len() >= room {
            self.tidy();
        }
    }

    /// Takes out what is told twice, and then what is too old.
    fn tidy(&mut self) {
        let mut plays = std::mem::take(&mut self.plays);
        plays.sort_by_key(|(order, _)| *order);
        let settled = settled_of(plays, &mut self.songs);
        self.songs.forget();
        let mut plays = settled.plays;
        let older = plays.len().saturating_sub(self.most);
        plays.drain(..older);
        self.doubles += settled.doubles;
        self.pieces += settled.pieces;
        self.older += older as u64;
        self.plays = plays;
    }

    /// The plays kept, oldest first, with the listener's marks on them, and the counts.
    pub fn finish(mut self, marks: &Marks, listener: &str) -> (Vec<Play>, KeptSummary) {
        self.tidy();
        let mut plays: Vec<Play> = self.plays.into_iter().map(|(_, play)| play).collect();
        let marks = marks.put(listener, &mut plays);
        let days = match (self.first_ms, self.last_ms) {
            (Some(first), Some(last)) => (last - first) as f64 / 86_400_000.0,
            _ => 0.0,
        };
        let summary = KeptSummary {
            plays: self.pushed,
            kept: plays.len(),
            older: self.older,
            duplicates: self.doubles,
            pieces: self.pieces,
            marks,
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
            assert!(kept.plays.len() < 12);
        }
        let (plays, summary) = kept.finish(&Marks::default(), "");
        let titles: Vec<&str> = plays.iter().filter_map(|p| p.title.as_deref()).collect();
        assert_eq!(titles, ["c", "d", "e"], "a play told twice takes no other's place");
        assert_eq!((summary.plays, summary.older, summary.duplicates), (6, 2, 1));
        assert_eq!(summary.first.as_deref(), Some("1970-01-01T00:00:00.001Z"));
    }

    #[test]
    fn plays_without_a_time_follow_the_one_before() {
        let mut kept = Kept::new(10);
        for (title, time) in [("b", Some(5)), ("c", None), ("a", Some(1)), ("a2", None)] {
            kept.push(play(title, time));
        }
        let titles: Vec<String> =
            kept.finish(&Marks::default(), "").0.into_iter().filter_map(|p| p.title).collect();
        assert_eq!(titles, ["a", "a2", "b", "c"]);
    }
}
