//! Whether the sessions of now go worse than those of before, in one quantity of one segment: a share that each session says once.
//!
//! *Before* are the newest [`BEFORE`] sessions at level 0 in which nothing was found; nothing is looked for until there are
//! [`ENOUGH`]. Their mean is not known exactly, so what is held against the new ones is two standard errors of it less. The
//! new ones' differences go through a test that stays valid however often it is looked at (a normal mixture; Robbins 1970,
//! Johari and others 2017), [`AT_ONCE`] of them at the most: then they become some of those before, and it begins anew. So of
//! so many sessions as before one in twenty such stretches raises a level at most.
//!
//! At a higher level two things are looked for in the sessions that were served so: that they are still worse, and that they are
//! back: that their mean is less than a tenth below what it was. Each time a level has risen, twice as many sessions must have
//! been heard before it is let go.

use std::collections::VecDeque;

use melody_lab::statistics::{BURN_IN, log_mixture_ratio};

/// Sessions of before that are remembered.
const BEFORE: usize = 1_000;
/// With fewer than these nothing can be said.
const ENOUGH: usize = 100;
/// Sessions that one test goes through, at most.
const AT_ONCE: usize = 200;
/// At a higher level a test takes longer to let go: sessions until it begins anew.
const AT_ONCE_ABOVE: usize = 2_000;
/// The difference that the test is tuned to find, as a share.
const MIXING: f64 = 0.05;
/// What is acted at: the chance of an alarm where nothing is wrong, at most.
const ALPHA: f64 = 0.05;
/// Evidence against the new sessions that is no more than a doubt: above this p nobody doubts.
const DOUBT: f64 = 0.5;
/// Back is what is less than this share below what it was.
const BACK: f64 = 0.1;
/// Sessions at a level until it may be let go, and how often that doubles at most.
const HOLD: usize = 20;
const DOUBLINGS: u32 = 5;

/// One quantity of one segment.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    level: u32,
    /// Times that it has risen.
    raises: u32,
    /// What sessions of before have said.
    before: VecDeque<f64>,
    /// What sessions at this level have said since the test began.
    since: Vec<f64>,
}

/// What a test has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Sessions since it began.
    pub(super) sessions: usize,
    /// What they said, in the mean.
    pub(super) share: f64,
    /// What those before had said, in the mean; `None` while there are too few.
    pub(super) usual: Option<f64>,
    /// The always-valid p-value against their being no worse than before.
    pub(super) p: f64,
}

/// A level that has moved, and on what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moved {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) seen: Seen,
}

impl Watch {
    pub(super) fn level(&self) -> u32 {
        self.level
    }

    /// Lets go of everything but what is usual.
    pub(super) fn reset(&mut self) {
        self.level = 0;
        self.since.clear();
    }

    /// Hears what a session that was served at this level has said. `levels`: the highest that it may rise to.
    pub(super) fn say(&mut self, share: f64, levels: u32) -> Option<Moved> {
        if self.level == 0 && self.before.len() < ENOUGH {
            self.before.push_back(share);
            return None;
        }
        self.since.push(share);
        let Test { less, more } = self.test(0.0);
        if less <= ALPHA {
            if self.level < levels {
                self.raises += 1;
                return Some(self.go(self.level + 1, less));
            }
            self.since.clear();
            return None;
        }
        let wait = HOLD << self.raises.saturating_sub(1).min(DOUBLINGS);
        if self.level > 0 && self.since.len() >= wait {
            let back = self.test(BACK);
            if back.more <= ALPHA {
                return Some(self.go(self.level - 1, back.more));
            }
        }
        let (at_once, better) = match self.level {
            // Better than before is the new usual.
            0 => (AT_ONCE, more <= ALPHA),
            _ => (AT_ONCE_ABOVE, false),
        };
        if self.since.len() >= at_once || better {
            if self.level == 0 {
                self.before.extend(&self.since);
                self.before.drain(..self.before.len().saturating_sub(BEFORE));
            }
            self.since.clear();
        }
        None
    }

    /// Whether there is more than a doubt that sessions go as before, or it is known already that they do not.
    pub(super) fn doubtful(&self) -> bool {
        self.level > 0 || self.test(0.0).less < DOUBT
    }

    /// What the present test has seen.
    pub(super) fn seen(&self) -> Seen {
        self.seen_with(self.test(0.0).less)
    }

    fn seen_with(&self, p: f64) -> Seen {
        let sessions = self.since.len();
        let mean = |sum: f64, of: usize| if of == 0 { 0.0 } else { sum / of as f64 };
        let usual = (self.before.len() >= ENOUGH)
            .then(|| mean(self.before.iter().sum(), self.before.len()));
        Seen { sessions, share: mean(self.since.iter().sum(), sessions), usual, p }
    }

    fn go(&mut self, to: u32, p: f64) -> Moved {
        let moved = Moved { from: self.level, to, seen: self.seen_with(p) };
        self.level = to;
        self.since.clear();
        moved
    }

