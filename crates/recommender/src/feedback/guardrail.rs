//! The guardrail: when completion falls, promotion gives way and interest gains weight.
//!
//! It moves one level at a time, waits between moves, and lets go at a higher rate than it acts at,
//! so that it does not flap.

use serde::{Deserialize, Serialize};

use super::metrics::Rates;
use crate::policy;
use melody_core::score::Score;

/// The guardrail's level, from 0, where it changes nothing, and how long it has held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guardrail {
    level: u32,
    /// Plays since the level last changed.
    held: u32,
}

/// A change of level and its cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// `raised` or `released`.
    pub action: String,
    /// The level before.
    pub from: u32,
    /// The level after, one up or down.
    pub to: u32,
    /// The rate and the bound it crossed, for people.
    pub cause: String,
}

/// Where the guardrail stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailReport {
    /// From 0, where nothing is changed.
    pub level: u32,
    /// The highest level the policy has.
    pub levels: u32,
    /// Promoted songs fewer per window.
    pub cap_lowered_by: usize,
    /// What it adds to alpha.
    pub alpha: Score,
    /// Completion rate below which the level rises.
    pub act_below: Score,
    /// Completion rate above which it falls again.
    pub release_above: Score,
    /// The change that this step brought, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intervention: Option<Intervention>,
}

impl Guardrail {
    /// Looks at the window after a play has ended.
    pub fn watch(&mut self, policy: &policy::Guardrail, window: &Rates) -> Option<Intervention> {
        self.held += 1;
        let full = window.plays as usize >= policy.window;
        let rate = window.completion.filter(|_| full)?;
        if self.held < policy.hold {
            return None;
        }
        let (act, release) = (Score::new(policy.act_below), Score::new(policy.release_above));
        let from = self.level;
        let plays = window.plays;
        let (action, cause) = if rate < act && self.level < policy.levels {
            self.level += 1;
            ("raised", format!("completion {rate:.2} of the last {plays} plays is below {act:.2}"))
        } else if rate > release && self.level > 0 {
            self.level -= 1;
            let cause =
                format!("completion {rate:.2} of the last {plays} plays is above {release:.2}");
            ("released", cause)
        } else {
            return None;
        };
        self.held = 0;
        Some(Intervention { action: action.into(), from, to: self.level, cause })
    }

    /// Promoted songs it allows per window, if it has lowered the policy's number.
    pub fn cap(&self, policy: &policy::Guardrail, mixing: &policy::Mixing) -> Option<usize> {
        let lowered_by = self.cap_lowered_by(policy);
        (lowered_by > 0).then(|| mixing.at_most.saturating_sub(lowered_by))
    }

    /// Where it stands under another policy, which may have fewer levels.
    pub fn under(self, policy: &policy::Guardrail) -> Self {
        Guardrail { level: self.level.min(policy.levels), ..self }
    }

    fn cap_lowered_by(&self, policy: &policy::Guardrail) -> usize {
        policy.cap_step * self.level as usize
    }

    /// What the level adds to the fusion weights.
    pub fn weights(&self, policy: &policy::Guardrail) -> policy::Weights {
        policy::Weights { alpha: policy.alpha_step * f64::from(self.level), ..Default::default() }
    }

    /// From 0, where nothing is changed.
    pub fn level(&self) -> u32 {
        self.level
    }

    /// Where it stands, for the trace, with the change that this step brought.
    pub fn report(
        &self,
        policy: &policy::Guardrail,
        intervention: Option<Intervention>,
    ) -> GuardrailReport {
        GuardrailReport {
            level: self.level,
            levels: policy.levels,
            cap_lowered_by: self.cap_lowered_by(policy),
            alpha: Score::new(self.weights(policy).alpha),
            act_below: Score::new(policy.act_below),
            release_above: Score::new(policy.release_above),
            intervention,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(completion: f64) -> Rates {
        Rates { plays: 8, completion: Some(Score::new(completion)), ..Rates::default() }
    }

    #[test]
    fn it_acts_holds_and_releases_with_hysteresis() {
        let policy = crate::policy::shipped("default").unwrap();
        let (g, m) = (policy.guardrail, policy.mixing);
        let mut guardrail = Guardrail::default();
        let mut moves = |rate: f64, plays: usize| -> Vec<u32> {
            let watch = |_| guardrail.watch(&g, &window(rate)).map(|i| i.to);
            (0..plays).filter_map(watch).collect()
        };
        assert_eq!(moves(0.2, 8), [1, 2], "one level per hold of four plays");
        assert_eq!(moves(0.5, 20), Vec::<u32>::new(), "between the thresholds nothing moves");
        assert_eq!(moves(0.9, 8), [1, 0]);
        let cap = |level| Guardrail { level, held: 0 }.cap(&g, &m);
        assert_eq!([0, 1, 2].map(cap), [None, Some(1), Some(0)]);
    }

    #[test]
    fn a_window_that_is_not_full_moves_nothing() {
        let policy = crate::policy::shipped("default").unwrap().guardrail;
        let mut guardrail = Guardrail { level: 0, held: 100 };
        let short = Rates { plays: 7, ..window(0.0) };
        assert_eq!(guardrail.watch(&policy, &short), None);
    }
}
