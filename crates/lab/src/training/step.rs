//! The gradient of one batch.
//!
//! A batch is cut into a fixed number of parts, worked on side by side and summed in order. So the
//! sum has the same bits on one thread and on many. Each part has a network with leaves of its own:
//! burn walks back through graphs that share a leaf one at a time, whatever threads ask for it.

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{Int, Tensor, TensorData};
use rayon::prelude::*;

use super::critics::{Critics, REWARDED, Transitions, rewards};
use super::play_weights::PlayWeights;
use super::weigher::Weigher;
use crate::data::{Batch, Dataset, Window};
use crate::evaluation::Judge;
use melody_model::objective::{InterestParts, LossWeights, Losses, masked_losses};
use melody_model::{HeadOutputs, Network, SongTable, TASKS, link};

/// Parts of a batch.
const PARTS: usize = 2;

/// A batch whose logits are known, ready for its losses.
pub struct Forward {
    parts: Vec<Part>,
}

struct Part {
    /// The network with a graph of its own: burn takes graphs that share a parameter for one, and a
    /// graph can be gone back through once.
    network: Network,
    batch: Batch,
    logits: Tensor<2>,
    /// What the network made of each play, cut off from its graph, `[rows, d_model + shared]`.
    states: Tensor<2>,
    /// Each row's share in the mean of each label over the whole batch.
    shares: Tensor<2>,
}

impl Forward {
    /// Runs the judge's network over windows of plays. `table` is of the judge's catalogue; `keep`
    /// `[songs, 2]` says whose identifiers are used: artist, song.
    pub fn new(
        judge: Judge,
        table: &SongTable,
        keep: &Tensor<2>,
        data: &Dataset,
        windows: &[Window],
    ) -> Self {
        let session_window = judge.shape.session_window;
        let plain = judge.network.valid();
        let size = windows.len().div_ceil(PARTS).max(1);
        let mut parts: Vec<Part> = windows
            .par_chunks(size)
            .map(|windows| {
                let network = plain.clone().train();
                let batch = Batch::gather(data, windows, session_window, judge.device);
                let (head, own, shared) =
                    network.forward(table, Some(keep.clone()), &batch.sequences);
                let states = Tensor::cat(vec![own.inner(), shared.inner()], 1);
                let shares = batch.mask.clone();
                Part { network, batch, logits: head.logits, states, shares }
            })
            .collect();
        let counts = parts.iter().map(|part| part.batch.mask.clone().sum_dim(0));
        let counts = counts.reduce(|a, b| a + b).expect("a batch has windows").clamp_min(1.0);
        for part in &mut parts {
            part.shares = part.batch.mask.clone() / counts.clone();
        }
        Forward { parts }
    }

    /// The plays' own loss weights, by what the critics expect of the rest of each one's session.
    pub fn weigh_plays(&self, critics: &Critics, weigher: &Weigher) -> PlayWeights {
        let values = |part: &Part| critics.values(&part.states, &part.actions());
        let fresh = |part: &Part| part.batch.fresh.iter().map(|&(row, ..)| row).collect();
        let parts = self.parts.iter().map(|part| (values(part), fresh(part))).collect();
        PlayWeights::new(weigher, parts)
    }

    /// The critics learn from this batch's plays. Gives their mean squared error.
    pub fn teach(&self, critics: &mut Critics) -> f32 {
        let errors: Vec<f32> =
            self.parts.iter().map(|part| critics.learn(&part.transitions())).collect();
        errors.iter().sum::<f32>() / errors.len().max(1) as f32
    }

    /// The losses of the tasks, without a gradient.
    pub fn losses(&self, interest: &InterestParts) -> [f32; TASKS.len()] {
        let of = |part: &Part| part.losses(part.logits.clone().inner(), interest).values();
        sum(self.parts.iter().map(of))
    }

