//! How a generated song sounds: drawn from what its genre's songs sound like.
//!
//! Most features are shares, and follow a Beta distribution that is cut to three decimals. To invert one takes longer
//! than all else about a song, and a million songs ask for seven million; so each genre's distributions are worked out
//! once, at every place where one value ends and the next begins, and a draw looks up between which two it falls.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::audio::AudioFeature;
use super::taxonomy::{BaseGenre, taxonomy};

/// Values of a share from 0 to 1, told apart by three decimals.
const STEPS: usize = 1000;

/// What every genre of the taxonomy sounds like.
pub(super) struct Sounds {
    /// By genre and feature; empty where the feature is no share.
    shares: Vec<[Vec<f64>; AudioFeature::COUNT]>,
    normal: Normal,
}

impl Sounds {
    pub(super) fn new() -> Self {
        let of = |genre: &BaseGenre| AudioFeature::ALL.map(|feature| steps(genre, feature));
        Sounds { shares: taxonomy().genres.iter().map(of).collect(), normal: Normal::standard() }
    }

    /// Audio features and duration in milliseconds of one song. Loud songs are energetic and seldom acoustic: the three
    /// share a latent intensity (a Gaussian copula), so each keeps its genre's own distribution.
    pub(super) fn draw(
        &self,
        genre: usize,
        rng: &mut ChaCha8Rng,
    ) -> ([Option<f32>; AudioFeature::COUNT], u32) {
        let base = &taxonomy().genres[genre];
        let intensity = normal(rng);
        let audio = AudioFeature::ALL.map(|feature| {
            let shared = match feature {
                AudioFeature::Energy => 0.95,
                AudioFeature::Loudness => 0.75,
                AudioFeature::Acousticness => -0.65,
                _ => 0.0,
            };
            let z = shared * intensity + (1.0 - f64::powi(shared, 2)).sqrt() * normal(rng);
            let [mean, sd] = base.audio(feature);
            let value = match feature {
                AudioFeature::Loudness => round((mean + sd * z).clamp(-45.0, -0.5), 3),
                AudioFeature::Tempo => round((mean + sd * z).clamp(60.0, 205.0), 2),
                _ => self.share(genre, feature, z),
            };
            Some(value as f32)
        });
        let [mean, sd] = base.duration_s();
        let seconds = (mean + sd * normal(rng)).clamp(95.0, 720.0);
        (audio, (round(seconds, 0) * 1000.0) as u32)
    }

    /// The share at `z` standard normal units.
    fn share(&self, genre: usize, feature: AudioFeature, z: f64) -> f64 {
        let below = self.normal.cdf(z).clamp(1e-6, 1.0 - 1e-6);
        let steps = &self.shares[genre][feature as usize];
        steps.partition_point(|step| *step <= below) as f64 / STEPS as f64
    }
}

/// How likely a share is below each place where its rounded value changes.
fn steps(genre: &BaseGenre, feature: AudioFeature) -> Vec<f64> {
    if matches!(feature, AudioFeature::Loudness | AudioFeature::Tempo) {
        return Vec::new();
    }
    let [mean, sd] = genre.audio(feature);
    let spread = (mean * (1.0 - mean) / (sd * sd) - 1.0).max(0.2);
    let beta = Beta::new(mean * spread, (1.0 - mean) * spread).expect("both shapes are positive");
    (0..STEPS).map(|step| beta.cdf((step as f64 + 0.5) / STEPS as f64)).collect()
}

pub(super) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

pub(super) fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_the_rounded_quantile_of_its_distribution() {
        let sounds = Sounds::new();
        for (number, genre) in taxonomy().genres.iter().enumerate().step_by(5) {
            let [mean, sd] = genre.audio(AudioFeature::Energy);
            let spread = (mean * (1.0 - mean) / (sd * sd) - 1.0).max(0.2);
            let beta = Beta::new(mean * spread, (1.0 - mean) * spread).unwrap();
            for z in [-6.0, -1.3, -0.2, 0.4, 2.1, 6.0] {
                let below = sounds.normal.cdf(z).clamp(1e-6, 1.0 - 1e-6);
                let value = round(beta.inverse_cdf(below), 3);
                assert_eq!(
                    sounds.share(number, AudioFeature::Energy, z),
                    value,
                    "{} {z}",
                    genre.id
                );
            }
        }
    }
}
