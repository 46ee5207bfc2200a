//! Two arms on the same units: is the difference more than chance?
//!
//! With common random numbers every listener is their own control, so the differences of pairs are
//! judged, not the arms apart. The t-test answers once, at a size fixed beforehand. Whoever looks
//! while data comes in and stops when it suits needs the always-valid p-value instead.
//!
//! Pairs that all differ by the same leave no spread to judge by. Two listeners who agree would seem to
//! leave no doubt at all, so there is neither interval nor p then: nothing was tested.

use serde::{Deserialize, Serialize};

use super::student::{t_quantile, t_two_sided};

/// A paired comparison of b with a.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// At least two.
    pub pairs: usize,
    /// Of the first values.
    pub mean_a: f64,
    /// Of the second values.
    pub mean_b: f64,
    /// Mean of b minus a.
    pub difference: f64,
    /// Of the difference; 0 where all pairs differ by the same.
    pub standard_error: f64,
    /// 95 % confidence interval of the difference, by Student's t. Absent where all pairs differ by the
    /// same: there is no spread to tell chance by.
    pub interval: Option<[f64; 2]>,
    /// Two-sided p-value of Student's paired t-test; absent where the interval is.
    pub p: Option<f64>,
}

impl Paired {
    /// Confidence interval of the difference that misses it in a share `wrong` of all experiments, by Student's t: where
    /// m differences are looked at together, 0.05 / m leaves one chance in twenty that any of them is missed
    /// (Bonferroni). Absent where [`Paired::interval`] is.
    pub fn interval_at(&self, wrong: f64) -> Option<[f64; 2]> {
        if self.standard_error == 0.0 {
            return None;
        }
        let reach = t_quantile(1.0 - wrong / 2.0, self.pairs as f64 - 1.0) * self.standard_error;
        Some([self.difference - reach, self.difference + reach])
    }
}

/// Student's paired t-test (Student 1908): the mean of the differences over its standard error has
/// a t distribution with one degree of freedom less than there are pairs.
///
/// Where all differences are the same, but for rounding, there is neither interval nor p. `None` with
/// fewer than two pairs.
///
/// # Panics
/// When there are not as many values in `a` as in `b`.
pub fn paired(a: &[f64], b: &[f64]) -> Option<Paired> {
    assert_eq!(a.len(), b.len(), "every value needs its pair");
    let pairs = a.len();
    if pairs < 2 {
        return None;
    }
    let n = pairs as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
    let difference = mean(&differences);
    let squares: f64 = differences.iter().map(|d| (d - difference).powi(2)).sum();
    let largest = a.iter().chain(b).fold(0.0, |most: f64, value| most.max(value.abs()));
    let spread = (squares / (n - 1.0) / n).sqrt();
    let standard_error = if spread > ROUNDING * largest { spread } else { 0.0 };
    let tested = standard_error > 0.0;
    Some(Paired {
        pairs,
        mean_a: mean(a),
        mean_b: mean(b),
        difference,
        standard_error,
        interval: tested.then(|| {
            let reach = t_quantile(0.975, n - 1.0) * standard_error;
            [difference - reach, difference + reach]
        }),
        p: tested.then(|| t_two_sided(difference / standard_error, n - 1.0)),
    })
}

/// The values of pairs of which both are known, in order.
///
/// # Panics
/// When there are not as many values in `a` as in `b`.
pub fn known_pairs(a: &[Option<f64>], b: &[Option<f64>]) -> (Vec<f64>, Vec<f64>) {
    assert_eq!(a.len(), b.len(), "every value needs its pair");
    a.iter().zip(b).filter_map(|(a, b)| a.zip(*b)).unzip()
}

/// What rounding may make of no spread at all, as a share of the largest value.
const ROUNDING: f64 = 1e-14;

/// What may be said however often one has looked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peeking {
    /// Always-valid p-value: the chance, were there no difference, of ever seeing this much evidence.
    pub p: f64,
    /// Standard deviation of the mixture: the size of difference the test is best at finding.
    pub mixing_deviation: f64,
    /// Pairs after which p first fell to 0.05.
    pub first_below: Option<usize>,
}

/// Pairs whose spread is known too poorly for the first looks to count; so few that all differ by the same
/// say nothing.
pub const BURN_IN: usize = 20;

