//! Sums over observations: all that a linear model of the reward needs to know of them.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Sums over weighted observations of features `x`, the first of which is always 1, and a reward `r`.
/// Those of two sets of observations add up to those of both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sums {
    /// Sum of weights: how many observations they count as.
    pub n: f64,
    /// Sum of `x x'`: the lower triangle, row by row, so that the first features' come first.
    pub xx: Vec<f64>,
    /// Sum of `x r`.
    pub xr: Vec<f64>,
    /// Sum of `r^2`.
    pub rr: f64,
}

impl Sums {
    /// Over no observation.
    pub fn new(features: usize) -> Self {
        Sums {
            n: 0.0,
            xx: vec![0.0; features * (features + 1) / 2],
            xr: vec![0.0; features],
            rr: 0.0,
        }
    }

    /// How many features are summed over.
    pub fn features(&self) -> usize {
        self.xr.len()
    }

    /// Adds an observation. Features beyond those summed are left out.
    pub fn add(&mut self, x: &[f64], reward: f64, weight: f64) {
        let mut rest = self.xx.as_mut_slice();
        for (i, (&xi, xr)) in x.iter().zip(&mut self.xr).enumerate() {
            let (row, below) = rest.split_at_mut(i + 1);
            for (sum, xj) in row.iter_mut().zip(x) {
                *sum += weight * xi * xj;
            }
            *xr += weight * xi * reward;
            rest = below;
        }
        self.rr += weight * reward * reward;
        self.n += weight;
    }

    /// Adds those of other observations, of the features that both have.
    pub fn plus(&mut self, other: &Sums) {
        self.xx.iter_mut().zip(&other.xx).for_each(|(sum, more)| *sum += more);
        self.xr.iter_mut().zip(&other.xr).for_each(|(sum, more)| *sum += more);
        self.rr += other.rr;
        self.n += other.n;
    }

    /// Lets every observation count `factor` times.
    pub fn scale(&mut self, factor: f64) {
        self.each(|value| value * factor);
    }

    /// Puts every sum through `f`.
    pub fn each(&mut self, f: impl Fn(f64) -> f64) {
        let sums = self.xx.iter_mut().chain(&mut self.xr);
        sums.chain([&mut self.rr, &mut self.n]).for_each(|value| *value = f(*value));
    }

    /// Sum of `x x'` of the first `features`.
    pub fn gram(&self, features: usize) -> DMatrix<f64> {
        DMatrix::from_fn(features, features, |i, j| {
            let (row, column) = (i.max(j), i.min(j));
            self.xx[row * (row + 1) / 2 + column]
        })
    }

    /// Sum of `x` of the first `features`, which the constant feature holds.
    pub fn x(&self, features: usize) -> DVector<f64> {
        DVector::from_fn(features, |i, _| self.xx[i * (i + 1) / 2])
    }

    /// Sum of rewards.
    pub fn rewards(&self) -> f64 {
        self.xr.first().copied().unwrap_or(0.0)
    }

    /// Why these cannot be sums over observations of so many features, if so.
    pub fn problem(&self, features: usize) -> Option<&'static str> {
        if self.xr.len() != features || self.xx.len() != features * (features + 1) / 2 {
            return Some("has another size than the context and its products");
        }
        let all = self.xx.iter().chain(&self.xr).chain([&self.rr, &self.n]);
        if all.into_iter().any(|value| !value.is_finite() || value.abs() > MOST) {
            return Some("holds a sum that is out of range");
        }
        // Sums of squares; a hair below zero is rounding.
        let positive = (0..features).all(|i| self.xx[i * (i + 3) / 2] >= -ROUNDING);
        let ridge = DMatrix::identity(features, features) * RIDGE;
        if !positive || self.n < 0.0 || (self.gram(features) + ridge).cholesky().is_none() {
            return Some("cannot be sums over observations");
        }
        None
    }
}

/// No sum of a listener's lifetime is larger: of products of features, which are a few units each.
const MOST: f64 = 1e9;
const ROUNDING: f64 = 1e-6;
/// What rounding may take from the diagonal at most. Every ridge is larger, so that what passes here
/// never fails to factor later.
const RIDGE: f64 = 5e-3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_two_sets_are_those_of_both() {
        let (x, y) = ([1.0, 2.0, 3.0], [1.0, -1.0, 0.5]);
        let (mut one, mut other, mut both) = (Sums::new(3), Sums::new(3), Sums::new(3));
        one.add(&x, 0.5, 1.0);
        other.add(&y, -0.25, 2.0);
        both.add(&x, 0.5, 1.0);
        both.add(&y, -0.25, 2.0);
        one.plus(&other);
        assert_eq!(one, both);
        assert_eq!(both.problem(3), None);
        assert_eq!(both.rewards(), 0.0);
        assert_eq!(both.gram(2)[(1, 1)], 6.0);
        assert_eq!(both.x(3).as_slice(), [3.0, 0.0, 4.0]);
        let mut leading = Sums::new(2);
        leading.plus(&both);
        assert_eq!(leading.gram(2), both.gram(2));
    }

    #[test]
    fn what_cannot_be_sums_is_told() {
        let mut sums = Sums::new(2);
        assert!(sums.problem(3).is_some());
        sums.xx[2] = -1.0;
        assert!(sums.problem(2).is_some());
        sums.xx[2] = f64::NAN;
        assert!(sums.problem(2).is_some());
    }
}
