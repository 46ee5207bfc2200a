//! Values set by hand, over what the policy would decide.
//!
//! Only the values and the bounds that hold whatever the policy: they are part of events, which know no
//! policy. What a policy makes of them is said beside it.

use serde::{Deserialize, Serialize};

use crate::score::Score;

/// What a person who debugs a ranking has set. Nothing set leaves everything to the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// Fusion weights, in [0, 2]. The user-first clamp still has the last word, and a segment that is
    /// sold no subscription stays without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<Score>,
    /// Weight of subscription in the fused score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beta: Option<Score>,
    /// Weight of exposure in the fused score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gamma: Option<Score>,
    /// M: promoted songs in a window at most, and no more than a window holds. A guardrail that has
    /// acted may hold it lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<usize>,
    /// N: songs in a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// The bandit's arm, by name. Released, the bandit decides at its next turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// Factor on what streaks and searches add, in [0, 5].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boost: Option<Score>,
}

/// The largest weight that can be set.
pub const MOST_WEIGHT: Score = Score::from_millionths(2_000_000);
/// The largest factor on boosts.
pub const MOST_BOOST: Score = Score::from_millionths(5_000_000);
/// The longest window.
pub const LONGEST_WINDOW: usize = 100;

impl Overrides {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Overrides::default()
    }

    /// The factor on what streaks and searches add.
    pub fn boost(&self) -> Score {
        self.boost.unwrap_or(Score::ONE)
    }

    /// What is out of its range whatever the policy: the field and why.
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let weights = [("alpha", self.alpha), ("beta", self.beta), ("gamma", self.gamma)];
        let factors = weights.map(|(name, value)| (name, value, MOST_WEIGHT));
        for (name, value, most) in factors.into_iter().chain([("boost", self.boost, MOST_BOOST)]) {
            if value.is_some_and(|value| !(Score::ZERO..=most).contains(&value)) {
                return Some((name, format!("must be from 0 to {most:.0}")));
            }
        }
        if self.window.is_some_and(|window| !(1..=LONGEST_WINDOW).contains(&window)) {
            return Some(("window", format!("must be from 1 to {LONGEST_WINDOW}")));
        }
        self.window.and_then(|window| self.too_many(window))
    }

    /// What is wrong with M, if it is more than a window of that length holds.
    pub fn too_many(&self, window: usize) -> Option<(&'static str, String)> {
        let why = || format!("must not be over the window of {window}");
        self.at_most.filter(|at_most| *at_most > window).map(|_| ("at_most", why()))
    }
}
