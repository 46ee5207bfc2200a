//! One update: a few steps of the optimiser on plays that nothing was learned from yet.
//!
//! It is a function of its arguments alone, to the bit on any number of threads; AdamW begins anew with each, so that
//! nothing but weights goes from one to the next.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::seq::SliceRandom;

use super::attempts::Kind;
use super::config::Learning;
use melody_core::catalogue::Catalogue;
use melody_core::rng::{Purpose, generator};
use melody_lab::config::TrainingConfig;
use melody_lab::data::{Dataset, Window, windows};
use melody_lab::evaluation::Judge;
use melody_lab::training::{Forward, optimizer};
use melody_model::objective::Objective;
use melody_model::{Network, NetworkConfig, SongTable};

/// Steps over which the rate rises, so that AdamW's first steps, which have one size for all, are small.
const WARM_UP: usize = 8;

/// What an update learns on.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) shape: &'a NetworkConfig,
    pub(super) table: &'a SongTable,
    pub(super) objective: &'a Objective,
    pub(super) device: &'a Device,
}

impl<'a> Ground<'a> {
    pub(super) fn judge(&self, network: &'a Network) -> Judge<'a> {
        let Ground { catalogue, shape, device, .. } = *self;
        Judge { network, shape, catalogue, device }
    }
}

/// The network after learning from the fresh plays of `data`; `number` says which update it is.
pub(super) fn updated(
    before: &Network,
    ground: Ground,
    data: &Dataset,
    (kind, number): (Kind, u64),
    learning: &Learning,
) -> Network {
    let mut order = windows(data);
    let mut optimizer = optimizer(&TrainingConfig::default());
    let rate = match kind {
        Kind::Head => learning.head_rate,
        Kind::Network => learning.network_rate,
    };
    let keep = Tensor::ones([ground.table.len(), 2], ground.device);
    let mut network = before.clone().train();
    let mut steps = 0;
    for epoch in 0..learning.epochs {
        let draw = number << 8 | u64::from(epoch);
        order.shuffle(&mut generator(learning.seed, Purpose::Training, draw));
        for windows in order.chunks(learning.batch.max(1)) {
            let windows: Vec<Window> = windows.to_vec();
            let judge = Judge { network: &network, ..ground.judge(before) };
            let forward = Forward::new(judge, ground.table, &keep, data, &windows);
            let weights = ground.objective.weights;
            let (_, mut gradients) =
                forward.gradients(&network, weights, &ground.objective.interest);
            // What is learned of one listener is for the updates of their own sessions to fill in.
            gradients.remove::<2>(network.head.listener.id);
            steps += 1;
            let warm = (steps as f64 / WARM_UP as f64).min(1.0);
            let stepped = optimizer.step(rate * warm, network.clone(), gradients);
            network = match kind {
                Kind::Network => stepped,
                Kind::Head => Network { head: stepped.head, ..network },
            };
        }
    }
    network.valid()
}
