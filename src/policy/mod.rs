//! The policy: every tunable of ranking, mixing, bandit and guardrails, in one TOML.

mod by_hand;
mod conflicts;
mod file;
mod ranker;
mod shipped;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use by_hand::{problem_under, under};
pub use file::{changed, load, parse, settings};
pub use shipped::{DEFAULT_TEXT, shipped, shipped_names};

use crate::listener::Tier;
use crate::ltr::Ranker;
use crate::model::InterestBlend;
use crate::scene::Scene;

/// A policy that has been checked, with the hash of its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// SHA-256 of the file, in hexadecimal.
    pub hash: String,
    /// The file it was read from, as it was written.
    pub text: Arc<str>,
    pub settings: Settings,
    /// The one that scores with [`Scorer::Ltr`].
    ranker: Arc<Ranker>,
}

impl Policy {
    /// The ranker whose score is a song's; `None` where that is the fused score.
    pub fn learned(&self) -> Option<&Ranker> {
        (self.settings.ranking.scorer == Scorer::Ltr).then_some(&*self.ranker)
    }
}

impl std::ops::Deref for Policy {
    type Target = Settings;
    fn deref(&self) -> &Settings {
        &self.settings
    }
}

/// The contents of a policy file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub format: u32,
    pub name: String,
    pub interest: InterestBlend,
    pub fusion: Fusion,
    #[serde(default)]
    pub ranking: Ranking,
    pub segments: Vec<Segment>,
    pub appetites: Vec<Appetite>,
    pub scenes: BTreeMap<Scene, SceneEffect>,
    pub candidates: Quotas,
    pub adjustments: Adjustments,
    pub diversity: Diversity,
    pub session: SessionTuning,
    pub mixing: Mixing,
    pub bandit: Bandit,
    pub guardrail: Guardrail,
    pub near_line: NearLine,
}

/// Fusion weights, or a change of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub alpha: f64,
    pub beta: f64,
    pub gamma: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fusion {
    pub epsilon: f64,
}

/// What scores a song in the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ranking {
    pub scorer: Scorer,
    /// `default`, or a ranker's file, from the policy's folder.
    pub ranker: String,
}

