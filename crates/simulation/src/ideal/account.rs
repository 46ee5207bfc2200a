//! What an account says of a taste.

use statrs::function::erf::erfc;

use super::hypothesis::{Leaning, Patience};
use crate::nature::Liking;
use crate::population::{FAVOURITE_NOISE, HOURS_LEAN, HOURS_LEVEL, HOURS_NOISE};
use crate::taste::PATIENCE;
use melody_core::catalogue::taxonomy;
use melody_core::listener::Account;

/// Favourites named in order, best first. How many are named says nothing.
#[derive(Clone, Debug)]
pub(super) struct Favourites {
    named: Vec<usize>,
    others: Vec<usize>,
}

impl Favourites {
    pub(super) fn new(account: &Account) -> Self {
        let named = account.favourite_genres.clone();
        let others = (0..taxonomy().genres.len()).filter(|g| !named.contains(g)).collect();
        Favourites { named, others }
    }

    pub(super) fn count(&self) -> usize {
        self.named.len()
    }

    /// Latent noise with which everybody indifferent would have named these.
    pub(super) fn plain_noise(&self) -> impl Iterator<Item = f64> {
        (0..self.count()).rev().map(|place| (2.0 + 0.5 * place as f64) / FAVOURITE_NOISE)
    }

    /// The log likelihood that just these are named, given the noise of each.
    pub(super) fn log_likelihood(&self, leaning: &Leaning, noise: &[f64]) -> f64 {
        let mut last = f64::INFINITY;
        for (&genre, z) in self.named.iter().zip(noise) {
            let value = leaning.liked[genre] + FAVOURITE_NOISE * z;
            if value >= last {
                return f64::NEG_INFINITY;
            }
            last = value;
        }
        if self.named.is_empty() {
            return 0.0;
        }
        // No other genre, with its own noise, came above the last one named.
        let under = |genre: &usize| {
            let gap = (leaning.liked[*genre] - last) / FAVOURITE_NOISE;
            0.5 * erfc(gap / std::f64::consts::SQRT_2)
        };
        self.others.iter().map(under).product::<f64>().ln()
    }
}

/// Patience given the hours of listening a week: both normal, so exactly. Hours at their bound
/// (about one listener in a million) are taken at their word.
pub(super) fn patience(account: &Account, liking: &Liking) -> Patience {
    let (mean, deviation) = (PATIENCE, liking.spread);
    let above = (f64::from(account.hours_per_week.max(0.1)).ln() - HOURS_LEVEL) / HOURS_LEAN;
    let seen = mean + above;
    let precision = [deviation, HOURS_NOISE / HOURS_LEAN].map(|d| d.powi(-2));
    let total = precision[0] + precision[1];
    Patience {
        mean: (mean * precision[0] + seen * precision[1]) / total,
        deviation: total.powf(-0.5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ideal::belief::tests::believing;
    use crate::nature::Nature;
    use crate::population::draw_person;
    use melody_core::rng::{Purpose, generator};

    /// Of many people drawn, those who named a genre first like its family and others as much as is
    /// believed of them.
    #[test]
    fn a_favourite_tells_as_much_as_it_does_of_people() {
        let genre = 3;
        let likings = |liked: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let family = taxonomy().family_of(genre);
            let other = (0..).find(|&g| taxonomy().family_of(g) != family).unwrap();
            let sister = (0..).find(|&g| g != genre && taxonomy().family_of(g) == family).unwrap();
            [genre, sister, other].map(liked).to_vec()
        };
        let mut rng = generator(6, Purpose::Population, 0);
        let people: Vec<Vec<f64>> = (0..20_000)
            .map(|_| draw_person(&Nature::fitted(), &mut rng))
            .filter(|p| p.account.favourite_genres[0] == genre)
            .map(|p| likings(&|g| p.taste.genre(g)))
            .collect();
        let mut account = draw_person(&Nature::fitted(), &mut rng).account;
        account.favourite_genres = vec![genre];
        let believed: Vec<Vec<f64>> = believing(&account, 1_500)
            .into_iter()
            .map(|leaning| likings(&|g| leaning.liked[g]))
            .collect();
        for i in 0..3 {
            let mean = |of: &[Vec<f64>]| of.iter().map(|l| l[i]).sum::<f64>() / of.len() as f64;
            let (real, supposed) = (mean(&people), mean(&believed));
            assert!((real - supposed).abs() < 0.12, "{i}: {real} {supposed}");
        }
    }

    /// Hours a week tell of patience as a regression of patience on their logarithm would.
    #[test]
    fn hours_tell_of_patience() {
        let mut rng = generator(7, Purpose::Population, 0);
        let mut error = [0.0, 0.0];
        for _ in 0..4_000 {
            let person = draw_person(&Nature::fitted(), &mut rng);
            let believed = patience(&person.account, &Nature::fitted().liking);
            let off = (person.taste.patience - believed.mean) / believed.deviation;
            error[0] += off / 4_000.0;
            error[1] += off * off / 4_000.0;
        }
        assert!(error[0].abs() < 0.06 && (error[1] - 1.0).abs() < 0.1, "{error:?}");
    }
}
