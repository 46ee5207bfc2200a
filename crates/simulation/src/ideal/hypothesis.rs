//! What a listener may be like: a taste as standard normals.

use std::ops::Range;
use std::sync::LazyLock;

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::features::Features;
use crate::response::{Manner, closeness};
use crate::taste::{
    FAMILY_SPREAD, GENEROSITY_SPREAD, GENRE_SPREAD, MAINSTREAM, PICKINESS, SOUND, SOUND_SPREAD,
    Taste,
};
use melody_core::catalogue::taxonomy;

/// Latents of everything in a taste but what is liked: places in [`Hypothesis::manner`].
mod place {
    use std::ops::Range;

    pub(super) const SOUND: Range<usize> = 0..4;
    pub(super) const PICKINESS: Range<usize> = 4..9;
    pub(super) const MAINSTREAM: usize = 9;
    pub(super) const PATIENCE: usize = 10;
    pub(super) const GENEROSITY: usize = 11;
    pub(super) const TOLERANCE: Range<usize> = 12..17;
    pub(super) const NOVELTY: Range<usize> = 17..23;
    pub(super) const COUNT: usize = 23;
}

/// The family of every base genre.
static FAMILY_OF: LazyLock<Vec<usize>> =
    LazyLock::new(|| (0..taxonomy().genres.len()).map(|g| taxonomy().family_of(g)).collect());

/// One possible listener, as standard normals. Willingness to pay is not here: given what is
/// observed it is independent of the rest, and is kept exactly (`payer.rs`).
#[derive(Clone, Debug)]
pub(super) struct Hypothesis {
    /// Of families, then of genres, then the noise with which each favourite was named.
    pub liking: Vec<f64>,
    pub manner: Vec<f64>,
}

/// Mean and standard deviation of patience, once the account's listening hours are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub mean: f64,
    pub deviation: f64,
}

impl Hypothesis {
    /// Parts of [`manner`](Self::manner) that are moved together: sound and how much it matters, and
    /// all the rest.
    pub(super) const MANNER_BLOCKS: [Range<usize>; 2] =
        [0..place::MAINSTREAM, place::MAINSTREAM..place::COUNT];

    /// Parts of [`liking`](Self::liking), of this length, that are moved together: families, and
    /// genres with the noise of favourites.
    pub(super) fn liking_blocks(length: usize) -> [Range<usize>; 2] {
        let families = taxonomy().families.len();
        [0..families, families..length]
    }

    /// Drawn from the population, before anything but the number of favourites is known.
    pub(super) fn draw(favourites: usize, rng: &mut ChaCha8Rng) -> Self {
        let t = taxonomy();
        let mut normals = |n: usize| (0..n).map(|_| StandardNormal.sample(rng)).collect();
        Hypothesis {
            liking: normals(t.families.len() + t.genres.len() + favourites),
            manner: normals(place::COUNT),
        }
    }
}

/// A taste laid out for working out many utilities.
#[derive(Clone, Debug)]
pub(super) struct Leaning {
    /// How much each base genre is liked, then each family by itself (for genres of no base).
    pub liked: Vec<f64>,
    sound: [f64; SOUND.len()],
    pickiness: f64,
    mainstream: f64,
    novelty: f64,
    pub tolerance: f64,
    patience: f64,
    generosity: f64,
}

impl Leaning {
    pub(super) fn of(hypothesis: &Hypothesis, patience: Patience) -> Self {
        let mut leaning = Leaning {
            liked: vec![0.0; taxonomy().genres.len() + taxonomy().families.len()],
            sound: [0.0; SOUND.len()],
            pickiness: 0.0,
            mainstream: 0.0,
            novelty: 0.0,
            tolerance: 0.0,
            patience: 0.0,
            generosity: 0.0,
        };
        leaning.set_liking(&hypothesis.liking);
        leaning.set_manner(&hypothesis.manner, patience);
        leaning
    }

    pub(super) fn set_liking(&mut self, z: &[f64]) {
        let (genres, families) = (FAMILY_OF.len(), self.liked.len() - FAMILY_OF.len());
        for (genre, &family) in FAMILY_OF.iter().enumerate() {
            self.liked[genre] = FAMILY_SPREAD * z[family] + GENRE_SPREAD * z[families + genre];
        }
        for (liked, z) in self.liked[genres..].iter_mut().zip(z) {
            *liked = FAMILY_SPREAD * z;
        }
    }

