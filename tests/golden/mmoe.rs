//! The mixture of experts and the losses, against torch-rechub.

use burn::tensor::activation::sigmoid;
use burn::tensor::{Gradients, Tensor};
use melody::model::{Initialiser, Mmoe, Tower};
use melody::objective::{InterestParts, masked_losses, shares};
use serde_json::Value;

use crate::files::{Golden, golden};
use crate::numbers::{Within, all_close, close, flat, list, number, shape, vector};
use crate::tensors::{BOTH, Bits, Maker, gradient, linear_gradients, transposed, values};

/// A mixture with a tower of one output per task, with a golden file's folded weights.
struct Net {
    mmoe: Mmoe,
    towers: Vec<Tower>,
}

/// Weights `[out][in]` and bias of one layer.
fn layer(value: &Value) -> (Vec<f64>, Vec<f64>) {
    (flat(&value["w"]), vector(&value["b"]))
}

/// A network's layers, requiring as many as ours has.
fn layers(value: &Value, wanted: usize) -> Vec<(Vec<f64>, Vec<f64>)> {
    let layers: Vec<_> = list(value).iter().map(layer).collect();
    assert_eq!(layers.len(), wanted, "layers");
    layers
}

impl Net {
    fn new(weights: &Value, make: &Maker) -> Self {
        let experts: Vec<_> = list(&weights["experts"]).iter().map(|e| layers(e, 2)).collect();
        let gates: Vec<_> = list(&weights["gates"]).iter().map(|g| layers(g, 1)).collect();
        let towers: Vec<_> = list(&weights["towers"]).iter().map(|t| layers(t, 2)).collect();
        let d_hidden = experts[0][0].1.len();
        let d_input = experts[0][0].0.len() / d_hidden;
        let d_output = experts[0][1].1.len();
        let init = &mut Initialiser::new(0, &make.device);
        let sizes = (experts.len(), d_hidden, d_output);
        let mut mmoe = Mmoe::new(init, d_input, sizes, gates.len());
        // Ours keeps the experts' first layers side by side, and so the gates.
        let side_by_side = |layers: Vec<&(Vec<f64>, Vec<f64>)>| {
            let weight: Vec<f64> = layers.iter().flat_map(|l| l.0.clone()).collect();
            let bias: Vec<f64> = layers.iter().flat_map(|l| l.1.clone()).collect();
            make.linear(&weight, &bias)
        };
        mmoe.hidden = side_by_side(experts.iter().map(|e| &e[0]).collect());
        mmoe.gates = side_by_side(gates.iter().map(|g| &g[0]).collect());
        let output: Vec<f64> =
            experts.iter().flat_map(|e| transposed(&e[1].0, d_output, d_hidden)).collect();
        let bias: Vec<f64> = experts.iter().flat_map(|e| e[1].1.clone()).collect();
        mmoe.output_weight = make.param(&output, [experts.len(), d_hidden, d_output]);
        mmoe.output_bias = make.param(&bias, [experts.len(), 1, d_output]);
        let tower = |layers: &Vec<(Vec<f64>, Vec<f64>)>| Tower {
            hidden: make.linear(&layers[0].0, &layers[0].1),
            output: make.linear(&layers[1].0, &layers[1].1),
        };
        Net { mmoe, towers: towers.iter().map(tower).collect() }
    }

    /// Each task's logits `[rows, 1]`, and the gates.
    fn forward(&self, own: Tensor<2>, shared: Tensor<2>) -> (Vec<Tensor<2>>, Tensor<3>) {
        let mixed = self.mmoe.forward(own, shared);
        let logits = self.towers.iter().zip(mixed.tasks).map(|(tower, x)| tower.forward(x));
        (logits.collect(), mixed.gates)
    }
}

/// The mean cross-entropy of `logits` `[rows, 1]` by the project's own loss: it fills the first of
/// its labels and leaves the others masked.
pub(crate) fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let [rows, _] = logits.dims();
    let others = || logits.zeros_like().repeat_dim(1, melody::feedback::LABELS - 1);
    let wide = |first: Tensor<2>| Tensor::cat(vec![first, others()], 1);
    let mask = wide(labels.ones_like());
    let parts = InterestParts {
        completion: 1.0,
        play_ratio: 0.0,
        like: 0.0,
        skip: 0.0,
        save: 0.0,
        replays: 0.0,
    };
    assert_eq!(labels.dims(), [rows, 1]);
    let [interest, ..] =
        masked_losses(wide(logits.clone()), wide(labels), shares(mask), &parts).tasks;
    interest
}

/// The input of a file as `[own, shared]`, the first `own` columns apart.
fn split(file: &Golden, make: &Maker, own: usize) -> [Tensor<2>; 2] {
    let size = shape(&file.inputs["x"]);
    let single: Vec<f64> =
        flat(&file.inputs["x"]).into_iter().map(|v| f64::from(v as f32)).collect();
    let x = make.tensor(&single, [size[0], size[1]]);
    let shared = if own < size[1] {
        x.clone().narrow(1, own, size[1] - own)
    } else {
        make.tensor(&[], [size[0], 0])
    };
    [x.narrow(1, 0, own), shared]
}

