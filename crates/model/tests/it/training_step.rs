//! The gradient of a batch: the same bits on any number of threads, and that of the whole batch's loss.

use crate::common::LIBRARY;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use melody_lab::config::TrainingConfig;
use melody_lab::data::{Batch, Dataset, Split, Window, windows};
use melody_lab::evaluation::Judge;
use melody_lab::training::Forward;
use melody_model::objective::{InterestParts, LossWeights, masked_losses, shares};
use melody_model::{Network, NetworkConfig, SongTable};

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

    /// Losses and gradients as a training step has them.
    fn in_parts(&self) -> ([f32; 3], Vec<Vec<f32>>) {
        let Case { network, shape, device, .. } = self;
        let judge = Judge { network, shape, catalogue: &LIBRARY.catalogue, device };
        let forward = Forward::new(judge, &self.table, &self.keep, &self.data, &self.windows);
        let (losses, gradients) = forward.gradients(network, WEIGHTS, &InterestParts::default());
        (losses, self.values(gradients))
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
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| case.in_parts())
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
