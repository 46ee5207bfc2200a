//! What an algorithm says: an estimate by arm, the arm it takes, and the draws it may use.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::chances::argmax;

/// What an algorithm makes of one arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Expected reward.
    pub mean: f64,
    /// How unsure that is: one standard deviation, or LinUCB's bonus.
    pub deviation: f64,
    /// What the arm was judged by: an upper bound, a draw, or the expectation itself.
    pub judged: f64,
    /// Probability with which the algorithm would choose it here.
    pub chance: f64,
}

/// What an algorithm makes of all arms, in the policy's order, and which it takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub arms: Vec<Estimate>,
    pub chosen: usize,
}

impl Verdict {
    /// Takes the arm judged best, the first of equals, for certain.
    pub(crate) fn best(mut arms: Vec<Estimate>) -> Self {
        let chosen = argmax(arms.iter().map(|arm| arm.judged));
        for (place, arm) in arms.iter_mut().enumerate() {
            arm.chance = if place == chosen { 1.0 } else { 0.0 };
        }
        Verdict { arms, chosen }
    }

    /// Draws an arm by the arms' chances, which sum to 1.
    pub(crate) fn by_lot(arms: Vec<Estimate>, lot: f64) -> Self {
        let mut below = 0.0;
        let drawn = arms.iter().position(|arm| {
            below += arm.chance;
            lot < below
        });
        // The chances may sum to a hair less than 1.
        let likely = || argmax(arms.iter().map(|arm| arm.chance));
        Verdict { chosen: drawn.unwrap_or_else(likely), arms }
    }
}

/// The draws of one decision: as many whatever the algorithm, so that streams do not depend on it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draws {
    /// Standard normal, one by arm.
    pub normals: Vec<f64>,
    /// Uniform in [0, 1): decides whatever is not judged best but drawn by its chance.
    pub lot: f64,
}

impl Draws {
    pub(crate) fn new(arms: usize, rng: &mut ChaCha8Rng) -> Self {
        Draws {
            normals: (0..arms).map(|_| rng.sample(StandardNormal)).collect(),
            lot: rng.random(),
        }
    }
}
