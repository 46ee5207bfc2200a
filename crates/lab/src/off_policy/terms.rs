//! What an estimator averages over decisions, and how sure the average is.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::statistics::t_quantile;

use super::sample::Sample;

/// What counts as one observation in an interval.
#[derive(Clone, Copy, Debug)]
pub enum Units<'a> {
    /// Every decision tells something of its own.
    Decisions,
    /// Decisions of one group, as of one listener, may depend on each other; groups do not. The group
    /// of every decision, numbered from 0 without a gap.
    Groups(&'a [usize]),
}

impl Units<'_> {
    /// How many there are among so many decisions.
    pub fn count(self, decisions: usize) -> usize {
        match self {
            Units::Decisions => decisions,
            Units::Groups(groups) => groups.iter().max().map_or(0, |last| last + 1),
        }
    }

    fn of(self, decision: usize) -> usize {
        match self {
            Units::Decisions => decision,
            Units::Groups(groups) => groups[decision],
        }
    }
}

/// An estimate in the making: `sum plain / n`, and for self-normalised estimators
/// `+ sum weight * value / sum weight`.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    decisions: Vec<Sums>,
    normalised: bool,
}

impl Terms {
    /// The mean of `value`; `None` of nothing.
    pub fn mean(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> Option<Self> {
        Terms::of(samples.iter().map(value))
    }

    /// The mean of given values; `None` of nothing.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let one = |plain| Sums { count: 1.0, plain, ..Sums::default() };
        let decisions: Vec<Sums> = values.into_iter().map(one).collect();
        (!decisions.is_empty()).then_some(Terms { decisions, normalised: false })
    }

    /// The mean of `plain` and the mean of `value` by `weight`; `None` where all weights are 0.
    pub fn normalised(
        samples: &[Sample],
        plain: impl Fn(&Sample) -> f64,
        weight: impl Fn(&Sample) -> f64,
        value: impl Fn(&Sample) -> f64,
    ) -> Option<Self> {
        let one = |s: &Sample| {
            let weight = weight(s);
            Sums { count: 1.0, plain: plain(s), weight, weighted: weight * value(s) }
        };
        let decisions: Vec<Sums> = samples.iter().map(one).collect();
        let any = decisions.iter().any(|decision| decision.weight > 0.0);
        any.then_some(Terms { decisions, normalised: true })
    }

    /// The estimate.
    pub fn value(&self) -> f64 {
        self.value_of(&Sums::total(&self.decisions))
    }

    pub(super) fn value_of(&self, sums: &Sums) -> f64 {
        let normalised = if self.normalised { sums.weighted / sums.weight } else { 0.0 };
        sums.plain / sums.count + normalised
    }

    /// Sums over each unit.
    pub(super) fn by_unit(&self, units: Units) -> Vec<Sums> {
        let mut sums = vec![Sums::default(); units.count(self.decisions.len())];
        for (place, decision) in self.decisions.iter().enumerate() {
            sums[units.of(place)].add(decision, 1.0);
        }
        sums
    }

    /// The 95 % interval. `None` of fewer than two units, where fewer than two have any weight, and where
    /// all say the same: so few would seem to leave no doubt.
    ///
    /// Of decisions it is by the delta method: the estimate's variance is, to first order, the sum of the
    /// squared influences of its units; with normal quantiles, and for means the unbiased variance, as
    /// established libraries have it. Of groups, which may be few and unequal, it is by the jackknife: each
    /// is left out in turn, with quantiles of Student's t (Cameron and Miller, JHR 2015, section VI) and
    /// as many degrees of freedom as `freedom` finds.
    pub fn interval(&self, units: Units) -> Option<[f64; 2]> {
        let total = Sums::total(&self.decisions);
        let by_unit = self.by_unit(units);
        let count = by_unit.len() as f64;
        let heard = by_unit.iter().filter(|unit| !self.normalised || unit.weight > 0.0).count();
        if heard < 2 {
            return None;
        }
        let value = self.value_of(&total);
        let moved = |unit: &Sums| match units {
            Units::Decisions => self.influence(unit, &total),
            Units::Groups(_) => {
                let mut others = total;
                others.add(unit, -1.0);
                self.value_of(&others) - value
            }
        };
        let squares: Vec<f64> = by_unit.iter().map(|unit| moved(unit).powi(2)).collect();
        let (correction, quantile) = match units {
            Units::Decisions if self.normalised => (1.0, normal_quantile()),
            Units::Decisions => (count / (count - 1.0), normal_quantile()),
            Units::Groups(_) => ((count - 1.0) / count, t_upper(freedom(&squares))),
        };
        let half = quantile * (squares.iter().sum::<f64>() * correction).sqrt();
        (half > ROUNDING * value.abs()).then_some([value - half, value + half])
    }

