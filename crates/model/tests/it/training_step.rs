//! The gradient of a batch: the same bits on any number of threads, and that of the whole batch's loss.

use crate::common::LIBRARY;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use melody_lab::config::TrainingConfig;
use melody_lab::data::{Batch, Dataset, Split, Window, windows};
use melody_lab::evaluation::Judge;
use melody_lab::training::{Critics, Forward, PlayWeights, Weigher, optimizer};
use melody_model::objective::{
    InterestParts, LossWeights, Objective, Rmtl, Scheme, masked_losses, shares,
};
use melody_model::{
    HeadOutputs, Network, NetworkConfig, NetworkPart, Output, SongTable, keep_silent, silenced,
    weights_hash,
};

const WEIGHTS: LossWeights = LossWeights { interest: 1.0, subscription: 0.5, exposure: 0.3 };

struct Case {
    network: Network,
    table: SongTable,
    data: Dataset,
    windows: Vec<Window>,
    keep: Tensor<2>,
    shape: NetworkConfig,
    device: Device,
}

impl Case {
    fn new() -> Self {
        let shape =
            NetworkConfig { song_buckets: 64, artist_buckets: 32, ..NetworkConfig::default() };
        let config = TrainingConfig {
            listeners: 50,
            sessions: 2,
            network: shape,
            ..TrainingConfig::default()
        };
        let device = Device::flex();
        let catalogue = &LIBRARY.catalogue;
        let data = Dataset::simulate(catalogue, &config, Split::Validation, &|| {});
        let windows: Vec<Window> = windows(&data).into_iter().take(5).collect();
        let table = SongTable::new(catalogue, &config.network, &device);
        Case {
            network: Network::new(&config.network, 3, &device).train(),
            keep: Tensor::ones([table.len(), 2], &device),
            shape: config.network,
            table,
            data,
            windows,
            device,
        }
    }

    fn forward(&self, network: &Network) -> Forward {
        let Case { shape, device, .. } = self;
        let judge = Judge { network, shape, catalogue: &LIBRARY.catalogue, device };
        Forward::new(judge, &self.table, &self.keep, &self.data, &self.windows)
    }

    /// Losses and gradients as a training step has them.
    fn in_parts(&self) -> ([f32; 3], Vec<Vec<f32>>) {
        let forward = self.forward(&self.network);
        let (losses, gradients) =
            forward.gradients(&self.network, WEIGHTS, &InterestParts::default());
        (losses, self.values(gradients))
    }

    /// The same as RMTL has them, with critics that have learned from this batch once.
    fn by_play(&self, lambda: f64) -> (PlayWeights, [f32; 3], Vec<Vec<f32>>) {
        let rmtl = Rmtl { lambda, ..Rmtl::default() };
        let d_state = self.shape.d_model + self.shape.d_shared();
        let mut critics = Critics::new(rmtl, d_state, 9, &self.device);
        let objective =
            Objective { scheme: Scheme::Rmtl, weights: WEIGHTS, rmtl, ..Objective::default() };
        let forward = self.forward(&self.network);
        forward.teach(&mut critics);
        let weights = forward.weigh_plays(&critics, &Weigher::new(&objective));
        let (losses, gradients) =
            forward.gradients_by_play(&self.network, &weights, &InterestParts::default());
        (weights, losses, self.values(gradients))
    }

    /// Those of the whole batch at once.
    fn at_once(&self) -> ([f32; 3], Vec<Vec<f32>>) {
        let batch =
            Batch::gather(&self.data, &self.windows, self.shape.session_window, &self.device);
        let (head, ..) =
            self.network.forward(&self.table, Some(self.keep.clone()), &batch.sequences);
        let losses =
            masked_losses(head.logits, batch.labels, shares(batch.mask), &InterestParts::default());
        let values = losses.values();
        let gradients = losses.total(WEIGHTS).backward();
        (values, self.values(GradientsParams::from_grads(gradients, &self.network)))
    }

    /// The gradient of every parameter, in the network's order; empty where it has none.
    fn values(&self, gradients: GradientsParams) -> Vec<Vec<f32>> {
        let mut reader = Reader { gradients, all: Vec::new() };
        self.network.visit(&mut reader);
        reader.all
    }
}

struct Reader {
    gradients: GradientsParams,
    all: Vec<Vec<f32>>,
}

impl ModuleVisitor for Reader {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.get::<D>(param.id).map(Tensor::into_data);
        let values = gradient.map(|data| data.as_slice::<f32>().unwrap().to_vec());
        self.all.push(values.unwrap_or_default());
    }
}

#[test]
fn a_gradient_has_the_same_bits_on_any_number_of_threads() {
    let case = Case::new();
    same_bits(&|| case.in_parts());
    same_bits(&|| {
        let (_, losses, gradients) = case.by_play(0.3);
        (losses, gradients)
    });
}

