//! Golden numbers as tensors and parameters, in 32 or 64 bits.
//!
//! The network runs in 32 bits. The same code in 64 tells a wrong formula from rounding: there the
//! tolerances are a million times tighter.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{DType, Device, Gradients, Tensor, TensorCreationOptions, TensorData};
use melody::model::{Backend, device};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bits {
    Single,
    Double,
}

pub(crate) const BOTH: [Bits; 2] = [Bits::Single, Bits::Double];

/// Makes tensors whose gradients can be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    pub bits: Bits,
    pub device: Device,
}

impl Maker {
    pub(crate) fn new(bits: Bits) -> Self {
        Maker { bits, device: device(Backend::Flex).autodiff() }
    }

    pub(crate) fn tensor<const D: usize>(&self, values: &[f64], shape: [usize; D]) -> Tensor<D> {
        let options = TensorCreationOptions::new(self.device.clone());
        match self.bits {
            Bits::Single => {
                let values: Vec<f32> = values.iter().map(|&v| v as f32).collect();
                let options = options.with_dtype(DType::F32);
                Tensor::from_data(TensorData::new(values, shape), options)
            }
            Bits::Double => {
                let values = values.to_vec();
                let options = options.with_dtype(DType::F64);
                Tensor::from_data(TensorData::new(values, shape), options)
            }
        }
    }

    /// A parameter. Golden weights are 32-bit numbers: rounded to them, then widened.
    pub(crate) fn param<const D: usize>(
        &self,
        values: &[f64],
        shape: [usize; D],
    ) -> Param<Tensor<D>> {
        let single: Vec<f64> = values.iter().map(|&v| f64::from(v as f32)).collect();
        Param::from_tensor(self.tensor(&single, shape))
    }

    /// A dense layer of weights `[out][in]`, as PyTorch keeps them.
    pub(crate) fn linear(&self, weight: &[f64], bias: &[f64]) -> Linear {
        let d_output = bias.len();
        let d_input = weight.len() / d_output;
        Linear {
            weight: self.param(&transposed(weight, d_output, d_input), [d_input, d_output]),
            bias: Some(self.param(bias, [d_output])),
        }
    }
}

/// `[rows][columns]` as `[columns][rows]`.
pub(crate) fn transposed(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|c| (0..rows).map(move |r| values[r * columns + c])).collect()
}

pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().try_to_vec_as::<f64>().unwrap()
}

pub(crate) fn gradient<const D: usize>(
    param: &Param<Tensor<D>>,
    gradients: &Gradients,
) -> Vec<f64> {
    values(param.val().grad(gradients).expect("the parameter was used"))
}

/// Gradients of a dense layer's weights as `[out][in]`, and of its bias.
pub(crate) fn linear_gradients(layer: &Linear, gradients: &Gradients) -> (Vec<f64>, Vec<f64>) {
    let [d_input, d_output] = layer.weight.val().dims();
    let weight = transposed(&gradient(&layer.weight, gradients), d_input, d_output);
    (weight, gradient(layer.bias.as_ref().unwrap(), gradients))
}
