//! The probability that an arm's draw is the largest, by quadrature.

use statrs::function::erf::erf;

/// Five-point Gauss-Legendre nodes and weights on [-1, 1].
const NODES: [(f64, f64); 5] = [
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.906_179_845_938_664, 0.236_926_885_056_189_08),
    (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
];
const PANELS: usize = 16;
/// Beyond this many standard deviations nothing is left to integrate.
const TAIL: f64 = 9.0;
/// A density over a stretch that is nothing beside a millionth.
const NOTHING: f64 = 1e-10;

/// A distribution of what an arm may be worth.
pub trait Spread {
    /// Expected worth.
    fn mean(&self) -> f64;
    /// One standard deviation; zero where the worth is certain.
    fn deviation(&self) -> f64;
    /// The smallest and largest value it takes, or close to it.
    fn range(&self) -> (f64, f64);
    /// Probability density at a value.
    fn density(&self, x: f64) -> f64;
    /// The share of it that lies below a value.
    fn below(&self, x: f64) -> f64;
}

/// A normal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    /// Where its peak is.
    pub mean: f64,
    /// One standard deviation.
    pub deviation: f64,
}

impl Spread for Normal {
    fn mean(&self) -> f64 {
        self.mean
    }

    fn deviation(&self) -> f64 {
        self.deviation
    }

    fn range(&self) -> (f64, f64) {
        (self.mean - TAIL * self.deviation, self.mean + TAIL * self.deviation)
    }

    fn density(&self, x: f64) -> f64 {
        let z = (x - self.mean) / self.deviation;
        (-0.5 * z * z).exp() / (self.deviation * (2.0 * std::f64::consts::PI).sqrt())
    }

    fn below(&self, x: f64) -> f64 {
        let z = (x - self.mean) / self.deviation;
        0.5 * (1.0 + erf(z / std::f64::consts::SQRT_2))
    }
}

/// For independent draws, the probability that each is the largest: the integral of one's density
/// times the others' distribution functions. Off by less than a millionth, as the tests show against
/// established libraries and by the sum, which is 1 to that.
///
/// Where a deviation is zero the largest mean wins, the first of equals.
pub fn probability_best<S: Spread>(arms: &[S]) -> Vec<f64> {
    if arms.iter().any(|arm| arm.deviation() <= 0.0) {
        let best = argmax(arms.iter().map(Spread::mean));
        return (0..arms.len()).map(|i| if i == best { 1.0 } else { 0.0 }).collect();
    }
    // Every density is a hill and every distribution function a step; stretches end where they begin,
    // are half over and end.
    let low = arms.iter().map(|arm| arm.range().0).fold(f64::INFINITY, f64::min);
    let high = arms.iter().map(|arm| arm.range().1).fold(f64::NEG_INFINITY, f64::max);
    let marks = |arm: &S| {
        let reach = TAIL * arm.deviation();
        [arm.mean() - reach, arm.mean(), arm.mean() + reach].map(|mark| mark.clamp(low, high))
    };
    let mut edges: Vec<f64> = arms.iter().flat_map(marks).chain([low, high]).collect();
    edges.sort_by(f64::total_cmp);
    let mut chances = vec![0.0; arms.len()];
    for stretch in edges.windows(2).filter(|stretch| stretch[1] > stretch[0]) {
        integrate(arms, stretch[0], stretch[1], &mut chances);
    }
    chances
}

/// Adds what comes between two values. The way from one to the other is walked slowly at both ends,
/// `x = from + (to - from) (3 u^2 - 2 u^3)`, since a Beta's density may have a corner there.
fn integrate<S: Spread>(arms: &[S], from: f64, to: f64, chances: &mut [f64]) {
    let half = 0.5 / PANELS as f64;
    let nodes = (0..PANELS).flat_map(|panel| {
        let centre = half * (2.0 * panel as f64 + 1.0);
        NODES.map(|(node, weight)| (centre + half * node, half * weight))
    });
    let (mut densities, mut below) = (vec![0.0; arms.len()], vec![0.0; arms.len()]);
    for (u, weight) in nodes {
        let x = from + (to - from) * u * u * (3.0 - 2.0 * u);
        let width = weight * (to - from) * 6.0 * u * (1.0 - u);
        densities.iter_mut().zip(arms).for_each(|(density, arm)| *density = arm.density(x));
        if densities.iter().all(|density| density * (to - from) < NOTHING) {
            continue;
        }
        below.iter_mut().zip(arms).for_each(|(below, arm)| *below = arm.below(x));
        for (place, chance) in chances.iter_mut().enumerate() {
            let others = below.iter().enumerate().filter(|(other, _)| *other != place);
            *chance += width * others.fold(densities[place], |product, (_, below)| product * below);
        }
    }
}

/// The place of the largest value, the first of equals.
pub fn argmax(values: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (i, value) in values.enumerate() {
        if value > best.1 {
            best = (i, value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::algorithm::beta::Beta;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn probabilities_sum_to_one(
            arms in prop::collection::vec((-2.0f64..2.0, 0.001f64..2.0), 1..6),
        ) {
            let arms: Vec<Normal> =
                arms.into_iter().map(|(mean, deviation)| Normal { mean, deviation }).collect();
            let p = probability_best(&arms);
            prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{p:?}");
            prop_assert!(p.iter().all(|p| *p >= 0.0));
        }

        #[test]
        fn so_they_do_for_coins(arms in prop::collection::vec((0.0f64..300.0, 0.0f64..300.0), 1..6)) {
            let arms: Vec<Beta> =
                arms.into_iter().map(|(a, b)| Beta::new(1.0 + a, 1.0 + b)).collect();
            let p = probability_best(&arms);
            prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{p:?}");
        }
    }

    #[test]
    fn two_equal_arms_split_evenly() {
        let arm = Normal { mean: 0.3, deviation: 0.2 };
        let p = probability_best(&[arm, arm]);
        assert!((p[0] - 0.5).abs() < 1e-9);
    }
}
