//! Training the towers, once the network is trained and leaves its place.
//!
//! Three losses, added up. The towers learn the network's own order over a random sample of songs, as a softmax over what
//! it says (a listwise distillation: Tang and Wang, "Ranking Distillation", KDD 2018): the pupil need not be right, it must
//! bring what the teacher would choose. They learn what listeners enjoyed by a softmax over the batch's songs, each
//! corrected for how often it is drawn as a negative (logQ: Yi et al., RecSys 2019). And what was skipped is to stand
//! below what was enjoyed (Rendle et al., BPR, UAI 2009).

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::{log_sigmoid, log_softmax, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::seq::SliceRandom;

use super::moments::{Group, Moment};
use melody_core::catalogue::SongId;
use melody_core::rng::{Purpose, generator};
use melody_model::{NetworkConfig, Towers};

/// Moments of a step; a group that has fewer is one step.
const BATCH: usize = 256;
/// Times that every moment is learned from.
pub(super) const EPOCHS: usize = 24;
const LEARNING_RATE: f64 = 3e-3;
/// The sharper, the more of the loss is about the songs that the network likes best.
const SHARPNESS: f32 = 16.0;
/// Weights of the losses that listeners' own doing makes, beside the network's order.
const ENJOYED: f32 = 0.2;
const SKIPPED: f32 = 0.1;

/// Mean losses of an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TowerLosses {
    /// Cross-entropy of the network's order.
    pub order: f64,
    /// Cross-entropy of what was enjoyed, among the songs of a batch.
    pub enjoyed: f64,
    /// Logistic loss of what was skipped against what was enjoyed.
    pub skipped: f64,
}

/// What the steps have in common.
pub(super) struct Lesson<'a> {
    pub config: &'a NetworkConfig,
    /// The network's vectors of all songs, `[songs, d_model]`.
    pub songs: Tensor<2>,
    /// How often each song was enjoyed, over all.
    pub frequency: Vec<f32>,
    pub seed: u64,
    pub device: &'a Device,
}

/// Learns from groups of moments; `done` is told after each epoch.
pub(super) fn learn(
    lesson: &Lesson,
    groups: &[Group],
    done: &dyn Fn(),
) -> (Towers, Vec<TowerLosses>) {
    let mut towers = Towers::new(lesson.config, lesson.seed, lesson.device).train();
    let mut optimizer = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(1e-4).init();
    let batches: usize = groups.iter().map(|group| group.moments.len() / size(group)).sum();
    let steps = (batches * EPOCHS).max(1);
    let (mut step, mut told) = (0, Vec::new());
    for epoch in 0..EPOCHS {
        let mut sum = TowerLosses::default();
        let mut rng = generator(lesson.seed, Purpose::Towers, (1 << 50) + epoch as u64);
        let mut order: Vec<(usize, Vec<usize>)> = Vec::new();
        for (g, group) in groups.iter().enumerate() {
            let mut moments: Vec<usize> = (0..group.moments.len()).collect();
            moments.shuffle(&mut rng);
            order.extend(moments.chunks_exact(size(group)).map(|batch| (g, batch.to_vec())));
        }
        order.shuffle(&mut rng);
        for (g, batch) in order {
            let (group, rng) = (&groups[g], &mut rng);
            let moments: Vec<&Moment> = batch.iter().map(|&m| &group.moments[m]).collect();
            let losses = losses(lesson, &towers, &group.sample, &moments, rng);
            let value = |loss: &Tensor<1>| f64::from(loss.clone().into_scalar::<f32>());
            sum.order += value(&losses[0]);
            sum.enjoyed += value(&losses[1]);
            sum.skipped += value(&losses[2]);
            let [by_order, enjoyed, skipped] = losses;
            let total = by_order + enjoyed * ENJOYED + skipped * SKIPPED;
            let gradients = GradientsParams::from_grads(total.backward(), &towers);
            let progress = step as f64 / steps as f64;
            let rate = LEARNING_RATE
                * (0.02 + 0.98 * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()));
            towers = optimizer.step(rate, towers, gradients);
            step += 1;
        }
        let count = batches.max(1) as f64;
        told.push(TowerLosses {
            order: sum.order / count,
            enjoyed: sum.enjoyed / count,
            skipped: sum.skipped / count,
        });
        done();
    }
    (towers.valid(), told)
}

