//! One logged decision as one target policy sees it.

/// All that the estimators need of a decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// `t(a, x) / p`: how often the target takes the logged arm, for once that it was logged. At
    /// least 0.
    pub weight: f64,
    /// `t(a, x)`: the target's probability of the logged arm.
    pub agreement: f64,
    /// What the logged arm earned.
    pub reward: f64,
    /// `q(x, a)`: what the reward model expects of the logged arm.
    pub fitted: f64,
    /// `sum_k t(k, x) q(x, k)`: what the reward model expects of the target.
    pub direct: f64,
}

impl Sample {
    /// A decision that took `arm` with probability `propensity`, which is above 0. `target` and `model`
    /// have the target's probability and the model's expectation of every arm. Probabilities that do
    /// not quite sum to one, as rounded ones, are scaled to do so where they average the model.
    pub fn new(arm: usize, propensity: f64, reward: f64, target: &[f64], model: &[f64]) -> Self {
        let expected: f64 = target.iter().zip(model).map(|(t, q)| t * q).sum();
        Sample {
            weight: target[arm] / propensity,
            agreement: target[arm],
            reward,
            fitted: model[arm],
            direct: expected / target.iter().sum::<f64>(),
        }
    }

    /// What the logged arm earned beyond what the model expected.
    pub fn surprise(&self) -> f64 {
        self.reward - self.fitted
    }
}
