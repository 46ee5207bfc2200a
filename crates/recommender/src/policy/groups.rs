//! The groups that listeners fall in by rule, and what each of them, and each scene, changes.

use serde::{Deserialize, Serialize};

use super::feedback::Usual;
use super::fusion::{GammaScores, Weights};
use super::mixing::Tighter;
use melody_core::listener::Tier;

/// Conditions on what is known of a listener; all must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// One of these tiers; absent where the tier does not matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Vec<Tier>>,
    /// Days since the account was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenure_days: Option<Bounds>,
    /// Hours of listening in a usual week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_per_week: Option<Bounds>,
    /// Premium songs played without a subscription, in this session and the month before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premium_previews: Option<Bounds>,
    /// Earlier subscriptions and trials started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past_conversions: Option<Bounds>,
    /// How much more of new songs than of known ones is completed, in [-1, 1].
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
    /// The least value that is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The least value that is out again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

impl Bounds {
    /// Whether a value lies between them.
    pub fn hold(&self, value: f64) -> bool {
        self.at_least.is_none_or(|least| value >= least)
            && self.below.is_none_or(|below| value < below)
    }
}

/// A group of listeners, with the weights and rules it is ranked under.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// What traces call it, and what the bandit's experience is pooled by.
    pub name: String,
    /// The same for people who read Chinese.
    pub name_zh: String,
    /// Who is in it. The last segment has no conditions and is for whoever is in no other.
    #[serde(default)]
    pub when: When,
    /// What it adds to everybody's fusion weights, before scene, arm and guardrail; where the policy has
    /// none for everybody, the weights themselves. The sum is in [0, 2], user first.
    pub weights: Weights,
    /// What gamma multiplies for these listeners.
    #[serde(default)]
    pub gamma_scores: GammaScores,
    /// Rules of mixing that are stricter for them.
    #[serde(default, skip_serializing_if = "Tighter::is_none")]
    pub mixing: Tighter,
    /// How their plays usually end; the guardrail's own figures where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<Usual>,
}

/// A group of listeners by how open they are to new songs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appetite {
    /// What traces call it.
    pub name: String,
    /// The same for people who read Chinese.
    pub name_zh: String,
    /// Who is in it, unless an earlier appetite has them.
    #[serde(default)]
    pub when: When,
    /// Points of score for a song never heard, taken from one known well; in [-1, 1].
    pub novelty: f64,
}

/// What a scene changes for whoever is in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneEffect {
    /// What it adds to the fusion weights, in [-1, 1] each.
    pub weights: Weights,
    /// What it adds to the appetite's points for new songs, in [-1, 1].
    pub novelty: f64,
    /// Rules of mixing that are stricter in it.
    #[serde(default, skip_serializing_if = "Tighter::is_none")]
    pub mixing: Tighter,
}
