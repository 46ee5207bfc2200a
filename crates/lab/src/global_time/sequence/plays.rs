//! Plays as a network of sequences is told of them: of each listener the songs in order, by the numbers of those that have a vector.

use super::super::past::Past;

/// Songs that have a vector at most: those that are played most. Others are neither told of nor foretold.
const KNOWN: usize = 100_000;

/// What everybody heard, in order.
pub(super) struct Plays {
    /// By number: the song. Who is played more comes first.
    pub songs: Vec<u32>,
    /// By number: its plays.
    pub counts: Vec<u32>,
    /// Of one listener after the other.
    all: Vec<u32>,
    /// By listener: where theirs begin; at the end where all end.
    starts: Vec<usize>,
}

impl Plays {
    /// The plays that are known.
    pub(super) fn of(past: &Past) -> Self {
        let mut counts = vec![0_u32; past.songs];
        past.all().for_each(|heard| counts[heard.song as usize] += 1);
        let mut songs: Vec<u32> =
            (0..past.songs as u32).filter(|&song| counts[song as usize] > 0).collect();
        songs.sort_by_key(|&song| (std::cmp::Reverse(counts[song as usize]), song));
        songs.truncate(KNOWN);
        let mut numbers = vec![u32::MAX; past.songs];
        for (number, &song) in songs.iter().enumerate() {
            numbers[song as usize] = number as u32;
        }
        let (mut all, mut starts) = (Vec::new(), vec![0]);
        for listener in 0..past.listeners as u32 {
            let known = past.of(listener).iter().map(|heard| numbers[heard.song as usize]);
            all.extend(known.filter(|number| *number != u32::MAX));
            starts.push(all.len());
        }
        let counts = songs.iter().map(|&song| counts[song as usize]).collect();
        Plays { songs, counts, all, starts }
    }

    pub(super) fn listeners(&self) -> usize {
        self.starts.len() - 1
    }

    /// What a listener heard, oldest first.
    pub(super) fn of_listener(&self, listener: usize) -> &[u32] {
        &self.all[self.starts[listener]..self.starts[listener + 1]]
    }

    /// All plays, listener by listener.
    pub(super) fn all(&self) -> &[u32] {
        &self.all
    }
}
