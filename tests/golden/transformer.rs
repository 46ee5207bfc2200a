//! The Transformer's blocks, against PyTorch's encoder: padding and causal masks, attention,
//! gradients; and the candidates' own path, which must say what a causal encoder says.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Gradients, Int, Tensor};
use melody::model::{Block, Encoder, Initialiser};
use serde_json::Value;

use crate::files::{Golden, golden};
use crate::mmoe::cross_entropy;
use crate::numbers::{Within, all_close, close, count, flat, list, number, shape};
use crate::tensors::{BOTH, Bits, Maker, gradient, linear_gradients, values};

/// What is added to a score that must not count.
const MASKED: f64 = -1.0e9;

/// A golden file's network and its input.
struct Net {
    make: Maker,
    encoder: Encoder,
    heads: Linear,
    embedding: Param<Tensor<2>>,
    position: Param<Tensor<2>>,
    tokens: Vec<i32>,
    lengths: Vec<usize>,
    /// Batch, tokens, width.
    size: [usize; 3],
    attention_heads: usize,
}

/// PyTorch's names of one block's dense layers and ours.
fn dense(block: &Block) -> [(&'static str, &Linear); 4] {
    [
        ("self_attn.in_proj_", &block.attention.qkv),
        ("self_attn.out_proj.", &block.attention.output),
        ("linear1.", &block.inner),
        ("linear2.", &block.outer),
    ]
}

impl Net {
    fn new(file: &Golden, bits: Bits) -> Self {
        let make = Maker::new(bits);
        let weights = &file.inputs["weights"];
        let of = |name: &str| flat(&weights[name]);
        let table = |name: &str| {
            let size = shape(&weights[name]);
            make.param(&of(name), [size[0], size[1]])
        };
        let size = shape(&file.inputs["tokens"]);
        let d_model = of("norm.weight").len();
        let feed_forward = of("layers.0.linear1.bias").len();
        let attention_heads = count(&file.inputs["n_heads"]);
        let layers = (0..).take_while(|i| !weights[format!("layers.{i}.linear1.bias")].is_null());
        let init = &mut Initialiser::new(0, &make.device);
        let sizes = (layers.count(), d_model, attention_heads, feed_forward);
        let mut encoder = Encoder::new(init, sizes, size[1]);
        let norm = |norm: &mut burn::nn::LayerNorm, name: &str| {
            norm.gamma = make.param(&of(&format!("{name}.weight")), [d_model]);
            norm.beta = Some(make.param(&of(&format!("{name}.bias")), [d_model]));
        };
        let linear =
            |name: &str| make.linear(&of(&format!("{name}weight")), &of(&format!("{name}bias")));
        for (i, block) in encoder.blocks.iter_mut().enumerate() {
            let name = |part: &str| format!("layers.{i}.{part}");
            block.attention.qkv = linear(&name("self_attn.in_proj_"));
            block.attention.output = linear(&name("self_attn.out_proj."));
            block.inner = linear(&name("linear1."));
            block.outer = linear(&name("linear2."));
            norm(&mut block.norm_attention, &name("norm1"));
            norm(&mut block.norm_feed_forward, &name("norm2"));
        }
        norm(&mut encoder.norm, "norm");
        // No learned recency: plain attention.
        for recency in &mut encoder.recency {
            let [rows, columns] = recency.val().dims();
            *recency = make.param(&vec![0.0; rows * columns], [rows, columns]);
        }
        Net {
            encoder,
            heads: linear("heads."),
            embedding: table("emb.weight"),
            position: table("pos.weight"),
            tokens: flat(&file.inputs["tokens"]).into_iter().map(|t| t as i32).collect(),
            lengths: list(&file.inputs["lengths"]).iter().map(count).collect(),
            size: [size[0], size[1], d_model],
            attention_heads,
            make,
        }
    }

    /// Token and position embeddings, `[batch, tokens, width]`.
    fn embedded(&self) -> Tensor<3> {
        let [batch, tokens, d] = self.size;
        let ids = Tensor::<1, Int>::from_data(self.tokens.as_slice(), &self.make.device);
        let embedded = self.embedding.val().select(0, ids).reshape([batch, tokens, d]);
        embedded + self.position.val().narrow(0, 0, tokens).unsqueeze::<3>()
    }

    /// The bias that hides keys past each row's length.
    fn padding(&self) -> Tensor<4> {
        let [batch, tokens, _] = self.size;
        let hidden = |row: usize, key: usize| if key < self.lengths[row] { 0.0 } else { MASKED };
        let values: Vec<f64> = (0..batch)
            .flat_map(|row| (0..tokens * tokens).map(move |i| hidden(row, i % tokens)))
            .collect();
        self.make.tensor(&values, [batch, 1, tokens, tokens])
    }

    /// The bias that hides keys after the query.
    fn causal(&self) -> Tensor<4> {
        let [_, tokens, _] = self.size;
        let hidden = |i: usize| if i % tokens <= i / tokens { 0.0 } else { MASKED };
        let values: Vec<f64> = (0..tokens * tokens).map(hidden).collect();
        self.make.tensor(&values, [1, 1, tokens, tokens])
    }

    /// The output after the last norm, and each block's attention weights.
    fn forward(&self, bias: Tensor<4>) -> (Tensor<3>, Vec<Tensor<4>>) {
        let mut x = self.embedded();
        let mut attention = Vec::new();
        for block in &self.encoder.blocks {
            let (output, looks) = block.forward(x, bias.clone());
            x = output;
            attention.push(looks.weights());
        }
        (self.encoder.norm.forward(x), attention)
    }

    /// Means over each row's own tokens, `[batch, width]`.
    fn pooled(&self, output: Tensor<3>) -> Tensor<2> {
        let [batch, tokens, d] = self.size;
        let share = |row: usize, token: usize| {
            if token < self.lengths[row] { 1.0 / self.lengths[row] as f64 } else { 0.0 }
        };
        let shares: Vec<f64> =
            (0..batch).flat_map(|row| (0..tokens).map(move |token| share(row, token))).collect();
        (output * self.make.tensor(&shares, [batch, tokens, 1])).sum_dim(1).reshape([batch, d])
    }

    /// The same of a golden value, whose rows hold their own tokens and maybe padding.
    fn valid_of(&self, rows: &Value, from: usize) -> Vec<f64> {
        let own = |(row, tokens): (usize, &Value)| {
            let length = self.lengths[row];
            list(tokens)[from.min(length)..length].iter().flat_map(flat).collect::<Vec<f64>>()
        };
        list(rows).iter().enumerate().flat_map(own).collect()
    }

    /// Of `[batch, tokens, width]` the tokens that are not padding, from token `from` on.
    fn valid(&self, all: &[f64], from: usize) -> Vec<f64> {
        let [_, tokens, d] = self.size;
        assert_eq!(all.len(), self.lengths.len() * tokens * d);
        let rows = self.lengths.iter().enumerate();
        rows.flat_map(|(row, &length)| {
            let start = row * tokens * d;
            all[start + from.min(length) * d..start + length * d].to_vec()
        })
        .collect()
    }
}

/// Tolerances of outputs in 32 and in 64 bits.
fn outputs(bits: Bits) -> Within {
    match bits {
        Bits::Single => Within::Absolute(2e-5),
        Bits::Double => Within::Absolute(1e-10),
    }
}

#[test]
fn padding_mask_attention_pooling_and_logits() {
    for file in golden("g7") {
        for bits in BOTH {
            let net = Net::new(&file, bits);
            let what = |name: &str| format!("{} in {bits:?}: {name}", file.name);
            let of = |name: &str| flat(&file.expected[name]);
            let same = |name: &str, got: &[f64], expected: &[f64]| {
                all_close(&what(name), got, expected, outputs(bits));
            };
            let (output, attention) = net.forward(net.padding());
            let got = net.valid(&values(output.clone()), 0);
            same("out_f64", &got, &net.valid_of(&file.expected["out_f64"], 0));
            let pooled = net.pooled(output);
            same("pooled_f64", &values(pooled.clone()), &of("pooled_f64"));
            let logits = values(net.heads.forward(pooled));
            same("logits_f64", &logits, &of("logits_f64"));
            if bits == Bits::Single {
                same("out_f32", &got, &net.valid_of(&file.expected["out_f32"], 0));
                same("logits_f32", &logits, &of("logits_f32"));
            }
            // Attention of some layer and row, which the key names: `attn_layer0_row1_f64`.
            for (key, expected) in file.expected.as_object().unwrap() {
                let Some(place) = key.strip_prefix("attn_layer") else { continue };
                let place: Vec<usize> = place
                    .trim_end_matches("_f64")
                    .split("_row")
                    .map(|part| part.parse().unwrap())
                    .collect();
                let length = net.lengths[place[1]];
                let got = attention[place[0]]
                    .clone()
                    .narrow(0, place[1], 1)
                    .narrow(2, 0, length)
                    .narrow(3, 0, length);
                assert_eq!(shape(expected), [net.attention_heads, length, length], "{key}");
                same(key, &values(got), &flat(expected));
            }
        }
    }
}

#[test]
fn causal_mask() {
    for file in golden("g7") {
        for bits in BOTH {
            let net = Net::new(&file, bits);
            let got = net.valid(&values(net.forward(net.causal()).0), 0);
            let expected = net.valid_of(&file.expected["causal_out_f64"], 0);
            all_close(&format!("{} in {bits:?}", file.name), &got, &expected, outputs(bits));
        }
    }
}

/// A candidate that may look back on the tokens before it is what a causal encoder makes of the next
/// token: all candidates at once, as in training, and each row by itself, as when serving.
#[test]
fn candidates_see_what_a_causal_encoder_sees() {
    for file in golden("g7") {
        let net = Net::new(&file, Bits::Single);
        let [_, tokens, _] = net.size;
        if tokens < 2 {
            continue;
        }
        let x = net.embedded();
        let memory = net.encoder.remember(x.clone().narrow(1, 0, tokens - 1));
        let candidates = x.clone().narrow(1, 1, tokens - 1);
        let got = net.encoder.attend(candidates, &memory, |candidate| candidate, tokens - 1);
        // Put back in place, behind a first token nobody compares.
        let all = Tensor::cat(vec![x.clone().narrow(1, 0, 1), got], 1);
        let got = net.valid(&values(all), 1);
        let expected = net.valid_of(&file.expected["causal_out_f64"], 1);
        all_close(&format!("{}: training", file.name), &got, &expected, outputs(Bits::Single));

        for (row, &length) in net.lengths.iter().enumerate() {
            for now in 1..length {
                let row_tokens = x.clone().narrow(0, row, 1);
                let memory = net.encoder.remember(row_tokens.clone().narrow(1, 0, now));
                let candidate = row_tokens.narrow(1, now, 1);
                let got = net.encoder.attend(candidate, &memory, |_| now - 1, 1);
                let expected = flat(&file.expected["causal_out_f64"][row][now]);
                let what = format!("{}: serving, row {row}, token {now}", file.name);
                all_close(&what, &values(got), &expected, outputs(Bits::Single));
            }
        }
    }
}

#[test]
fn gradients_of_every_parameter() {
    for file in golden("g7") {
        for bits in BOTH {
            let net = Net::new(&file, bits);
            let pooled = net.pooled(net.forward(net.padding()).0);
            let logits = net.heads.forward(pooled);
            let size = shape(&file.inputs["targets"]);
            let targets = net.make.tensor(&flat(&file.inputs["targets"]), [size[0], size[1]]);
            // The mean over rows and heads is the mean of each head's mean.
            let losses = (0..size[1]).map(|head| {
                cross_entropy(logits.clone().narrow(1, head, 1), targets.clone().narrow(1, head, 1))
            });
            // Not divided: burn takes the gradient of a division by a number in 32 bits.
            let loss = losses.reduce(|a, b| a + b).unwrap() * (1.0 / size[1] as f64);
            let (loss_within, within) = match bits {
                Bits::Single => (Within::Absolute(2e-5), Within::Absolute(2e-5)),
                Bits::Double => (Within::Absolute(1e-10), Within::Absolute(1e-9)),
            };
            let what = format!("{} in {bits:?}", file.name);
            let got = values(loss.clone())[0];
            close(&format!("{what}: loss"), got, number(&file.expected["loss_f64"]), loss_within);
            let got = gradients(&net, &loss.backward());
            let expected = file.expected["grads_f64"].as_object().unwrap();
            assert_eq!(got.len(), expected.len(), "{what}: parameters");
            for (name, got) in got {
                let expected: &Value = expected.get(&name).unwrap_or_else(|| panic!("{name}"));
                all_close(&format!("{what}: gradient of {name}"), &got, &flat(expected), within);
            }
        }
    }
}

/// Gradients of all parameters under PyTorch's names, in its layout.
fn gradients(net: &Net, of: &Gradients) -> Vec<(String, Vec<f64>)> {
    let mut all = Vec::new();
    let mut linear = |name: &str, layer: &Linear| {
        let (weight, bias) = linear_gradients(layer, of);
        all.push((format!("{name}weight"), weight));
        all.push((format!("{name}bias"), bias));
    };
    linear("heads.", &net.heads);
    for (i, block) in net.encoder.blocks.iter().enumerate() {
        for (name, layer) in dense(block) {
            linear(&format!("layers.{i}.{name}"), layer);
        }
    }
    let mut norm = |name: &str, norm: &burn::nn::LayerNorm| {
        all.push((format!("{name}.weight"), gradient(&norm.gamma, of)));
        all.push((format!("{name}.bias"), gradient(norm.beta.as_ref().unwrap(), of)));
    };
    norm("norm", &net.encoder.norm);
    for (i, block) in net.encoder.blocks.iter().enumerate() {
        norm(&format!("layers.{i}.norm1"), &block.norm_attention);
        norm(&format!("layers.{i}.norm2"), &block.norm_feed_forward);
    }
    all.push(("emb.weight".into(), gradient(&net.embedding, of)));
    all.push(("pos.weight".into(), gradient(&net.position, of)));
    all
}