    /// The losses of the tasks, and the gradient of their weighted sum.
    pub fn gradients(
        self,
        network: &Network,
        weights: LossWeights,
        interest: &InterestParts,
    ) -> ([f32; TASKS.len()], GradientsParams) {
        self.walked_back(network, |_, part| {
            let losses = part.losses(part.logits.clone(), interest);
            (losses.values(), losses.total(weights))
        })
    }

    /// The same where plays have weights of their own, of [`Forward::weigh_plays`]. The losses are told without them.
    pub fn gradients_by_play(
        self,
        network: &Network,
        weights: &PlayWeights,
        interest: &InterestParts,
    ) -> ([f32; TASKS.len()], GradientsParams) {
        self.walked_back(network, |number, part| {
            let losses = part.losses(part.logits.clone().inner(), interest);
            let shares = part.shares.clone() * weights.outputs[number].clone();
            let weighted = part.losses_by(shares, part.logits.clone(), interest);
            (losses.values(), weighted.total(ALIKE))
        })
    }

    /// Walks back through each part's graph from what is to be made small there.
    fn walked_back(
        self,
        network: &Network,
        of: impl Fn(usize, &Part) -> ([f32; TASKS.len()], Tensor<1>) + Sync,
    ) -> ([f32; TASKS.len()], GradientsParams) {
        let parts: Vec<_> = self
            .parts
            .into_par_iter()
            .enumerate()
            .map(|(number, part)| {
                let (losses, total) = of(number, &part);
                let gradients = total.backward();
                (losses, GradientsParams::from_grads(gradients, &part.network))
            })
            .collect();
        let mut all = GradientsAccumulator::new();
        let mut values = Vec::new();
        for (value, gradients) in parts {
            values.push(value);
            all.accumulate(network, gradients);
        }
        (sum(values.into_iter()), all.grads())
    }
}

/// Of losses whose plays have been weighed already.
const ALIKE: LossWeights = LossWeights { interest: 1.0, subscription: 1.0, exposure: 1.0 };

fn sum(values: impl Iterator<Item = [f32; TASKS.len()]>) -> [f32; TASKS.len()] {
    values
        .fold([0.0; TASKS.len()], |sum, value| std::array::from_fn(|task| sum[task] + value[task]))
}

impl Part {
    fn losses(&self, logits: Tensor<2>, interest: &InterestParts) -> Losses {
        self.losses_by(self.shares.clone(), logits, interest)
    }

    /// The losses with these shares of each row in each label, `[rows, HeadOutputs::WIDTH]`.
    fn losses_by(&self, shares: Tensor<2>, logits: Tensor<2>, interest: &InterestParts) -> Losses {
        debug_assert_eq!(logits.dims()[1], HeadOutputs::WIDTH);
        masked_losses(logits, self.batch.labels.clone(), shares, interest)
    }

    /// Each task's prediction, `[rows, tasks]`.
    fn actions(&self) -> Tensor<2> {
        rewarded(link(self.logits.clone().inner()))
    }

    fn transitions(&self) -> Transitions {
        let device = self.states.device();
        let (labels, mask) = (self.batch.labels.clone(), self.batch.mask.clone());
        let column = |values: &[f32]| {
            Tensor::<2>::from_data(TensorData::new(values.to_vec(), [values.len(), 1]), &device)
        };
        let actions = self.actions();
        Transitions {
            rewards: rewards(actions.clone(), rewarded(labels), rewarded(mask)),
            states: self.states.clone(),
            actions,
            next: Tensor::<1, Int>::from_data(self.batch.next.as_slice(), &device),
            continues: column(&self.batch.continues),
            known: column(&self.batch.known),
        }
    }
}

/// The columns of the labels that stand for the tasks, `[rows, tasks]`.
fn rewarded(labels: Tensor<2>) -> Tensor<2> {
    Tensor::cat(REWARDED.map(|output| labels.clone().narrow(1, output.index(), 1)).into(), 1)
}
