//! The groups that listeners fall in by rule, and what each of them, and each scene, changes.

use serde::{Deserialize, Serialize};

use super::fusion::{GammaScores, Weights};
use super::mixing::Tighter;
use melody_core::listener::Tier;

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
