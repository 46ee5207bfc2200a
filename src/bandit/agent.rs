//! The agent: picks an arm, gathers feedback, learns from the reward.

use std::collections::BTreeMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::context::{CONTEXT, Context};
use super::linear::LinearArm;
use super::propensity::{argmax, probability_best};
use super::reward::{Baselines, Gathered, Reward};
use crate::policy::{self, Algorithm};
use crate::score::Score;

/// One arm at a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmReport {
    pub name: String,
    /// The promotion ratio it stands for.
    pub ratio: Score,
    pub pulls: u64,
    /// Expected reward.
    pub mean: Score,
    /// One standard deviation of that expectation: LinUCB's bonus, Thompson's spread.
    pub deviation: Score,
    /// What the arm was judged by: LinUCB's upper bound, Thompson's draw.
    pub judged: Score,
    /// Probability with which it was chosen.
    pub propensity: Score,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub arm: usize,
    /// The step it was made at.
    pub step: u32,
    /// Drawn uniformly, for support, rather than judged best.
    pub uniform: bool,
    /// Pinned by hand rather than judged best.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    pub context: Context,
    pub arms: Vec<ArmReport>,
}

/// What closing a decision taught.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    pub arm: String,
    pub plays: u32,
    pub reward: Reward,
}

/// The bandit's state for one listener.
#[derive(Clone, Debug)]
pub struct Bandit {
    arms: Vec<LinearArm>,
    pub baselines: Baselines,
    pub choice: Option<Choice>,
    gathered: Gathered,
}

impl Bandit {
    /// Starts from a segment's state where one with the same arms and context is known.
    pub fn new(policy: &policy::Bandit, warm: Option<&WarmStart>) -> Self {
        let fresh = || LinearArm::new(CONTEXT.len(), policy.ridge);
        let learned = |arm: &policy::Arm| warm.and_then(|w| w.arms.get(&arm.name)).cloned();
        Bandit {
            arms: policy.arms.iter().map(|arm| learned(arm).unwrap_or_else(fresh)).collect(),
            baselines: warm.map(|w| w.baselines).unwrap_or_default(),
            choice: None,
            gathered: Gathered::default(),
        }
    }

    /// The chosen arm. Before the first decision it is the first one.
    pub fn arm(&self) -> usize {
        self.choice.as_ref().map_or(0, |c| c.arm)
    }

    pub fn gather(&mut self) -> &mut Gathered {
        &mut self.gathered
    }

    /// Whether it is time for the next decision.
    pub fn due(&self, policy: &policy::Bandit) -> bool {
        self.choice.is_none() || self.gathered.plays >= policy.every
    }

    /// Closes the running decision, if any: its reward is learned and the baselines move. A decision
    /// without a play teaches nothing.
    pub fn learn(&mut self, policy: &policy::Bandit) -> Option<Learned> {
        let choice = self.choice.take()?;
        let gathered = std::mem::take(&mut self.gathered);
        if gathered.plays == 0 {
            return None;
        }
        let reward = Reward::new(&gathered, &self.baselines, policy);
        let arm = &mut self.arms[choice.arm];
        arm.update(&choice.context.0, reward.total.value(), policy.forgetting, policy.ridge);
        self.baselines.follow(&gathered, policy.baseline_rate);
        Some(Learned { arm: policy.arms[choice.arm].name.clone(), plays: gathered.plays, reward })
    }

    /// Decides for a context; an arm that is pinned is chosen for certain.
    pub fn decide(
        &mut self,
        policy: &policy::Bandit,
        context: Context,
        step: u32,
        pinned: Option<usize>,
        rng: &mut ChaCha8Rng,
    ) {
        let beliefs: Vec<_> = self.arms.iter().map(|arm| arm.belief(&context.0)).collect();
        let scale = policy.exploration;
        // Every arm's noise is drawn whatever the algorithm, so that streams do not depend on it.
        let noise: Vec<f64> = beliefs.iter().map(|_| rng.sample(StandardNormal)).collect();
        let explore = rng.random_bool(policy.uniform);
        let drawn = rng.random_range(0..self.arms.len());
        let judged: Vec<f64> = match policy.algorithm {
            Algorithm::LinUcb => beliefs.iter().map(|b| b.upper_bound(scale)).collect(),
            Algorithm::Thompson => {
                beliefs.iter().zip(&noise).map(|(b, n)| b.mean + scale * b.width * n).collect()
            }
            Algorithm::Fixed => {
                (0..beliefs.len()).map(|i| if i == 0 { 1.0 } else { 0.0 }).collect()
            }
        };
        let best = argmax(judged.iter().copied());
        let (arm, uniform) = match (pinned, policy.algorithm) {
            (Some(arm), _) => (arm, false),
            (None, Algorithm::Fixed) => (0, false),
            _ if explore => (drawn, true),
            _ => (best, false),
        };
        let greedy: Vec<f64> = match policy.algorithm {
            Algorithm::Thompson => {
                let scores: Vec<_> = beliefs.iter().map(|b| b.posterior(scale)).collect();
                probability_best(&scores)
            }
            _ => (0..judged.len()).map(|i| if i == best { 1.0 } else { 0.0 }).collect(),
        };
        let uniform_share = match policy.algorithm {
            Algorithm::Fixed => 0.0,
            _ => policy.uniform,
        };
        let propensity = |i: usize| match pinned {
            Some(arm) => f64::from(u8::from(i == arm)),
            None => (1.0 - uniform_share) * greedy[i] + uniform_share / self.arms.len() as f64,
        };
        let arms = (0..self.arms.len())
            .map(|i| ArmReport {
                name: policy.arms[i].name.clone(),
                ratio: Score::new(policy.arms[i].ratio),
                pulls: self.arms[i].pulls,
                mean: Score::new(beliefs[i].mean),
                deviation: Score::new(scale * beliefs[i].width),
                judged: Score::new(judged[i]),
                propensity: Score::new(propensity(i)),
            })
            .collect();
        self.choice = Some(Choice { arm, step, uniform, by_hand: pinned.is_some(), context, arms });
        self.gathered = Gathered::default();
    }

    /// The state that a later session of this listener, or others of the segment, start from.
    pub fn memory(&self, policy: &policy::Bandit) -> WarmStart {
        let named = policy.arms.iter().map(|arm| arm.name.clone()).zip(self.arms.iter().cloned());
        WarmStart { arms: named.collect(), baselines: self.baselines }
    }
}

/// What a segment's listeners, or one listener's earlier sessions, have taught.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WarmStart {
    /// By arm name, so that a policy with other arms takes over what it can.
    pub arms: BTreeMap<String, LinearArm>,
    pub baselines: Baselines,
}
