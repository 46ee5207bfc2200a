//! Dense layers, their weights laid out for strips of rows.

use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use macerator::{Scalar, Simd};

use crate::kernels::lanes::{Lanes, splat};
use crate::numbers::values;

/// Outputs computed together. With two registers per feature that makes eight sums at a time, enough
/// to keep two units of four cycles' latency busy, and all in the sixteen registers of AVX2.
const TOGETHER: usize = 4;

/// A weight matrix in panels of [`TOGETHER`] outputs: `[panels][depth][TOGETHER]`, the last filled up
/// with zeros.
#[derive(Clone, Debug)]
pub(crate) struct Panels {
    depth: usize,
    outputs: usize,
    weights: Vec<f32>,
}

impl Panels {
    /// Lays out the matrix of `weight(input, output)`.
    pub(crate) fn pack(depth: usize, outputs: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let mut weights = vec![0.0; outputs.next_multiple_of(TOGETHER) * depth];
        for (p, panel) in weights.chunks_exact_mut(depth * TOGETHER).enumerate() {
            for (input, row) in panel.chunks_exact_mut(TOGETHER).enumerate() {
                for (j, value) in row.iter_mut().enumerate() {
                    let output = p * TOGETHER + j;
                    if output < outputs {
                        *value = weight(input, output);
                    }
                }
            }
        }
        Panels { depth, outputs, weights }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Features that a product writes: the outputs, and up to three more.
    pub(crate) fn room(&self) -> usize {
        self.outputs.next_multiple_of(TOGETHER)
    }
}

/// `room` numbers: `bias`, then zeros.
pub(crate) fn filled_up(mut bias: Vec<f32>) -> Vec<f32> {
    bias.resize(bias.len().next_multiple_of(TOGETHER), 0.0);
    bias
}

/// The matrix product with the first `depth` features of `x`, plus `bias` (of [`Panels::room`]), plus,
/// with `ADD`, what `out` held. Writes [`Panels::room`] features; those past the outputs come from
/// weights and bias of zero.
///
/// Each sum runs over the inputs in their order, whatever the shapes.
#[inline(always)]
pub(crate) fn product<S: Simd, const ADD: bool>(
    panels: &Panels,
    bias: &[f32],
    x: &[Lanes<S>],
    out: &mut [Lanes<S>],
) {
    let x = &x[..panels.depth];
    let (bias, _) = bias[..panels.room()].as_chunks::<TOGETHER>();
    let (out, _) = out[..panels.room()].as_chunks_mut::<TOGETHER>();
    let panels = panels.weights.chunks_exact(panels.depth * TOGETHER);
    for ((panel, bias), out) in panels.zip(bias).zip(out) {
        let mut sums = [splat::<S>(0.0); TOGETHER];
        for j in 0..TOGETHER {
            sums[j] = splat::<S>(bias[j]);
            if ADD {
                sums[j] = [sums[j][0] + out[j][0], sums[j][1] + out[j][1]];
            }
        }
        for (weights, x) in panel.as_chunks::<TOGETHER>().0.iter().zip(x) {
            for j in 0..TOGETHER {
                let weight = weights[j].splat();
                sums[j][0] = x[0].mul_add(weight, sums[j][0]);
                sums[j][1] = x[1].mul_add(weight, sums[j][1]);
            }
        }
        *out = sums;
    }
}

/// A matrix and a bias of its own.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    pub panels: Panels,
    /// Of [`Panels::room`].
    pub bias: Vec<f32>,
}

impl Dense {
    pub(crate) fn new(linear: &Linear) -> Self {
        Rows::new(linear).pack()
    }

    /// A layer whose input is the layer norm of something: it takes [`normalise`]d rows and applies
    /// the norm's own scale and shift within its weights.
    ///
    /// [`normalise`]: crate::kernels::math::normalise
    pub(crate) fn after_norm(norm: &LayerNorm, linear: &Linear) -> Self {
        let mut rows = Rows::new(linear);
        let (scale, shift) = norm_weights(norm);
        rows.bias = rows.apply(&shift);
        for (row, scale) in rows.weights.chunks_exact_mut(rows.outputs).zip(scale) {
            row.iter_mut().for_each(|weight| *weight *= scale);
        }
        rows.pack()
    }

    /// The product with `x`, plus the bias.
    #[inline(always)]
    pub(crate) fn forward<S: Simd>(&self, x: &[Lanes<S>], out: &mut [Lanes<S>]) {
        product::<S, false>(&self.panels, &self.bias, x, out);
    }

    /// Adds the product with `x`, plus the bias, to `out`.
    #[inline(always)]
    pub(crate) fn add<S: Simd>(&self, x: &[Lanes<S>], out: &mut [Lanes<S>]) {
        product::<S, true>(&self.panels, &self.bias, x, out);
    }
}

/// Scale and shift of a layer norm.
pub(crate) fn norm_weights(norm: &LayerNorm) -> (Vec<f32>, Vec<f32>) {
    let scale = values(norm.gamma.val());
    let shift = norm.beta.as_ref().map_or_else(|| vec![0.0; scale.len()], |b| values(b.val()));
    (scale, shift)
}

/// A dense layer for one row at a time: weights `[inputs][outputs]`.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    pub outputs: usize,
}

impl Rows {
    pub(crate) fn new(linear: &Linear) -> Self {
        let outputs = linear.weight.dims()[1];
        let bias = linear.bias.as_ref().map_or_else(|| vec![0.0; outputs], |b| values(b.val()));
        Rows { weights: values(linear.weight.val()), bias, outputs }
    }

    /// A matrix without a bias.
    pub(crate) fn of(matrix: Tensor<2>) -> Self {
        let outputs = matrix.dims()[1];
        Rows { weights: values(matrix), bias: vec![0.0; outputs], outputs }
    }

    pub(crate) fn row(&self, input: usize) -> &[f32] {
        &self.weights[input * self.outputs..(input + 1) * self.outputs]
    }

    pub(crate) fn inputs(&self) -> usize {
        self.weights.len() / self.outputs
    }

    /// The first `inputs` rows, which keep the bias, and the others, without.
    pub(crate) fn split(mut self, inputs: usize) -> (Rows, Rows) {
        let weights = self.weights.split_off(inputs * self.outputs);
        let rest = Rows { weights, bias: vec![0.0; self.outputs], outputs: self.outputs };
        (self, rest)
    }

    /// Some of the outputs.
    pub(crate) fn some(&self, from: usize, count: usize) -> Rows {
        let rows = self.weights.chunks_exact(self.outputs);
        Rows {
            weights: rows.flat_map(|row| &row[from..from + count]).copied().collect(),
            bias: self.bias[from..from + count].to_vec(),
            outputs: count,
        }
    }

    /// The same layer for strips.
    pub(crate) fn pack(&self) -> Dense {
        let weight = |i: usize, j: usize| self.weights[i * self.outputs + j];
        Dense {
            panels: Panels::pack(self.inputs(), self.outputs, weight),
            bias: filled_up(self.bias.clone()),
        }
    }

    /// The layer's output for one row.
    pub(crate) fn apply(&self, row: &[f32]) -> Vec<f32> {
        let mut out = self.bias.clone();
        for (&value, weights) in row.iter().zip(self.weights.chunks_exact(self.outputs)) {
            for (out, weight) in out.iter_mut().zip(weights) {
                *out += value * weight;
            }
        }
        out
    }
}