#[test]
fn experts_gates_and_towers() {
    for file in golden("g6") {
        for bits in BOTH {
            let make = Maker::new(bits);
            let net = Net::new(&file.inputs["folded"], &make);
            let within = match bits {
                Bits::Single => Within::Absolute(2e-6),
                Bits::Double => Within::Absolute(1e-12),
            };
            let width = shape(&file.inputs["x"])[1];
            // However the input is split into a candidate's own part and the shared part.
            for own in [width, width.div_ceil(2), 1] {
                let [own, shared] = split(&file, &make, own);
                let what = |name: &str| format!("{} in {bits:?}: {name}", file.name);
                let same = |name: &str, got: Vec<f64>, expected: &str| {
                    all_close(&what(name), &got, &flat(&file.expected[expected]), within);
                };
                let experts = net.mmoe.experts(own.clone(), shared.clone());
                let (logits, gates) = net.forward(own, shared);
                let logits = Tensor::cat(logits, 1);
                same("gates", values(gates), "gates_f64");
                same("experts of row 0", values(experts.narrow(1, 0, 1)), "experts_f64_row0");
                let probabilities = values(sigmoid(logits.clone()));
                same("probabilities", probabilities.clone(), "prob_f64");
                match bits {
                    Bits::Single => same("32-bit probabilities", probabilities, "prob_f32"),
                    Bits::Double => same("logits", values(logits), "logits_f64"),
                }
            }
        }
    }
}

#[test]
fn losses_and_gradients() {
    for file in golden("g6") {
        for bits in BOTH {
            let make = Maker::new(bits);
            let net = Net::new(&file.inputs["folded"], &make);
            let width = shape(&file.inputs["x"])[1];
            let [own, shared] = split(&file, &make, width.div_ceil(2));
            let (logits, _) = net.forward(own, shared);
            let size = shape(&file.inputs["y"]);
            let labels = make.tensor(&flat(&file.inputs["y"]), [size[0], size[1]]);
            let losses: Vec<Tensor<1>> = logits
                .into_iter()
                .enumerate()
                .map(|(task, logits)| cross_entropy(logits, labels.clone().narrow(1, task, 1)))
                .collect();
            let (loss_within, within) = match bits {
                Bits::Single => (Within::Absolute(2e-6), Within::Absolute(1e-5)),
                Bits::Double => (Within::Absolute(1e-12), Within::Relative(1e-9)),
            };
            let of_task: Vec<f64> = losses.iter().flat_map(|loss| values(loss.clone())).collect();
            let what = format!("{} in {bits:?}", file.name);
            let expected = vector(&file.expected["task_bce_f64"]);
            all_close(&format!("{what}: losses"), &of_task, &expected, loss_within);
            let weights = vector(&file.inputs["task_weights"]);
            let weighed = losses.into_iter().zip(weights).map(|(loss, weight)| loss * weight);
            let total = weighed.reduce(|a, b| a + b).unwrap();
            let got = values(total.clone())[0];
            close(&format!("{what}: loss"), got, number(&file.expected["loss_f64"]), loss_within);
            check_gradients(&what, &net, &total.backward(), &file.expected["grads_f64"], within);
        }
    }
}

fn check_gradients(what: &str, net: &Net, got: &Gradients, expected: &Value, within: Within) {
    let same = |name: &str, got: &[f64], expected: &Value| {
        all_close(&format!("{what}: gradient of {name}"), got, &flat(expected), within);
    };
    let [experts, d_hidden, d_output] = net.mmoe.output_weight.val().dims();
    let (hidden_w, hidden_b) = linear_gradients(&net.mmoe.hidden, got);
    let output_w = gradient(&net.mmoe.output_weight, got);
    let output_b = gradient(&net.mmoe.output_bias, got);
    let part = |all: &[f64], i: usize, of: usize| {
        let size = all.len() / of;
        all[i * size..(i + 1) * size].to_vec()
    };
    for e in 0..experts {
        let expected = &expected["experts"][e];
        let name = |part: &str| format!("expert {e}, {part}");
        same(&name("hidden w"), &part(&hidden_w, e, experts), &expected[0]["w"]);
        same(&name("hidden b"), &part(&hidden_b, e, experts), &expected[0]["b"]);
        let output = transposed(&part(&output_w, e, experts), d_hidden, d_output);
        same(&name("output w"), &output, &expected[1]["w"]);
        same(&name("output b"), &part(&output_b, e, experts), &expected[1]["b"]);
    }
    let (gates_w, gates_b) = linear_gradients(&net.mmoe.gates, got);
    for (task, tower) in net.towers.iter().enumerate() {
        let gate = &expected["gates"][task][0];
        same(&format!("gate {task}, w"), &part(&gates_w, task, net.towers.len()), &gate["w"]);
        same(&format!("gate {task}, b"), &part(&gates_b, task, net.towers.len()), &gate["b"]);
        for (layer, expected) in
            [&tower.hidden, &tower.output].iter().zip(list(&expected["towers"][task]))
        {
            let (weight, bias) = linear_gradients(layer, got);
            same(&format!("tower {task}, w"), &weight, &expected["w"]);
            same(&format!("tower {task}, b"), &bias, &expected["b"]);
        }
    }
}