    pub(super) fn set_manner(&mut self, z: &[f64], patience: Patience) {
        self.sound = std::array::from_fn(|i| SOUND_SPREAD * z[place::SOUND][i]);
        self.mainstream = MAINSTREAM.0 + MAINSTREAM.1 * z[place::MAINSTREAM];
        self.patience = patience.mean + patience.deviation * z[place::PATIENCE];
        self.generosity = GENEROSITY_SPREAD * z[place::GENEROSITY];
        self.pickiness = PICKINESS * beta(&z[place::PICKINESS]);
        self.tolerance = beta(&z[place::TOLERANCE]);
        self.novelty = 2.0 * beta(&z[place::NOVELTY]) - 1.0;
    }

    /// How much each family is liked.
    pub(super) fn families(&self) -> &[f64] {
        &self.liked[FAMILY_OF.len()..]
    }

    /// What shapes reactions beside utility.
    pub(super) fn manner(&self) -> Manner {
        Manner { patience: self.patience, generosity: self.generosity }
    }

    /// What the listener feels for a song, in logits of completing it, but for their intent.
    pub(super) fn utility(&self, song: &Features) -> f64 {
        let distance: f64 =
            song.sound.iter().zip(&self.sound).map(|(at, ideal)| (at - ideal).powi(2)).sum();
        self.patience
            + self.liked[song.liked]
            + self.pickiness * closeness(distance)
            + self.mainstream * song.popularity
            - (1.0 - self.tolerance) * song.promotion
            - self.novelty * song.known
            + song.rest
    }

    /// As a taste whose willingness to pay is average.
    pub(super) fn taste(&self) -> Taste {
        let (genres, families) = self.liked.split_at(FAMILY_OF.len());
        Taste {
            families: families.to_vec(),
            genres: genres.iter().zip(&*FAMILY_OF).map(|(g, &f)| g - families[f]).collect(),
            sound: self.sound,
            pickiness: self.pickiness,
            mainstream: self.mainstream,
            novelty: self.novelty,
            promotion_tolerance: self.tolerance,
            patience: self.patience,
            generosity: self.generosity,
            willingness_to_pay: 0.0,
        }
    }
}

/// A value of Beta(a, a) out of 2a + 1 standard normals: a coordinate of a point drawn evenly from
/// the sphere in n dimensions is 2 Beta((n - 1) / 2, (n - 1) / 2) - 1.
fn beta(z: &[f64]) -> f64 {
    let length = z.iter().map(|z| z * z).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    0.5 + 0.5 * z[0] / length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use crate::taste::PATIENCE;
    use melody_core::rng::{Purpose, generator};

    /// Mean and variance of hypotheses are those of drawn tastes.
    #[test]
    fn hypotheses_are_distributed_as_tastes() {
        let mut rng = generator(5, Purpose::Ideal, 0);
        let liking = Nature::fitted().liking;
        let prior = Patience { mean: PATIENCE, deviation: liking.spread };
        let parts = |t: &Taste| {
            [
                t.families[2],
                t.genres[7],
                t.sound[1],
                t.pickiness,
                t.mainstream,
                t.novelty,
                t.promotion_tolerance,
                t.patience,
                t.generosity,
            ]
        };
        let moments = |draws: Vec<[f64; 9]>| -> Vec<(f64, f64)> {
            (0..9)
                .map(|i| {
                    let mean = draws.iter().map(|d| d[i]).sum::<f64>() / draws.len() as f64;
                    let square = draws.iter().map(|d| (d[i] - mean).powi(2)).sum::<f64>();
                    (mean, (square / draws.len() as f64).sqrt())
                })
                .collect()
        };
        let n = 4_000;
        let drawn = moments((0..n).map(|_| parts(&Taste::draw(&liking, &mut rng))).collect());
        let supposed = moments(
            (0..n)
                .map(|_| parts(&Leaning::of(&Hypothesis::draw(2, &mut rng), prior).taste()))
                .collect(),
        );
        for (i, (a, b)) in drawn.iter().zip(&supposed).enumerate() {
            assert!((a.0 - b.0).abs() < 0.1 * a.1, "mean of {i}: {a:?} {b:?}");
            assert!((a.1 / b.1 - 1.0).abs() < 0.08, "deviation of {i}: {a:?} {b:?}");
        }
    }
}
