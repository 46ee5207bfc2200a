//! Progressive layered extraction (Tang et al., RecSys 2020).
//!
//! Where MMoE lets every task use every expert, here each task has an expert of its own beside the
//! shared ones, so that what helps one task alone cannot disturb another. Two levels: the first turns
//! the common input into one stream per task and a shared one, the second turns each task's stream
//! and the shared one into what its tower gets.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, softmax};

use super::layers::Initialiser;
use super::mmoe::MmoeOutput;

/// One level: experts in groups, the tasks' own first, one each, then the shared ones.
#[derive(Module, Debug)]
pub struct Extraction {
    /// `[experts, d_input, d_hidden]`.
    pub hidden_weight: Param<Tensor<3>>,
    /// `[experts, 1, d_hidden]`.
    pub hidden_bias: Param<Tensor<3>>,
    /// `[experts, d_hidden, d_output]`.
    pub output_weight: Param<Tensor<3>>,
    /// `[experts, 1, d_output]`.
    pub output_bias: Param<Tensor<3>>,
    /// One per task over its own expert and the shared ones; in a level that another follows, one
    /// more over all experts, for the shared stream.
    pub gates: Vec<Linear>,
    tasks: usize,
    experts: usize,
}

impl Extraction {
    fn new(
        init: &mut Initialiser,
        (d_input, d_hidden, d_output): (usize, usize, usize),
        (experts, tasks): (usize, usize),
        last: bool,
    ) -> Self {
        let bound = |d: usize| 1.0 / (d as f32).sqrt();
        let visible = 1 + experts - tasks;
        let mut gates: Vec<Linear> = (0..tasks).map(|_| init.linear(d_input, visible)).collect();
        if !last {
            gates.push(init.linear(d_input, experts));
        }
        Extraction {
            hidden_weight: init.uniform([experts, d_input, d_hidden], bound(d_input)),
            hidden_bias: init.uniform([experts, 1, d_hidden], bound(d_input)),
            output_weight: init.uniform([experts, d_hidden, d_output], bound(d_hidden)),
            output_bias: init.uniform([experts, 1, d_output], bound(d_hidden)),
            gates,
            tasks,
            experts,
        }
    }

    /// From one stream `[rows, d_input]` per task, and the shared one last, to one `[rows, d_output]`
    /// per gate, with the gates' weights `[rows, experts]`, zero where a gate sees no expert.
    fn forward(&self, streams: &[Tensor<2>]) -> Vec<(Tensor<2>, Tensor<2>)> {
        let rows = streams[0].dims()[0];
        let inputs: Vec<Tensor<3>> = (0..self.experts)
            .map(|expert| streams[expert.min(self.tasks)].clone().unsqueeze::<3>())
            .collect();
        let hidden = Tensor::cat(inputs, 0).matmul(self.hidden_weight.val());
        let hidden = relu(hidden + self.hidden_bias.val());
        let outputs = relu(hidden.matmul(self.output_weight.val()) + self.output_bias.val());
        // `[rows, experts, d_output]`
        let outputs = outputs.swap_dims(0, 1);
        let shared = self.experts - self.tasks;
        self.gates
            .iter()
            .enumerate()
            .map(|(group, gate)| {
                let weights = softmax(gate.forward(streams[group].clone()), 1);
                let weights = if group < self.tasks {
                    let none = |count| Tensor::zeros([rows, count], &weights.device());
                    let own = weights.clone().narrow(1, 0, 1);
                    let parts = vec![
                        none(group),
                        own,
                        none(self.tasks - group - 1),
                        weights.narrow(1, 1, shared),
                    ];
                    Tensor::cat(parts.into_iter().filter(|part| part.dims()[1] > 0).collect(), 1)
                } else {
                    weights
                };
                let mixed = weights.clone().unsqueeze_dim::<3>(1).matmul(outputs.clone());
                (mixed.squeeze_dim::<2>(1), weights)
            })
            .collect()
    }
}

/// Two levels of extraction.
#[derive(Module, Debug)]
pub struct Ple {
    /// From the first to the last.
    pub levels: Vec<Extraction>,
    tasks: usize,
}

impl Ple {
    /// `experts` counts those of one level: one per task, and the others shared, at least one.
    pub fn new(
        init: &mut Initialiser,
        d_input: usize,
        (experts, d_hidden, d_output): (usize, usize, usize),
        tasks: usize,
    ) -> Self {
        assert!(experts > tasks, "an expert for each task and a shared one");
        Ple {
            levels: vec![
                Extraction::new(init, (d_input, d_hidden, d_output), (experts, tasks), false),
                Extraction::new(init, (d_output, d_hidden, d_output), (experts, tasks), true),
            ],
            tasks,
        }
    }

    /// Mixes for each row the input `[own, shared]`: `own` `[rows, d_own]`, `shared` `[rows or 1,
    /// d_shared]`. The gates are those of the second level.
    pub fn forward(&self, own: Tensor<2>, shared: Tensor<2>) -> MmoeOutput {
        let rows = own.dims()[0];
        let d_shared = shared.dims()[1];
        let input = Tensor::cat(vec![own, shared.expand([rows, d_shared])], 1);
        let mut streams = vec![input; self.tasks + 1];
        let mut gates = Vec::new();
        for level in &self.levels {
            (streams, gates) = level.forward(&streams).into_iter().unzip();
        }
        let gates = gates.into_iter().map(|g: Tensor<2>| g.unsqueeze_dim::<3>(1)).collect();
        MmoeOutput { tasks: streams, gates: Tensor::cat(gates, 1) }
    }
}
