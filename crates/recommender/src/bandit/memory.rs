//! What a listener, or a segment's listeners, have taught the bandit.
//!
//! The newest observations are kept as they were; older ones as sums. So a reward can be corrected
//! when a conversion comes late, a change of the listener can be looked for at any of the newest, and
//! what is kept stays bounded however long somebody listens. Every algorithm reads the same memory.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::context;
use super::features;
use super::lift::Lift;
use super::reward::Baselines;
use super::sums::Sums;
use crate::policy;

/// Observations that are kept as they were.
pub const RECENT: usize = 500;

/// No reward or baseline is larger.
const MOST: f64 = 1_000.0;
/// Nobody hears more songs.
const MOST_SONGS: f64 = 1e6;
/// What a ridge of the adaptive algorithm may be.
pub(super) const RIDGES: RangeInclusive<f64> = 0.01..=1e6;
/// One over the smallest difference that a file keeps. With nine decimals, sums of up to some
/// millions have no more digits than are read exactly.
const ROUNDING: f64 = 1e9;

/// An arm, a context, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// By name.
    pub arm: String,
    /// The features it was chosen in, the first always 1; without products.
    pub context: Vec<f64>,
    /// The total of its parts; corrected when a conversion comes late.
    pub reward: f64,
}

/// What is kept of one arm beside the newest observations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// How often this listener got it, what was forgotten included.
    pub pulls: u64,
    /// Over the older observations, of the context with its products.
    pub older: Sums,
}

/// Everything learned. Arms go by name, so that a policy with others takes over what it can.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// By name; every arm of the newest observations is among them.
    pub arms: BTreeMap<String, Arm>,
    /// The newest observations, oldest first, [`RECENT`] at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Observation>,
    /// Observations learned from in all.
    #[serde(default)]
    pub learned: u64,
    /// How strongly each feature's weight is held at zero, in noise variances; the context's first,
    /// then the products'. Empty: as before any observation. Only the adaptive algorithm asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relevance: Vec<f64>,
    /// What promoted songs were worth to the listener.
    #[serde(default, skip_serializing_if = "Lift::is_unknown")]
    pub lift: Lift,
    /// The usual levels that rewards are held against.
    pub baselines: Baselines,
}

impl Memory {
    /// Keeps what came of an arm; of the older observations of an arm, each counts `forgetting` times
    /// what the next one does. The context's first feature is always 1.
    pub fn keep(&mut self, observation: Observation, forgetting: f64) {
        let features = features::count(observation.context.len());
        let fresh = || Arm { pulls: 0, older: Sums::new(features) };
        self.arms.entry(observation.arm.clone()).or_insert_with(fresh).pulls += 1;
        self.learned += 1;
        self.recent.push(observation);
        while self.recent.len() > RECENT {
            self.age(forgetting);
        }
    }

    /// The oldest of the newest observations goes over into the sums.
    fn age(&mut self, forgetting: f64) {
        let oldest = self.recent.remove(0);
        if let Some(arm) = self.arms.get_mut(&oldest.arm) {
            arm.older.scale(forgetting);
            arm.older.add(&features::with_products(&oldest.context), oldest.reward, 1.0);
        }
    }

    /// Corrects the reward of the observation that was the `learned`-th, for what came of it later.
    /// False if it is no longer kept as it was.
    pub fn credit(&mut self, learned: u64, reward: f64) -> bool {
        let newer = self.learned.saturating_sub(learned) as usize;
        let place = self.recent.len().checked_sub(newer + 1);
        let observation = place.and_then(|place| self.recent.get_mut(place));
        if let Some(observation) = observation {
            observation.reward += reward;
            return true;
        }
        false
    }

    /// Forgets all but the observations from this one of the newest on.
    pub fn forget_before(&mut self, place: usize) {
        self.recent.drain(..place);
        self.lift = self.lift.of_others();
        self.arms.values_mut().for_each(|arm| arm.older = Sums::new(arm.older.features()));
    }

    /// The same as what a listener begins with: each arm's sums count as so many observations at most.
    pub fn as_prior(&self, most: f64) -> Self {
        let mut prior = self.clone();
        for arm in prior.arms.values_mut().filter(|arm| arm.older.n > most) {
            arm.older.scale(most / arm.older.n);
        }
        prior
    }

    /// The same in decimals that a file holds exactly: reading gives back what was written, to the bit.
    pub fn rounded(&self) -> Self {
        let round = |value: f64| (value * ROUNDING).round() / ROUNDING;
        let mut rounded = self.clone();
        rounded.arms.values_mut().for_each(|arm| arm.older.each(round));
        rounded.relevance.iter_mut().for_each(|ridge| *ridge = round(*ridge));
        for observation in &mut rounded.recent {
            observation.reward = round(observation.reward);
            observation.context.iter_mut().for_each(|feature| *feature = round(*feature));
        }
        for value in rounded.lift.each() {
            *value = round(*value);
        }
        let baselines = &mut rounded.baselines;
        baselines.satisfaction = round(baselines.satisfaction);
        baselines.commercial = round(baselines.commercial);
        rounded
    }

