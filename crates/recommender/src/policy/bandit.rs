//! The bandit: its algorithm, its rewards, and the arms it chooses from.

use serde::{Deserialize, Serialize};

use super::fusion::Weights;

/// How an arm is chosen, and what is learned of the arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// A Bayesian regression that finds out what matters and whether the listener has changed.
    Adaptive,
    /// Arms as doses of promotion: by what a promoted song is worth to the listener.
    Dose,
    /// Disjoint LinUCB.
    #[serde(rename = "linucb")]
    LinUcb,
    /// Linear Thompson sampling.
    Thompson,
    /// Inverse gap weighting.
    #[serde(rename = "squarecb")]
    SquareCb,
    /// The highest expected reward; the uniform share is its epsilon.
    EpsilonGreedy,
    /// By the exponential of expected rewards.
    Softmax,
    /// Beta Thompson sampling, whatever the context.
    Beta,
    /// UCB1, whatever the context.
    Ucb1,
    /// Always the first arm.
    Fixed,
}

impl Algorithm {
    /// The shipped policies' first, then the contextual ones, then those that ignore the context.
    pub const ALL: [Algorithm; 10] = [
        Algorithm::Dose,
        Algorithm::Adaptive,
        Algorithm::LinUcb,
        Algorithm::Thompson,
        Algorithm::SquareCb,
        Algorithm::EpsilonGreedy,
        Algorithm::Softmax,
        Algorithm::Beta,
        Algorithm::Ucb1,
        Algorithm::Fixed,
    ];

    /// As a policy file spells it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Adaptive => "adaptive",
            Algorithm::Dose => "dose",
            Algorithm::LinUcb => "linucb",
            Algorithm::Thompson => "thompson",
            Algorithm::SquareCb => "squarecb",
            Algorithm::EpsilonGreedy => "epsilon-greedy",
            Algorithm::Softmax => "softmax",
            Algorithm::Beta => "beta",
            Algorithm::Ucb1 => "ucb1",
            Algorithm::Fixed => "fixed",
        }
    }
}

/// How arms are chosen, what a reward is, and which arms there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bandit {
    /// What judges the arms.
    pub algorithm: Algorithm,
    /// How much the algorithm tries what is not known to be best; 0 is nothing. Deviations added by
    /// `dose`, `adaptive`, `linucb` and `ucb1`, the scale of `thompson`'s draws, one over `squarecb`'s gap
    /// weight by the root of observations, `softmax`'s temperature in units of the reward.
    pub exploration: f64,
    /// Chance that an arm is drawn uniformly.
    pub uniform: f64,
    /// Decisions that the chance stays full for; it falls as one over their number from then on.
    /// Absent: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uniform_for: Option<u32>,
    /// How much an observation still counts after each newer one of its arm; in [0.5, 1].
    pub forgetting: f64,
    /// Of `linucb`, `thompson`, `squarecb`, `epsilon-greedy` and `softmax`.
    pub ridge: f64,
    /// The reward that is no success to `beta`, and the one that is all of one.
    #[serde(default = "default_reward_range")]
    pub reward_range: [f64; 2],
    /// Plays between decisions.
    pub every: u32,
    /// Plays after which a conversion is no longer put down to a play.
    #[serde(default = "default_attribution")]
    pub attribution: usize,
    /// Start from what the segment's listeners have taught.
    pub warm_start: bool,
    /// What that counts as beside a listener's own: so many observations of each arm at most.
    #[serde(default = "default_prior")]
    pub prior: f64,
    /// What the segment's knowledge of promoted songs counts as beside a listener's own: so many of them.
    #[serde(default = "default_prior_songs")]
    pub prior_songs: f64,
    /// Of satisfaction above its baseline in the reward; at least the commercial one.
    pub user_weight: f64,
    /// Of engagement and conversions above their baseline in the reward.
    pub commercial_weight: f64,
    /// What a subscription is worth, in engagements with promoted songs.
    #[serde(default = "default_subscription")]
    pub subscription: f64,
    /// What coming back sooner is worth, and what it depends on.
    #[serde(default)]
    pub returning: Returning,
    /// Share of the way to the newest decision that both baselines go, in [0, 1].
    pub baseline_rate: f64,
    /// At least one; the first is in force before any decision.
    pub arms: Vec<Arm>,
}

/// Satisfaction and its baseline are both in [0, 1] and about half of that apart.
fn default_reward_range() -> [f64; 2] {
    [-0.5, 0.5]
}

fn default_prior() -> f64 {
    24.0
}

fn default_prior_songs() -> f64 {
    30.0
}

fn default_subscription() -> f64 {
    5.0
}

fn default_attribution() -> usize {
    9
}

/// What plays do to when the listener comes back, and what that is worth.
///
/// A service sees the return days after a play, and a dozen plays besides it, so no single one teaches a
/// listener's bandit anything. What plays do to it on the whole is estimated in an experiment (the example
/// `returns`), and stands here, in logarithms of hours away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returning {
    /// Reward per play for a unit of logarithm sooner; 0 leaves the return out.
    pub worth: f64,
    /// Sooner by, after a session of songs heard whole rather than not at all.
    pub by_listening: f64,
    /// Share of songs, in [0, 1], at which it moves nothing.
    pub usual: f64,
    /// Later by, after a session of promoted songs alone.
    pub by_promotion: f64,
}

impl Returning {
    /// By how much sooner the listener comes back after plays of which so much was heard, promoted or not, in logarithms
    /// of hours.
    pub fn sooner(&self, play_ratio: f64, promoted: bool) -> f64 {
        let toll = if promoted { self.by_promotion } else { 0.0 };
        self.by_listening * (play_ratio - self.usual) - toll
    }
}

/// A promotion-ratio level with a change of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// What its observations are remembered by.
    pub name: String,
    /// Share of promoted songs to aim for, in [0, 1]; rules may allow less.
    pub ratio: f64,
    /// What it adds to the fusion weights, in [-1, 1] each.
    pub weights: Weights,
}
