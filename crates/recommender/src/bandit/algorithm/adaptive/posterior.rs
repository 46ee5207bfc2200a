//! The regressions of all arms over one stretch of observations, in both forms at once.
//!
//! The form that is linear in the context has the leading features of the one with products, and the
//! same scales, so its Cholesky factor is the leading part of the other's: one factor serves both.

use nalgebra::{DMatrix, DVector};
use statrs::function::gamma::ln_gamma;

use crate::bandit::algorithm::noise::{NOISE, NOISE_COUNT};
use crate::bandit::sums::Sums;

/// How much less the form with products is believed in before any observation, in natural logarithms:
/// its many scales fit noise.
const PRODUCTS: f64 = -10.0;

pub(super) struct Posterior {
    /// Features of the context, of those with its products.
    pub context: usize,
    pub arms: Vec<ArmPosterior>,
    /// Mean reward, which arms are told by their distance from.
    usual: f64,
    linear: Form,
    products: Form,
}

/// `A = ridge + sum x x' = L L'`.
pub(super) struct ArmPosterior {
    /// `L`.
    pub factor: DMatrix<f64>,
    /// `L^-1 sum x (r - usual)`.
    pub solved: DVector<f64>,
}

/// How well one form foretells all arms' rewards.
#[derive(Clone, Copy)]
struct Form {
    /// Natural logarithm of the rewards' density, without a factor that every form has.
    log_evidence: f64,
    /// One over the expected precision of the noise: about its variance.
    noise: f64,
}

impl Posterior {
    /// Of sums by arm, over the context with its products, under a ridge for each of these.
    pub(super) fn new(sums: &[Sums], context: usize, ridge: &[f64]) -> Self {
        let observations: f64 = sums.iter().map(|sums| sums.n).sum();
        // One observation more, of zero, keeps the mean of few from running off.
        let rewards: f64 = sums.iter().map(Sums::rewards).sum();
        let usual = rewards / (observations + 1.0);
        let arms: Vec<ArmPosterior> =
            sums.iter().map(|sums| ArmPosterior::new(sums, ridge, usual)).collect();
        let squares: f64 =
            sums.iter().map(|s| s.rr - 2.0 * usual * s.rewards() + usual * usual * s.n).sum();
        let form = |features| Form::new(&arms, (observations, squares), &ridge[..features]);
        Posterior { linear: form(context), products: form(ridge.len()), context, usual, arms }
    }

    /// Natural logarithm of the rewards' density under both forms, as far as they are believed in.
    pub(super) fn log_evidence(&self) -> f64 {
        log_sum_exp(&[self.linear.log_evidence, self.products.log_evidence + PRODUCTS])
    }

    /// Expected variance of the noise under the form with products.
    pub(super) fn noise_with_products(&self) -> f64 {
        self.products.noise
    }

    /// What an arm's expected reward is believed to be under features with products, as a mixture:
    /// (weight, mean, variance), weights summing to 1.
    pub(super) fn beliefs(&self, arm: usize, x: &[f64]) -> [(f64, f64, f64); 2] {
        let arm = &self.arms[arm];
        let x = DVector::from_column_slice(x);
        let along = arm.factor.solve_lower_triangular(&x);
        let along = along.expect("a Cholesky factor's diagonal is positive");
        let products = (self.products.log_evidence + PRODUCTS - self.log_evidence()).exp();
        let one = |form: Form, features: usize, weight: f64| {
            let (along, solved) = (along.rows(0, features), arm.solved.rows(0, features));
            (weight, self.usual + along.dot(&solved), form.noise * along.norm_squared())
        };
        [one(self.linear, self.context, 1.0 - products), one(self.products, x.len(), products)]
    }
}

impl ArmPosterior {
    fn new(sums: &Sums, ridge: &[f64], usual: f64) -> Self {
        let n = ridge.len();
        let mut a = sums.gram(n);
        ridge.iter().enumerate().for_each(|(i, ridge)| a[(i, i)] += ridge);
        let factor = a.cholesky().expect("a ridge matrix is positive definite").unpack();
        let b = DVector::from_column_slice(&sums.xr) - sums.x(n) * usual;
        let solved = factor.solve_lower_triangular(&b);
        let solved = solved.expect("a Cholesky factor's diagonal is positive");
        ArmPosterior { factor, solved }
    }
}

impl Form {
    /// The form of the leading features. The noise's variance is inverse-gamma, and comes out of the
    /// rewards' density as in any conjugate regression (Bishop 2006, section 3.5 and exercise 3.23).
    fn new(arms: &[ArmPosterior], (n, squares): (f64, f64), ridge: &[f64]) -> Self {
        let (mut explained, mut log_volume) = (0.0, 0.0);
        let log_ridge: f64 = ridge.iter().map(|ridge| ridge.ln()).sum();
        for arm in arms {
            explained += arm.solved.rows(0, ridge.len()).norm_squared();
            let log_diagonal: f64 = (0..ridge.len()).map(|i| arm.factor[(i, i)].ln()).sum();
            log_volume += 0.5 * log_ridge - log_diagonal;
        }
        let (count, rate) = (0.5 * NOISE_COUNT, 0.5 * NOISE_COUNT * NOISE * NOISE);
        let count_after = count + 0.5 * n;
        let rate_after = rate + 0.5 * (squares - explained).max(0.0);
        let noise = ln_gamma(count_after) - ln_gamma(count) + count * rate.ln()
            - count_after * rate_after.ln();
        Form { log_evidence: log_volume + noise, noise: rate_after / count_after }
    }
}

/// `ln sum exp`, without overflow.
pub(super) fn log_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + values.iter().map(|value| (value - largest).exp()).sum::<f64>().ln()
}
