//! What a signal adds to a prediction: logistic regression with the prediction's logit as an offset.
//!
//! ```text
//! logit P(outcome) = logit(predicted) + sum over signals of coefficient x signal
//! ```
//!
//! Fitted by Newton's method. Errors are of the sandwich kind with outcomes of one group together (Liang and Zeger,
//! Biometrika 1986), as plays of one listener are alike.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

/// One outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Whose it is: outcomes of one group are not independent.
    pub group: usize,
    /// The probability predicted of it, in (0, 1).
    pub predicted: f64,
    /// What came, 0 or 1, or how likely it really was.
    pub outcome: f64,
    /// As many for each.
    pub signals: Vec<f64>,
}

/// What a signal adds, in logits per unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The estimate.
    pub by: f64,
    /// Its standard error.
    pub error: f64,
}

/// Newton's steps at most; it takes some five.
const STEPS: usize = 50;
/// Where no coefficient moves by more, it has converged.
const STILL: f64 = 1e-10;
/// Predictions are held this far from 0 and 1.
const EDGE: f64 = 1e-6;

/// What each signal adds to the predictions, in their order, beside all others. A constant is a signal that is 1
/// everywhere. `None` where they cannot be told apart, as one that never varies beside a constant, or nothing was told.
pub fn added(told: &[Told]) -> Option<Vec<Effect>> {
    let signals = told.first()?.signals.len();
    let rows: Vec<DVector<f64>> =
        told.iter().map(|one| DVector::from_column_slice(&one.signals)).collect();
    let offsets: Vec<f64> = told.iter().map(|one| logit(one.predicted)).collect();
    let mut beta = DVector::zeros(signals);
    let mut inverse = None;
    for _ in 0..STEPS {
        let mut slope = DVector::zeros(signals);
        let mut curve = DMatrix::zeros(signals, signals);
        for ((one, row), offset) in told.iter().zip(&rows).zip(&offsets) {
            let expected = sigmoid(offset + row.dot(&beta));
            slope.axpy(one.outcome - expected, row, 1.0);
            curve.ger(expected * (1.0 - expected), row, row, 1.0);
        }
        let inverted = curve.cholesky()?.inverse();
        let step = &inverted * slope;
        beta += &step;
        inverse = Some(inverted);
        if step.amax() < STILL {
            break;
        }
    }
    let inverse = inverse?;
    let mut groups: BTreeMap<usize, DVector<f64>> = BTreeMap::new();
    for ((one, row), offset) in told.iter().zip(&rows).zip(&offsets) {
        let expected = sigmoid(offset + row.dot(&beta));
        let sum = groups.entry(one.group).or_insert_with(|| DVector::zeros(signals));
        sum.axpy(one.outcome - expected, row, 1.0);
    }
    let mut middle = DMatrix::zeros(signals, signals);
    groups.values().for_each(|sum| middle.ger(1.0, sum, sum, 1.0));
    let spread = &inverse * middle * &inverse;
    let effect = |i: usize| Effect { by: beta[i], error: spread[(i, i)].max(0.0).sqrt() };
    Some((0..signals).map(effect).collect())
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(EDGE, 1.0 - EDGE);
    (p / (1.0 - p)).ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(group: usize, predicted: f64, outcome: f64, signals: &[f64]) -> Told {
        Told { group, predicted, outcome, signals: signals.to_vec() }
    }

    /// Of ten that were foretold at a half eight came: the constant is the logit of .8, and its error, each being a
    /// group of its own, the usual one of a share's logit.
    #[test]
    fn a_constant_is_the_logit_of_what_came() {
        let told: Vec<Told> =
            (0..10).map(|i| one(i, 0.5, if i < 8 { 1.0 } else { 0.0 }, &[1.0])).collect();
        let [effect] = added(&told).unwrap()[..] else { panic!("one signal") };
        assert!((effect.by - 4f64.ln()).abs() < 1e-9, "{effect:?}");
        assert!((effect.error - (10.0 * 0.8 * 0.2f64).sqrt().recip()).abs() < 1e-9, "{effect:?}");
    }

    #[test]
    fn what_is_foretold_right_needs_nothing_and_outcomes_of_one_group_tell_less() {
        let share = |group: &dyn Fn(usize) -> usize| {
            let told: Vec<Told> = (0..40)
                .map(|i| {
                    let signal = if i % 2 == 0 { 1.0 } else { -1.0 };
                    let predicted = if i % 2 == 0 { 0.75 } else { 0.25 };
                    let came = if i % 2 == 0 { i % 8 != 0 } else { i % 8 == 1 };
                    one(group(i), predicted, if came { 1.0 } else { 0.0 }, &[signal])
                })
                .collect();
            added(&told).unwrap()[0]
        };
        let (alone, together) = (share(&|i| i), share(&|i| usize::from(i % 8 == 0)));
        assert!(alone.by.abs() < 1e-9 && (alone.by - together.by).abs() < 1e-12);
        assert!(together.error > 1.5 * alone.error, "{alone:?} {together:?}");
    }

    #[test]
    fn signals_that_cannot_be_told_apart_are_refused() {
        let told: Vec<Told> =
            (0..6).map(|i| one(i, 0.5, f64::from(i as u8 % 2), &[1.0, 2.0])).collect();
        assert_eq!(added(&told), None);
        assert_eq!(added(&[]), None);
    }
}
