//! Whether the listeners of a version do worse than those of the one before it, looked at with every session.
//!
//! Both are heard at the same time, by other listeners: a share of the sessions takes the newer version. A session speaks
//! once, by the share of its first plays that were completed, if all of them were heard under one version and it began after the
//! newer one was there. The n-th session of one version is held against the n-th of the other, and the differences go through a
//! test that stays valid however often it is looked at (a normal mixture; Robbins 1970, Johari and others 2017). Where it first
//! says that they differ, the sign decides, and the trial is over. So of versions that are no worse, one in twenty at
//! most is withdrawn.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::spoken::Spoken;
use melody_lab::statistics::peeking;

/// The difference in completion that the test is tuned to find.
const MIXING: f64 = 0.05;
/// Pairs after which a trial has found nothing.
const MOST_PAIRS: usize = 2_000;
/// Trials that go on side by side: older ones have found nothing by then.
const MOST_TRIALS: usize = 32;

/// A version whose listeners do worse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// SHA-256 of its weights, in hexadecimal.
    pub version: String,
    /// The one before it.
    pub before: String,
    /// Sessions of each that were held against each other.
    pub sessions: usize,
    /// How much less of their songs its listeners completed, in the mean, as a share: below zero.
    pub difference: f64,
    /// The always-valid p-value.
    pub p: f64,
}

/// Two versions under trial.
#[derive(Clone, Debug, Default)]
struct Trial {
    version: String,
    before: String,
    /// Sessions that had begun when the version was there.
    since: u64,
    /// What the sessions of the version before, and of the version, have said and is not paired yet.
    said: [VecDeque<f64>; 2],
    /// The version's less the one's before.
    differences: Vec<f64>,
}

/// Every version that follows another.
#[derive(Clone, Debug, Default)]
pub(super) struct Canary {
    trials: VecDeque<Trial>,
    alarms: Vec<Alarm>,
}

impl Canary {
    /// A version follows another; so many sessions have begun before it was there.
    pub(super) fn follows(&mut self, version: &str, before: &str, since: u64) {
        let (version, before) = (version.to_string(), before.to_string());
        self.trials.push_back(Trial { version, before, since, ..Trial::default() });
        if self.trials.len() > MOST_TRIALS {
            self.trials.pop_front();
        }
    }

    /// Hears what a session has said.
    pub(super) fn hear(&mut self, spoken: &Spoken) {
        let alarms = &mut self.alarms;
        self.trials.retain_mut(|trial| {
            let of = |version: &String| spoken.version.as_ref() == Some(version);
            let side = [&trial.before, &trial.version].into_iter().position(of);
            let Some(side) = side.filter(|_| spoken.number >= trial.since) else { return true };
            trial.said[side].push_back(spoken.completed);
            match trial.paired() {
                Some(alarm) => {
                    alarms.extend(alarm);
                    false
                }
                None => true,
            }
        });
    }

    /// The versions found worse since this was last asked.
    pub(super) fn alarms(&mut self) -> Vec<Alarm> {
        std::mem::take(&mut self.alarms)
    }
}

impl Trial {
    /// Holds the next sessions against each other. `None` while the trial goes on; what it has found once it is over.
    fn paired(&mut self) -> Option<Option<Alarm>> {
        let [before, now] = &mut self.said;
        if before.is_empty() || now.is_empty() {
            return None;
        }
        let (before, now) = before.pop_front().zip(now.pop_front())?;
        self.differences.push(now - before);
        let sessions = self.differences.len();
        let found = peeking(&self.differences, MIXING);
        if found.first_below.is_none() {
            return (sessions >= MOST_PAIRS).then_some(None);
        }
        let difference = self.differences.iter().sum::<f64>() / sessions as f64;
        let (version, before) = (self.version.clone(), self.before.clone());
        let alarm = Alarm { version, before, sessions, difference, p: found.p };
        Some((difference < 0.0).then_some(alarm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    fn spoken(number: u64, version: Option<&str>, completed: f64) -> Spoken {
        let version = version.map(String::from);
        Spoken { number, version, policy: "p".into(), segment: None, completed, taken: None }
    }

    /// Sessions of both versions in turn; a play is completed with this probability under each.
    fn trial(seed: u64, chances: [f64; 2], sessions: u64) -> Option<(u64, Alarm)> {
        let mut canary = Canary::default();
        canary.follows("new", "old", 0);
        let mut rng = generator(seed, Purpose::Experiment, 0);
        for number in 0..sessions {
            let side = (number % 2) as usize;
            let completed = (0..8).filter(|_| rng.random_bool(chances[side])).count();
            canary.hear(&spoken(number, Some(["old", "new"][side]), completed as f64 / 8.0));
            if let Some(alarm) = canary.alarms().pop() {
                assert!(canary.alarms().is_empty());
                return Some((number, alarm));
            }
        }
        None
    }

    #[test]
    fn a_version_that_is_no_worse_is_seldom_withdrawn() {
        let withdrawn = (0..200).filter(|seed| trial(*seed, [0.6, 0.6], 600).is_some()).count();
        assert!(withdrawn <= 14, "{withdrawn} of 200");
        // A better one is never.
        assert!((0..20).all(|seed| trial(seed, [0.5, 0.7], 600).is_none()));
    }

    #[test]
    fn a_version_whose_listeners_do_worse_is_found() {
        let found: Vec<(u64, Alarm)> =
            (0..50).filter_map(|seed| trial(seed, [0.6, 0.45], 600)).collect();
        assert!(found.len() >= 49, "{} of 50", found.len());
        let (_, alarm) = &found[0];
        assert_eq!((alarm.version.as_str(), alarm.before.as_str()), ("new", "old"));
        assert!(alarm.difference < 0.0 && alarm.p <= 0.05 && alarm.sessions > 10);
    }

    #[test]
    fn sessions_speak_for_the_one_version_that_they_began_under() {
        let mut canary = Canary::default();
        canary.follows("new", "old", 5);
        // One that had begun before, one that changed over, one of another version, and one that stayed.
        for (number, version) in [(4, Some("old")), (5, None), (6, Some("other")), (7, Some("new"))]
        {
            canary.hear(&spoken(number, version, 1.0));
        }
        let said: Vec<usize> = canary.trials[0].said.iter().map(VecDeque::len).collect();
        assert_eq!(said, [0, 1]);
    }
}
