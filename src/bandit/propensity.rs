//! The probability that an arm is drawn best, exactly.

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

/// For independent normal scores (mean, standard deviation), the probability that each is the
/// largest: the integral of one's density times the others' distribution functions.
///
/// Where deviations are zero the largest mean wins, the first of equals.
pub fn probability_best(scores: &[(f64, f64)]) -> Vec<f64> {
    if scores.iter().any(|&(_, deviation)| deviation <= 0.0) {
        let best = argmax(scores.iter().map(|s| s.0));
        return (0..scores.len()).map(|i| if i == best { 1.0 } else { 0.0 }).collect();
    }
    (0..scores.len()).map(|i| one_best(scores, i)).collect()
}

fn one_best(scores: &[(f64, f64)], arm: usize) -> f64 {
    let (mean, deviation) = scores[arm];
    let others = || scores.iter().enumerate().filter(move |(j, _)| *j != arm).map(|(_, s)| *s);
    // In units of this arm, each other arm is a smooth step; panels end where steps begin and end.
    let mut edges = vec![-TAIL, TAIL];
    for (m, d) in others() {
        let centre = (m - mean) / deviation;
        let spread = TAIL * d / deviation;
        edges.extend([centre - spread, centre, centre + spread].map(|e| e.clamp(-TAIL, TAIL)));
    }
    edges.sort_by(f64::total_cmp);
    let density = |z: f64| {
        let own = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        others().fold(own, |p, (m, d)| p * normal_cdf((mean + deviation * z - m) / d))
    };
    edges.windows(2).filter(|w| w[1] > w[0]).map(|w| integrate(&density, w[0], w[1])).sum()
}

fn integrate(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let half = (to - from) / (2.0 * PANELS as f64);
    (0..PANELS)
        .map(|panel| {
            let centre = from + half * (2.0 * panel as f64 + 1.0);
            half * NODES.iter().map(|(node, weight)| weight * f(centre + half * node)).sum::<f64>()
        })
        .sum()
}

fn normal_cdf(z: f64) -> f64 {
    0.5 * (1.0 + erf(z / std::f64::consts::SQRT_2))
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn probabilities_sum_to_one(
            scores in prop::collection::vec((-2.0f64..2.0, 0.001f64..2.0), 1..6),
        ) {
            let p = probability_best(&scores);
            prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{p:?}");
            prop_assert!(p.iter().all(|p| *p >= 0.0));
        }
    }

    #[test]
    fn two_equal_arms_split_evenly() {
        let p = probability_best(&[(0.3, 0.2), (0.3, 0.2)]);
        assert!((p[0] - 0.5).abs() < 1e-9);
    }
}
