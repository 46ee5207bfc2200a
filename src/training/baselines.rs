//! What any model has to beat.

use burn::module::Module;
use burn::nn::Linear;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::SliceRandom;

use super::dataset::{Dataset, Listener};
use super::measure::Predictions;
use crate::catalogue::{Catalogue, SongId, taxonomy};
use crate::feedback::LABELS;
use crate::model::*;
use crate::objective::{InterestParts, LossWeights, masked_losses, shares};
use crate::rng::{Purpose, generator};
use crate::scene::Scene;

/// Plays a song's average is held towards the overall one by.
const PRIOR_PLAYS: f32 = 20.0;

/// Predicts each label by the song's average in the training log.
pub fn popularity(catalogue: &Catalogue, train: &Dataset, test: &Dataset) -> Predictions {
    let mut sums = vec![([0f32; LABELS], [0f32; LABELS]); catalogue.songs.len()];
    let mut overall = ([0f32; LABELS], [0f32; LABELS]);
    for row in train.listeners.iter().flat_map(|l| &l.rows) {
        for label in 0..LABELS {
            for (sum, count) in [&mut sums[row.song as usize], &mut overall] {
                sum[label] += row.labels[label] * row.mask[label];
                count[label] += row.mask[label];
            }
        }
    }
    let prior: [f32; LABELS] = std::array::from_fn(|k| overall.0[k] / overall.1[k].max(1.0));
    let predict = |song: u32| {
        let (sum, count) = &sums[song as usize];
        std::array::from_fn(|k| (sum[k] + prior[k] * PRIOR_PLAYS) / (count[k] + PRIOR_PLAYS))
    };
    test.listeners.iter().flat_map(|l| &l.rows).map(|row| predict(row.song)).collect()
}

/// Logistic regression with one output per label.
#[derive(Module, Debug)]
struct Logistic {
    layer: Linear,
}

const BATCH: usize = 2048;
const EPOCHS: u64 = 3;
/// Plays whose outcomes are averaged into the features, as a linear model has no other memory.
const REMEMBERED: usize = 10;

/// Predicts each label by logistic regression on the features the model gets: everything about the
/// song (genre and family as flags), the listener, their relation, the moment and the scene, and
/// the average outcome of the last plays.
pub fn logistic(
    catalogue: &Catalogue,
    train: &Dataset,
    test: &Dataset,
    seed: u64,
    device: &Device,
) -> Predictions {
    let rows = |data: &Dataset| -> Vec<(usize, usize)> {
        let count = |l: &Listener| l.rows.len();
        (0..data.listeners.len())
            .flat_map(|l| (0..count(&data.listeners[l])).map(move |p| (l, p)))
            .collect()
    };
    let tensor = |data: &Dataset, chosen: &[(usize, usize)]| -> Tensor<2> {
        let values: Vec<f32> =
            chosen.iter().flat_map(|&(l, p)| features(catalogue, &data.listeners[l], p)).collect();
        let width = values.len() / chosen.len();
        Tensor::from_data(TensorData::new(values, [chosen.len(), width]), device)
    };
    let targets = |chosen: &[(usize, usize)]| -> [Tensor<2>; 2] {
        let row = |&(l, p): &(usize, usize)| &train.listeners[l].rows[p];
        let labels: Vec<f32> = chosen.iter().flat_map(|c| row(c).labels).collect();
        let mask: Vec<f32> = chosen.iter().flat_map(|c| row(c).mask).collect();
        [labels, mask]
            .map(|v| Tensor::from_data(TensorData::new(v, [chosen.len(), LABELS]), device))
    };

    let mut order = rows(train);
    let width = features(catalogue, &train.listeners[0], 0).len();
    let mut model =
        Logistic { layer: Initialiser::new(seed, device).linear(width, LABELS) }.train();
    let mut optimizer = AdamConfig::new().init();
    let equal = LossWeights { interest: 1.0, subscription: 1.0, exposure: 1.0 };
    for epoch in 0..EPOCHS {
        order.shuffle(&mut generator(seed, Purpose::Training, (2 << 40) + epoch));
        let rate = 3e-3 / (1.0 + 2.0 * epoch as f64);
        for chosen in order.chunks(BATCH) {
            let [labels, mask] = targets(chosen);
            let logits = model.layer.forward(tensor(train, chosen));
            let losses = masked_losses(logits, labels, shares(mask), &InterestParts::default());
            let gradients = losses.total(equal).backward();
            let gradients = GradientsParams::from_grads(gradients, &model);
            model = optimizer.step(rate, model, gradients);
        }
    }
    let model = model.valid();
    rows(test)
        .chunks(BATCH)
        .flat_map(|chosen| {
            let probabilities = link(model.layer.forward(tensor(test, chosen)));
            let values: Vec<f32> =
                probabilities.into_data().try_to_vec().expect("networks here hold 32-bit floats");
            values.chunks(LABELS).map(|row| std::array::from_fn(|k| row[k])).collect::<Vec<_>>()
        })
        .collect()
}

fn features(catalogue: &Catalogue, listener: &Listener, play: usize) -> Vec<f32> {
    let row = &listener.rows[play];
    let song = catalogue.song(SongId(row.song));
    let genre = catalogue.genre(song);
    let t = taxonomy();
    let one_of = |count: usize, which: Option<usize>| {
        (0..count).map(move |i| if Some(i) == which { 1.0 } else { 0.0 })
    };
    let mut all: Vec<f32> = song_features(song).to_vec();
    all.extend(one_of(t.genres.len(), genre.base));
    all.extend(one_of(t.families.len(), Some(genre.family)));
    all.extend(one_of(Scene::COUNT, Some(row.scene.into())));
    all.extend(row.cross);
    all.extend(row.moment);
    all.extend(&listener.profile);
    let past = &listener.rows[play.saturating_sub(REMEMBERED)..play];
    let average =
        |k: usize| past.iter().map(|r| r.outcome[k]).sum::<f32>() / past.len().max(1) as f32;
    all.extend((0..OUTCOME_FEATURES.len()).map(average));
    all
}