/// The mixture sequential probability ratio test on differences of pairs in the order they came
/// (Robbins 1970; Johari, Koomen, Pekelis and Walsh, KDD 2017, equations 4 and 5).
///
/// The difference under the alternative is drawn from a normal of mean zero and standard deviation
/// `mixing_deviation`, which must be fixed beforehand. p is the least inverse of the mixture ratio so
/// far, and holds at every look at once. The variance of a difference is the sample's own up to each
/// look, so that validity is asymptotic; the first 20 pairs do not count.
pub fn peeking(differences: &[f64], mixing_deviation: f64) -> Peeking {
    let mut result = Peeking { p: 1.0, mixing_deviation, first_below: None };
    let (mut mean, mut squares) = (0.0, 0.0);
    for (i, difference) in differences.iter().enumerate() {
        let n = i + 1;
        // Welford's update.
        let off = difference - mean;
        mean += off / n as f64;
        squares += off * (difference - mean);
        if n < BURN_IN {
            continue;
        }
        let variance = squares / i as f64;
        let ratio = log_mixture_ratio(n, mean, variance, mixing_deviation);
        result.p = result.p.min((-ratio).exp());
        if result.p <= 0.05 {
            result.first_below.get_or_insert(n);
        }
    }
    result
}

/// The logarithm of the mixture likelihood ratio against no difference, after `n` differences of
/// this mean, each of this variance:
///
/// `ln L = 0.5 ln(v / (v + n t^2)) + n^2 t^2 mean^2 / (2 v (v + n t^2))`
///
/// Without variance it is zero for a mean of zero, and infinite for any other.
pub fn log_mixture_ratio(n: usize, mean: f64, variance: f64, mixing_deviation: f64) -> f64 {
    if variance <= 0.0 {
        return if mean == 0.0 { 0.0 } else { f64::INFINITY };
    }
    let n = n as f64;
    let mixing = mixing_deviation.powi(2);
    let spread = variance + n * mixing;
    0.5 * (variance / spread).ln() + n.powi(2) * mixing * mean.powi(2) / (2.0 * variance * spread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;
    use rand_distr::StandardNormal;

    /// R: `t.test(extra ~ group, data = sleep, paired = TRUE)`, Student's own data.
    #[test]
    fn students_sleep_data_give_students_result() {
        let a = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let b = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let r = paired(&a, &b).unwrap();
        assert!((r.difference - 1.58).abs() < 1e-12);
        assert!((r.difference / r.standard_error - 4.0621).abs() < 1e-4);
        assert!((r.p.unwrap() - 0.002833).abs() < 1e-6, "{r:?}");
        let [low, high] = r.interval.unwrap();
        assert_eq!(r.interval_at(0.05), r.interval);
        let [wider, _] = r.interval_at(0.01).unwrap();
        // R: `conf.level = 0.99`.
        assert!((wider - 0.3159480).abs() < 1e-6, "{wider}");
        assert!((low - 0.7001142).abs() < 1e-6);
        assert!((high - 2.4598858).abs() < 1e-6);
    }

    #[test]
    fn arms_that_are_the_same_differ_in_nothing() {
        let same = [0.3, 0.5, 0.9, 0.2];
        let r = paired(&same, &same).unwrap();
        assert_eq!((r.difference, r.p, r.interval), (0.0, None, None));
        assert_eq!(peeking(&[0.0; 200], 0.1).p, 1.0);
        assert_eq!(paired(&[1.0], &[2.0]), None);
    }

    #[test]
    fn pairs_that_differ_by_the_same_leave_nothing_to_test_by() {
        let r = paired(&[0.5, 0.25], &[0.75, 0.5]).unwrap();
        assert_eq!((r.difference, r.standard_error, r.interval, r.p), (0.25, 0.0, None, None));
        // 0.3 - 0.2 and 0.4 - 0.3 are the same but for their last bits.
        let r = paired(&[0.2, 0.3], &[0.3, 0.4]).unwrap();
        assert_eq!((r.standard_error, r.interval, r.p), (0.0, None, None));
        // As little as one in a million is a spread.
        assert!(paired(&[0.2, 0.3], &[0.3, 0.400_001]).unwrap().interval.is_some());
    }

    #[test]
    fn looking_at_every_pair_keeps_its_promise() {
        let mut rejections = 0;
        let (runs, length) = (400, 400);
        for run in 0..runs {
            let mut rng = generator(11, Purpose::Bootstrap, run);
            let noise: Vec<f64> = (0..length).map(|_| rng.sample(StandardNormal)).collect();
            rejections += u32::from(peeking(&noise, 0.2).p <= 0.05);
        }
        let rate = f64::from(rejections) / runs as f64;
        assert!(rate <= 0.06, "without a difference {rate} of runs found one");
        let mut rng = generator(12, Purpose::Bootstrap, 0);
        let shifted: Vec<f64> =
            (0..length).map(|_| 0.3 + rng.sample::<f64, _>(StandardNormal)).collect();
        assert!(peeking(&shifted, 0.2).first_below.is_some(), "a real difference is found");
    }
}
