//! What any model has to beat.

use burn::module::Module;
use burn::nn::Linear;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::SliceRandom;

use super::predict::Predictions;
use crate::data::log::Source;
use crate::data::{Dataset, Listener};
use melody_core::catalogue::{Catalogue, SongId, taxonomy};
use melody_core::input::InputError;
use melody_core::rng::{Purpose, generator};
use melody_core::scene::Scene;
use melody_model::objective::{InterestParts, LossWeights, masked_losses, shares};
use melody_model::{
    CROSS_FEATURES, Initialiser, LABELS, MOMENT_FEATURES, OUTCOME_FEATURES, SONG_FEATURES, link,
    profile_width, song_features,
};

/// Plays a song's average is held towards the overall one by.
const PRIOR_PLAYS: f32 = 20.0;

/// Predicts each label by the song's average in what is learned from, held towards the average of
/// all songs.
#[derive(Clone, Debug)]
pub struct Popularity {
    /// Of each song: sums of labels, and how many labels there were.
    songs: Vec<Tally>,
    overall: Tally,
}

type Tally = ([f32; LABELS], [f32; LABELS]);

impl Popularity {
    /// Nothing heard yet of any song.
    pub fn new(catalogue: &Catalogue) -> Self {
        let none = ([0.0; LABELS], [0.0; LABELS]);
        Popularity { songs: vec![none; catalogue.songs.len()], overall: none }
    }

    /// Counts the plays of these listeners.
    pub fn learn(&mut self, data: &Dataset) {
        for row in data.listeners.iter().flat_map(Listener::fresh) {
            for (sum, count) in [&mut self.songs[row.song as usize], &mut self.overall] {
                for label in 0..LABELS {
                    sum[label] += row.labels[label] * row.mask[label];
                    count[label] += row.mask[label];
                }
            }
        }
    }

    /// Each label's mean for the song, drawn to that of all songs.
    pub fn predict(&self, song: u32) -> [f32; LABELS] {
        let (sum, count) = &self.songs[song as usize];
        let prior = |k: usize| self.overall.0[k] / self.overall.1[k].max(1.0);
        std::array::from_fn(|k| (sum[k] + prior(k) * PRIOR_PLAYS) / (count[k] + PRIOR_PLAYS))
    }
}

const BATCH: usize = 2048;
const EPOCHS: u64 = 3;
/// Plays whose outcomes are averaged into the features, as a linear model has no other memory.
const REMEMBERED: usize = 10;

/// Logistic regression, one output per label.
#[derive(Module, Debug)]
struct Layer {
    layer: Linear,
}

/// Predicts each label by logistic regression on the features the model gets: everything about the
/// song (genre and family as flags), the listener, their relation, the moment and the scene, and
/// the average outcome of the last plays.
#[derive(Clone, Debug)]
pub struct Logistic {
    model: Layer,
    device: Device,
}

impl Logistic {
    /// Learns from every chunk of `train`, three times over, but not from plays of songs that are `held`
    /// out (one entry per song of the catalogue).
    ///
    /// # Errors
    /// When a chunk cannot be read.
    pub fn fit(
        catalogue: &Catalogue,
        (train, held): (&Source, &[bool]),
        seed: u64,
        device: &Device,
    ) -> Result<Self, InputError> {
        let width = features_width();
        let mut model =
            Layer { layer: Initialiser::new(seed, device).linear(width, LABELS) }.train();
        let mut optimizer = AdamConfig::new().init();
        let equal = LossWeights { interest: 1.0, subscription: 1.0, exposure: 1.0 };
        for epoch in 0..EPOCHS {
            let mut rng = generator(seed, Purpose::Training, (2 << 40) + epoch);
            let rate = 3e-3 / (1.0 + 2.0 * epoch as f64);
            for data in train.read_ahead((0..train.chunks().len()).collect()) {
                let data = data?;
                let mut order = places(&data);
                order.retain(|&(l, play)| !held[data.listeners[l].rows[play].song as usize]);
                order.shuffle(&mut rng);
                for chosen in order.chunks(BATCH) {
                    let [labels, mask] = targets(&data, chosen, device);
                    let logits = model.layer.forward(tensor(catalogue, &data, chosen, device));
                    let losses =
                        masked_losses(logits, labels, shares(mask), &InterestParts::default());
                    let gradients = losses.total(equal).backward();
                    let gradients = GradientsParams::from_grads(gradients, &model);
                    model = optimizer.step(rate, model, gradients);
                }
            }
        }
        Ok(Logistic { model: model.valid(), device: device.clone() })
    }

