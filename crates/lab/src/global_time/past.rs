//! A cut in time: what is known of everybody before it, and what they then heard.

use std::ops::Range;

use super::heard::{Heard, Way};

/// Left out before the test, in seconds.
const GAP: i64 = 30 * 60;

/// What is known at a moment, and what came after it.
pub(super) struct Past<'a> {
    plays: &'a [Heard],
    /// Of each listener: the plays that are known, and those to foretell.
    parts: Vec<[Range<usize>; 2]>,
    pub(super) songs: usize,
    pub(super) listeners: usize,
    /// What came from here on is not known.
    pub(super) until: i64,
}

impl<'a> Past<'a> {
    /// The plays from `test` on, and before its end, are to be foretold.
    pub(super) fn new(
        plays: &'a [Heard],
        [songs, listeners]: [usize; 2],
        test: Range<i64>,
    ) -> Self {
        let until = test.start - GAP;
        let mut parts = Vec::with_capacity(listeners);
        let mut from = 0;
        for listener in 0..listeners as u32 {
            let before = |moment: i64| {
                from + plays[from..].partition_point(|h| (h.listener, h.at) < (listener, moment))
            };
            let (known, begin, end) = (before(until), before(test.start), before(test.end));
            parts.push([from..known, begin..end]);
            from += plays[from..].partition_point(|h| h.listener <= listener);
        }
        Past { plays, parts, songs, listeners, until }
    }

    /// The plays that are known of a listener, oldest first.
    pub(super) fn of(&self, listener: u32) -> &'a [Heard] {
        &self.plays[self.parts[listener as usize][0].clone()]
    }

    /// All plays that are known.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Heard> {
        (0..self.listeners as u32).flat_map(|listener| self.of(listener))
    }

    /// The songs that a listener heard in the test, in order of their numbers; `way` alone, or all.
    pub(super) fn relevant(&self, listener: u32, way: Option<Way>) -> Vec<u32> {
        let plays = &self.plays[self.parts[listener as usize][1].clone()];
        let wanted = plays.iter().filter(|heard| way.is_none_or(|way| heard.way == way));
        let mut songs: Vec<u32> = wanted.map(|heard| heard.song).collect();
        songs.sort_unstable();
        songs.dedup();
        songs
    }

    /// At most so many listeners who have a past and something to be foretold.
    pub(super) fn asked(&self, most: usize) -> Vec<u32> {
        let asked = (0..self.listeners as u32).filter(|&listener| {
            let [known, test] = &self.parts[listener as usize];
            !known.is_empty() && !test.is_empty()
        });
        asked.take(most).collect()
    }
}
