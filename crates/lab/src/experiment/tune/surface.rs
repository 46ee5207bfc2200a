//! How much better than what is there every draw is, from a few listeners who met each: a quadratic
//! surface over weights and rules (response surfaces: Box and Wilson, JRSS B 1951), fitted to what the
//! same listeners were worth under several draws. All draws tell of each, those nobody met included.

use serde::Serialize;

use super::value::Worth;
use melody_recommender::bandit::{LinearArm, Sums};

/// Where a draw lies: its weights and its rules, as shares of what is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub weights: Vec<f64>,
    pub rules: Vec<f64>,
}

impl Place {
    /// Weights and their products, and rules, from `here` to this place; all zero at `here`.
    fn from(&self, here: &Place) -> Vec<f64> {
        let way = |to: &[f64], from: &[f64]| -> Vec<f64> {
            to.iter().zip(from).map(|(to, from)| to - from).collect()
        };
        let weights = way(&self.weights, &here.weights);
        let mut features = way(&self.rules, &here.rules);
        for (i, one) in weights.iter().enumerate() {
            features.push(*one);
            features.extend(weights[..=i].iter().map(|other| one * other));
        }
        features
    }
}

/// An expected difference to what is there, and its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Expected {
    /// Above 0 where more is expected of the draw.
    pub mean: f64,
    /// Standard error of the mean.
    pub error: f64,
}

impl Expected {
    /// What it may well be, if luck had a hand in it.
    fn cautious(self) -> f64 {
        self.mean - self.error
    }
}

/// What is expected of a draw beside what is there, per play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Prospect {
    pub value: Expected,
    pub completion: Expected,
}

impl Prospect {
    /// What a search seeks: value, and far below any value where more completion may be lost than
    /// `slack`, the more the further.
    pub(super) fn sought(&self, slack: f64) -> f64 {
        let lost = -slack - self.completion.cautious();
        if lost > 0.0 { -1e3 - lost } else { self.value.cautious() }
    }
}

/// Differences over all places, of one group.
pub(super) struct Surface {
    here: Place,
    value: Fit,
    completion: Fit,
}

impl Surface {
    /// From what is there, and what every listener was worth there and at the places met.
    pub(super) fn new(here: Place, met: &[(Worth, Vec<(Place, Worth)>)]) -> Self {
        let rows = |of: fn(&Worth) -> f64| {
            let all = met.iter().map(|(there, draws)| {
                let draws = draws.iter().map(|(place, worth)| (place.from(&here), of(worth)));
                std::iter::once((here.from(&here), of(there))).chain(draws).collect()
            });
            Fit::new(here.from(&here).len(), all)
        };
        Surface { value: rows(|w| w.value), completion: rows(|w| w.completion), here }
    }

    pub(super) fn at(&self, place: &Place) -> Prospect {
        let features = place.from(&self.here);
        Prospect { value: self.value.at(&features), completion: self.completion.at(&features) }
    }
}

/// A ridge regression of differences.
struct Fit {
    arm: LinearArm,
    /// Standard deviation of what the surface does not tell.
    noise: f64,
}

/// Coordinates go from 0 to 1, and coefficients are about as large as the noise.
const RIDGE: f64 = 1.0;

impl Fit {
    /// Of rows by listener. Each listener's own level is taken out, of features and values alike.
    fn new(features: usize, listeners: impl Iterator<Item = Vec<(Vec<f64>, f64)>>) -> Self {
        let mut sums = Sums::new(features);
        let mut freedom = -(features as f64);
        for rows in listeners {
            let count = rows.len() as f64;
            let value = rows.iter().map(|(_, value)| value).sum::<f64>() / count;
            let level = |i: usize| rows.iter().map(|(x, _)| x[i]).sum::<f64>() / count;
            let level: Vec<f64> = (0..features).map(level).collect();
            for (x, y) in &rows {
                let x: Vec<f64> = x.iter().zip(&level).map(|(x, level)| x - level).collect();
                sums.add(&x, y - value, 1.0);
            }
            freedom += count - 1.0;
        }
        let arm = LinearArm::new(&sums, RIDGE);
        let left = sums.rr - arm.theta().dot(&arm.b);
        Fit { noise: (left.max(0.0) / freedom.max(1.0)).sqrt(), arm }
    }

    fn at(&self, features: &[f64]) -> Expected {
        let belief = self.arm.belief(features);
        Expected { mean: belief.mean, error: self.noise * belief.width }
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;
    use rand_distr::StandardNormal;

    use super::*;
    use melody_core::rng::{Purpose, generator};

    /// A hill over two weights, and a rule that costs.
    fn hill(place: &Place) -> f64 {
        let [x, y] = [place.weights[0] - 0.6, place.weights[1] - 0.3];
        0.05 - 0.2 * x * x - 0.1 * y * y + 0.1 * x * y - 0.03 * place.rules[0]
    }

    #[test]
    fn the_top_of_a_hill_is_found_among_listeners_who_differ() {
        let mut rng = generator(1, Purpose::Tuning, 0);
        let mut anywhere = || Place {
            weights: vec![rng.random(), rng.random()],
            rules: vec![f64::from(rng.random_range(0..=1u8))],
        };
        let here = Place { weights: vec![0.2, 0.5], rules: vec![0.0] };
        let places: Vec<Place> = (0..40).map(|_| anywhere()).collect();
        let mut rng = generator(1, Purpose::Tuning, 1);
        let mut noisy = |level: f64, place: &Place| {
            let noise: f64 = rng.sample(StandardNormal);
            Worth { value: level + hill(place) + 0.02 * noise, completion: level }
        };
        let met: Vec<(Worth, Vec<(Place, Worth)>)> = (0..200)
            .map(|listener| {
                let level = 0.1 * (listener % 7) as f64;
                let mut met = |k: usize| {
                    let place = &places[(listener * 5 + k) % places.len()];
                    (place.clone(), noisy(level, place))
                };
                let draws = (0..5).map(&mut met).collect();
                (noisy(level, &here), draws)
            })
            .collect();
        let surface = Surface::new(here.clone(), &met);
        let there = surface.at(&here);
        assert_eq!((there.value.mean, there.value.error), (0.0, 0.0));
        for place in &places {
            let Prospect { value, completion } = surface.at(place);
            let truth = hill(place) - hill(&here);
            assert!((value.mean - truth).abs() < 5.0 * value.error + 0.004, "{value:?} {truth}");
            assert!(value.error > 0.0 && value.error < 0.01 && value.cautious() < value.mean);
            assert!(completion.mean.abs() < 1e-9, "levels are no difference: {completion:?}");
        }
    }
}
