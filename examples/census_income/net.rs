//! The project's mixture over the survey's fields, and the designs it is compared with.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use melody::model::{Initialiser, Mmoe, Tower};

use super::data::Examples;
use super::fields::{Role, count};

/// How tasks share what they learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Design {
    /// A network of its own for every task.
    SingleTask,
    /// One expert for all tasks.
    SharedBottom,
    /// Several experts, a gate per task.
    Mmoe,
}

pub(crate) const DESIGNS: [Design; 3] = [Design::SingleTask, Design::SharedBottom, Design::Mmoe];

impl Design {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Design::SingleTask => "single task",
            Design::SharedBottom => "shared bottom",
            Design::Mmoe => "MMoE",
        }
    }
}

/// Width of a category's embedding.
const EMBEDDING: usize = 8;
const EXPERTS: usize = 8;
const EXPERT_HIDDEN: usize = 32;
const EXPERT_OUTPUT: usize = 16;
const TOWER_HIDDEN: usize = 16;

/// Number and hidden width of the experts of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    experts: usize,
    hidden: usize,
    tasks: usize,
}

impl Shape {
    /// The shape of a design's network for `tasks` tasks. A design without gates gets as wide an
    /// expert as the parameters of the mixture for two tasks allow.
    pub(crate) fn new(design: Design, tasks: usize, codes: usize) -> Self {
        let mixture = |tasks| Shape { experts: EXPERTS, hidden: EXPERT_HIDDEN, tasks };
        if design == Design::Mmoe {
            return mixture(tasks);
        }
        let budget = mixture(2).parameters(codes);
        let one = |hidden| Shape { experts: 1, hidden, tasks };
        let widest = (1..).take_while(|&hidden| one(hidden).parameters(codes) <= budget).last();
        one(widest.unwrap_or(1))
    }

    /// Parameters that can change what the network says: the gates of a single expert cannot.
    pub(crate) fn parameters(self, codes: usize) -> usize {
        let layer = |input: usize, output: usize| (input + 1) * output;
        let width = width();
        let gates = if self.experts > 1 { layer(width, self.tasks * self.experts) } else { 0 };
        codes * EMBEDDING
            + layer(width, self.experts * self.hidden)
            + self.experts * layer(self.hidden, EXPERT_OUTPUT)
            + gates
            + self.tasks * (layer(EXPERT_OUTPUT, TOWER_HIDDEN) + layer(TOWER_HIDDEN, 1))
    }
}

/// Width of the mixture's input.
fn width() -> usize {
    count(Role::is_category) * EMBEDDING + count(Role::is_number)
}

#[derive(Module, Debug)]
pub(crate) struct Net {
    /// Embeddings of all values of all category fields, `[codes, EMBEDDING]`.
    embeddings: Param<Tensor<2>>,
    mixture: Mmoe,
    /// One per task.
    towers: Vec<Tower>,
}

impl Net {
    pub(crate) fn new(shape: Shape, codes: usize, seed: u64, device: &Device) -> Self {
        let init = &mut Initialiser::new(seed, device);
        let Shape { experts, hidden, tasks } = shape;
        Net {
            embeddings: init.uniform([codes, EMBEDDING], 0.1),
            mixture: Mmoe::new(init, width(), (experts, hidden, EXPERT_OUTPUT), tasks),
            towers: (0..tasks).map(|_| Tower::new(init, EXPERT_OUTPUT, TOWER_HIDDEN, 1)).collect(),
        }
    }

    /// Logits `[rows, tasks]`.
    pub(crate) fn forward(&self, rows: &Examples, device: &Device) -> Tensor<2> {
        let count = rows.rows();
        let codes = Tensor::<1, Int>::from_data(rows.categories.as_slice(), device);
        let embedded = self.embeddings.val().select(0, codes).reshape([count as i32, -1]);
        let wide = rows.numbers.len() / count;
        let numbers =
            Tensor::from_data(TensorData::new(rows.numbers.clone(), [count, wide]), device);
        let mixed = self.mixture.forward(embedded, numbers);
        let logits = self.towers.iter().zip(mixed.tasks).map(|(tower, x)| tower.forward(x));
        Tensor::cat(logits.collect(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_design_keeps_the_budget_and_uses_it_up() {
        let budget = Shape::new(Design::Mmoe, 2, 500).parameters(500);
        for (design, tasks) in [(Design::SharedBottom, 2), (Design::SingleTask, 1)] {
            let shape = Shape::new(design, tasks, 500);
            let wider = Shape { hidden: shape.hidden + 1, ..shape };
            assert!(shape.parameters(500) <= budget);
            assert!(wider.parameters(500) > budget);
        }
    }

    #[test]
    fn parameters_are_those_of_the_network() {
        let shape = Shape::new(Design::Mmoe, 2, 500);
        let net = Net::new(shape, 500, 1, &Device::flex());
        assert_eq!(net.num_params(), shape.parameters(500));
    }
}
