//! The rules of mixing promoted songs in, and how a group or a scene tightens them.

use serde::{Deserialize, Serialize};

/// Where and how often promoted songs may stand. Windows span requests, caps sessions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixing {
    /// How places are found among those the rules allow.
    pub method: Method,
    /// Places that a promoted song which is due may wait for a better one.
    pub patience: usize,
    /// Songs shown.
    pub queue: usize,
    /// M
    pub at_most: usize,
    /// N
    pub window: usize,
    /// Natural songs between two promoted ones, at least; 1 or more.
    pub spacing: usize,
    /// P
    pub protected: usize,
    /// Times one promoted song is placed in a session, at most.
    pub per_song: u32,
    /// Times one campaign is placed in a session, at most.
    pub per_campaign: u32,
    /// Times one promoted song is placed in 24 hours, earlier sessions counted.
    pub per_song_day: u32,
    /// Times one campaign is placed in 24 hours, earlier sessions counted.
    pub per_campaign_day: u32,
    /// Promoted songs of all campaigns in 24 hours, at most.
    pub per_day: u32,
    /// Songs over which a campaign's placements in a session are spread; 0 for no pacing.
    pub pace: usize,
    /// A promoted song below this interest is not placed; in [0, 1].
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
    /// M, if lower than the policy's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<usize>,
    /// Natural songs between two promoted ones, if more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spacing: Option<usize>,
    /// P, if higher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<usize>,
    /// The least interest of a promoted song, if higher.
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
