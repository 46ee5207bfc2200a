//! The empirical-likelihood estimator with the Cressie-Read divergence of power -2, and its interval.
//!
//! Importance weights average 1 over what can happen, though not in a log. So the log's decisions get
//! probabilities `p`, as near to equal ones as may be, under which they do: `sum p = 1`,
//! `sum p w = 1`. As the true weights may reach beyond those seen, one more decision is supposed, with
//! weight and reward at the ends of their ranges. Nearness is `mean (N p - 1)^2` over the `N = n + 1`
//! decisions (Karampatziakis, Langford and Mineiro, Empirical Likelihood for Contextual Bandits,
//! NeurIPS 2020); it makes all of it least squares of `w r` on `(1, w)`: the nearest `p` gives the
//! regression's value at `w = 1`, and what the regression leaves over gives the interval.

use super::sample::Sample;
use super::terms::t_upper;

/// An estimate and its 95 % interval, in rewards per decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CressieRead {
    /// Mean reward under the nearest probabilities.
    pub value: f64,
    /// Lower and upper bound, within the range of rewards.
    pub interval: [f64; 2],
}

/// Of decisions that do not depend on each other, with weights anywhere from 0 up and rewards in
/// `range`. `None` of nothing.
///
/// What the supposed decision takes from the others counts as their mean reward in the value, and as the
/// worst or best reward in the interval. The interval holds every value that is at most an
/// F(1, n) quantile further from equal probabilities than need be, as the `vw-estimators` library has
/// it.
pub fn cressie_read(samples: &[Sample], range: [f64; 2]) -> Option<CressieRead> {
    if samples.is_empty() {
        return None;
    }
    let n = samples.len() as f64;
    let sums = Sums::new(samples);
    // Too small a sum needs a decision of large weight to make up for it, too large a sum one of none.
    let nearest = if sums.w < n { Supposed::Endless } else { Supposed::Nothing };
    let fit = sums.fit(nearest, 0.0);
    let rewards: f64 = samples.iter().map(|s| s.reward).sum();
    let missing = (1.0 - fit.seen_weight).max(0.0);
    let value = fit.seen_value + missing * rewards / n;

    let allowed = fit.distance + t_upper(n).powi(2) / (n + 1.0);
    let [low, high] = range;
    let end = |reward: f64, sign: f64| {
        let ends = [Supposed::Nothing, Supposed::Endless].into_iter().filter_map(|supposed| {
            let fit = sums.fit(supposed, reward);
            let slack = allowed - fit.distance;
            (slack >= 0.0).then(|| sign * fit.value + (slack * fit.left_over).sqrt())
        });
        sign * ends.fold(f64::NEG_INFINITY, f64::max)
    };
    let interval = [end(low, -1.0).clamp(low, high), end(high, 1.0).clamp(low, high)];
    Some(CressieRead { value, interval })
}

/// The weight of the decision that is supposed.
#[derive(Clone, Copy)]
enum Supposed {
    Nothing,
    /// Above all bounds; its probability is then none, and its part of the weights' mean is what the
    /// others lack.
    Endless,
}

/// Sums over the log: of weights `w` and weighted rewards `c = w r`.
struct Sums {
    n: f64,
    w: f64,
    ww: f64,
    c: f64,
    wc: f64,
    cc: f64,
}

/// A least-squares fit of `c` on `(1, w)`, the supposed decision included.
struct Fit {
    /// Of `c`, under the nearest probabilities.
    value: f64,
    /// The part of it that was logged.
    seen_value: f64,
    /// Mean weight of what was logged, under the nearest probabilities.
    seen_weight: f64,
    /// Mean `(N p - 1)^2` of the nearest probabilities.
    distance: f64,
    /// Mean square of what the fit leaves over.
    left_over: f64,
}

impl Sums {
    fn new(samples: &[Sample]) -> Self {
        let sum = |of: &dyn Fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>();
        let c = |s: &Sample| s.weight * s.reward;
        Sums {
            n: samples.len() as f64,
            w: sum(&|s| s.weight),
            ww: sum(&|s| s.weight * s.weight),
            c: sum(&c),
            wc: sum(&|s| s.weight * c(s)),
            cc: sum(&|s| c(s) * c(s)),
        }
    }

    fn fit(&self, supposed: Supposed, reward: f64) -> Fit {
        let (n, all) = (self.n, self.n + 1.0);
        match supposed {
            // It weighs nothing and earns nothing, so that it only counts among the `N`.
            Supposed::Nothing => {
                let (mean_w, mean_c) = (self.w / all, self.c / all);
                let spread = self.ww / all - mean_w * mean_w;
                let slope = (self.wc / all - mean_w * mean_c) / spread;
                let value = mean_c + slope * (1.0 - mean_w);
                Fit {
                    value,
                    seen_value: value,
                    seen_weight: 1.0,
                    distance: (1.0 - mean_w).powi(2) / spread,
                    // Of decisions that are alike rounding may leave less than nothing.
                    left_over: (self.cc / all - mean_c * mean_c - slope * slope * spread).max(0.0),
                }
            }
            // The fit goes through the supposed decision, so that its slope is the supposed reward, and
            // all others keep equal probabilities.
            Supposed::Endless => {
                let mean = (self.c - reward * self.w) / n;
                let squares = self.cc - 2.0 * reward * self.wc + reward * reward * self.ww;
                Fit {
                    value: reward + mean,
                    seen_value: self.c / n,
                    seen_weight: self.w / n,
                    distance: 1.0 / n,
                    left_over: (squares - n * mean * mean).max(0.0) / all,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_that_are_alike_leave_no_interval_upside_down() {
        for reward in [0.641_422, -0.3, 0.07] {
            let sample = Sample::new(0, 0.9, reward, &[1.0, 0.0], &[0.0, 0.0]);
            for count in 1..=3 {
                let found = cressie_read(&vec![sample; count], [-1.0, 1.0]).unwrap();
                let [low, high] = found.interval;
                assert!(low <= high, "{count} of {reward}: {low} to {high}");
            }
        }
    }
}
