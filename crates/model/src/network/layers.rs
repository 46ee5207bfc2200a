//! Parameters drawn from our own generator.
//!
//! burn draws initial values lazily from a device-wide stream, so they would depend on what ran
//! before. Here every parameter is made at once, in one fixed order, with a fixed identifier: the
//! same seed gives the same network, and an optimiser's saved state finds its parameters again.

use burn::module::{Param, ParamId};
use burn::nn::{LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use melody_core::rng::{Purpose, generator};

/// Makes parameters one after the other.
pub struct Initialiser {
    rng: ChaCha8Rng,
    next_id: u64,
    device: Device,
}

impl Initialiser {
    /// Draws from a seed, for parameters on a device.
    pub fn new(seed: u64, device: &Device) -> Self {
        let rng = generator(seed, Purpose::Training, u64::MAX);
        Initialiser { rng, next_id: 1, device: device.clone() }
    }

    /// A dense layer, uniform within one over the square root of its input (PyTorch's default).
    pub fn linear(&mut self, d_input: usize, d_output: usize) -> Linear {
        let bound = 1.0 / (d_input as f32).sqrt();
        Linear {
            weight: self.uniform([d_input, d_output], bound),
            bias: Some(self.uniform([d_output], bound)),
        }
    }

    /// A layer norm that begins as the identity.
    pub fn norm(&mut self, d_model: usize) -> LayerNorm {
        let mut norm = LayerNormConfig::new(d_model).init(&self.device);
        norm.gamma = self.constant([d_model], 1.0);
        norm.beta = Some(self.constant([d_model], 0.0));
        norm
    }

    /// Drawn evenly between plus and minus `bound`.
    pub fn uniform<const D: usize>(&mut self, shape: [usize; D], bound: f32) -> Param<Tensor<D>> {
        let count = shape.iter().product();
        let values = (0..count).map(|_| self.rng.random_range(-bound..=bound)).collect();
        self.param(values, shape)
    }

    /// The same value everywhere.
    pub fn constant<const D: usize>(&mut self, shape: [usize; D], value: f32) -> Param<Tensor<D>> {
        self.param(vec![value; shape.iter().product()], shape)
    }

    fn param<const D: usize>(&mut self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        let data = TensorData::new(values, shape);
        let mut param = Param::from_tensor(Tensor::from_data(data, &self.device));
        param.id = ParamId::from(self.next_id);
        self.next_id += 1;
        param
    }
}