impl Default for Ranking {
    fn default() -> Self {
        Ranking { scorer: Scorer::default(), ranker: ranker::DEFAULT.into() }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scorer {
    /// Fusion and adjustments.
    #[default]
    Fusion,
    /// A ranker that has learned to rank, which sees both.
    Ltr,
}

/// Conditions on what is known of a listener; all must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Vec<Tier>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenure_days: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_per_week: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premium_previews: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past_conversions: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub novelty_appetite: Option<Bounds>,
    /// Plays in this session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_plays: Option<Bounds>,
    /// How content this session leaves the listener, in [0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<Bounds>,
}

/// `at_least <= value < below`, either side open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

impl Bounds {
    pub fn hold(&self, value: f64) -> bool {
        self.at_least.is_none_or(|least| value >= least)
            && self.below.is_none_or(|below| value < below)
    }
}

/// What gamma multiplies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GammaScores {
    /// The exposure head, for promoted songs; zero for natural ones.
    #[default]
    Promotion,
    /// How unlike the last plays a song is.
    Diversity,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub name: String,
    pub name_zh: String,
    #[serde(default)]
    pub when: When,
    pub weights: Weights,
    #[serde(default)]
    pub gamma_scores: GammaScores,
    #[serde(default, skip_serializing_if = "Tighter::is_none")]
    pub mixing: Tighter,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appetite {
    pub name: String,
    pub name_zh: String,
    #[serde(default)]
    pub when: When,
    pub novelty: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneEffect {
    pub weights: Weights,
    pub novelty: f64,
    #[serde(default, skip_serializing_if = "Tighter::is_none")]
    pub mixing: Tighter,
}

/// Most songs each candidate source may bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    pub similar: usize,
    pub familiar: usize,
    pub session: usize,
    pub search: usize,
    pub popular: usize,
    pub new: usize,
    pub exploration: usize,
    pub promoted: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustments {
    pub genre_streak: f64,
    pub artist_streak: f64,
    pub search: f64,
    pub artist_spread: f64,
    /// Plays that the artist spread remembers.
    pub artist_memory: usize,
    pub repeat: f64,
    pub repeat_fade: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diversity {
    pub method: Rerank,
    /// Points of score: what the likest song there can be above it costs a song under MMR; what a
    /// song of which one part in e is new costs under the determinantal method.
    pub strength: f64,
}

/// How natural songs are re-ranked so that a queue is not all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rerank {
    None,
    /// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).
    Mmr,
    /// The greedy mode of a determinantal point process (Chen et al., NeurIPS 2018).
    Determinantal,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTuning {
    pub rise: f64,
    pub fall: f64,
    pub rise_fade_s: f64,
    pub fall_fade_s: f64,
    pub search_fade_s: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixing {
    pub method: Method,
    /// Places that a promoted song which is due may wait for a better one.
    pub patience: usize,
    pub queue: usize,
    /// M
    pub at_most: usize,
    /// N
    pub window: usize,
    pub spacing: usize,
    /// P
    pub protected: usize,
    pub per_song: u32,
    pub per_campaign: u32,
    pub per_song_day: u32,
    pub per_campaign_day: u32,
    pub per_day: u32,
    /// Songs over which a campaign's placements in a session are spread; 0 for no pacing.
    pub pace: usize,
    pub least_interest: f64,
}

/// How the places of promoted songs are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The first place the rules allow.
    Greedy,
    /// The places that make the most of the position-discounted score.
    Exact,
}

/// Rules of mixing that a segment or a scene tightens. Of all that are given the strictest holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tighter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spacing: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_interest: Option<f64>,
}

impl Tighter {
    fn is_none(&self) -> bool {
        *self == Tighter::default()
    }

    /// The rules with these tightened.
    pub fn of(&self, rules: Mixing) -> Mixing {
        Mixing {
            at_most: self.at_most.map_or(rules.at_most, |m| m.min(rules.at_most)),
            spacing: self.spacing.map_or(rules.spacing, |s| s.max(rules.spacing)),
            protected: self.protected.map_or(rules.protected, |p| p.max(rules.protected)),
            least_interest: self
                .least_interest
                .map_or(rules.least_interest, |least| least.max(rules.least_interest)),
            ..rules
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// A Bayesian regression that finds out what matters and whether the listener has changed.
    Adaptive,
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
    pub const ALL: [Algorithm; 9] = [
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

    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Adaptive => "adaptive",
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bandit {
    pub algorithm: Algorithm,
    /// How much the algorithm tries what is not known to be best; 0 is nothing. Deviations added by
    /// `adaptive`, `linucb` and `ucb1`, the scale of `thompson`'s draws, one over `squarecb`'s gap
    /// weight by the root of observations, `softmax`'s temperature in units of the reward.
    pub exploration: f64,
    /// Chance that an arm is drawn uniformly.
    pub uniform: f64,
    /// Decisions that the chance stays full for; it falls as one over their number from then on.
    /// Absent: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uniform_for: Option<u32>,
    pub forgetting: f64,
    /// Of `linucb`, `thompson`, `squarecb`, `epsilon-greedy` and `softmax`.
    pub ridge: f64,
    /// The reward that is no success to `beta`, and the one that is all of one.
    #[serde(default = "default_reward_range")]
    pub reward_range: [f64; 2],
    pub every: u32,
    /// Plays after which a conversion is no longer put down to a play.
    #[serde(default = "default_attribution")]
    pub attribution: usize,
    /// Start from what the segment's listeners have taught.
    pub warm_start: bool,
    pub user_weight: f64,
    pub commercial_weight: f64,
    pub baseline_rate: f64,
    pub arms: Vec<Arm>,
}

/// Satisfaction and its baseline are both in [0, 1] and about half of that apart.
fn default_reward_range() -> [f64; 2] {
    [-0.5, 0.5]
}

fn default_attribution() -> usize {
    9
}

/// A promotion-ratio level with a change of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    pub name: String,
    pub ratio: f64,
    pub weights: Weights,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    pub window: usize,
    pub act_below: f64,
    pub release_above: f64,
    pub hold: u32,
    pub levels: u32,
    pub cap_step: usize,
    pub alpha_step: f64,
    /// With so many skips in a row no promoted song is queued, until a song is not skipped.
    #[serde(default = "few_skips")]
    pub skips: u32,
}

/// For policies written before there was such a rule.
fn few_skips() -> u32 {
    3
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearLine {
    pub every: u32,
    pub lag: u32,
    pub steps: u32,
    /// Step size for towers and gates.
    pub learning_rate: f64,
    /// Step size for the listener's own embedding.
    pub listener_rate: f64,
    pub newest: usize,
    pub replayed: usize,
    pub tolerance: f64,
}
