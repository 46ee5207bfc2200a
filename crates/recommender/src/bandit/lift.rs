//! What promoted songs are worth to this listener, beside what they are to others of the segment.
//!
//! A decision's reward tells little of its arm. From one arm to the next a song in twenty or so is promoted or
//! not, and how the others go drowns it: rewards alone tell arms apart after hundreds of decisions. But arms
//! are doses of one thing, and each promoted song that is heard tells of it. So what these were worth is kept
//! by itself:
//!
//! ```text
//! worth of a play = user_weight satisfaction + commercial_weight engagement with a promoted song + return
//! m = mean worth of promoted plays - mean worth of the listener's other plays
//! ```
//!
//! What was heard before the bandit's first decision tells of it as well, held against what is usual of such plays:
//! they were served by somebody else. What the segment's listeners made of promoted songs stands for `prior` songs; a
//! listener's own `n`, and `b` before, count one each:
//!
//! ```text
//! own = (n (m - usual) + b (m before - usual before)) / (n + b + prior)
//! deviation = 0.55 / root of (n + b + prior)
//! ```
//!
//! `own` is the mean of a normal prior's posterior: three promoted songs move a listener half of the way
//! where `prior` is 3. The other plays are many more, and known well enough as they are.

use serde::{Deserialize, Serialize};

use super::reward::worth;
use crate::policy;
use melody_core::listener::Interaction;

/// Standard deviation of what single songs are worth, about; in units of the reward.
const SPREAD: f64 = 0.55;

/// Plays that decisions queued, and what they were worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lift {
    /// By how much more a promoted play is worth than another to the segment's listeners.
    pub usual: f64,
    /// The same of plays before the first decision.
    pub usual_before: f64,
    /// Promoted songs that this listener heard.
    pub songs: f64,
    /// What they were worth, in all.
    pub worth: f64,
    /// Other songs.
    pub others: f64,
    /// What these were worth, in all.
    pub others_worth: f64,
    /// Promoted songs that this listener heard before the first decision.
    pub before: f64,
    /// By how much more than usual they were worth than the other plays then, in all.
    pub before_above: f64,
}

impl Lift {
    /// Of plays that no decision queued, each with whether its song was promoted.
    pub fn of<'a>(
        policy: &policy::Bandit,
        plays: impl IntoIterator<Item = (&'a Interaction, bool)>,
    ) -> Self {
        let mut lift = Lift::default();
        for (play, promoted) in plays {
            lift.add(promoted, worth(play, promoted, policy));
        }
        lift
    }

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

    /// By how much more a promoted play was worth than another; `None` without one of each.
    fn difference(&self) -> Option<f64> {
        let both = self.songs > 0.0 && self.others > 0.0;
        both.then(|| self.worth / self.songs - self.others_worth / self.others)
    }

    /// Takes in the plays before the first decision.
    pub fn begin(&mut self, before: &Lift) {
        let above = before.difference().map_or(0.0, |difference| difference - self.usual_before);
        self.before = before.songs;
        self.before_above = before.songs * above;
    }

    /// By how much more a promoted song is worth to this listener than to the segment's, as far as is
    /// known: a prior of so many songs holds it at 0.
    pub fn own(&self, prior: f64) -> f64 {
        let above = self.difference().map_or(0.0, |difference| difference - self.usual);
        let songs = self.songs + self.before;
        if songs == 0.0 { 0.0 } else { (self.songs * above + self.before_above) / (songs + prior) }
    }

    /// What a promoted song is believed to be worth to this listener above another, and how unsure that is: one standard
    /// deviation.
    pub fn belief(&self, prior: f64) -> (f64, f64) {
        let songs = (self.songs + self.before + prior).max(1.0);
        (self.usual + self.own(prior), SPREAD / songs.sqrt())
    }

    /// Every number, to be changed.
    pub(super) fn each(&mut self) -> [&mut f64; 8] {
        let Lift { usual, usual_before, songs, worth, others, others_worth, before, before_above } =
            self;
        [usual, usual_before, songs, worth, others, others_worth, before, before_above]
    }
}

/// Differences of many listeners.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pooled {
    weight: f64,
    sum: f64,
}

impl Pooled {
    /// Takes in one listener's. Held against their own other plays, since who stays long enough to meet promoted songs
    /// likes all songs better than who soon leaves; and it weighs as one over its variance does.
    pub(super) fn add(&mut self, lift: &Lift) {
        let Some(difference) = lift.difference() else { return };
        let weight = lift.songs * lift.others / (lift.songs + lift.others);
        self.weight += weight;
        self.sum += weight * difference;
    }

    /// Their mean; 0 of none.
    pub(super) fn mean(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.sum / self.weight }
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

    /// One who likes everything hears promoted songs and loves them less; one who likes nothing leaves before any.
    #[test]
    fn what_is_usual_is_told_within_listeners() {
        let mut pooled = Pooled::default();
        assert_eq!(pooled.mean(), 0.0);
        let lift = |songs, worth, others, others_worth| Lift {
            songs,
            worth,
            others,
            others_worth,
            ..Lift::default()
        };
        pooled.add(&lift(2.0, 1.6, 2.0, 1.8));
        pooled.add(&lift(0.0, 0.0, 4.0, 0.4));
        assert!((pooled.mean() + 0.1).abs() < 1e-12);
        // Of three songs beside three there is half as much to learn again as of two beside two.
        pooled.add(&lift(3.0, 1.5, 3.0, 1.5));
        assert!((pooled.mean() + 0.1 / 2.5).abs() < 1e-12);
    }

    #[test]
    fn what_was_heard_before_counts_against_what_was_usual_then() {
        let mut before = Lift::default();
        [true, true, false].into_iter().zip([0.1, 0.3, 0.5]).for_each(|(p, w)| before.add(p, w));
        let mut lift = Lift { usual: 0.2, usual_before: -0.1, ..Lift::default() };
        lift.begin(&before);
        assert!((lift.own(2.0) - 2.0 * (-0.3 + 0.1) / 4.0).abs() < 1e-12);
        // Plays of its own then weigh as much each, and are held against what is usual of such.
        lift.add(false, 0.4);
        [0.6, 0.8].into_iter().for_each(|worth| lift.add(true, worth));
        assert!((lift.own(2.0) - (2.0 * (0.3 - 0.2) - 0.4) / 6.0).abs() < 1e-12);
    }
}
