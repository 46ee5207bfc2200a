//! A log of one or more sessions, ready to be asked about target policies.

use super::decisions::Decided;
use super::regression::{believed, cross_fitted};
use super::sample::Sample;
use super::support::Support;
use super::terms::Units;
use melody_recommender::bandit::Choice;

/// Decisions without a [`super::decisions::flaw`], all between the same arms, with a reward model.
pub struct Log {
    decisions: Vec<Decided>,
    /// The session of every decision.
    groups: Vec<usize>,
    /// Expected reward of every arm at every decision.
    model: Vec<Vec<f64>>,
    sessions: usize,
    /// Names of the arms; none without a decision.
    arms: Vec<String>,
}

impl Log {
    /// Of sessions, each a listener's own; those without a decision count for nothing. Of several, the
    /// reward model is cross-fitted; of one alone it is what the bandit believed.
    pub fn new(sessions: impl IntoIterator<Item = Vec<Decided>>) -> Self {
        let (mut decisions, mut groups) = (Vec::new(), Vec::new());
        let mut number = 0;
        for session in sessions.into_iter().filter(|session| !session.is_empty()) {
            groups.extend(session.iter().map(|_| number));
            decisions.extend(session);
            number += 1;
        }
        let model = match number {
            0 | 1 => believed(&decisions),
            _ => cross_fitted(&decisions, &groups),
        };
        let names = |d: &Decided| d.choice.arms.iter().map(|arm| arm.name.clone()).collect();
        let arms = decisions.first().map(names).unwrap_or_default();
        Log { decisions, groups, model, sessions: number, arms }
    }

    /// Session by session, each in order.
    pub fn decisions(&self) -> &[Decided] {
        &self.decisions
    }

    /// The session of every decision, numbered from 0 among those that have one.
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }

    /// What the reward model expects of every arm at every decision.
    pub fn expected(&self) -> &[Vec<f64>] {
        &self.model
    }

    /// Names of the arms, in the policy's order; none without a decision.
    pub fn arms(&self) -> &[String] {
        &self.arms
    }

    /// Those with a decision.
    pub fn sessions(&self) -> usize {
        self.sessions
    }

    /// Whether there is no second session to learn from and to compare with.
    pub fn alone(&self) -> bool {
        self.sessions < 2
    }

    /// Sessions; of one alone, decisions. These are then taken to be independent given their contexts,
    /// which is right of the means at those very contexts: each arm was drawn anew.
    pub fn units(&self) -> Units<'_> {
        if self.alone() { Units::Decisions } else { Units::Groups(&self.groups) }
    }

    /// The threshold that weights are cut at unless another is asked for: the square root of the number
    /// of decisions, under which clipping is consistent (Ionides, JCGS 2008).
    pub fn usual_threshold(&self) -> f64 {
        (self.decisions.len() as f64).sqrt().max(1.0)
    }

    /// The decisions as a target sees them that takes arms with these probabilities.
    pub fn samples(&self, target: impl Fn(&Choice) -> Vec<f64>) -> Vec<Sample> {
        let one = |(decided, model): (&Decided, &Vec<f64>)| {
            let choice = &decided.choice;
            let propensity = choice.arms[choice.arm].propensity.value();
            let reward = decided.reward.value();
            Sample::new(choice.arm, propensity, reward, &target(choice), model)
        };
        self.decisions.iter().zip(&self.model).map(one).collect()
    }

    /// Whether the log can tell of that target, of whose view `samples` are.
    pub fn support(
        &self,
        samples: &[Sample],
        target: impl Fn(&Choice) -> Vec<f64>,
        threshold: f64,
    ) -> Support {
        let unsupported = |decided: &Decided| -> f64 {
            let arms = decided.choice.arms.iter().zip(target(&decided.choice));
            let never = arms.filter(|(arm, _)| arm.propensity.value() <= 0.0);
            never.fold(0.0, |sum, (_, p)| sum + p)
        };
        let unsupported: Vec<f64> = self.decisions.iter().map(unsupported).collect();
        Support::new(samples, &unsupported, threshold)
    }
}
