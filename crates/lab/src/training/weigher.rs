//! Sets the loss weights of every step by their scheme, under the completion constraint and the rule
//! that the user comes first.

use serde::{Deserialize, Serialize};

use melody_model::objective::{LossWeights, Objective, Scheme};

/// The weights of one step, or of one play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// What the scheme and the completion constraint ask for.
    pub asked: LossWeights,
    /// What is used: the same, unless the user-first rule had to lower the commercial ones.
    pub used: LossWeights,
    /// Whether it had to.
    pub clamped: bool,
}

/// Sets the loss weights of every step. What it learns on the way is its state, kept in checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weigher {
    objective: Objective,
    /// `uncertainty`: ln of each task's variance.
    log_variances: [f64; 3],
    /// Of the completion constraint: w1 is raised by this share.
    multiplier: f64,
    /// The best completion that ranking by interest alone has reached so far.
    reference: f64,
}

impl Weigher {
    /// Before the first step: no variance learned, no constraint violated.
    pub fn new(objective: &Objective) -> Self {
        Weigher {
            objective: objective.clone(),
            log_variances: [0.0; 3],
            multiplier: 0.0,
            reference: 0.0,
        }
    }

    /// The weights of all plays at `step` of `steps`; with `rmtl`, until its critics are ready.
    pub fn weigh(&self, step: u64, steps: u64) -> Weighed {
        let objective = &self.objective;
        let full = objective.weights;
        let asked = match objective.scheme {
            Scheme::Fixed | Scheme::Rmtl => full,
            Scheme::Staged => {
                let progress = step as f64 / steps.max(1) as f64;
                let since = progress - objective.pretrain;
                let commercial = (since / objective.ramp.max(1e-9)).clamp(0.0, 1.0);
                full.times([1.0, commercial, commercial])
            }
            Scheme::Uncertainty => {
                let [interest, subscription, exposure] = self.log_variances.map(|s| (-s).exp());
                LossWeights { interest, subscription, exposure }
            }
        };
        self.constrained(asked)
    }

    /// `rmtl`: the weights of one play, from whose state on the critics expect `returns` of the session, by task and never positive.
    pub fn weigh_play(&self, returns: [f64; 3]) -> Weighed {
        let lambda = self.objective.rmtl.lambda;
        self.constrained(self.objective.weights.times(returns.map(|q| 1.0 - lambda * q)))
    }

    /// Under the completion constraint, and the user first.
    fn constrained(&self, asked: LossWeights) -> Weighed {
        let asked = asked.times([1.0 + self.multiplier, 1.0, 1.0]);
        let (used, clamped) = user_first(asked);
        Weighed { asked, used, clamped }
    }

    /// `uncertainty`: a gradient step on the variances. Of exp(-s) L + s / 2 the derivative by s is
    /// 1/2 - exp(-s) L, so that a task's weight settles at one over twice its loss.
    pub fn learn(&mut self, losses: [f32; 3]) {
        if self.objective.scheme == Scheme::Uncertainty {
            for (s, loss) in self.log_variances.iter_mut().zip(losses) {
                let slope = 0.5 - (-*s).exp() * f64::from(loss);
                *s = (*s - self.objective.uncertainty_rate * slope).clamp(-6.0, 6.0);
            }
        }
    }

    /// Dual ascent on the completion constraint: `completion` is what the policy in training reaches,
    /// `by_interest` what ranking by interest alone would.
    pub fn constrain(&mut self, completion: f64, by_interest: f64) {
        let constraint = &self.objective.constraint;
        self.reference = self.reference.max(by_interest);
        let violation = self.reference - constraint.delta - completion;
        self.multiplier =
            (self.multiplier + constraint.rate * violation).clamp(0.0, constraint.most);
    }

    /// The completion constraint's, from 0: w1 is raised by this share.
    pub fn multiplier(&self) -> f64 {
        self.multiplier
    }

    /// The best completion that ranking by interest alone has reached; 0 before any.
    pub fn reference(&self) -> f64 {
        self.reference
    }
}

