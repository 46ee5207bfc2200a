//! Policies that a log of decisions can be asked about.

use melody_recommender::bandit::{Choice, Normal, argmax, probability_best};

/// A policy whose probabilities at a decision follow from what the trace says of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The logging policy itself.
    Logged,
    /// One arm, always.
    Always(usize),
    /// Every arm as often.
    Uniform,
    /// The arm that the bandit expected most of.
    Greedy,
    /// The arm with the largest expectation plus deviation.
    UpperBound,
    /// Every arm as often as it is best by what the bandit believed.
    Posterior,
}

impl Target {
    /// The logging policy, every one of so many arms, and all of them alike.
    pub fn simple(arms: usize) -> Vec<Target> {
        let always = (0..arms).map(Target::Always);
        [Target::Logged].into_iter().chain(always).chain([Target::Uniform]).collect()
    }

    /// All there are: these, and those that go by what the bandit believed.
    pub fn all(arms: usize) -> Vec<Target> {
        let mut all = Self::simple(arms);
        all.extend([Target::Greedy, Target::UpperBound, Target::Posterior]);
        all
    }

    /// Its name where the arms have these names.
    pub fn name(self, arms: &[String]) -> String {
        match self {
            Target::Logged => "as logged".into(),
            Target::Always(arm) => format!("always {}", arms[arm]),
            Target::Uniform => "uniform".into(),
            Target::Greedy => "greedy".into(),
            Target::UpperBound => "upper bound".into(),
            Target::Posterior => "probability matching".into(),
        }
    }

    /// The probability of every arm at a decision. The last three go by what the bandit believed then,
    /// having learned from what was logged and not from what they would have done.
    pub fn probabilities(self, choice: &Choice) -> Vec<f64> {
        let sure = |best: usize| -> Vec<f64> {
            (0..choice.arms.len()).map(|arm| if arm == best { 1.0 } else { 0.0 }).collect()
        };
        let beliefs = choice.arms.iter().map(|arm| (arm.mean.value(), arm.deviation.value()));
        match self {
            Target::Logged => choice.arms.iter().map(|arm| arm.propensity.value()).collect(),
            Target::Always(arm) => sure(arm),
            Target::Uniform => vec![1.0 / choice.arms.len() as f64; choice.arms.len()],
            Target::Greedy => sure(argmax(beliefs.map(|(mean, _)| mean))),
            Target::UpperBound => sure(argmax(beliefs.map(|(mean, deviation)| mean + deviation))),
            Target::Posterior => {
                let normal = |(mean, deviation)| Normal { mean, deviation };
                probability_best(&beliefs.map(normal).collect::<Vec<_>>())
            }
        }
    }
}
