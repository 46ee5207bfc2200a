//! A hidden taste.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, StandardNormal};

use crate::nature::Liking;
use melody_core::catalogue::{AudioFeature, taxonomy};

/// The audio features a taste has an ideal for.
pub const SOUND: [AudioFeature; 4] = [
    AudioFeature::Energy,
    AudioFeature::Valence,
    AudioFeature::Acousticness,
    AudioFeature::Danceability,
];

/// Standard deviations over the population, and means where they are not zero.
pub(super) const FAMILY_SPREAD: f64 = 0.9;
pub(super) const GENRE_SPREAD: f64 = 0.30;
pub(super) const SOUND_SPREAD: f64 = 0.8;
pub(super) const MAINSTREAM: (f64, f64) = (0.25, 0.25);
/// Mean patience; its spread is the world's (`nature.rs`).
pub(super) const PATIENCE: f64 = -0.15;
pub(super) const GENEROSITY_SPREAD: f64 = 0.6;
/// The largest pickiness.
pub(super) const PICKINESS: f64 = 0.30;

/// What a simulated listener likes. Effects are in logits of completing a song.
#[derive(Clone, Debug, PartialEq)]
pub struct Taste {
    /// Per family of the taxonomy.
    pub families: Vec<f64>,
    /// Per genre of the taxonomy, on top of its family.
    pub genres: Vec<f64>,
    /// Preferred value of each of [`SOUND`], in standard units.
    pub sound: [f64; SOUND.len()],
    /// Cost of each squared standard unit away from the preferred sound.
    pub pickiness: f64,
    /// Effect of each 20 points of popularity.
    pub mainstream: f64,
    /// -1: only what they know; 1: only what is new, and sooner tired of it.
    pub novelty: f64,
    /// 0: resents promotion; 1: does not mind.
    pub promotion_tolerance: f64,
    /// Completing songs in general, and being undisturbed.
    pub patience: f64,
    /// Liking and saving in general.
    pub generosity: f64,
    /// Subscribing in general.
    pub willingness_to_pay: f64,
}

impl Taste {
    /// A listener drawn from the population of a world.
    pub fn draw(liking: &Liking, rng: &mut ChaCha8Rng) -> Self {
        let t = taxonomy();
        let mut normal =
            |sd: f64| -> f64 { sd * Distribution::<f64>::sample(&StandardNormal, rng) };
        let families = (0..t.families.len()).map(|_| normal(FAMILY_SPREAD)).collect();
        let genres = (0..t.genres.len()).map(|_| normal(GENRE_SPREAD)).collect();
        let sound = std::array::from_fn(|_| normal(SOUND_SPREAD));
        let mainstream = MAINSTREAM.0 + normal(MAINSTREAM.1);
        let patience = PATIENCE + normal(liking.spread);
        let generosity = normal(GENEROSITY_SPREAD);
        let willingness_to_pay = normal(1.0);
        let beta = |a: f64, b: f64, rng: &mut ChaCha8Rng| {
            Beta::new(a, b).expect("both shapes are positive").sample(rng)
        };
        Taste {
            families,
            genres,
            sound,
            pickiness: PICKINESS * beta(2.0, 2.0, rng),
            mainstream,
            novelty: 2.0 * beta(2.5, 2.5, rng) - 1.0,
            promotion_tolerance: beta(2.0, 2.0, rng),
            patience,
            generosity,
            willingness_to_pay,
        }
    }

    /// How much a base genre is liked.
    pub fn genre(&self, genre: usize) -> f64 {
        self.families[taxonomy().family_of(genre)] + self.genres[genre]
    }
}