/// Lowers w2 and w3 together until w1 >= w2 + w3. Also whether it had to.
pub fn user_first(weights: LossWeights) -> (LossWeights, bool) {
    let commercial = weights.subscription + weights.exposure;
    if weights.interest >= commercial {
        return (weights, false);
    }
    let scale = weights.interest / commercial;
    (weights.times([1.0, scale, scale]), true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scheme() -> impl Strategy<Value = Scheme> {
        proptest::sample::select(Scheme::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn the_user_comes_first_at_every_step(
            w in [0.0f64..5.0, 0.0f64..5.0, 0.0f64..5.0], scheme in scheme(), step in 0u64..200,
            losses in [0.0f32..3.0, 0.0f32..3.0, 0.0f32..3.0],
            returns in proptest::option::of([-20.0f64..0.0, -20.0f64..0.0, -20.0f64..0.0]),
            completion in 0.0f64..1.0,
        ) {
            let weights = LossWeights { interest: w[0], subscription: w[1], exposure: w[2] };
            let objective = Objective { scheme, weights, ..Objective::default() };
            let mut weigher = Weigher::new(&objective);
            for _ in 0..30 {
                weigher.learn(losses);
                weigher.constrain(completion, 0.6);
            }
            let weighed = returns.map(|returns| weigher.weigh_play(returns));
            let Weighed { asked, used, clamped } =
                weighed.unwrap_or_else(|| weigher.weigh(step, 100));
            prop_assert!(used.interest >= used.subscription + used.exposure - 1e-12);
            prop_assert_eq!(used.interest, asked.interest);
            prop_assert!(clamped || used == asked);
        }
    }

    #[test]
    fn staged_starts_with_interest_alone_and_ends_at_the_configured_weights() {
        let objective = Objective { scheme: Scheme::Staged, ..Objective::default() };
        let weigher = Weigher::new(&objective);
        let at = |step| weigher.weigh(step, 1000).used;
        let start = at(0);
        assert_eq!((start.subscription, start.exposure), (0.0, 0.0));
        // Half-way up the ramp.
        let middle = 1000.0 * (objective.pretrain + objective.ramp / 2.0);
        let half = at(middle.round() as u64);
        assert!((half.subscription - objective.weights.subscription / 2.0).abs() < 1e-9);
        assert_eq!(at(999), objective.weights);
    }

    #[test]
    fn uncertainty_settles_where_each_weight_is_one_over_twice_the_loss() {
        let objective = Objective { scheme: Scheme::Uncertainty, ..Objective::default() };
        let mut weigher = Weigher::new(&objective);
        for _ in 0..5_000 {
            weigher.learn([1.6, 0.28, 0.56]);
        }
        let asked = weigher.weigh(0, 1).asked;
        for (weight, loss) in
            [(asked.interest, 1.6), (asked.subscription, 0.28), (asked.exposure, 0.56)]
        {
            assert!((weight - 0.5 / loss).abs() < 1e-3, "{weight} for a loss of {loss}");
        }
    }

    #[test]
    fn rmtl_gives_more_weight_to_the_task_whose_future_looks_worse_from_a_play_on() {
        let objective = Objective { scheme: Scheme::Rmtl, ..Objective::default() };
        let weigher = Weigher::new(&objective);
        let lambda = objective.rmtl.lambda;
        let asked = weigher.weigh_play([-4.0, 0.0, -1.0]).asked;
        let full = objective.weights;
        assert!((asked.interest - full.interest * (1.0 + 4.0 * lambda)).abs() < 1e-12);
        assert_eq!(asked.subscription, full.subscription);
        assert!((asked.exposure - full.exposure * (1.0 + lambda)).abs() < 1e-12);
    }

    #[test]
    fn the_multiplier_rises_while_completion_is_too_low_and_falls_back_after() {
        let objective = Objective::default();
        let mut weigher = Weigher::new(&objective);
        weigher.constrain(0.70, 0.70);
        assert_eq!(weigher.multiplier(), 0.0);
        weigher.constrain(0.60, 0.70);
        let raised = weigher.multiplier();
        assert!(raised > 0.0);
        // Interest alone may fall as well: the best that it reached is what counts.
        weigher.constrain(0.60, 0.60);
        assert!(weigher.multiplier() > raised);
        assert_eq!(weigher.reference(), 0.70);
        let w1 = weigher.weigh(0, 1).used.interest;
        assert!((w1 - objective.weights.interest * (1.0 + weigher.multiplier())).abs() < 1e-12);
        for _ in 0..100 {
            weigher.constrain(0.75, 0.70);
        }
        assert_eq!(weigher.multiplier(), 0.0);
    }
}
