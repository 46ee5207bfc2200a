//! One step: what comes next is foretold after every play of some windows, and the gradient of how badly.
//!
//! As our own training does, a batch is cut into two parts whatever the number of threads, which are summed in order, so that the bits
//! do not depend on threads.

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::RngExt;
use rayon::prelude::*;

use super::network::{Causal, WIDTH};
use super::plan::{BATCH, Others, Window, expected};
use super::plays::Plays;
use super::vectors::Vectors;
use melody_core::rng::{Purpose, generator};

const PARTS: usize = 2;
/// Of a song's vector so many in 256 numbers are left out where it is told of: a quarter less than in SASRec.
const DROPPED: u8 = 51;
/// What is taken from a song that is the one to be foretold: it is not held against itself.
const SAME: f32 = 1.0e9;

/// What is learned from.
#[derive(Clone, Copy)]
pub(super) struct Lesson<'a> {
    pub plays: &'a Plays,
    pub seed: u64,
    pub device: &'a Device,
}

/// What a step found out.
pub(super) struct Learned {
    /// Songs in order, and the gradient of their vectors.
    pub songs: Vec<u32>,
    pub vectors: Vec<f32>,
    /// Of the network.
    pub network: GradientsParams,
}

/// The gradient of the mean loss of a step.
pub(super) fn gradient(
    lesson: Lesson,
    (network, vectors): (&Causal, &Vectors),
    windows: &[Window],
    step: u64,
) -> Learned {
    let others =
        Others::drawn(lesson.plays, &mut generator(lesson.seed, Purpose::Sequence, 2 * step));
    let told = windows.iter().flat_map(|window| lesson.plays(window)).copied();
    let mut songs: Vec<u32> = told.chain(others.songs.iter().copied()).collect();
    songs.sort_unstable();
    songs.dedup();
    let rows = vectors.rows(&songs);
    let count: usize = windows.iter().map(|window| window.last - window.begin).sum();
    let plain = network.valid();
    let batch = Step { lesson, songs: &songs, rows: &rows, others: &others, count, step };
    let parts: Vec<_> = windows
        .par_chunks(BATCH / PARTS)
        .enumerate()
        .map(|(part, windows)| batch.part(plain.clone().train(), windows, part as u64))
        .collect();
    let mut all = GradientsAccumulator::new();
    let mut sum = vec![0.0; rows.len()];
    for (vectors, of_network) in parts {
        sum.iter_mut().zip(vectors).for_each(|(sum, one)| *sum += one);
        all.accumulate(network, of_network);
    }
    Learned { vectors: sum, network: all.grads(), songs }
}

impl Lesson<'_> {
    fn plays(&self, window: &Window) -> &[u32] {
        &self.plays.of_listener(window.listener)[window.begin..=window.last]
    }
}

/// What the parts of a step share.
struct Step<'a> {
    lesson: Lesson<'a>,
    /// Songs that are told of, foretold or held against, in order, and their vectors.
    songs: &'a [u32],
    rows: &'a [f32],
    others: &'a Others,
    /// Plays that are foretold, of all parts.
    count: usize,
    step: u64,
}

impl Step<'_> {
    /// The gradients of one part: of the songs' vectors and of the network.
    fn part(&self, network: Causal, windows: &[Window], part: u64) -> (Vec<f32>, GradientsParams) {
        let device = self.lesson.device;
        let longest = windows.iter().map(|w| w.last - w.begin).max().unwrap_or(0);
        let places = windows.len() * longest;
        // Behind a window's end stands any song: nothing before it looks there, and nothing is asked of it.
        let (mut told, mut next, mut foretold) = (vec![0; places], vec![0; places], Vec::new());
        for (window, at) in windows.iter().zip((0..places).step_by(longest.max(1))) {
            let plays = self.lesson.plays(window);
            for (place, pair) in plays.windows(2).enumerate() {
                [told[at + place], next[at + place]] = [pair[0], pair[1]].map(|s| self.row(s));
                foretold.push((at + place) as i32);
            }
        }
        let rows = TensorData::new(self.rows.to_vec(), [self.songs.len(), WIDTH]);
        let rows = Tensor::<2>::from_data(rows, &device.clone().autodiff()).require_grad();
        let pick = |of: &Tensor<2>, rows: &[i32]| {
            of.clone().select(0, Tensor::<1, Int>::from_data(rows, &of.device()))
        };
        let vectors = pick(&rows, &told).reshape([windows.len(), longest, WIDTH]);
        let states = network.states(vectors * self.kept([windows.len(), longest, WIDTH], part));
        let states = pick(&states.reshape([places, WIDTH]), &foretold);
        let wanted: Vec<i32> = foretold.iter().map(|&place| next[place as usize]).collect();
        let loss = self.loss(states, &rows, &wanted);
        let gradients = loss.backward();
        let of_rows = rows.grad(&gradients).map(|gradient| gradient.into_data());
        let of_rows = of_rows.and_then(|data| data.try_to_vec().ok());
        let of_rows = of_rows.unwrap_or_else(|| vec![0.0; self.rows.len()]);
        (of_rows, GradientsParams::from_grads(gradients, &network))
    }

    /// Minus the logarithm of what the wanted songs' chances are among the others, over the step's plays.
    fn loss(&self, states: Tensor<2>, rows: &Tensor<2>, wanted: &[i32]) -> Tensor<1> {
        let device = &rows.device();
        let many = wanted.len();
        let others: Vec<i32> = self.others.songs.iter().map(|&song| self.row(song)).collect();
        let pick = |of: &[i32]| rows.clone().select(0, Tensor::<1, Int>::from_data(of, device));
        let table = |numbers: Vec<f32>, columns: usize| {
            Tensor::<2>::from_data(TensorData::new(numbers, [many, columns]), device)
        };
        let right = (states.clone() * pick(wanted)).sum_dim(1);
        let often = wanted.iter().map(|&row| expected(self.lesson.plays, self.songs[row as usize]));
        let right = right - table(often.collect(), 1);
        let taken = wanted.iter().flat_map(|&row| {
            let same = others.iter().zip(&self.others.expected);
            same.map(move |(&other, expected)| if other == row { SAME } else { *expected })
        });
        let taken = table(taken.collect(), others.len());
        let wrong = states.matmul(pick(&others).transpose()) - taken;
        let chances = log_softmax(Tensor::cat(vec![right, wrong], 1), 1);
        chances.narrow(1, 0, 1).sum() * (-1.0 / self.count.max(1) as f64)
    }

    /// Which numbers are told, larger by as much as the others are missing.
    fn kept(&self, shape: [usize; 3], part: u64) -> Tensor<3> {
        let draw = (1 << 51) + self.step * PARTS as u64 + part;
        let rng = &mut generator(self.lesson.seed, Purpose::Sequence, draw);
        let mut lots = vec![0_u8; shape.iter().product()];
        rng.fill(&mut lots[..]);
        let kept = 256.0 / (256.0 - f32::from(DROPPED));
        let numbers = lots.into_iter().map(|lot| if lot < DROPPED { 0.0 } else { kept });
        let numbers = TensorData::new(numbers.collect::<Vec<f32>>(), shape);
        Tensor::from_data(numbers, self.lesson.device)
    }

    /// Where a song's vector is.
    fn row(&self, song: u32) -> i32 {
        self.songs.binary_search(&song).map_or(0, |row| row as i32)
    }
}
