//! A training under way: one step, one look at the validation listeners, one checkpoint.
//!
//! All that a step depends on is here or follows from the seed and the step's number, so that a training
//! taken up from its checkpoint goes on to the same bits.

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;

use super::checkpoint::{Borrowed, Checkpoint, Parts};
use super::critics::Critics;
use super::made_of::MadeOf;
use super::progress::{Progress, Trained, Training};
use super::step::Forward;
use super::validation::{Validation, validate};
use super::weigher::Weigher;
use crate::config::TrainingConfig;
use crate::data::{Dataset, Window, held_out};
use melody_core::catalogue::{Catalogue, Song};
use melody_core::rng::{Purpose, generator};
use melody_model::objective::Scheme;
use melody_model::{Network, SongTable, keep_silent, silenced};

/// A training under way.
pub(super) struct Run {
    /// Steps done.
    pub step: u64,
    table: SongTable,
    /// Per song, whether its artist and whether it itself is kept out.
    held: Vec<[bool; 2]>,
    network: Network,
    best: Network,
    optimizer: ModuleOptimizer,
    weigher: Weigher,
    critics: Option<Critics>,
    log: Vec<Progress>,
    validations: Vec<Validation>,
}

impl Run {
    /// From the start, or from the folder's checkpoint.
    pub(super) fn begin(training: &Training) -> Result<Self, String> {
        let Training { config, device, folder, .. } = *training;
        let network = Network::new(&config.network, config.seed, device);
        let network = silenced(network, &config.without);
        let critics = (config.objective.scheme == Scheme::Rmtl).then(|| {
            let d_state = config.network.d_model + config.network.d_shared();
            Critics::new(config.objective.rmtl, d_state, config.seed, device)
        });
        let run = Run {
            step: 0,
            table: SongTable::new(training.catalogue, &config.network, device),
            held: held(training.catalogue, config.hold_out),
            best: network.clone(),
            network: network.train(),
            optimizer: optimizer(config),
            weigher: Weigher::new(&config.objective),
            critics,
            log: Vec::new(),
            validations: Vec::new(),
        };
        let saved = Checkpoint::find(folder, &MadeOf::new(training))?;
        let Some(saved) = saved else { return Ok(run) };
        let parts = Parts {
            network: run.network.valid(),
            best: run.best,
            optimizer: run.optimizer,
            critics: run.critics,
        };
        let parts = parts.load(folder)?;
        Ok(Run {
            step: saved.step,
            network: parts.network.train(),
            best: parts.best,
            optimizer: parts.optimizer,
            critics: parts.critics,
            weigher: saved.weigher,
            log: saved.log,
            validations: saved.validations,
            ..run
        })
    }

    /// One step.
    pub(super) fn learn(
        &mut self,
        training: &Training,
        (data, windows): (&Dataset, &[Window]),
        steps: u64,
    ) -> Progress {
        let Training { config, device, .. } = *training;
        let objective = &config.objective;
        let keep = self.keep_ids(config, device);
        let judge = training.judge(&self.network);
        let forward = Forward::new(judge, &self.table, &keep, data, windows);
        // RMTL first trains the network, then its critics, then both.
        let (pretrain, alone) = (objective.rmtl.pretrain, objective.rmtl.critics);
        let progress = self.step as f64 / steps.max(1) as f64;
        let mut by_play = None;
        let mut critics_alone = false;
        if let Some(critics) = self.critics.as_mut().filter(|_| progress >= pretrain) {
            forward.teach(critics);
            critics_alone = progress < pretrain + alone;
            if !critics_alone {
                by_play = Some(forward.weigh_plays(critics, &self.weigher));
            }
        }
        let weighed = match &by_play {
            None => self.weigher.weigh(self.step, steps),
            Some(weights) => weights.mean,
        };
        let learning_rate = learning_rate(config, self.step, steps);
        let losses = if critics_alone {
            forward.losses(&objective.interest)
        } else {
            let (losses, mut gradients) = match &by_play {
                None => forward.gradients(&self.network, weighed.used, &objective.interest),
                Some(own) => forward.gradients_by_play(&self.network, own, &objective.interest),
            };
            // What is learned of one listener is for near-line updates to fill in.
            gradients.remove::<2>(self.network.head.listener.id);
            keep_silent(&mut gradients, &mut self.network, &config.without);
            self.network = self.optimizer.step(learning_rate, self.network.clone(), gradients);
            losses
        };
        self.weigher.learn(losses);
        let progress = Progress {
            step: self.step,
            steps,
            losses,
            weights: weighed.used,
            asked: weighed.asked,
            clamped: weighed.clamped,
            multiplier: self.weigher.multiplier(),
            returns: by_play.map(|weights| weights.returns),
            learning_rate,
        };
        self.log.push(progress);
        self.step += 1;
        progress
    }

    /// Looks at the validation listeners, and keeps the network if it is the best so far.
    pub(super) fn validate(&mut self, training: &Training) {
        let Training { config, .. } = *training;
        let network = self.network.valid();
        let mut found = validate(
            training.judge(&network),
            training.validation,
            &config.objective,
            &training.greedy,
            self.step,
        );
        self.weigher.constrain(found.completion, found.completion_by_interest);
        found.multiplier = self.weigher.multiplier();
        if self.best_so_far().is_none_or(|best| found.loss < best.loss) {
            self.best = network;
        }
        self.validations.push(found);
    }

