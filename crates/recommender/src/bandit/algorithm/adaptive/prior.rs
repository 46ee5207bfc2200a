//! What is believed of weights before any observation, and how their scales follow from observations.
//!
//! A weight is normal around zero; its *ridge* is the noise's variance over the weight's.

use nalgebra::DMatrix;

use super::posterior::Posterior;
use crate::bandit::features;
use crate::bandit::memory::{Memory, RIDGES};

/// Ridge of a weight of the context itself: a feature of order 1 moves the reward by about a sixth of
/// its noise.
const LINEAR: f64 = 40.0;
/// Ridge of a weight of a product: half as much.
const PRODUCT: f64 = 160.0;
/// So many arms' weights the prior's scale counts as.
const ARMS: f64 = 1.0;

impl Memory {
    /// The ridge of every feature's weight, the context's before the products'.
    pub(super) fn ridge(&self, context: usize) -> Vec<f64> {
        match self.relevance.len() == features::count(context) {
            true => self.relevance.clone(),
            false => fresh(context),
        }
    }
}

/// Ridges before any observation.
fn fresh(context: usize) -> Vec<f64> {
    let ridge = |i| if i < context { LINEAR } else { PRODUCT };
    (0..features::count(context)).map(ridge).collect()
}

impl Posterior {
    /// The ridges after one step of expectation maximisation: a weight's variance is the mean over
    /// arms of its square's expectation, the prior's counted as one arm's more. The context's own
    /// features, but for the constant, share one, since there are few of them for a fair guess each.
    pub(super) fn relevance(&self) -> Vec<f64> {
        let n = features::count(self.context);
        let mut squares = vec![0.0; n];
        for arm in &self.arms {
            let inverse = arm.factor.solve_lower_triangular(&DMatrix::identity(n, n));
            let inverse = inverse.expect("a Cholesky factor's diagonal is positive");
            let mean = inverse.tr_mul(&arm.solved);
            for (i, square) in squares.iter_mut().enumerate() {
                let variance = inverse.column(i).norm_squared();
                *square += mean[i].powi(2) / self.noise_with_products() + variance;
            }
        }
        let shared = 1..self.context;
        let mean = squares[shared.clone()].iter().sum::<f64>() / shared.len().max(1) as f64;
        squares[shared].fill(mean);
        let counted = self.arms.len() as f64 + ARMS;
        let step = |(square, prior): (f64, f64)| {
            (counted / (square + ARMS / prior)).clamp(*RIDGES.start(), *RIDGES.end())
        };
        squares.into_iter().zip(fresh(self.context)).map(step).collect()
    }
}
