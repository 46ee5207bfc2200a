//! Seeded generators keyed by purpose and step.
//!
//! One shared generator would make every draw depend on all draws before it, so that one more candidate would change the
//! bandit's choice. Here each (seed, purpose, step) has a stream of its own.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// What a draw is for. The name is part of the key, so renaming one changes its stream and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The tiny term that breaks ties in the fused score.
    Epsilon,
    /// The exploration source among the candidates.
    Exploration,
    /// The bandit's choice of arm.
    Bandit,
    /// Which replayed examples join a near-line update.
    NearLine,
    /// A simulated listener's hidden taste.
    Taste,
    /// A simulated listener's reactions.
    Reaction,
    /// What a simulated listener wants now, and how that moves on.
    Mood,
    /// How long a simulated listener stays away, and what they pay then.
    Return,
    /// Which listener is drawn, and their profile.
    Population,
    /// Which songs a simulated log plays.
    Logging,
    /// Monte-Carlo estimates of what is best possible.
    Oracle,
    /// What an ideal observer supposes of a listener.
    Ideal,
    /// Songs that could have played instead, to see what a model would choose.
    Slates,
    /// The generated catalogue.
    Catalogue,
    /// Moments, samples and batches of training towers.
    Towers,
    /// Batches, shuffles and dropped ids in training.
    Training,
    /// Windows, other songs and dropped numbers in training a network of sequences.
    Sequence,
    /// Which queries and features a tree of a learned ranker is grown on.
    Boosting,
    /// Which candidates a ranker learns from, and what a listener does with each.
    Requests,
    /// Resampling for confidence intervals.
    Bootstrap,
    /// Pasts, scenes and gaps of an experiment's listeners.
    Experiment,
    /// Which policies a search tries.
    Tuning,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Epsilon => "epsilon",
            Purpose::Exploration => "exploration",
            Purpose::Bandit => "bandit",
            Purpose::NearLine => "near-line",
            Purpose::Taste => "taste",
            Purpose::Reaction => "reaction",
            Purpose::Mood => "mood",
            Purpose::Return => "return",
            Purpose::Population => "population",
            Purpose::Logging => "logging",
            Purpose::Oracle => "oracle",
            Purpose::Ideal => "ideal",
            Purpose::Slates => "slates",
            Purpose::Catalogue => "catalogue",
            Purpose::Towers => "towers",
            Purpose::Training => "training",
            Purpose::Sequence => "sequence",
            Purpose::Boosting => "boosting",
            Purpose::Requests => "requests",
            Purpose::Bootstrap => "bootstrap",
            Purpose::Experiment => "experiment",
            Purpose::Tuning => "tuning",
        }
    }
}

/// The stream for one purpose at one step.
pub fn generator(seed: u64, purpose: Purpose, step: u64) -> ChaCha8Rng {
    let key = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(purpose.name())
        .chain_update(step.to_le_bytes())
        .finalize();
    ChaCha8Rng::from_seed(key.into())
}

/// A number of its own for each thing at one step: what is drawn for a thing does not depend on which others are drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lots(u64);

/// The numbers of one purpose at one step.
pub fn lots(seed: u64, purpose: Purpose, step: u64) -> Lots {
    Lots(generator(seed, purpose, step).next_u64())
}

impl Lots {
    /// The number of a thing, evenly from [0, 1). SplitMix64 (Steele, Lea and Flood, 2014): as good as independent for
    /// things that are numbered one after the other.
    pub fn of(self, thing: u64) -> f64 {
        let mut z = self.0.wrapping_add(thing.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // The upper 53 bits are a fraction that a double holds exactly.
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A stable 64-bit hash of a text (SHA-256's first bytes): the same on every machine and in every version.
pub fn hash64(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    u64::from_le_bytes(digest[..8].try_into().expect("a SHA-256 digest has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn a_draw_for_one_purpose_moves_no_other() {
        let mut alone = generator(7, Purpose::Bandit, 3);
        let mut other = generator(7, Purpose::Epsilon, 3);
        let mut after = generator(7, Purpose::Bandit, 3);
        let _: f64 = other.random();
        let (a, b): (f64, f64) = (alone.random(), after.random());
        assert_eq!(a, b);
        assert_ne!(a, generator(7, Purpose::Bandit, 4).random::<f64>());
        assert_ne!(a, generator(8, Purpose::Bandit, 3).random::<f64>());
    }

    #[test]
    fn lots_are_even_and_each_thing_has_its_own() {
        let drawn = lots(3, Purpose::Epsilon, 9);
        let numbers: Vec<f64> = (0..10_000).map(|thing| drawn.of(thing)).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().sum::<f64>() / 10_000.0;
        // Three standard errors of an even draw.
        assert!((mean - 0.5).abs() < 3.0 * (1.0f64 / 12.0 / 10_000.0).sqrt(), "{mean}");
        let mut tenths = [0; 10];
        numbers.iter().for_each(|number| tenths[(number * 10.0) as usize] += 1);
        assert!(tenths.iter().all(|&count| (900..1100).contains(&count)), "{tenths:?}");
        let next: Vec<f64> =
            (0..10_000).map(|thing| lots(3, Purpose::Epsilon, 10).of(thing)).collect();
        let products = numbers.iter().zip(&next).map(|(a, b)| (a - 0.5) * (b - 0.5));
        assert!((products.sum::<f64>() / 10_000.0).abs() < 0.003, "steps have nothing in common");
    }
}
