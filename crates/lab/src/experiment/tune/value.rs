//! What a policy is worth to one listener, and whether it keeps the listener's completion.
//!
//! The simulator knows how likely each reaction to a play was, so a play counts by what was to be
//! expected of it, not by how its dice fell (Rao and Blackwell's conditioning): about the same mean, and a
//! far smaller spread, so that far fewer listeners tell as much.

use serde::{Deserialize, Serialize};

use crate::experiment::outcome::{Heard, ListenerOutcome};
use crate::statistics::{Paired, paired};
use melody_recommender::bandit::satisfaction;
use melody_recommender::policy;
use melody_simulation::Felt;

/// One listener under one policy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worth {
    /// The bandit's expected reward per play, without baselines: `user_weight * satisfaction +
    /// commercial_weight * commercial + returning.worth * sooner`, the last by when the listener may really be expected
    /// back, not by the policy's estimate.
    pub value: f64,
    /// Expected share of plays completed.
    pub completion: f64,
}

impl Worth {
    pub(crate) fn new(listener: &ListenerOutcome, weights: &policy::Bandit) -> Self {
        let sessions = listener.sessions.iter();
        let felt: Vec<(&Heard, &Felt)> =
            sessions.flat_map(|session| session.plays.iter().zip(&session.felt)).collect();
        let mean = |of: &dyn Fn(&Heard, &Felt) -> f64| {
            felt.iter().map(|(heard, felt)| of(heard, felt)).sum::<f64>() / felt.len().max(1) as f64
        };
        let content = mean(&|_, Felt { response: r, .. }| {
            // A listener who breaks off skips, in the engine.
            satisfaction(r.play_ratio(), r.completion, 1.0 - r.completion, r.explicit())
        });
        let commercial = mean(&|heard, felt| {
            let engaged = if heard.opened { 1.0 } else { felt.response.completion };
            let engaged = if heard.promoted { engaged } else { 0.0 };
            engaged + weights.subscription * felt.subscribing
        });
        let sessions = &listener.sessions;
        let later: f64 = sessions.iter().map(|session| session.delay).sum();
        let returning = -weights.returning.worth * later / sessions.len().max(1) as f64;
        Worth {
            value: weights.user_weight * content
                + weights.commercial_weight * commercial
                + returning,
            completion: mean(&|_, felt| felt.response.completion),
        }
    }
}

/// A policy beside the one a search began from and the one that promotes nothing, on the very same
/// listeners.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// A segment, a scene or `all`.
    pub group: String,
    /// How many of the group were judged by.
    pub listeners: usize,
    /// Mean value per play under the policy the search began from, and under this one.
    pub base: f64,
    /// The same under this one.
    pub value: f64,
    /// Value under this policy against that under the base; absent for fewer than two listeners.
    pub gain: Option<Paired>,
    /// Completion under this policy against that without promotion.
    pub completion: Option<Paired>,
    /// The same of the policy the search began from.
    pub base_completion: Option<Paired>,
    /// Whether completion is within the margin.
    pub allowed: bool,
}

impl Judged {
    /// Of the policy the search began from and of this one, each behind what it is without promotion.
    pub(super) fn new(group: &str, all: [&[Worth]; 4], margin: f64) -> Self {
        let [base_natural, base, natural, ours] = all;
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
            base_completion: paired(&completions(base_natural), &completions(base)),
            completion,
        }
    }

    /// Better than what there was by more than a standard error, which of draws that change nothing only
    /// one in six is; and within the margin.
    pub(super) fn better(&self) -> bool {
        self.allowed && self.gain.is_some_and(|gain| gain.difference > gain.standard_error)
    }
}
