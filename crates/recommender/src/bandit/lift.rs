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
//! Of a promoted song under a decision, what its context adds to anybody's (`effect.rs`) is taken off before it counts, and
//! put on again for the context that is decided in:
//!
//! ```text
//! belief = usual + by . context + own
//! ```
//!
//! `own` is the mean of a normal prior's posterior: three promoted songs move a listener half of the way
//! where `prior` is 3. The other plays are many more, and known well enough as they are.

use serde::{Deserialize, Serialize};

use super::effect::{ByContext, SPREAD};
use super::reward::worth;
use crate::policy;
use melody_core::listener::Interaction;

/// Plays that decisions queued, and what they were worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lift {
    /// By how much more a promoted play is worth than another to the segment's listeners.
    pub usual: f64,
    /// The same of plays before the first decision.
    pub usual_before: f64,
    /// What each feature of the context adds to that, whoever listens.
    #[serde(skip_serializing_if = "nothing")]
    pub by: ByContext,
    /// Promoted songs that this listener heard.
    pub songs: f64,
    /// What they were worth, in all, less what their contexts added.
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

fn nothing(by: &ByContext) -> bool {
    *by == ByContext::default()
}

impl Lift {
    /// Of plays that no decision queued, each with whether its song was promoted.
    pub fn of<'a>(
        policy: &policy::Bandit,
        plays: impl IntoIterator<Item = (&'a Interaction, bool)>,
    ) -> Self {
        let mut lift = Lift::default();
        for (play, promoted) in plays {
            lift.add(promoted, worth(play, promoted, policy), None);
        }
        lift
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Lift::default()
    }

    /// Takes in a play, with the context of the decision that queued it, where that is known.
    pub fn add(&mut self, promoted: bool, worth: f64, context: Option<&[f64]>) {
        let added = context.map_or(0.0, |context| self.effect(context));
        let (songs, sum, worth) = match promoted {
            true => (&mut self.songs, &mut self.worth, worth - added),
            false => (&mut self.others, &mut self.others_worth, worth),
        };
        *songs += 1.0;
        *sum += worth;
    }

    /// What a context adds to what a promoted song is worth to anybody.
    pub fn effect(&self, context: &[f64]) -> f64 {
        self.by.iter().zip(context).map(|(by, x)| by * x).sum()
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

    /// What a promoted song is believed to be worth to this listener above another in a context, and how unsure that is:
    /// one standard deviation.
    pub fn belief(&self, prior: f64, context: &[f64]) -> (f64, f64) {
        let songs = (self.songs + self.before + prior).max(1.0);
        (self.usual + self.effect(context) + self.own(prior), SPREAD / songs.sqrt())
    }

    /// What others have told alone.
    pub(super) fn of_others(&self) -> Self {
        let Lift { usual, usual_before, by, .. } = *self;
        Lift { usual, usual_before, by, ..Lift::default() }
    }

    /// Every number, to be changed.
    pub(super) fn each(&mut self) -> impl Iterator<Item = &mut f64> {
        let Lift {
            usual,
            usual_before,
            by,
            songs,
            worth,
            others,
            others_worth,
            before,
            before_above,
        } = self;
        let own = [songs, worth, others, others_worth, before, before_above];
        [usual, usual_before].into_iter().chain(by).chain(own)
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
    use crate::bandit::context::CONTEXT;

    #[test]
    fn a_listeners_own_songs_outweigh_the_segments_bit_by_bit() {
        let mut lift = Lift { usual: 0.1, ..Lift::default() };
        lift.add(false, 0.4, None);
        assert_eq!(lift.own(6.0), 0.0, "nothing is known yet");
        let mut moved = Vec::new();
        for _ in 0..12 {
            lift.add(true, 0.2, None);
            moved.push(lift.own(6.0));
        }
        assert!((moved[5] + 0.15).abs() < 1e-9, "half the way after as many songs as the prior");
        assert!(moved.windows(2).all(|pair| pair[1] < pair[0]), "{moved:?}");
    }

    #[test]
    fn what_the_context_adds_is_taken_off_before_it_counts_and_put_on_where_it_is_decided() {
        let mut by = ByContext::default();
        (by[0], by[3]) = (0.05, -0.2);
        let mut lift = Lift { usual: -0.1, by, ..Lift::default() };
        let context = |share| {
            let mut context = [0.0; CONTEXT.len()];
            (context[0], context[3]) = (1.0, share);
            context
        };
        lift.add(false, 0.5, Some(&context(1.0)));
        lift.add(true, 0.5 - 0.1 + 0.05 - 0.2, Some(&context(1.0)));
        assert!(lift.own(4.0).abs() < 1e-12, "as usual, in that context");
        assert!((lift.belief(4.0, &context(0.0)).0 + 0.05).abs() < 1e-12);
        assert!((lift.belief(4.0, &context(1.0)).0 + 0.25).abs() < 1e-12);
        assert_eq!(lift.of_others().by, by);
        assert_eq!(lift.of_others().songs, 0.0);
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
        [true, true, false]
            .into_iter()
            .zip([0.1, 0.3, 0.5])
            .for_each(|(p, w)| before.add(p, w, None));
        let mut lift = Lift { usual: 0.2, usual_before: -0.1, ..Lift::default() };
        lift.begin(&before);
        assert!((lift.own(2.0) - 2.0 * (-0.3 + 0.1) / 4.0).abs() < 1e-12);
        // Plays of its own then weigh as much each, and are held against what is usual of such.
        lift.add(false, 0.4, None);
        [0.6, 0.8].into_iter().for_each(|worth| lift.add(true, worth, None));
        assert!((lift.own(2.0) - (2.0 * (0.3 - 0.2) - 0.4) / 6.0).abs() < 1e-12);
    }
}
