//! Fixed environments whose truth is known, to measure a bandit's regret by.
//!
//! They are the ones that other libraries' figures were measured on: 4 arms, 8 features, 5,000 rounds,
//! rewards of 0 or 1, every number a dyadic fraction, so that any language makes the very same bits of
//! them: `tests/golden/bandit_environments.json` holds their hashes.

use melody_core::rng::{Purpose, generator};
use melody_recommender::bandit::{Memory, Observation, decide, learn};
use melody_recommender::policy;

/// Decisions in one environment.
pub const ROUNDS: usize = 5_000;
/// Features of a context, the first always 1.
pub const FEATURES: usize = 8;
/// Arms to choose from.
pub const ARMS: usize = 4;

/// How an arm's chance of a reward depends on the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A weighted sum of the features, kept between bounds.
    Linear,
    /// With products of neighbouring features.
    Quadratic,
    /// Linear, and half-way through each arm becomes another.
    Drift,
}

impl Kind {
    /// In the order of the golden file.
    pub const ALL: [Kind; 3] = [Kind::Linear, Kind::Quadratic, Kind::Drift];

    /// As the golden file names it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Linear => "linear",
            Kind::Quadratic => "quadratic",
            Kind::Drift => "drift",
        }
    }
}

/// One round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// The features after the first, which is 1, as drawn: `(u - 32768) / 32768` each.
    pub drawn: [u16; FEATURES - 1],
    /// Every arm's chance of a reward.
    pub chances: [f64; ARMS],
    /// What each arm would pay.
    pub rewards: [bool; ARMS],
}

impl Round {
    /// The features that the bandit is shown: 1, then the drawn ones in [-1, 1).
    pub fn context(&self) -> [f64; FEATURES] {
        let mut context = [1.0; FEATURES];
        for (feature, drawn) in context[1..].iter_mut().zip(self.drawn) {
            *feature = (f64::from(drawn) - 32_768.0) / 32_768.0;
        }
        context
    }
}

/// The rounds of one environment under one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// [`ROUNDS`] of them, in order.
    pub rounds: Vec<Round>,
}

/// An arm's chance at the mean context, and the bounds of every chance.
const BASE: f64 = 13.0 / 32.0;
const BOUNDS: (f64, f64) = (1.0 / 64.0, 63.0 / 64.0);

impl Environment {
    /// Draws the truth and every round; the same on any machine.
    pub fn new(kind: Kind, seed: u64) -> Self {
        let offset = 1_000 * kind as u64 + seed;
        let mut draws = SplitMix64(0x4D45_4C4F_4459_0000_u64.wrapping_add(offset));
        let mut weight = |parts: f64| ((draws.next() >> 54) as f64 - 512.0) / parts;
        let linear = [(); ARMS].map(|()| [(); FEATURES].map(|()| weight(4_096.0)));
        let products = match kind {
            Kind::Quadratic => [(); ARMS].map(|()| [(); FEATURES - 2].map(|()| weight(2_048.0))),
            _ => [[0.0; FEATURES - 2]; ARMS],
        };
        let round = |at: usize| {
            let mut round = Round {
                drawn: [(); FEATURES - 1].map(|()| (draws.next() >> 48) as u16),
                chances: [0.0; ARMS],
                rewards: [false; ARMS],
            };
            let context = round.context();
            let scale = if kind == Kind::Quadratic { 0.5 } else { 1.0 };
            let moved = usize::from(kind == Kind::Drift && at >= ROUNDS / 2);
            for (arm, chance) in round.chances.iter_mut().enumerate() {
                let arm = (arm + moved) % ARMS;
                let own = context.iter().zip(linear[arm]).map(|(x, weight)| scale * weight * x);
                let pairs = context[1..].iter().zip(&context[2..]).zip(products[arm]);
                let sum = own.chain(pairs.map(|((x, y), weight)| weight * x * y)).sum::<f64>();
                *chance = (BASE + sum).clamp(BOUNDS.0, BOUNDS.1);
            }
            for (reward, chance) in round.rewards.iter_mut().zip(round.chances) {
                *reward = draws.unit() < chance;
            }
            round
        };
        Environment { rounds: (0..ROUNDS).map(round).collect() }
    }

    /// Plays every round under a policy with [`ARMS`] arms, whose bandit starts from nothing and learns
    /// at once. The arms it chose, in order.
    pub fn play(&self, policy: &policy::Bandit, seed: u64) -> Vec<usize> {
        let mut memory = Memory::default();
        let mut chosen = Vec::with_capacity(self.rounds.len());
        for (at, round) in self.rounds.iter().enumerate() {
            let context = round.context();
            let mut rng = generator(seed, Purpose::Bandit, at as u64);
            let arm = decide(policy, &memory, &context, None, &mut rng).arm;
            let reward = if round.rewards[arm] { 1.0 } else { 0.0 };
            let name = policy.arms[arm].name.clone();
            learn(
                policy,
                &mut memory,
                Observation { arm: name, context: context.to_vec(), reward },
            );
            chosen.push(arm);
        }
        chosen
    }

    /// By how much the chosen arms' chances fall short of the best ones', over all rounds.
    pub fn regret(&self, chosen: &[usize]) -> f64 {
        let short = |(round, arm): (&Round, &usize)| {
            let best = round.chances.iter().copied().fold(0.0, f64::max);
            best - round.chances[*arm]
        };
        self.rounds.iter().zip(chosen).map(short).sum()
    }
}

/// The generator of Steele, Lea and Flood (OOPSLA 2014).
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, 1), of 53 bits.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * 2.0_f64.powi(-53)
    }
}