    /// Why this cannot have been learned in contexts of so many features: the field and the reason.
    pub fn problem(&self, context: usize) -> Option<(String, &'static str)> {
        let features = features::count(context);
        for (name, arm) in &self.arms {
            if let Some(problem) = arm.older.problem(features) {
                return Some((format!("arms.{name}.older"), problem));
            }
        }
        if self.recent.len() > RECENT {
            return Some(("recent".into(), "holds more observations than are kept"));
        }
        for (i, observation) in self.recent.iter().enumerate() {
            let field = |name: &str| format!("recent[{i}].{name}");
            if observation.context.len() != context {
                return Some((field("context"), "has another number of features"));
            }
            if let Some(problem) = context::flaw(&observation.context) {
                return Some((field("context"), problem));
            }
            if !(-MOST..=MOST).contains(&observation.reward) {
                return Some((field("reward"), "is out of range"));
            }
            if !self.arms.contains_key(&observation.arm) {
                return Some((field("arm"), "is none of `arms`"));
            }
        }
        if self.learned < self.recent.len() as u64 {
            return Some(("learned".into(), "is less than there are observations"));
        }
        let size = self.relevance.len();
        if size != 0 && size != features {
            return Some((
                "relevance".into(),
                "has another size than the context and its products",
            ));
        }
        if self.relevance.iter().any(|ridge| !RIDGES.contains(ridge)) {
            return Some(("relevance".into(), "holds a value that is out of range"));
        }
        let Lift { usual, usual_before, by, songs, worth, others, others_worth, .. } = self.lift;
        let Lift { before, before_above, .. } = self.lift;
        let all = |values: &[f64], least: f64, most: f64| {
            values.iter().all(|value| (least..=most).contains(value))
        };
        let counts = all(&[songs, others, before], 0.0, MOST_SONGS);
        let most = MOST * MOST_SONGS;
        let sums = all(&[worth, others_worth, before_above], -most, most);
        let of_others = all(&[usual, usual_before], -MOST, MOST) && all(&by, -MOST, MOST);
        if !(counts && sums && of_others) {
            return Some(("lift".into(), "holds a value that is out of range"));
        }
        let Baselines { satisfaction, commercial } = self.baselines;
        let usual = |value: f64| (-MOST..=MOST).contains(&value);
        let problem = Some(("baselines".to_string(), "holds a value that is out of range"));
        if usual(satisfaction) && usual(commercial) { None } else { problem }
    }

    /// How often an arm was in force; 0 where it is not known.
    pub fn pulls(&self, arm: &str) -> u64 {
        self.arms.get(arm).map_or(0, |arm| arm.pulls)
    }

    /// Sums by arm of everything, over the first features of the context with its products. An
    /// observation counts `forgetting` to the power of how many newer ones its arm has.
    pub fn sums(&self, policy: &policy::Bandit, features: usize) -> Vec<Sums> {
        self.parts(policy, features, &[]).remove(0)
    }

    /// The same by part of time, oldest first: a part ends before each of these places of the newest
    /// observations, and the last with them.
    pub fn parts(
        &self,
        policy: &policy::Bandit,
        features: usize,
        cuts: &[usize],
    ) -> Vec<Vec<Sums>> {
        let none = vec![Sums::new(features); policy.arms.len()];
        let mut parts = vec![none; cuts.len() + 1];
        let mut weights = vec![1.0; policy.arms.len()];
        for (place, observation) in self.recent.iter().enumerate().rev() {
            let arm = policy.arms.iter().position(|arm| arm.name == observation.arm);
            let Some(arm) = arm else { continue };
            let part = cuts.partition_point(|cut| *cut <= place);
            let sums = &mut parts[part][arm];
            let reward = observation.reward;
            if features > observation.context.len() {
                sums.add(&features::with_products(&observation.context), reward, weights[arm]);
            } else {
                sums.add(&observation.context, reward, weights[arm]);
            }
            weights[arm] *= policy.forgetting;
        }
        for ((arm, weight), sums) in policy.arms.iter().zip(weights).zip(&mut parts[0]) {
            let Some(kept) = self.arms.get(&arm.name) else { continue };
            let mut older = Sums::new(features);
            older.plus(&kept.older);
            older.scale(weight);
            sums.plus(&older);
        }
        parts
    }
}
