//! The settings of RMTL (Zhao et al., WWW 2023), which weighs each play's losses by what critics expect of the
//! rest of its session.

use serde::{Deserialize, Serialize};

use melody_core::input::Checker;

/// How RMTL weighs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rmtl {
    /// Share of all steps that train the network with the configured weights, before the critics.
    pub pretrain: f64,
    /// Share of all steps that then train the critics alone, the network as it is.
    pub critics: f64,
    /// Weight of what a critic expects in a play's weight in a task's loss, 1 - lambda Q.
    pub lambda: f64,
    /// Discount per play.
    pub gamma: f64,
    /// Share of the critics in their targets' soft update.
    pub tau: f64,
    /// Of the critics.
    pub learning_rate: f64,
    /// Hidden units of a critic.
    pub hidden: usize,
}

impl Default for Rmtl {
    fn default() -> Self {
        Rmtl {
            pretrain: 0.25,
            critics: 0.05,
            lambda: 0.1,
            gamma: 0.9,
            tau: 0.05,
            learning_rate: 1e-3,
            hidden: 32,
        }
    }
}

impl Rmtl {
    /// Notes what makes no sense, under the fields' names with `prefix` before them.
    pub fn check(&self, prefix: &str, check: &mut Checker) {
        for (name, value, most) in [
            ("pretrain", self.pretrain, 1.0),
            ("critics", self.critics, 1.0),
            ("lambda", self.lambda, 10.0),
            ("gamma", self.gamma, 0.999),
            ("tau", self.tau, 1.0),
            ("learning_rate", self.learning_rate, 1.0),
        ] {
            check.range(&format!("{prefix}{name}"), value, 0.0..=most);
        }
        check.range(&format!("{prefix}hidden"), self.hidden as f64, 1.0..=4_096.0);
    }
}
