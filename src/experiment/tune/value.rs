//! What a policy is worth to one listener, and whether it keeps the listener's completion.

use serde::Serialize;

use crate::bandit::{CONVERSION_VALUE, satisfaction};
use crate::evaluation::{Paired, paired};
use crate::experiment::metric::Metric;
use crate::experiment::outcome::ListenerOutcome;
use crate::policy;

/// One listener under one policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Worth {
    /// The bandit's reward per play, without baselines: `user_weight * satisfaction +
    /// commercial_weight * commercial`.
    pub value: f64,
    /// Share of plays completed.
    pub completion: f64,
}

impl Worth {
    pub fn new(listener: &ListenerOutcome, weights: &policy::Bandit) -> Self {
        let plays = listener.plays().count().max(1) as f64;
        let content: f64 = listener
            .plays()
            .map(|p| satisfaction(p.play_ratio, p.completed, p.skipped, p.liked || p.saved))
            .sum();
        let engagements = listener.plays().filter(|play| play.engaged).count() as f64;
        let conversions = listener.sessions.iter().filter(|s| s.subscribed).count() as f64;
        let commercial = engagements + CONVERSION_VALUE * conversions;
        Worth {
            value: weights.user_weight * content / plays
                + weights.commercial_weight * commercial / plays,
            completion: Metric::Completion.of(listener),
        }
    }
}

/// A policy beside the one a search began from and the one that promotes nothing, on the very same
/// listeners.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// A segment, a scene or `all`.
    pub group: String,
    pub listeners: usize,
    /// Mean value per play under the policy the search began from, and under this one.
    pub base: f64,
    pub value: f64,
    pub gain: Option<Paired>,
    /// Completion under this policy against that of the natural-only policy.
    pub completion: Option<Paired>,
    /// The same of the policy the search began from.
    pub base_completion: Option<Paired>,
    /// Whether completion is within the margin.
    pub allowed: bool,
}

impl Judged {
    pub(super) fn new(group: &str, [natural, base, ours]: [&[Worth]; 3], margin: f64) -> Self {
        let values = |all: &[Worth]| all.iter().map(|w| w.value).collect::<Vec<_>>();
        let completions = |all: &[Worth]| all.iter().map(|w| w.completion).collect::<Vec<_>>();
        let mean = |all: Vec<f64>| all.iter().sum::<f64>() / all.len().max(1) as f64;
        let completion = paired(&completions(natural), &completions(ours));
        Judged {
            group: group.into(),
            listeners: ours.len(),
            base: mean(values(base)),
            value: mean(values(ours)),
            gain: paired(&values(base), &values(ours)),
            allowed: completion.is_some_and(|c| c.difference >= -margin),
            base_completion: paired(&completions(natural), &completions(base)),
            completion,
        }
    }

    /// What a search seeks: value, and far below any value where completion is lost, the further the
    /// more.
    pub(super) fn sought(&self, margin: f64) -> f64 {
        let lost = self.completion.map_or(1.0, |c| -margin - c.difference);
        if lost > 0.0 { -lost } else { 1.0 + self.value }
    }
}
