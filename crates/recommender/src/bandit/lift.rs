//! What promoted songs are worth to this listener, beside what they are to others of the segment.
//!
//! A decision's reward tells little of its arm. From one arm to the next a song in twenty or so is promoted or
//! not, and how the others go drowns it: rewards alone tell arms apart after hundreds of decisions. But arms
//! are doses of one thing, and each promoted song that is heard tells of it. So what these were worth is kept
//! by itself:
//!
//! ```text
//! worth of a play = user_weight satisfaction + commercial_weight engagement with a promoted song
//! m = mean worth of promoted plays - mean worth of the listener's other plays
//! ```
//!
//! What the segment's listeners made of promoted songs stands for `prior` songs; a listener's own `n` count one
//! each. By the difference, times its ratio, an arm is worth more or less to this listener than what the
//! segment has taught of it says:
//!
//! ```text
//! shift(arm) = ratio(arm) n / (n + prior) (m - what is usual in the segment)
//! ```
//!
//! which is the mean of a normal prior's posterior: three promoted songs move a listener half of the way
//! where `prior` is 3. The other plays are many more, and known well enough as they are.

use serde::{Deserialize, Serialize};

/// Plays that decisions queued, and what they were worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lift {
    /// By how much more a promoted play is worth than another to the segment's listeners.
    pub usual: f64,
    /// Promoted songs that this listener heard.
    pub songs: f64,
    /// What they were worth, in all.
    pub worth: f64,
    /// Other songs.
    pub others: f64,
    /// What these were worth, in all.
    pub others_worth: f64,
}

impl Lift {
    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Lift::default()
    }

    /// Takes in a play.
    pub fn add(&mut self, promoted: bool, worth: f64) {
        let (songs, sum) = match promoted {
            true => (&mut self.songs, &mut self.worth),
            false => (&mut self.others, &mut self.others_worth),
        };
        *songs += 1.0;
        *sum += worth;
    }

    /// Adds what other listeners heard.
    pub fn plus(&mut self, other: &Lift) {
        self.songs += other.songs;
        self.worth += other.worth;
        self.others += other.others;
        self.others_worth += other.others_worth;
    }

    /// By how much more a promoted play was worth than another; `None` without one of each.
    fn difference(&self) -> Option<f64> {
        let both = self.songs > 0.0 && self.others > 0.0;
        both.then(|| self.worth / self.songs - self.others_worth / self.others)
    }

    /// Nothing of a listener's own yet, where these plays are what is usual.
    pub fn as_usual(&self) -> Self {
        Lift { usual: self.difference().unwrap_or(self.usual), ..Lift::default() }
    }

    /// By how much more a promoted song is worth to this listener than to the segment's, as far as is
    /// known: a prior of so many songs holds it at 0.
    pub fn own(&self, prior: f64) -> f64 {
        let share = self.songs / (self.songs + prior);
        self.difference().map_or(0.0, |difference| share * (difference - self.usual))
    }

    /// Every number, to be changed.
    pub(super) fn each(&mut self) -> [&mut f64; 5] {
        let Lift { usual, songs, worth, others, others_worth } = self;
        [usual, songs, worth, others, others_worth]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listeners_own_songs_outweigh_the_segments_bit_by_bit() {
        let mut lift = Lift { usual: 0.1, ..Lift::default() };
        lift.add(false, 0.4);
        assert_eq!(lift.own(6.0), 0.0, "nothing is known yet");
        let mut moved = Vec::new();
        for _ in 0..12 {
            lift.add(true, 0.2);
            moved.push(lift.own(6.0));
        }
        assert!((moved[5] + 0.15).abs() < 1e-9, "half the way after as many songs as the prior");
        assert!(moved.windows(2).all(|pair| pair[1] < pair[0]), "{moved:?}");
    }

    #[test]
    fn what_many_heard_is_what_is_usual() {
        let mut pooled = Lift::default();
        for (songs, worth) in [(2.0, 0.5), (3.0, -1.0)] {
            pooled.plus(&Lift { usual: 9.0, songs, worth, others: 5.0, others_worth: 2.0 });
        }
        let usual = -0.1 - 0.4;
        assert!((pooled.as_usual().usual - usual).abs() < 1e-12);
        assert_eq!(Lift::default().as_usual(), Lift::default());
    }
}
