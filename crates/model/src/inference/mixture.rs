//! Experts, gates and towers over strips of rows.
//!
//! A mixture of experts is one level of them; progressive layered extraction is two. An expert or gate
//! reads one stream: at the first level there is one, the common input; at the next there is one for
//! each gate of the level before.

use burn::nn::Linear;
use burn::tensor::Tensor;
use macerator::Simd;

use super::dense::{Dense, Panels, Rows, product};
use crate::heads::TASKS;
use crate::kernels::lanes::{Lanes, mul_add, splat};
use crate::kernels::math::{relu, softmax};
use crate::network::head::{Head as Trained, Mixture, Tower as TrainedTower};
use crate::network::mmoe::Mmoe;
use crate::network::ple::Extraction;
use crate::numbers::values;

/// A layer over the common input `[own, shared]`, or, at later levels, over `own` alone.
#[derive(Clone, Debug)]
struct Entry {
    own: Panels,
    /// The listener's part, computed once for all rows.
    shared: Rows,
}

#[derive(Clone, Debug)]
struct Expert {
    stream: usize,
    hidden: Entry,
    output: Dense,
}

#[derive(Clone, Debug)]
struct Gate {
    stream: usize,
    entry: Entry,
    /// The experts that it weighs.
    experts: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Level {
    experts: Vec<Expert>,
    gates: Vec<Gate>,
}

#[derive(Clone, Debug)]
struct Tower {
    hidden: Dense,
    output: Dense,
}

/// Everything after the shared Transformer.
#[derive(Clone, Debug)]
pub(super) struct Head {
    listener: Vec<f32>,
    levels: Vec<Level>,
    towers: Vec<Tower>,
}

/// What the listener adds to the first layers of experts and gates: by level, experts then gates.
pub(super) struct Shares(Vec<Vec<Vec<f32>>>);

/// Room to work in, for one strip.
pub(super) struct Scratch<S: Simd> {
    hidden: Vec<Lanes<S>>,
    experts: Vec<Lanes<S>>,
    streams: Vec<Lanes<S>>,
    /// Gate weights of the last level, `[tasks][experts]`, zero where a gate sees no expert.
    pub gates: Vec<Lanes<S>>,
    weights: Vec<Lanes<S>>,
    pub logits: Vec<Lanes<S>>,
}

impl Head {
    /// What near-line updates have learned of the listener, `[d_shared]`.
    pub(super) fn listener(&self) -> &[f32] {
        &self.listener
    }

    /// `d_model` features of the common input are the row's own.
    pub(super) fn new(head: &Trained, d_model: usize) -> Self {
        let levels = match &head.mixture {
            Mixture::Mmoe(mmoe) => vec![Level::of_mmoe(mmoe, d_model)],
            Mixture::Ple(ple) => {
                let level = |(i, level): (usize, &Extraction)| {
                    Level::of_extraction(level, if i == 0 { Some(d_model) } else { None })
                };
                ple.levels.iter().enumerate().map(level).collect()
            }
        };
        let tower = |tower: &TrainedTower| Tower {
            hidden: Dense::new(&tower.hidden),
            output: Dense::new(&tower.output),
        };
        Head {
            listener: values(head.listener.val()),
            levels,
            towers: [&head.interest, &head.subscription, &head.exposure].map(tower).into(),
        }
    }

    /// Experts that a task chooses from.
    pub(super) fn experts(&self) -> usize {
        self.levels[self.levels.len() - 1].experts.len()
    }

    pub(super) fn shares(&self, shared: &[f32]) -> Shares {
        let shared: Vec<f32> = shared.iter().zip(&self.listener).map(|(s, l)| s + l).collect();
        let share = |entry: &Entry| super::dense::filled_up(entry.shared.apply(&shared));
        let of_level = |level: &Level| {
            let experts = level.experts.iter().map(|expert| share(&expert.hidden));
            experts.chain(level.gates.iter().map(|gate| share(&gate.entry))).collect()
        };
        Shares(self.levels.iter().map(of_level).collect())
    }

    pub(super) fn scratch<S: Simd>(&self) -> Scratch<S> {
        let strip = |features: usize| vec![splat::<S>(0.0); features];
        let levels = || self.levels.iter();
        let hidden = levels().flat_map(|l| &l.experts).map(|e| e.hidden.own.room());
        let hidden = hidden.chain(self.towers.iter().map(|t| t.hidden.panels.room()));
        let width = levels().map(Level::width).max().unwrap_or(0);
        let gates = levels().map(|l| l.gates.len()).max().unwrap_or(0);
        let logits: usize = self.towers.iter().map(|t| t.output.panels.outputs()).sum();
        Scratch {
            hidden: strip(hidden.max().unwrap_or(0)),
            experts: strip(self.experts() * width),
            streams: strip(gates * width),
            gates: strip(gates * self.experts()),
            weights: strip(self.experts() + 3),
            logits: strip(logits + 3),
        }
    }

