//! What a decision was worth: the user first, then the business, each against its usual level.

use serde::{Deserialize, Serialize};

use crate::policy;
use melody_core::listener::Interaction;
use melody_core::score::Score;

/// Feedback gathered since a decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// Plays that have ended since.
    pub plays: u32,
    satisfaction: f64,
    /// Logarithms of hours that a session of each play would bring the listener back sooner by, added up.
    sooner: f64,
    engagements: u32,
    conversions: u32,
}

/// What one conversion adds to the commercial part of a decision with so many plays.
pub(super) fn conversion_value(policy: &policy::Bandit, plays: u32) -> f64 {
    policy.subscription / f64::from(plays.max(1))
}

/// What one play is worth in the reward, but for any subscription.
pub fn worth(play: &Interaction, promoted: bool, policy: &policy::Bandit) -> f64 {
    let engagement = if promoted && play.engaged() { policy.commercial_weight } else { 0.0 };
    let returning =
        policy.returning.worth * policy.returning.sooner(play.play_ratio.into(), promoted);
    policy.user_weight * satisfaction_of(play) + engagement + returning
}

fn satisfaction_of(play: &Interaction) -> f64 {
    let count = |holds: bool| if holds { 1.0 } else { 0.0 };
    satisfaction(
        play.play_ratio.into(),
        count(play.completed),
        count(play.skipped),
        count(play.liked || play.saved),
    )
}

impl Gathered {
    /// Takes in a play that has ended.
    pub fn play(&mut self, policy: &policy::Bandit, play: &Interaction, promoted: bool) {
        self.plays += 1;
        self.satisfaction += satisfaction_of(play);
        self.sooner += policy.returning.sooner(play.play_ratio.into(), promoted);
        self.engagements += u32::from(promoted && play.engaged());
    }

    /// Takes in a subscription or a trial that was started.
    pub fn conversion(&mut self) {
        self.conversions += 1;
    }

    /// Mean satisfaction per play, in [0, 1].
    fn satisfaction(&self) -> f64 {
        self.satisfaction / f64::from(self.plays.max(1))
    }

    /// What the plays' return is worth, per play.
    fn returning(&self, policy: &policy::Bandit) -> f64 {
        policy.returning.worth * self.sooner / f64::from(self.plays.max(1))
    }

    /// Engagements with promoted songs and conversions, per play.
    fn commercial(&self, policy: &policy::Bandit) -> f64 {
        let value = f64::from(self.engagements) + policy.subscription * f64::from(self.conversions);
        value / f64::from(self.plays.max(1))
    }
}

/// How content one play leaves a listener, in [0, 1]; `loved` is liked or saved. All but the ratio are 0
/// or 1 of a play that was, and probabilities of one that is expected.
pub fn satisfaction(play_ratio: f64, completed: f64, skipped: f64, loved: f64) -> f64 {
    0.4 * play_ratio + 0.3 * completed + 0.2 * (1.0 - skipped) + 0.1 * loved
}

/// Usual levels: running means of this listener, from the segment's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// Per play, in [0, 1].
    pub satisfaction: f64,
    /// Engagements and conversions per play, weighed as in a reward.
    pub commercial: f64,
}

impl Default for Baselines {
    /// About what the simulated population does under the logging policy.
    fn default() -> Self {
        Baselines { satisfaction: 0.64, commercial: 0.06 }
    }
}

/// A reward and its parts: `user_weight (satisfaction - baseline) + commercial_weight (commercial
/// - baseline) + returning`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reward {
    /// Mean satisfaction per play, in [0, 1].
    pub satisfaction: Score,
    /// The usual satisfaction, before this decision moved it.
    pub satisfaction_baseline: Score,
    /// Engagements with promoted songs and weighed conversions, per play.
    pub commercial: Score,
    /// The usual commercial part, before this decision moved it.
    pub commercial_baseline: Score,
    /// What the plays do to when the listener comes back, by the policy's estimate: its worth, per play.
    #[serde(default, skip_serializing_if = "Score::is_zero")]
    pub returning: Score,
    /// What the arm learns: both differences, weighed and added, and the return.
    pub total: Score,
}

impl Reward {
    /// Of the plays under one decision, against the baselines before it.
    pub fn new(gathered: &Gathered, baselines: &Baselines, policy: &policy::Bandit) -> Self {
        let (user, commercial) = (gathered.satisfaction(), gathered.commercial(policy));
        let returning = gathered.returning(policy);
        Reward {
            satisfaction: Score::new(user),
            satisfaction_baseline: Score::new(baselines.satisfaction),
            commercial: Score::new(commercial),
            commercial_baseline: Score::new(baselines.commercial),
            returning: Score::new(returning),
            total: Score::new(
                policy.user_weight * (user - baselines.satisfaction)
                    + policy.commercial_weight * (commercial - baselines.commercial)
                    + returning,
            ),
        }
    }
}

impl Baselines {
    /// Moves the baselines towards what was just seen.
    pub fn follow(&mut self, gathered: &Gathered, policy: &policy::Bandit) {
        let rate = policy.baseline_rate;
        self.satisfaction += rate * (gathered.satisfaction() - self.satisfaction);
        self.commercial += rate * (gathered.commercial(policy) - self.commercial);
    }

    /// Moves the commercial baseline as if `more` had been seen with one of the decisions before,
    /// `since` others having closed after it.
    pub fn credit(&mut self, more: f64, rate: f64, since: u64) {
        self.commercial += rate * (1.0 - rate).powf(since as f64) * more;
    }
}