fn same_bits(made: &(dyn Fn() -> ([f32; 3], Vec<Vec<f32>>) + Sync)) {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(made)
    };
    let alone = on(1);
    for threads in [2, 3] {
        let together = on(threads);
        assert_eq!(alone.0.map(f32::to_bits), together.0.map(f32::to_bits));
        let bits = |values: &Vec<f32>| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        for (place, (a, b)) in alone.1.iter().zip(&together.1).enumerate() {
            assert!(bits(a) == bits(b), "parameter {place} on {threads} threads");
        }
    }
}

#[test]
fn the_parts_of_a_batch_add_up_to_the_whole() {
    let case = Case::new();
    let (parts, whole) = (case.in_parts(), case.at_once());
    for (a, b) in parts.0.iter().zip(&whole.0) {
        assert!((a - b).abs() <= 1e-5 * b.abs(), "losses {:?} and {:?}", parts.0, whole.0);
    }
    let mut learned = 0;
    for (place, (a, b)) in parts.1.iter().zip(&whole.1).enumerate() {
        assert_eq!(a.len(), b.len(), "parameter {place}");
        let size = b.iter().map(|v| v.abs()).fold(0.0, f32::max);
        let off = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off <= 1e-4 * size + 1e-7, "parameter {place}: off by {off} of {size}");
        learned += usize::from(size > 0.0);
    }
    assert!(learned > 30, "{learned} parameters have a gradient");
}

/// How far apart two gradients are, by parameter, of the larger one's largest number.
fn apart(a: &[Vec<f32>], b: &[Vec<f32>]) -> Vec<f32> {
    let of = |(a, b): (&Vec<f32>, &Vec<f32>)| {
        let size = a.iter().chain(b).map(|v| v.abs()).fold(0.0, f32::max);
        let off = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        if size > 0.0 { off / size } else { 0.0 }
    };
    a.iter().zip(b).map(of).collect()
}

#[test]
fn plays_that_weigh_differently_pull_otherwise_than_their_mean_weights_would() {
    let case = Case::new();
    let plain = case.in_parts();
    // Weights that do not hang on the critics are the configured ones for every play.
    let (alike, losses, gradients) = case.by_play(0.0);
    assert_eq!(losses.map(f32::to_bits), plain.0.map(f32::to_bits));
    assert!((alike.mean.used.interest - WEIGHTS.interest).abs() < 1e-9);
    assert!(apart(&gradients, &plain.1).iter().all(|off| *off < 1e-4));

    let (weights, losses, gradients) = case.by_play(5.0);
    // Losses are told as they are, whatever the plays weigh.
    assert_eq!(losses.map(f32::to_bits), plain.0.map(f32::to_bits));
    let forward = case.forward(&case.network);
    let (_, of_mean) =
        forward.gradients(&case.network, weights.mean.used, &InterestParts::default());
    let off = apart(&gradients, &case.values(of_mean));
    assert!(off.iter().filter(|off| **off > 1e-2).count() > 20, "{off:?}");

    let interest = Output::Completion.index();
    let [subscription, exposure] = [Output::Subscription.index(), Output::Exposure.index()];
    let mut seen = std::collections::BTreeSet::new();
    for part in &weights.outputs {
        let rows = part.clone().into_data().try_to_vec::<f32>().unwrap();
        for row in rows.chunks(HeadOutputs::WIDTH).filter(|row| row[interest] > 0.0) {
            assert!(row[interest] >= row[subscription] + row[exposure] - 1e-5, "{row:?}");
            seen.insert(row[interest].to_bits());
        }
    }
    assert!(seen.len() > 50, "{} weights of interest", seen.len());
    let LossWeights { interest, subscription, exposure } = weights.mean.used;
    assert!(interest >= subscription + exposure);
}

#[test]
fn what_is_silent_stays_so_while_the_rest_learns() {
    let case = Case::new();
    let parts: std::collections::BTreeSet<NetworkPart> =
        [NetworkPart::CrossFeatures, NetworkPart::Attention, NetworkPart::Session].into();
    let trained = |kept: bool| {
        let mut network = silenced(case.network.valid(), &parts).train();
        let mut optimizer = optimizer(&TrainingConfig::default());
        for _ in 0..3 {
            let (_, mut gradients) =
                case.forward(&network).gradients(&network, WEIGHTS, &InterestParts::default());
            if kept {
                keep_silent(&mut gradients, &mut network, &parts);
            }
            network = optimizer.step(0.01, network, gradients);
        }
        network.valid()
    };
    let silent = |network: &Network| {
        weights_hash(&silenced(network.clone(), &parts)) == weights_hash(network)
    };
    let before = case.network.valid();
    assert!(!silent(&before));
    let kept = trained(true);
    assert!(silent(&kept));
    assert_ne!(weights_hash(&kept), weights_hash(&silenced(before, &parts)));
    assert!(!silent(&trained(false)));
}
