//! Training, and what a trained network says.

use burn::module::Module;
use burn::optim::{AdamConfig, ModuleOptimizer};
use burn::tensor::{Int, Tensor, TensorData};

use super::network::{Causal, TOKENS, WIDTH};
use super::plan::Plan;
use super::plays::Plays;
use super::step::{Lesson, gradient};
use super::vectors::Vectors;
use melody_core::rng::{Purpose, generator};

const LEARNING_RATE: f64 = 1e-3;
/// Listeners whose plays are looked at in one go.
const AT_ONCE: usize = 128;

/// A network in training.
pub(super) struct Learning<'a> {
    lesson: Lesson<'a>,
    plan: Plan<'a>,
    network: Causal,
    vectors: Vectors,
    optimizer: ModuleOptimizer,
    steps: u64,
}

impl<'a> Learning<'a> {
    /// Knows nothing yet; none where no play follows another.
    pub(super) fn begin(lesson: Lesson<'a>) -> Option<Self> {
        let plan = Plan::new(lesson.plays, lesson.seed);
        let rng = &mut generator(lesson.seed, Purpose::Sequence, u64::MAX);
        let begun = Learning {
            network: Causal::new(lesson.seed, lesson.device).train(),
            vectors: Vectors::new(lesson.plays.songs.len(), rng),
            optimizer: AdamConfig::new().with_beta_2(0.98).init(),
            steps: 0,
            lesson,
            plan,
        };
        (!begun.plan.is_empty()).then_some(begun)
    }

    /// Steps of a round.
    pub(super) fn steps_of_round(&self) -> usize {
        self.plan.round()
    }

    /// Steps so far.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Learns for a round; `done` is told of each step.
    pub(super) fn round(&mut self, done: &mut dyn FnMut()) {
        for _ in 0..self.plan.round() {
            let known = (&self.network, &self.vectors);
            let learned = gradient(self.lesson, known, self.plan.next(), self.steps);
            self.vectors.learn(&learned.songs, &learned.vectors);
            let network = self.network.clone();
            self.network = self.optimizer.step(LEARNING_RATE, network, learned.network);
            self.steps += 1;
            done();
        }
    }

    /// What is known so far of these listeners, to foretell what they hear next.
    pub(super) fn foretells(&self, listeners: &[u32]) -> Foretells {
        let network = self.network.valid();
        let plays = self.lesson.plays;
        let known = |listener: &u32| !plays.of_listener(*listener as usize).is_empty();
        let mut listeners: Vec<u32> = listeners.iter().copied().filter(known).collect();
        listeners.sort_unstable();
        let mut states = Vec::with_capacity(listeners.len() * WIDTH);
        for some in listeners.chunks(AT_ONCE) {
            states.extend(self.states(&network, some));
        }
        Foretells { listeners, states, vectors: self.vectors.clone(), songs: plays.songs.clone() }
    }

    /// The states after the newest plays of some listeners who have any.
    fn states(&self, network: &Causal, listeners: &[u32]) -> Vec<f32> {
        let newest = |listener: &u32| {
            let plays: &Plays = self.lesson.plays;
            let all = plays.of_listener(*listener as usize);
            &all[all.len().saturating_sub(TOKENS)..]
        };
        let windows: Vec<&[u32]> = listeners.iter().map(newest).collect();
        let longest = windows.iter().map(|plays| plays.len()).max().unwrap_or(0);
        let mut told = vec![0.0; windows.len() * longest * WIDTH];
        let mut last = Vec::with_capacity(windows.len());
        for (number, plays) in windows.iter().enumerate() {
            let begin = number * longest * WIDTH;
            told[begin..begin + plays.len() * WIDTH].copy_from_slice(&self.vectors.rows(plays));
            last.push((number * longest + plays.len() - 1) as i32);
        }
        let device = self.lesson.device;
        let told = TensorData::new(told, [windows.len(), longest, WIDTH]);
        let states = network.states(Tensor::<3>::from_data(told, device));
        let states = states.reshape([windows.len() * longest, WIDTH]);
        let last = Tensor::<1, Int>::from_data(last.as_slice(), device);
        states.select(0, last).into_data().try_to_vec().expect("states are numbers of 32 bits")
    }
}

/// What a trained network knows of some listeners.
pub(super) struct Foretells {
    /// In order.
    listeners: Vec<u32>,
    /// `[listeners, WIDTH]`.
    states: Vec<f32>,
    vectors: Vectors,
    songs: Vec<u32>,
}

impl Foretells {
    /// How likely each song comes next, in no unit; of who is not known, none.
    pub(super) fn scores(&self, listener: u32) -> Vec<(u32, f32)> {
        let Ok(place) = self.listeners.binary_search(&listener) else { return Vec::new() };
        let state = &self.states[place * WIDTH..(place + 1) * WIDTH];
        let score = |(number, &song): (usize, &u32)| {
            let products = self.vectors.of(number).iter().zip(state).map(|(a, b)| a * b);
            (song, products.sum())
        };
        self.songs.iter().enumerate().map(score).collect()
    }
}