    /// Tests the new sessions against those of before, held lower by this share of theirs.
    fn test(&self, lower: f64) -> Test {
        let n = self.before.len() as f64;
        let mean = self.before.iter().sum::<f64>() / n.max(1.0);
        let variance =
            self.before.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        let usual = mean * (1.0 - lower) - 2.0 * (variance / n.max(1.0)).sqrt();
        let mut test = Test { less: 1.0, more: 1.0 };
        let (mut sum, mut squares) = (0.0, 0.0);
        for (n, share) in (1..).zip(&self.since) {
            let difference = share - usual;
            sum += difference;
            squares += difference * difference;
            if n < BURN_IN {
                continue;
            }
            let mean = sum / n as f64;
            let variance = ((squares - sum * mean) / (n - 1) as f64).max(0.0);
            let p = (-log_mixture_ratio(n, mean, variance, MIXING)).exp();
            // What speaks for the one is no evidence for the other, however the mean turns later.
            let towards = if mean < 0.0 { &mut test.less } else { &mut test.more };
            *towards = towards.min(p);
        }
        test
    }
}

/// The always-valid p-values of a two-sided test, by the side that the mean was on: that the new sessions say less, and that they
/// say more.
struct Test {
    less: f64,
    more: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    /// What a session says whose listener completes with a chance of their own.
    fn session(rng: &mut impl RngExt, completes: f64) -> f64 {
        let own = (completes + 0.3 * (rng.random::<f64>() - 0.5)).clamp(0.0, 1.0);
        (0..8).filter(|_| rng.random_bool(own)).count() as f64 / 8.0
    }

    /// The moves over some sessions.
    fn moves(
        watch: &mut Watch,
        rng: &mut impl RngExt,
        completes: f64,
        sessions: usize,
    ) -> Vec<u32> {
        (0..sessions).filter_map(|_| Some(watch.say(session(rng, completes), 2)?.to)).collect()
    }

    #[test]
    fn sessions_as_before_are_seldom_taken_for_worse() {
        let alarmed = (0..400)
            .filter(|run| {
                let mut rng = generator(*run, Purpose::Experiment, 0);
                let mut watch = Watch::default();
                !moves(&mut watch, &mut rng, 0.7, ENOUGH + AT_ONCE).is_empty()
            })
            .count();
        assert!(alarmed <= 20, "{alarmed} of 400");
    }

    #[test]
    fn what_is_worse_is_acted_on_and_let_go_when_it_is_back() {
        let (mut acted, mut back) = (0, 0);
        for run in 0..50 {
            let mut rng = generator(run, Purpose::Experiment, 1);
            let mut watch = Watch::default();
            assert_eq!(moves(&mut watch, &mut rng, 0.7, ENOUGH), [0; 0]);
            let worse = moves(&mut watch, &mut rng, 0.5, 100);
            acted += usize::from(worse == [1, 2]);
            let after = moves(&mut watch, &mut rng, 0.7, 1_000);
            back += usize::from(worse == [1, 2] && after == [1, 0]);
        }
        assert!(acted >= 48 && back >= acted - 2, "{acted} acted, {back} back, of 50");
    }

    #[test]
    fn each_time_it_has_risen_it_waits_twice_as_long() {
        let mut watch = Watch::default();
        let usual = |place: usize| [0.625, 0.875][place % 2];
        (0..ENOUGH).for_each(|place| assert_eq!(watch.say(usual(place), 2), None));
        let mut waited = Vec::new();
        for _ in 0..3 {
            let risen = (0..).find_map(|place| watch.say(usual(place) - 0.5, 1)).unwrap();
            assert_eq!((risen.from, risen.to), (0, 1));
            assert!(risen.seen.p <= ALPHA && risen.seen.share < risen.seen.usual.unwrap());
            let let_go = (1..).find(|place| watch.say(usual(*place), 1).is_some()).unwrap();
            waited.push(let_go);
        }
        assert!(waited[1] >= 2 * HOLD && waited[2] >= 4 * HOLD, "{waited:?}");
    }

    #[test]
    fn with_too_few_before_nothing_is_said_and_better_is_the_new_usual() {
        let mut watch = Watch::default();
        let mut rng = generator(3, Purpose::Experiment, 2);
        assert_eq!(moves(&mut watch, &mut rng, 0.5, ENOUGH - 1), [0; 0]);
        assert_eq!((watch.seen().usual, watch.doubtful()), (None, false));
        assert_eq!(moves(&mut watch, &mut rng, 0.8, 300), [0; 0]);
        let usual = watch.seen().usual.unwrap();
        assert!(usual > 0.6, "{usual}");
    }

    /// Sessions that went better for a while, before a level may be let go, are no evidence that they go worse.
    #[test]
    fn evidence_in_one_direction_is_none_in_the_other() {
        let mut watch = Watch::default();
        let usual = |place: usize| [0.625, 0.875][place % 2];
        (0..ENOUGH).for_each(|place| assert_eq!(watch.say(usual(place), 2), None));
        (watch.level, watch.raises) = (1, 6);
        for place in 0..60 {
            assert_eq!(watch.say(usual(place) + 0.2, 2), None, "too soon to let go");
        }
        assert!(watch.test(0.0).more <= ALPHA);
        // The mean comes down to a little below the usual, slowly.
        for place in 0..200 {
            assert_eq!(watch.say(usual(place) - 0.1, 2).filter(|moved| moved.to > 1), None);
        }
    }
}