/// Moments of a step of this group, at least one.
fn size(group: &Group) -> usize {
    group.moments.len().clamp(1, BATCH)
}

/// The three losses of a batch.
fn losses(
    lesson: &Lesson,
    towers: &Towers,
    sample: &[SongId],
    moments: &[&Moment],
    rng: &mut impl rand::Rng,
) -> [Tensor<1>; 3] {
    let device = lesson.device;
    let size = moments.len();
    let rows = |songs: &[SongId]| {
        let ids: Vec<i32> = songs.iter().map(|song| song.0 as i32).collect();
        lesson.songs.clone().select(0, Tensor::<1, Int>::from_data(ids.as_slice(), device))
    };
    let table = |values: Vec<f32>| {
        let width = values.len() / size;
        Tensor::<2>::from_data(TensorData::new(values, [size, width]), device)
    };
    let listeners =
        towers.listeners(table(moments.iter().flat_map(|m| m.known.iter().copied()).collect()));

    let said = table(moments.iter().flat_map(|m| m.interest.iter().copied()).collect());
    let wanted = softmax(said * SHARPNESS, 1);
    let logits = listeners.clone().matmul(towers.songs(rows(sample)).transpose());
    let order = -(wanted * log_softmax(logits, 1)).sum() / size as f32;

    let pick = |songs: &[SongId], rng: &mut _| -> Option<SongId> {
        (!songs.is_empty()).then(|| songs[rand::RngExt::random_range(rng, 0..songs.len())])
    };
    let enjoyed: Vec<Option<SongId>> = moments.iter().map(|m| pick(&m.enjoyed, rng)).collect();
    let skipped: Vec<Option<SongId>> = moments.iter().map(|m| pick(&m.skipped, rng)).collect();
    let some = |songs: &[Option<SongId>]| -> Vec<SongId> {
        songs.iter().map(|song| song.unwrap_or(SongId(0))).collect()
    };
    let flags = |holds: Vec<bool>| {
        let values: Vec<f32> =
            holds.into_iter().map(|holds| if holds { 1.0 } else { 0.0 }).collect();
        Tensor::<2>::from_data(TensorData::new(values, [size, 1]), device)
    };
    let right = towers.songs(rows(&some(&enjoyed)));
    let all = listeners.clone().matmul(right.clone().transpose());
    // A song that many enjoy is a negative of many others: what it loses by that is given back.
    let mut correction = vec![0.0; size * size];
    for (row, own) in enjoyed.iter().enumerate() {
        for (column, other) in enjoyed.iter().enumerate() {
            correction[row * size + column] = match other {
                // None's song, and one's own as somebody else's, are no negatives.
                None => -1e9,
                Some(_) if row != column && own == other => -1e9,
                Some(song) => -lesson.frequency[song.index()].max(1e-6).ln(),
            };
        }
    }
    let known = flags(enjoyed.iter().map(Option::is_some).collect());
    let logged = log_softmax(all + table(correction), 1);
    let diagonal: Vec<f32> =
        (0..size * size).map(|at| if at % (size + 1) == 0 { 1.0 } else { 0.0 }).collect();
    let own = (logged * table(diagonal)).sum_dim(1);
    let count = enjoyed.iter().flatten().count().max(1) as f32;
    let enjoyed_loss = -(own * known).sum() / count;

    let wrong = towers.songs(rows(&some(&skipped)));
    let apart = (listeners * (right - wrong)).sum_dim(1);
    let both: Vec<bool> =
        enjoyed.iter().zip(&skipped).map(|(a, b)| a.is_some() && b.is_some()).collect();
    let count = both.iter().filter(|both| **both).count().max(1) as f32;
    let skipped_loss = -(log_sigmoid(apart) * flags(both)).sum() / count;
    [order, enjoyed_loss, skipped_loss]
}
