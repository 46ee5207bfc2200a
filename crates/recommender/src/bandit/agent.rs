//! The agent: picks an arm, gathers feedback, learns from the reward.

use std::collections::VecDeque;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::algorithm::learn;
use super::attribution::{Attribution, Closed, Credit, Owner};
use super::context::Context;
use super::decision::decide;
use super::memory::{Memory, Observation};
use super::reward::{Gathered, Reward, conversion_value, worth};
use crate::policy;
use melody_core::listener::Interaction;
use melody_core::score::Score;

/// One arm at a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmReport {
    /// As the policy has it.
    pub name: String,
    /// The promotion ratio it stands for.
    pub ratio: Score,
    /// How often this listener got it before, in earlier sessions too.
    pub pulls: u64,
    /// Expected reward.
    pub mean: Score,
    /// How unsure that is: one standard deviation, or LinUCB's bonus.
    pub deviation: Score,
    /// What the arm was judged by: an upper bound, a draw, or the expectation itself.
    pub judged: Score,
    /// Probability with which it was chosen.
    pub propensity: Score,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The chosen arm's place in the policy.
    pub arm: usize,
    /// The step it was made at.
    pub step: u32,
    /// Drawn uniformly, for support, rather than judged best.
    pub uniform: bool,
    /// Pinned by hand rather than judged best.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// What was seen of the listener.
    pub context: Context,
    /// By how much more a promoted song is worth than another to the segment's listeners.
    #[serde(default, skip_serializing_if = "Score::is_zero")]
    pub usual: Score,
    /// What the context adds to that, whoever listens.
    #[serde(default, skip_serializing_if = "Score::is_zero")]
    pub moment: Score,
    /// By how much more a promoted song is worth to this listener than to the segment's, as far as is known.
    #[serde(default, skip_serializing_if = "Score::is_zero")]
    pub own: Score,
    /// All arms, in the policy's order.
    pub arms: Vec<ArmReport>,
}

/// What closing a decision taught.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// The arm that was in force.
    pub arm: String,
    /// Plays under it, at least one.
    pub plays: u32,
    /// What they were worth, less any conversion that is still to come.
    pub reward: Reward,
}

/// The bandit's state for one listener.
#[derive(Clone, Debug)]
pub struct Bandit {
    memory: Arc<Memory>,
    /// The running decision; `None` before the first and between two.
    pub choice: Option<Choice>,
    gathered: Gathered,
    /// Plays that have ended since the running decision, whosever they were.
    since: u32,
    attribution: Attribution,
    /// What the newest decisions saw, by their step: songs that they queued may be heard after the next.
    contexts: VecDeque<(u32, Context)>,
}

/// Decisions whose contexts are remembered; no song waits longer to be heard.
const KNOWN: usize = 8;

impl Bandit {
    /// Starts from what has been learned before, if anything.
    pub fn new(memory: Arc<Memory>) -> Self {
        Bandit {
            memory,
            choice: None,
            gathered: Gathered::default(),
            since: 0,
            attribution: Attribution::default(),
            contexts: VecDeque::new(),
        }
    }

    /// What a later session of this listener, or others of the segment, start from.
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// What the decision made at a step saw, as long as a song that it queued may be heard.
    pub fn seen(&self, step: u32) -> Option<&Context> {
        self.contexts.iter().find(|(made, _)| *made == step).map(|(_, context)| context)
    }

    /// The chosen arm. Before the first decision it is the first one.
    pub fn arm(&self) -> usize {
        self.choice.as_ref().map_or(0, |c| c.arm)
    }

    /// Takes in a play `of` the decision made at that step, which queued its song; of none where the
    /// listener chose it. It counts for the running decision if it is that one's. The song was `promoted`
    /// or not, and the play a `preview`, of a premium song without a subscription and not skipped, or none.
    pub fn play(
        &mut self,
        policy: &policy::Bandit,
        play: &Interaction,
        (promoted, preview): (bool, bool),
        of: Option<u32>,
    ) {
        self.since += 1;
        if of.is_some() && of == self.choice.as_ref().map(|choice| choice.step) {
            self.gathered.play(policy, play, promoted);
        }
        if let Some(of) = of {
            let seen = self.seen(of).cloned();
            let seen = seen.as_ref().map(|context| context.0.as_slice());
            Arc::make_mut(&mut self.memory).lift.add(promoted, worth(play, promoted, policy), seen);
        }
        let led = preview || promoted && play.engaged();
        self.attribution.play(of, led, policy.attribution);
    }

