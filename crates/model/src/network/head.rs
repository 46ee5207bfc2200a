//! The head: what comes after the shared Transformer. Experts that the tasks share, and a tower for
//! each task.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::layers::Initialiser;
use super::mmoe::{Mmoe, MmoeOutput};
use super::ple::Ple;
use crate::config::{NetworkConfig, Sharing};
use crate::heads::TASKS;

/// A task's own layers.
#[derive(Module, Debug)]
pub struct Tower {
    /// `[d_input, d_hidden]`, then ReLU.
    pub hidden: Linear,
    /// `[d_hidden, outputs]`.
    pub output: Linear,
}

impl Tower {
    /// A tower with its first weights.
    pub fn new(init: &mut Initialiser, d_input: usize, d_hidden: usize, outputs: usize) -> Self {
        Tower { hidden: init.linear(d_input, d_hidden), output: init.linear(d_hidden, outputs) }
    }

    /// Logits `[rows, outputs]` of `[rows, d_input]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(x)))
    }
}

/// How the tasks share what comes after the Transformer.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per network")]
pub enum Mixture {
    /// Also the shared bottom: a mixture of one expert.
    Mmoe(Mmoe),
    /// Progressive layered extraction.
    Ple(Ple),
}

impl Mixture {
    /// A mixture as `config` wants it, with its first weights.
    pub fn new(init: &mut Initialiser, d_input: usize, config: &NetworkConfig) -> Self {
        let (experts, d_hidden) = config.expert_shape();
        let sizes = (experts, d_hidden, config.expert_output);
        match config.sharing {
            Sharing::Mmoe | Sharing::SharedBottom => {
                Mixture::Mmoe(Mmoe::new(init, d_input, sizes, TASKS.len()))
            }
            Sharing::Ple => Mixture::Ple(Ple::new(init, d_input, sizes, TASKS.len())),
        }
    }

    /// See [`Mmoe::forward`] and [`Ple::forward`].
    pub fn forward(&self, own: Tensor<2>, shared: Tensor<2>) -> MmoeOutput {
        match self {
            Mixture::Mmoe(mmoe) => mmoe.forward(own, shared),
            Mixture::Ple(ple) => ple.forward(own, shared),
        }
    }

    /// The gates that decide what each task's tower gets.
    pub fn gates(&self) -> Vec<&Linear> {
        match self {
            Mixture::Mmoe(mmoe) => vec![&mmoe.gates],
            Mixture::Ple(ple) => ple.levels.iter().flat_map(|level| &level.gates).collect(),
        }
    }
}

/// Everything after the shared Transformer. Near-line updates train parts of this alone.
#[derive(Module, Debug)]
pub struct Head {
    /// What near-line updates have learned of this listener; zero in a trained model. `[1, shared]`.
    pub listener: Param<Tensor<2>>,
    /// What the tasks share.
    pub mixture: Mixture,
    /// Of the interest head.
    pub interest: Tower,
    /// Of the subscription head.
    pub subscription: Tower,
    /// Of the exposure head.
    pub exposure: Tower,
}

/// What the head puts out for each row.
#[derive(Clone, Debug)]
pub struct HeadTensors {
    /// `[rows, HeadOutputs::WIDTH]`.
    pub logits: Tensor<2>,
    /// `[rows, tasks, experts]`.
    pub gates: Tensor<3>,
}

impl Head {
    /// `own` `[rows, d_model]` per candidate; `shared` `[rows or 1, d_shared]` per moment. All rows
    /// are this listener's.
    pub fn forward(&self, own: Tensor<2>, shared: Tensor<2>) -> HeadTensors {
        self.mix(own, shared + self.listener.val())
    }

    /// The same for rows of several listeners: `mine` `[rows, 1]` is 1 where a row is this listener's,
    /// 0 where it is another's.
    pub fn forward_among(&self, own: Tensor<2>, shared: Tensor<2>, mine: Tensor<2>) -> HeadTensors {
        self.mix(own, shared + mine * self.listener.val())
    }

    fn mix(&self, own: Tensor<2>, shared: Tensor<2>) -> HeadTensors {
        let mixed = self.mixture.forward(own, shared);
        let towers = [&self.interest, &self.subscription, &self.exposure];
        let logits = towers.iter().zip(mixed.tasks).map(|(tower, x)| tower.forward(x)).collect();
        HeadTensors { logits: Tensor::cat(logits, 1), gates: mixed.gates }
    }
}
