//! Which plays a step learns from, by seed and step alone.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::network::TOKENS;
use super::plays::Plays;
use melody_core::rng::{Purpose, generator};

/// Windows of a step.
pub(super) const BATCH: usize = 128;
/// Songs that the next one is held against, where there are so many.
pub(super) const OTHERS: usize = 512;
/// Steps of a round, after each of which it is looked how good the network is. A small log is gone over more than once in a round, a
/// large one not wholly.
const ROUND: [usize; 2] = [100, 2_000];

/// Some plays of a listener one after the other; of each but the last the one that follows is foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub listener: usize,
    pub begin: usize,
    /// The last play.
    pub last: usize,
}

/// Steps over plays.
pub(super) struct Plan<'p> {
    plays: &'p Plays,
    seed: u64,
    epoch: u64,
    windows: Vec<Window>,
    at: usize,
}

impl<'p> Plan<'p> {
    pub(super) fn new(plays: &'p Plays, seed: u64) -> Self {
        Plan { plays, seed, epoch: 0, windows: windows(plays, seed, 0), at: 0 }
    }

    /// Whether nothing follows anything.
    pub(super) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// Steps of a round.
    pub(super) fn round(&self) -> usize {
        self.windows.len().div_ceil(BATCH).clamp(ROUND[0], ROUND[1])
    }

    /// The windows of the next step.
    pub(super) fn next(&mut self) -> &[Window] {
        if self.at >= self.windows.len() {
            self.epoch += 1;
            self.windows = windows(self.plays, self.seed, self.epoch);
            self.at = 0;
        }
        let from = self.at;
        self.at = (from + BATCH).min(self.windows.len());
        &self.windows[from..self.at]
    }
}

/// The plays of an epoch, in its order: every play that follows another is foretold once, from windows that begin elsewhere each time.
fn windows(plays: &Plays, seed: u64, epoch: u64) -> Vec<Window> {
    let rng = &mut generator(seed, Purpose::Sequence, (1 << 50) + epoch);
    let mut windows = Vec::new();
    for listener in 0..plays.listeners() {
        let last = plays.of_listener(listener).len().saturating_sub(1);
        let first = if last > TOKENS { rng.random_range(1..=TOKENS) } else { last };
        let (mut begin, mut end) = (0, first);
        while begin < last {
            windows.push(Window { listener, begin, last: end });
            (begin, end) = (end, (end + TOKENS).min(last));
        }
    }
    windows.shuffle(rng);
    windows
}

/// Songs that the next one is held against, and of each the logarithm of how often it was to be expected among them: what comes up
/// often is forgiven that much.
pub(super) struct Others {
    /// In order.
    pub songs: Vec<u32>,
    pub expected: Vec<f32>,
}

impl Others {
    /// All songs where they are few; else half by plays and half evenly, so that what is popular and what is not are both learned.
    pub(super) fn drawn(plays: &Plays, rng: &mut ChaCha8Rng) -> Self {
        let all = plays.songs.len();
        if all <= OTHERS {
            return Others { songs: (0..all as u32).collect(), expected: vec![0.0; all] };
        }
        let draw = |place: usize| match place % 2 {
            0 => plays.all()[rng.random_range(0..plays.all().len())],
            _ => rng.random_range(0..all as u32),
        };
        let mut songs: Vec<u32> = (0..OTHERS).map(draw).collect();
        songs.sort_unstable();
        let expected = songs.iter().map(|&song| expected(plays, song)).collect();
        Others { songs, expected }
    }
}

/// The logarithm of how often a song is to be expected among [`Others`].
pub(super) fn expected(plays: &Plays, song: u32) -> f32 {
    if plays.songs.len() <= OTHERS {
        return 0.0;
    }
    let by_plays = f64::from(plays.counts[song as usize]) / plays.all().len() as f64;
    let evenly = 1.0 / plays.songs.len() as f64;
    (OTHERS as f64 * f64::midpoint(by_plays, evenly)).ln() as f32
}
