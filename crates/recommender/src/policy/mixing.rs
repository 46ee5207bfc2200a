//! The rules of mixing promoted songs in, and how a group or a scene tightens them.

use serde::{Deserialize, Serialize};

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
    /// Whether it changes nothing.
    pub fn is_none(&self) -> bool {
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
