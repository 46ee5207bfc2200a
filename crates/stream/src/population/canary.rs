//! Whether the listeners of a version do worse than those of the one before it, looked at as often as one likes.
//!
//! Both are heard at the same time, by other listeners: a share of the sessions takes the newer version. A session speaks
//! once, by the share of its first plays under a version that were completed; the n-th of one version is held against the
//! n-th of the other, and the differences go through a test that stays valid however often it is looked at (a normal
//! mixture; Robbins 1970, Johari and others 2017). So of versions that are no worse, one in twenty at most is withdrawn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::inbox::{Hash, Heard};
use melody_lab::statistics::peeking;

/// Plays of a session that speak for a version.
const BLOCK: u32 = 8;
/// The error that the test may make, over all looks.
const LEVEL: f64 = 0.05;
/// The difference in completion that the test is tuned to find.
const MIXING: f64 = 0.05;

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
    /// What the sessions of the version before, and of the version, have said.
    said: [Vec<f64>; 2],
    looked: usize,
    over: bool,
}

/// Every version that follows another.
#[derive(Clone, Debug, Default)]
pub struct Canary {
    trials: Vec<Trial>,
    /// Plays and completed ones of a session under a version, until it has spoken.
    speaking: BTreeMap<(Hash, String), (u32, u32)>,
}

impl Canary {
    /// A version follows another.
    pub fn follows(&mut self, version: &str, before: &str) {
        let (version, before) = (version.to_string(), before.to_string());
        self.trials.push(Trial { version, before, ..Trial::default() });
    }

    /// Hears a play.
    pub fn hear(&mut self, heard: &Heard) {
        let key = (heard.session, heard.version.clone());
        let (plays, completed) = self.speaking.entry(key).or_default();
        *plays += 1;
        *completed += u32::from(heard.completed);
        if *plays != BLOCK {
            return;
        }
        let said = f64::from(*completed) / f64::from(BLOCK);
        for trial in self.trials.iter_mut().filter(|trial| !trial.over) {
            for (side, version) in [&trial.before, &trial.version].into_iter().enumerate() {
                if *version == heard.version {
                    trial.said[side].push(said);
                }
            }
        }
    }

    /// Looks at the trials. Each version is told of once.
    pub fn alarms(&mut self) -> Vec<Alarm> {
        let trials = self.trials.iter_mut().filter(|trial| !trial.over);
        let worse = trials.filter_map(|trial| {
            let [before, now] = &trial.said;
            let sessions = before.len().min(now.len());
            if sessions == trial.looked {
                return None;
            }
            trial.looked = sessions;
            let differences: Vec<f64> =
                before.iter().zip(now).map(|(before, now)| now - before).collect();
            let p = peeking(&differences, MIXING).p;
            let difference = differences.iter().sum::<f64>() / sessions as f64;
            trial.over = p < LEVEL && difference < 0.0;
            let (version, before) = (trial.version.clone(), trial.before.clone());
            trial.over.then_some(Alarm { version, before, sessions, difference, p })
        });
        worse.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    /// Sessions of both versions in turn; a play is completed with this probability under each.
    fn trial(seed: u64, chances: [f64; 2], sessions: u64) -> Option<(u64, Alarm)> {
        let mut canary = Canary::default();
        canary.follows("new", "old");
        let mut rng = generator(seed, Purpose::Experiment, 0);
        for number in 0..sessions {
            let side = (number % 2) as usize;
            let session = Hash::parse(&format!("{number:032x}{}", "0".repeat(32))).unwrap();
            for _ in 0..BLOCK {
                canary.hear(&Heard {
                    session,
                    policy: "p".into(),
                    version: ["old", "new"][side].into(),
                    segment: None,
                    song: "s".into(),
                    completed: rng.random_bool(chances[side]),
                    left_at_once: false,
                    liked: false,
                    heard_ms: 0,
                    served: true,
                    subscribed: false,
                });
            }
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
        assert!(alarm.difference < 0.0 && alarm.p < LEVEL && alarm.sessions > 10);
    }
}