    /// How far one decision pulls the estimate, to first order.
    fn influence(&self, unit: &Sums, total: &Sums) -> f64 {
        let plain = (unit.plain - unit.count * total.plain / total.count) / total.count;
        if !self.normalised {
            return plain;
        }
        let ratio = total.weighted / total.weight;
        plain + (unit.weighted - ratio * unit.weight) / total.weight
    }
}

/// How sure a variance is that sums these squares, one of each independent group, in degrees of freedom:
/// Satterthwaite's, `2 V^2 / Var V`, with the variance of the sum taken from the squares themselves (Pan and
/// Wall, Statistics in Medicine 2002). About `g - 1` of `g` groups that are alike, which is also the most;
/// fewer where few groups have most of the weight, or of the reward.
fn freedom(squares: &[f64]) -> f64 {
    let groups = squares.len() as f64;
    let sum: f64 = squares.iter().sum();
    let uneven = squares.iter().map(|square| square * square).sum::<f64>() - sum * sum / groups;
    // Of squares that do not differ it is endless.
    (2.0 * sum * sum / uneven.max(0.0)).min(groups - 1.0)
}

/// Sums over decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    count: f64,
    plain: f64,
    weight: f64,
    /// Weight times value.
    weighted: f64,
}

impl Sums {
    fn total(all: &[Sums]) -> Self {
        let mut total = Sums::default();
        all.iter().for_each(|one| total.add(one, 1.0));
        total
    }

    pub(super) fn add(&mut self, other: &Sums, times: f64) {
        self.count += times * other.count;
        self.plain += times * other.plain;
        self.weight += times * other.weight;
        self.weighted += times * other.weighted;
    }
}

/// What rounding may make of no spread at all, as a share of the value.
const ROUNDING: f64 = 1e-12;

/// A 95 % interval ends at this quantile.
const UPPER: f64 = 0.975;

fn normal_quantile() -> f64 {
    Normal::standard().inverse_cdf(UPPER)
}

/// The quantile of Student's t that a 95 % interval ends at.
pub(super) fn t_upper(freedom: f64) -> f64 {
    t_quantile(UPPER, freedom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variance_is_as_sure_as_groups_are_even() {
        assert_eq!(freedom(&[0.0; 5]), 4.0, "nothing differs");
        assert_eq!(freedom(&[2.0; 10]), 9.0, "never more than groups but one");
        // 2 4^2 / (4 - 4^2 / 8): four of eight have all of it.
        let half = freedom(&[1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert!((half - 7.0).abs() < 1e-12, "{half}");
        // 2 4^2 / (4 - 4^2 / 40): four of forty.
        let mut few = [0.0; 40];
        few[..4].fill(1.0);
        assert!((freedom(&few) - 32.0 / 3.6).abs() < 1e-12);
        // One alone leaves as little as can be.
        let mut one = [0.0; 40];
        one[7] = 3.0;
        assert!((freedom(&one) - 2.0 / (1.0 - 1.0 / 40.0)).abs() < 1e-12);
    }
}
