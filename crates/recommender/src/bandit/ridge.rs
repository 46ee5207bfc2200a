//! One arm's linear model of the reward (Li et al., WWW 2010; Agrawal and Goyal, ICML 2013).

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::sums::Sums;

/// A ridge regression of rewards on contexts: `A = ridge I + sum x x'`, `b = sum r x`.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearArm {
    /// `A`, `[features, features]`, positive definite.
    pub a: DMatrix<f64>,
    /// `b`, `[features]`.
    pub b: DVector<f64>,
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
    /// From what is known of an arm; a positive ridge.
    pub fn new(sums: &Sums, ridge: f64) -> Self {
        let n = sums.features();
        LinearArm {
            a: sums.gram(n) + DMatrix::identity(n, n) * ridge,
            b: DVector::from_column_slice(&sums.xr),
        }
    }

    /// What the arm expects of a context, `[features]`, and how unsure it is.
    pub fn belief(&self, context: &[f64]) -> Belief {
        let x = DVector::from_column_slice(context);
        let solved = self.factor().solve(&x);
        Belief { mean: solved.dot(&self.b), width: solved.dot(&x).max(0.0).sqrt() }
    }

    /// The weights `A^-1 b`.
    pub fn theta(&self) -> DVector<f64> {
        self.factor().solve(&self.b)
    }

    /// `A^-1`: the weights' covariance in units of the noise's variance.
    pub fn inverse(&self) -> DMatrix<f64> {
        self.factor().inverse()
    }

    /// `A` is a positive multiple of the identity plus outer products, so it always factors.
    fn factor(&self) -> Cholesky<f64, Dyn> {
        self.a.clone().cholesky().expect("a ridge matrix is positive definite")
    }
}
