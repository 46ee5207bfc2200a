//! Listeners drawn at random, with the account a service would have of them.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, Poisson, StandardNormal};

use crate::nature::Nature;
use crate::taste::{PATIENCE, Taste};
use melody_core::catalogue::taxonomy;
use melody_core::listener::{Account, Tier};
use melody_core::scene::Scene;

/// A drawn listener: what the service knows and what it does not.
#[derive(Clone, Debug)]
pub struct Person {
    /// What the service knows; it tells of the taste only roughly.
    pub account: Account,
    /// Hidden from the service.
    pub taste: Taste,
    /// How often each scene is chosen, summing to 1.
    pub scenes: [f64; Scene::COUNT],
}

/// Trials and subscribers: a draw from [0, 1), leaning by willingness to pay, over 0.80 and 0.88.
pub(super) const TIER_OVER: [f64; 2] = [0.88, 0.80];
pub(super) const TIER_LEAN: f64 = 0.06;
/// Logarithm of hours a week: its level, what patience above the mean adds, and noise. KKBox members who
/// listen at all: 80 minutes on each of 50 days in 90, or 5.2 hours a week (medians); those who complete more
/// listen on hardly more days (a correlation of .17).
pub(super) const HOURS_LEVEL: f64 = 1.65;
pub(super) const HOURS_LEAN: f64 = 0.3;
pub(super) const HOURS_NOISE: f64 = 0.75;
/// Logarithm of a mean count: its level and what willingness to pay adds. Counts are held to a most.
pub(super) const PREVIEWS: (f64, f64) = (0.2, 0.9);
pub(super) const MOST_PREVIEWS: u32 = 30;
pub(super) const CONVERSIONS: (f64, f64) = (-1.0, 0.9);
pub(super) const MOST_CONVERSIONS: u32 = 10;
/// Noise with which a genre's place among the favourites is judged.
pub(super) const FAVOURITE_NOISE: f64 = 0.3;

/// Draws a listener. The account tells of the taste, but only roughly.
pub fn draw_person(nature: &Nature, rng: &mut ChaCha8Rng) -> Person {
    let taste = Taste::draw(&nature.liking, rng);
    let normal = |rng: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(rng) };
    let poisson = |mean: f64, rng: &mut ChaCha8Rng| {
        Poisson::new(mean).map_or(0.0, |p| Distribution::<f64>::sample(&p, rng)) as u32
    };
    let tier = match rng.random::<f64>() + TIER_LEAN * taste.willingness_to_pay {
        p if p > TIER_OVER[0] => Tier::Premium,
        p if p > TIER_OVER[1] => Tier::Trial,
        _ => Tier::Free,
    };
    // KKBox members' tenure: median 782 days, middle half 365 to 1731. New listeners are added.
    let tenure = if rng.random_bool(0.2) {
        rng.random_range(0.0..30.0)
    } else {
        LogNormal::new(6.5f64, 1.0).expect("a finite spread").sample(rng).min(4_000.0)
    };
    let hours =
        (HOURS_LEVEL + HOURS_LEAN * (taste.patience - PATIENCE) + HOURS_NOISE * normal(rng))
            .exp()
            .min(80.0);
    let previews = poisson((PREVIEWS.0 + PREVIEWS.1 * taste.willingness_to_pay).exp(), rng);
    let conversions =
        poisson((CONVERSIONS.0 + CONVERSIONS.1 * taste.willingness_to_pay).exp(), rng);
    Person {
        account: Account {
            tier,
            tenure_days: tenure as u32,
            hours_per_week: hours as f32,
            premium_previews: if tier == Tier::Premium { 0 } else { previews.min(MOST_PREVIEWS) },
            past_conversions: conversions.min(MOST_CONVERSIONS),
            favourite_genres: favourites(&taste, rng),
        },
        scenes: scenes(&taste, rng),
        taste,
    }
}

/// One to five genres the listener would name when asked: those liked best, with some noise.
fn favourites(taste: &Taste, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<(f64, usize)> = (0..taxonomy().genres.len())
        .map(|g| {
            let noise: f64 = StandardNormal.sample(rng);
            (taste.genre(g) + FAVOURITE_NOISE * noise, g)
        })
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let named = rng.random_range(1..=5);
    order.into_iter().take(named).map(|(_, g)| g).collect()
}

fn scenes(taste: &Taste, rng: &mut ChaCha8Rng) -> [f64; Scene::COUNT] {
    let mut weights = Scene::ALL.map(|scene| {
        let noise: f64 = StandardNormal.sample(rng);
        let lean = if scene == Scene::Explore { taste.novelty } else { 0.0 };
        (lean + 0.7 * noise).exp()
    });
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= total);
    weights
}