    /// The listener subscribed. If the decision that it belongs to has closed, its reward is
    /// corrected, as if that had been known when it was learned.
    pub fn conversion(&mut self, policy: &policy::Bandit) -> Option<Credit> {
        let (closed, plays_ago) = match self.attribution.owner() {
            Owner::Running => {
                self.gathered.conversion();
                return None;
            }
            Owner::Nobody => return None,
            Owner::Closed(closed, plays_ago) => (closed, plays_ago),
        };
        let commercial = conversion_value(policy, closed.plays);
        let reward = Score::new(policy.commercial_weight * commercial);
        let memory = Arc::make_mut(&mut self.memory);
        let since = memory.learned - closed.learned;
        memory.credit(closed.learned, reward.value());
        memory.baselines.credit(commercial, policy.baseline_rate, since);
        Some(Credit { step: closed.step, arm: closed.arm.clone(), plays_ago, reward })
    }

    /// Whether it is time for the next decision: so many plays have ended since the last, by whomever they
    /// were chosen.
    pub fn due(&self, policy: &policy::Bandit) -> bool {
        self.choice.is_none() || self.since >= policy.every
    }

    /// Closes the running decision, if any: its reward is learned and the baselines move. A decision
    /// without a play teaches nothing.
    pub fn learn(&mut self, policy: &policy::Bandit) -> Option<Learned> {
        let choice = self.choice.take()?;
        let gathered = std::mem::take(&mut self.gathered);
        if gathered.plays == 0 {
            return None;
        }
        let memory = Arc::make_mut(&mut self.memory);
        let reward = Reward::new(&gathered, &memory.baselines, policy);
        let arm = policy.arms[choice.arm].name.clone();
        memory.baselines.follow(&gathered, policy);
        learn(
            policy,
            memory,
            Observation {
                arm: arm.clone(),
                context: choice.context.0,
                reward: reward.total.value(),
            },
        );
        self.attribution.close(Closed {
            step: choice.step,
            arm: arm.clone(),
            plays: gathered.plays,
            learned: memory.learned,
        });
        Some(Learned { arm, plays: gathered.plays, reward })
    }

    /// Decides for a context; an arm that is pinned is chosen for certain.
    pub fn decide(
        &mut self,
        policy: &policy::Bandit,
        context: Context,
        step: u32,
        pinned: Option<usize>,
        rng: &mut ChaCha8Rng,
    ) {
        let decided = decide(policy, &self.memory, &context.0, pinned, rng);
        let arms = policy.arms.iter().zip(&decided.arms);
        let arms = arms.map(|(arm, estimate)| ArmReport {
            name: arm.name.clone(),
            ratio: Score::new(arm.ratio),
            pulls: self.memory.pulls(&arm.name),
            mean: Score::new(estimate.mean),
            deviation: Score::new(estimate.deviation),
            judged: Score::new(estimate.judged),
            propensity: Score::new(estimate.chance),
        });
        self.choice = Some(Choice {
            arm: decided.arm,
            step,
            uniform: decided.uniform,
            by_hand: pinned.is_some(),
            arms: arms.collect(),
            usual: Score::new(self.memory.lift.usual),
            moment: Score::new(self.memory.lift.effect(&context.0)),
            own: Score::new(self.memory.lift.own(policy.prior_songs)),
            context,
        });
        self.contexts.extend(self.choice.iter().map(|made| (made.step, made.context.clone())));
        while self.contexts.len() > KNOWN {
            self.contexts.pop_front();
        }
        self.gathered = Gathered::default();
        self.since = 0;
    }
}
