//! Estimates with their intervals.

use rayon::prelude::*;
use serde::Serialize;

use super::estimator::Estimator;
use super::sample::Sample;
use super::terms::{Sums, Terms, Units};
use crate::statistics::{FEWEST_UNITS, percentile_interval, resample};

/// A target policy's value, in rewards per decision.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The way it was estimated.
    pub estimator: Estimator,
    /// In rewards per decision.
    pub value: f64,
    /// 95 % confidence interval, as [`Terms::interval`] has it; absent where there are too few to tell.
    pub interval: Option<[f64; 2]>,
}

impl Estimate {
    /// `None` where the estimator has no value on these decisions.
    pub fn new(
        estimator: Estimator,
        samples: &[Sample],
        units: Units,
        threshold: f64,
    ) -> Option<Self> {
        let terms = estimator.terms(samples, threshold)?;
        Some(Estimate { estimator, value: terms.value(), interval: terms.interval(units) })
    }
}

/// Percentile bootstrap 95 % intervals (Davison and Hinkley, section 5.3.1) of estimates of one log, all
/// on the same resamples: whole units are drawn again, and self-normalised estimates are normalised
/// again in each. `None` of fewer than [`FEWEST_UNITS`] units, where fewer than nine in ten resamples have
/// a value and where all have the same.
pub fn bootstrap(all: &[Terms], units: Units, resamples: u64, seed: u64) -> Vec<Option<[f64; 2]>> {
    let by_unit: Vec<Vec<Sums>> = all.iter().map(|terms| terms.by_unit(units)).collect();
    let count = by_unit.first().map_or(0, Vec::len);
    if count < FEWEST_UNITS {
        return vec![None; all.len()];
    }
    let drawn: Vec<Vec<f64>> = (0..resamples)
        .into_par_iter()
        .map(|number| {
            let times = resample(seed, number, count);
            let value = |(terms, by_unit): (&Terms, &Vec<Sums>)| {
                let mut total = Sums::default();
                by_unit.iter().zip(&times).for_each(|(unit, times)| total.add(unit, *times));
                terms.value_of(&total)
            };
            all.iter().zip(&by_unit).map(value).collect()
        })
        .collect();
    let of = |place: usize| drawn.iter().map(|values| values[place]).collect::<Vec<f64>>();
    (0..all.len()).map(|place| percentile_interval(&of(place))).collect()
}