    fn best_so_far(&self) -> Option<&Validation> {
        // The first of equals, as the network kept is.
        self.validations.iter().min_by(|a, b| a.loss.total_cmp(&b.loss))
    }

    pub(super) fn stopped_early(&self, config: &TrainingConfig) -> bool {
        let since = self.best_so_far().map_or(0, |best| {
            self.validations.iter().filter(|validation| validation.step > best.step).count()
        });
        config.patience > 0 && since >= config.patience as usize
    }

    pub(super) fn held_songs(&self) -> Vec<bool> {
        self.held.iter().map(|[_, song]| *song).collect()
    }

    /// Which artists and songs keep their identifiers in this step, `[songs, 2]`.
    fn keep_ids(&self, config: &TrainingConfig, device: &Device) -> Tensor<2> {
        let mut rng = generator(config.seed, Purpose::Training, (1 << 40) + self.step);
        let values: Vec<f32> = (0..self.table.len())
            .flat_map(|song| {
                let hidden =
                    [config.hide_artist, config.hide_song].map(|hide| rng.random_bool(hide));
                let held = self.held[song];
                [0, 1].map(|which| if hidden[which] || held[which] { 0.0 } else { 1.0 })
            })
            .collect();
        Tensor::from_data(TensorData::new(values, [self.table.len(), 2]), device)
    }

    pub(super) fn save(&self, training: &Training) -> Result<(), String> {
        let checkpoint = Checkpoint {
            step: self.step,
            weigher: self.weigher.clone(),
            log: self.log.clone(),
            validations: self.validations.clone(),
        };
        let parts = Borrowed {
            network: &self.network.valid(),
            best: &self.best,
            optimizer: &self.optimizer,
            critics: self.critics.as_ref(),
        };
        checkpoint.write(training.folder, &MadeOf::new(training), &parts)
    }

    pub(super) fn end(self, config: &TrainingConfig) -> Trained {
        Trained {
            best_step: self.best_so_far().map_or(self.step, |best| best.step),
            stopped_early: self.stopped_early(config),
            network: self.best,
            log: self.log,
            validations: self.validations,
        }
    }
}

/// What turns gradients into steps.
pub fn optimizer(config: &TrainingConfig) -> ModuleOptimizer {
    AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_weight_decay(config.weight_decay)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(config.gradient_clip)))
        .init()
}

/// Rises over the warm-up, then falls along a cosine to a twentieth.
fn learning_rate(config: &TrainingConfig, step: u64, steps: u64) -> f64 {
    let warm = ((step + 1) as f64 / config.warm_up.max(1) as f64).min(1.0);
    let progress = step as f64 / steps.max(1) as f64;
    let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
    config.learning_rate * warm * (0.05 + 0.95 * cosine)
}

/// Per song, whether its artist and whether it itself is kept out of training.
fn held(catalogue: &Catalogue, share: f64) -> Vec<[bool; 2]> {
    let songs = held_out(catalogue, share);
    let mut artists = vec![true; catalogue.artists.len()];
    for (song, held) in catalogue.songs.iter().zip(&songs) {
        artists[song.lead_artist().0 as usize] &= held;
    }
    let of = |(song, held): (&Song, &bool)| [artists[song.lead_artist().0 as usize], *held];
    catalogue.songs.iter().zip(&songs).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_warms_up_and_falls_along_a_cosine_to_a_twentieth() {
        let config =
            TrainingConfig { learning_rate: 0.02, warm_up: 10, ..TrainingConfig::default() };
        let rate = |step| learning_rate(&config, step, 1000);
        // The first ten steps rise evenly, but for the little that the cosine has fallen by then.
        for step in 0..10 {
            let warm = (step + 1) as f64 / 10.0;
            assert!((rate(step) / (0.02 * warm) - 1.0).abs() < 1e-3, "step {step}");
        }
        let half = 0.02 * (0.05 + 0.95 * 0.5);
        assert!((rate(500) - half).abs() < 1e-12);
        assert!((rate(1000) - 0.001).abs() < 1e-12);
        assert!((10..999).all(|step| rate(step + 1) < rate(step)));
    }

    #[test]
    fn no_warm_up_and_no_steps_are_no_division_by_zero() {
        let config =
            TrainingConfig { learning_rate: 0.02, warm_up: 0, ..TrainingConfig::default() };
        assert_eq!(learning_rate(&config, 0, 0), 0.02);
    }

    #[test]
    fn an_artist_is_held_out_with_all_their_songs_or_not_at_all() {
        let catalogue = melody_core::catalogue::default_catalogue();
        let all = held(&catalogue, 0.3);
        let mut by_artist = std::collections::BTreeMap::new();
        for (song, [artist, own]) in catalogue.songs.iter().zip(&all) {
            let entry = by_artist.entry(song.lead_artist().0).or_insert((*artist, true));
            assert_eq!(entry.0, *artist);
            entry.1 &= own;
        }
        assert!(by_artist.values().all(|(artist, every)| artist == every));
        assert!(by_artist.values().any(|(artist, _)| *artist));
        // Some songs are held out by themselves.
        assert!(all.iter().any(|[artist, own]| *own && !artist));
        assert!(held(&catalogue, 0.0).iter().all(|held| *held == [false; 2]));
    }
}