    /// Of every fresh play, in order.
    pub fn predict(&self, catalogue: &Catalogue, data: &Dataset) -> Predictions {
        let of = |chosen: &[Place]| -> Predictions {
            let features = tensor(catalogue, data, chosen, &self.device);
            let values: Vec<f32> = link(self.model.layer.forward(features))
                .into_data()
                .try_to_vec()
                .expect("networks here hold 32-bit floats");
            values.chunks(LABELS).map(|row| std::array::from_fn(|k| row[k])).collect()
        };
        places(data).chunks(BATCH).flat_map(of).collect()
    }
}

/// A listener and one of their plays.
type Place = (usize, usize);

fn places(data: &Dataset) -> Vec<Place> {
    let fresh = |(l, listener): (usize, &Listener)| {
        (listener.known..listener.rows.len()).map(move |play| (l, play))
    };
    data.listeners.iter().enumerate().flat_map(fresh).collect()
}

/// Features of some plays, `[plays, features]`.
fn tensor(catalogue: &Catalogue, data: &Dataset, chosen: &[Place], device: &Device) -> Tensor<2> {
    let of = |&(l, play): &Place| features(catalogue, &data.listeners[l], play);
    let values: Vec<f32> = chosen.iter().flat_map(of).collect();
    let width = values.len() / chosen.len();
    Tensor::from_data(TensorData::new(values, [chosen.len(), width]), device)
}

/// Labels of some plays and their mask, `[plays, LABELS]` each.
fn targets(data: &Dataset, chosen: &[Place], device: &Device) -> [Tensor<2>; 2] {
    let row = |&(l, play): &Place| &data.listeners[l].rows[play];
    let labels: Vec<f32> = chosen.iter().flat_map(|place| row(place).labels).collect();
    let mask: Vec<f32> = chosen.iter().flat_map(|place| row(place).mask).collect();
    [labels, mask].map(|v| Tensor::from_data(TensorData::new(v, [chosen.len(), LABELS]), device))
}

/// Length of [`features`].
fn features_width() -> usize {
    let t = taxonomy();
    SONG_FEATURES.len()
        + t.genres.len()
        + t.families.len()
        + Scene::COUNT
        + CROSS_FEATURES.len()
        + MOMENT_FEATURES.len()
        + profile_width()
        + OUTCOME_FEATURES.len()
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

#[cfg(test)]
mod tests {
    use super::*;
    use melody_model::Output;

    use crate::data::made_up::{data, row};
    use melody_core::catalogue::default_catalogue;

    #[test]
    fn popularity_is_held_towards_the_average_of_all_songs() {
        let catalogue = default_catalogue();
        let mut popularity = Popularity::new(&catalogue);
        let at = Output::Completion.index();
        let heard = |song: u32, completed: bool| {
            let mut row = row(song, 0);
            row.labels[at] = if completed { 1.0 } else { 0.0 };
            row
        };
        // Song 0 is always completed, song 1 never; all in all one play of four.
        let mut rows: Vec<_> = (0..10).map(|_| heard(0, true)).collect();
        rows.extend((0..30).map(|_| heard(1, false)));
        // Neither the past nor what is masked is learned from.
        let mut masked = heard(1, true);
        masked.mask = [0.0; LABELS];
        rows.push(masked);
        rows.insert(0, heard(1, true));
        popularity.learn(&data(vec![(1, rows)]));
        let completion = |song| f64::from(popularity.predict(song)[at]);
        assert!((completion(0) - (10.0 + 20.0 * 0.25) / 30.0).abs() < 1e-6);
        assert!((completion(1) - 20.0 * 0.25 / 50.0).abs() < 1e-6);
        assert!((completion(2) - 0.25).abs() < 1e-6, "of one never heard the average is known");
    }

    #[test]
    fn features_are_as_many_as_their_width_says() {
        let catalogue = default_catalogue();
        let data = data(vec![(0, vec![row(0, 0), row(5, 0)])]);
        let mut listener = data.listeners[0].clone();
        listener.profile = vec![0.0; profile_width()];
        for (play, song) in [(0, 0), (1, 5)] {
            let all = features(&catalogue, &listener, play);
            assert_eq!(all.len(), features_width());
            assert_eq!(all[..SONG_FEATURES.len()], song_features(catalogue.song(SongId(song)))[..]);
        }
    }
}
