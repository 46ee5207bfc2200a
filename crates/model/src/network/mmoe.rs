//! Multi-gate mixture of experts (Ma et al., KDD 2018).
//!
//! Every task mixes the same experts with a softmax gate of its own, so tasks that agree share and
//! tasks that conflict do not. With one expert the gates have nothing to choose: that is the
//! shared-bottom variant.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, softmax};

use super::layers::Initialiser;

/// A multi-gate mixture of experts.
#[derive(Module, Debug)]
pub struct Mmoe {
    /// First layers of all experts side by side: `[d_input, experts * d_hidden]`.
    pub hidden: Linear,
    /// Second layers, `[experts, d_hidden, d_output]`.
    pub output_weight: Param<Tensor<3>>,
    /// `[experts, 1, d_output]`.
    pub output_bias: Param<Tensor<3>>,
    /// Gates of all tasks side by side: `[d_input, tasks * experts]`.
    pub gates: Linear,
    experts: usize,
    tasks: usize,
}

/// What the mixture gives each task.
#[derive(Clone, Debug)]
pub struct MmoeOutput {
    /// One per task, `[rows, d_output]`.
    pub tasks: Vec<Tensor<2>>,
    /// Gate weights `[rows, tasks, experts]`, summing to one over experts.
    pub gates: Tensor<3>,
}

impl Mmoe {
    /// A mixture with its first weights.
    pub fn new(
        init: &mut Initialiser,
        d_input: usize,
        (experts, d_hidden, d_output): (usize, usize, usize),
        tasks: usize,
    ) -> Self {
        let bound = 1.0 / (d_hidden as f32).sqrt();
        Mmoe {
            hidden: init.linear(d_input, experts * d_hidden),
            output_weight: init.uniform([experts, d_hidden, d_output], bound),
            output_bias: init.uniform([experts, 1, d_output], bound),
            gates: init.linear(d_input, tasks * experts),
            experts,
            tasks,
        }
    }

    /// Mixes for each row the input `[own, shared]`. `own` is `[rows, d_own]`; `shared` is either
    /// `[rows, d_shared]` or `[1, d_shared]`, the same for every row, in which case its share of
    /// each product is computed once. The two widths add up to `d_input`.
    pub fn forward(&self, own: Tensor<2>, shared: Tensor<2>) -> MmoeOutput {
        let experts = self.experts(own.clone(), shared.clone());
        self.mix(experts, own, shared)
    }

    /// Mixes what the experts have said of each row, `[experts, rows, d_output]`.
    pub fn mix(&self, experts: Tensor<3>, own: Tensor<2>, shared: Tensor<2>) -> MmoeOutput {
        let rows = own.dims()[0];
        let gates = softmax(
            split_linear(&self.gates, own, shared).reshape([rows, self.tasks, self.experts]),
            2,
        );
        // `[tasks, experts, rows, 1]`, times what the experts say of each row.
        let shares = gates.clone().permute([1, 2, 0]).unsqueeze_dim::<4>(3);
        let d_output = experts.dims()[2];
        let mixed = (experts.unsqueeze::<4>() * shares).sum_dim(1);
        let of_task = |task| mixed.clone().narrow(0, task, 1).reshape([rows, d_output]);
        MmoeOutput { tasks: (0..self.tasks).map(of_task).collect(), gates: gates.clone() }
    }

    /// What each expert says of each row before any mixing, `[experts, rows, d_output]`. The input
    /// is that of [`Mmoe::forward`].
    pub fn experts(&self, own: Tensor<2>, shared: Tensor<2>) -> Tensor<3> {
        let rows = own.dims()[0];
        let hidden = relu(split_linear(&self.hidden, own, shared));
        let d_hidden = hidden.dims()[1] / self.experts;
        let hidden = hidden.reshape([rows, self.experts, d_hidden]).swap_dims(0, 1);
        relu(hidden.matmul(self.output_weight.val()) + self.output_bias.val())
    }
}

/// A dense layer over the concatenation `[own, shared]`, without making it.
fn split_linear(layer: &Linear, own: Tensor<2>, shared: Tensor<2>) -> Tensor<2> {
    let weight = layer.weight.val();
    let (d_own, d_shared) = (own.dims()[1], shared.dims()[1]);
    let bias = layer.bias.as_ref().map(|b| b.val().unsqueeze::<2>());
    let of_own = own.matmul(weight.clone().narrow(0, 0, d_own));
    let of_shared =
        if d_shared > 0 { Some(shared.matmul(weight.narrow(0, d_own, d_shared))) } else { None };
    [of_shared, bias].into_iter().flatten().fold(of_own, |sum, part| sum + part)
}
