//! One arm's linear model of the reward (Li et al., WWW 2010; Agrawal and Goyal, ICML 2013).

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use serde::{Deserialize, Serialize};

/// A ridge regression of rewards on contexts: `A = ridge I + sum x x'`, `b = sum r x`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearArm {
    pub a: DMatrix<f64>,
    pub b: DVector<f64>,
    pub pulls: u64,
}

/// An arm's belief about one context.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// Expected reward: `x' A^-1 b`.
    pub mean: f64,
    /// `sqrt(x' A^-1 x)`: how unusual the context is for this arm.
    pub width: f64,
}

impl Belief {
    /// LinUCB's upper confidence bound.
    pub fn upper_bound(&self, exploration: f64) -> f64 {
        self.mean + exploration * self.width
    }

    /// Mean and standard deviation of what linear Thompson sampling draws.
    pub fn posterior(&self, exploration: f64) -> (f64, f64) {
        (self.mean, exploration * self.width)
    }
}

impl LinearArm {
    pub fn new(dimensions: usize, ridge: f64) -> Self {
        LinearArm {
            a: DMatrix::identity(dimensions, dimensions) * ridge,
            b: DVector::zeros(dimensions),
            pulls: 0,
        }
    }

    /// Learns from one reward. `forgetting` below 1 discounts everything learned before, down to
    /// the ridge, so that the state stays bounded.
    pub fn update(&mut self, context: &[f64], reward: f64, forgetting: f64, ridge: f64) {
        let x = DVector::from_column_slice(context);
        let n = context.len();
        if forgetting < 1.0 {
            let kept = DMatrix::identity(n, n) * ((1.0 - forgetting) * ridge);
            self.a = &self.a * forgetting + kept;
            self.b *= forgetting;
        }
        self.a += &x * x.transpose();
        self.b += x * reward;
        self.pulls += 1;
    }

    pub fn belief(&self, context: &[f64]) -> Belief {
        let x = DVector::from_column_slice(context);
        let factor = self.factor();
        let solved = factor.solve(&x);
        Belief { mean: solved.dot(&self.b), width: solved.dot(&x).max(0.0).sqrt() }
    }

    /// The weights `A^-1 b`.
    pub fn theta(&self) -> DVector<f64> {
        self.factor().solve(&self.b)
    }

    pub fn inverse(&self) -> DMatrix<f64> {
        self.factor().inverse()
    }

    /// `A` is a positive multiple of the identity plus outer products, so it always factors.
    fn factor(&self) -> Cholesky<f64, Dyn> {
        self.a.clone().cholesky().expect("a ridge matrix is positive definite")
    }
}
