//! What promoted songs are worth to this listener, beside what they are to others of the segment.
//!
//! A decision's reward tells little of its arm. From one arm to the next a song in twenty or so is promoted or
//! not, and how the others go drowns it: rewards alone tell arms apart after hundreds of decisions. But arms
//! are doses of one thing, and each promoted song that is heard tells of it. So what these were worth is kept
//! by itself:
//!
//! ```text
//! worth = user_weight (satisfaction - usual satisfaction) + commercial_weight engagement
//! ```
//!
//! What the segment's listeners made of promoted songs stands for `prior` songs; a listener's own `n`, of
//! mean `m`, count one each. By the difference, times its ratio, an arm is worth more or less to this listener
//! than what the segment has taught of it says:
//!
//! ```text
//! shift(arm) = ratio(arm) n / (n + prior) (m - what is usual in the segment)
//! ```
//!
//! which is the mean of a normal prior's posterior, so three promoted songs that are skipped move a listener
//! a third of the way where `prior` is 6.

use serde::{Deserialize, Serialize};

/// Promoted songs that a decision queued, and what they were worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// Mean worth of a promoted song to the segment's listeners.
    #[serde(default)]
    pub usual: f64,
    /// Promoted songs that this listener heard.
    #[serde(default)]
    pub songs: f64,
    /// What they were worth, in all.
    #[serde(default)]
    pub worth: f64,
}

impl Lift {
    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Lift::default()
    }

    /// Takes in a promoted song.
    pub fn add(&mut self, worth: f64) {
        self.songs += 1.0;
        self.worth += worth;
    }

    /// Adds what other listeners heard.
    pub fn plus(&mut self, other: &Lift) {
        self.songs += other.songs;
        self.worth += other.worth;
    }

    /// Nothing of a listener's own yet, where these songs are what is usual.
    pub fn as_usual(&self) -> Self {
        let usual = if self.songs > 0.0 { self.worth / self.songs } else { self.usual };
        Lift { usual, ..Lift::default() }
    }

    /// By how much more a promoted song is worth to this listener than to the segment's, as far as is
    /// known: a prior of so many songs holds it at 0.
    pub fn own(&self, prior: f64) -> f64 {
        match self.songs > 0.0 {
            true => (self.worth - self.songs * self.usual) / (self.songs + prior),
            false => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listeners_own_songs_outweigh_the_segments_bit_by_bit() {
        let mut lift = Lift { usual: 0.1, ..Lift::default() };
        assert_eq!(lift.own(6.0), 0.0, "nothing is known yet");
        let mut moved = Vec::new();
        for _ in 0..12 {
            lift.add(-0.3);
            moved.push(lift.own(6.0));
        }
        assert!((moved[5] + 0.2).abs() < 1e-9, "half the way after as many songs as the prior");
        assert!(moved.windows(2).all(|pair| pair[1] < pair[0]), "{moved:?}");
    }

    #[test]
    fn what_many_heard_is_what_is_usual() {
        let mut pooled = Lift::default();
        for (songs, worth) in [(2.0, 0.5), (3.0, -1.0)] {
            pooled.plus(&Lift { usual: 9.0, songs, worth });
        }
        assert_eq!(pooled.as_usual(), Lift { usual: -0.1, ..Lift::default() });
    }
}
