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

    /// What of [`Mixture::forward`] no gate has a part in, `[experts, rows, d_output]`; `None` where gates come
    /// before experts.
    pub fn experts(&self, own: Tensor<2>, shared: Tensor<2>) -> Option<Tensor<3>> {
        match self {
            Mixture::Mmoe(mmoe) => Some(mmoe.experts(own, shared)),
            Mixture::Ple(_) => None,
        }
    }

    /// [`Mixture::forward`] from there on; all of it without.
    fn forward_from(
        &self,
        experts: Option<Tensor<3>>,
        own: Tensor<2>,
        shared: Tensor<2>,
    ) -> MmoeOutput {
        match (self, experts) {
            (Mixture::Mmoe(mmoe), Some(experts)) => mmoe.mix(experts, own, shared),
            _ => self.forward(own, shared),
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
        self.mix(None, own, shared + self.listener.val())
    }

    /// The same for rows of several listeners, this one's first: `mine` of them. What the `experts` say of the
    /// others' rows ([`Mixture::experts`]) may have been worked out before: where experts are not trained, no
    /// step changes it.
    pub fn forward_among(
        &self,
        own: Tensor<2>,
        shared: Tensor<2>,
        mine: usize,
        experts: Option<Tensor<3>>,
    ) -> HeadTensors {
        let rows = shared.dims()[0];
        if mine == 0 {
            return self.mix(experts, own, shared);
        }
        let ours = shared.clone().narrow(0, 0, mine) + self.listener.val();
        let experts = experts.and_then(|others| {
            let of_mine = own.clone().narrow(0, 0, mine);
            let of_mine = self.mixture.experts(of_mine, ours.clone())?;
            Some(Tensor::cat(vec![of_mine, others], 1))
        });
        let shared = match rows - mine {
            0 => ours,
            others => Tensor::cat(vec![ours, shared.narrow(0, mine, others)], 0),
        };
        self.mix(experts, own, shared)
    }

    fn mix(&self, experts: Option<Tensor<3>>, own: Tensor<2>, shared: Tensor<2>) -> HeadTensors {
        let mixed = self.mixture.forward_from(experts, own, shared);
        let towers = [&self.interest, &self.subscription, &self.exposure];
        let logits = towers.iter().zip(mixed.tasks).map(|(tower, x)| tower.forward(x)).collect();
        HeadTensors { logits: Tensor::cat(logits, 1), gates: mixed.gates }
    }
}