    /// Logits and gates of a strip, into the scratch.
    #[inline(always)]
    pub(super) fn forward<S: Simd>(
        &self,
        own: &[Lanes<S>],
        shares: &Shares,
        scratch: &mut Scratch<S>,
    ) {
        let Scratch { hidden, experts, streams, gates, weights, logits } = scratch;
        for (i, (level, shares)) in self.levels.iter().zip(&shares.0).enumerate() {
            let (of_experts, of_gates) = shares.split_at(level.experts.len());
            let width = level.width();
            for (e, expert) in level.experts.iter().enumerate() {
                let input = if i == 0 { own } else { &streams[expert.stream * width..] };
                product::<S, false>(&expert.hidden.own, &of_experts[e], input, hidden);
                relu::<S>(&mut hidden[..expert.hidden.own.room()]);
                let out = &mut experts[e * width..][..width];
                expert.output.forward::<S>(hidden, out);
                relu::<S>(out);
            }
            for (g, gate) in level.gates.iter().enumerate() {
                // A gate reads its own stream before the next level's takes its place.
                let input = if i == 0 { own } else { &streams[gate.stream * width..] };
                product::<S, false>(&gate.entry.own, &of_gates[g], input, weights);
                let weights = &mut weights[..gate.experts.len()];
                softmax::<S>(weights);
                let out = &mut streams[g * width..][..width];
                out.fill(splat::<S>(0.0));
                for (&weight, &e) in weights.iter().zip(&gate.experts) {
                    gates[g * level.experts.len() + e] = weight;
                    for (out, &expert) in out.iter_mut().zip(&experts[e * width..]) {
                        *out = mul_add::<S>(expert, weight, *out);
                    }
                }
            }
        }
        let width = self.levels[self.levels.len() - 1].width();
        let mut from = 0;
        for (task, tower) in self.towers.iter().enumerate() {
            tower.hidden.forward::<S>(&streams[task * width..], hidden);
            relu::<S>(&mut hidden[..tower.hidden.panels.room()]);
            // Room past a tower's outputs is the next one's, which comes later.
            tower.output.forward::<S>(hidden, &mut logits[from..]);
            from += tower.output.panels.outputs();
        }
    }
}

impl Level {
    /// Features of a stream that the level puts out, with room for products.
    fn width(&self) -> usize {
        self.experts[0].output.panels.room()
    }

    fn of_mmoe(mmoe: &Mmoe, d_own: usize) -> Self {
        let [experts, d_hidden, _] = mmoe.output_weight.dims();
        let (hidden, gates) = (Rows::new(&mmoe.hidden), Rows::new(&mmoe.gates));
        let outputs = expert_layers(mmoe.output_weight.val(), mmoe.output_bias.val());
        let expert = |e: usize| Expert {
            stream: 0,
            hidden: Entry::new(hidden.some(e * d_hidden, d_hidden), Some(d_own)),
            output: outputs[e].pack(),
        };
        let gate = |task: usize| Gate {
            stream: 0,
            entry: Entry::new(gates.some(task * experts, experts), Some(d_own)),
            experts: (0..experts).collect(),
        };
        Level {
            experts: (0..experts).map(expert).collect(),
            gates: (0..TASKS.len()).map(gate).collect(),
        }
    }

    /// `d_own` is given for the first level, whose input is the common one.
    fn of_extraction(level: &Extraction, d_own: Option<usize>) -> Self {
        let hidden = expert_layers(level.hidden_weight.val(), level.hidden_bias.val());
        let outputs = expert_layers(level.output_weight.val(), level.output_bias.val());
        let tasks = TASKS.len();
        let experts = hidden.len();
        let expert = |(e, (hidden, output)): (usize, (Rows, Rows))| Expert {
            stream: e.min(tasks),
            hidden: Entry::new(hidden, d_own),
            output: output.pack(),
        };
        let gate = |(g, gate): (usize, &Linear)| Gate {
            stream: g,
            entry: Entry::new(Rows::new(gate), d_own),
            experts: if g < tasks {
                [g].into_iter().chain(tasks..experts).collect()
            } else {
                (0..experts).collect()
            },
        };
        Level {
            experts: hidden.into_iter().zip(outputs).enumerate().map(expert).collect(),
            gates: level.gates.iter().enumerate().map(gate).collect(),
        }
    }
}

impl Entry {
    /// Of a layer over `[own, shared]`, with `d_own` features of `own`, or over `own` alone.
    fn new(rows: Rows, d_own: Option<usize>) -> Self {
        let inputs = rows.inputs();
        let (own, mut shared) = rows.split(d_own.unwrap_or(inputs));
        shared.bias.clone_from(&own.bias);
        Entry { own: own.pack().panels, shared }
    }
}

/// One layer per expert, of weights `[experts, inputs, outputs]` and biases `[experts, 1, outputs]`.
fn expert_layers(weights: Tensor<3>, biases: Tensor<3>) -> Vec<Rows> {
    let [experts, inputs, outputs] = weights.dims();
    let part = |tensor: &Tensor<3>, e: usize, rows: usize| {
        values(tensor.clone().narrow(0, e, 1).reshape([rows, outputs]))
    };
    (0..experts)
        .map(|e| Rows { weights: part(&weights, e, inputs), bias: part(&biases, e, 1), outputs })
        .collect()
}
