//! The pre-norm Transformer encoder, with candidates isolated from each other.
//!
//! History tokens attend to each other under a mask. A candidate attends to the history and to
//! itself, never to another candidate, so its score does not depend on what is scored beside it
//! and every layer's keys and values of the history are computed once for all candidates.

use burn::module::{Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::module::linear;
use burn::tensor::{Bool, Int, Tensor};

use super::layers::Initialiser;
use super::tangent::{exp, gelu};

/// Keys and values of tokens at one layer, `[batch, heads, tokens, d_head]` each; the values with a
/// column of ones more, so that weighing them also sums the weights.
#[derive(Clone, Debug)]
pub struct KeysValues {
    keys: Tensor<4>,
    values: Tensor<4>,
}

impl KeysValues {
    /// What `weights` `[batch, heads, queries, tokens]` find: the values they weigh, `[batch, heads,
    /// queries, d_head]`, and their sums, `[batch, heads, queries, 1]`.
    fn weigh(&self, weights: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let found = weights.matmul(self.values.clone());
        let d_head = found.dims()[3] - 1;
        (found.clone().narrow(3, 0, d_head), found.narrow(3, d_head, 1))
    }
}

/// How much each query looks at each key: softmax weights before they are divided by their sum. What
/// they find is divided instead, which is narrower.
#[derive(Clone, Debug)]
pub struct Looks {
    parts: Vec<Tensor<4>>,
    sum: Tensor<4>,
}

impl Looks {
    /// The weights, summing to one over keys, `[batch, heads, queries, keys]`.
    pub fn weights(self) -> Tensor<4> {
        Tensor::cat(self.parts, 3) / self.sum
    }
}

/// Multi-head scaled dot-product attention (Vaswani et al. 2017, section 3.2).
#[derive(Module, Debug)]
pub struct Attention {
    /// Query, key and value projections side by side, in that order.
    pub qkv: Linear,
    pub output: Linear,
    heads: usize,
}

impl Attention {
    fn new(init: &mut Initialiser, d_model: usize, heads: usize) -> Self {
        Attention {
            qkv: init.linear(d_model, 3 * d_model),
            output: init.linear(d_model, d_model),
            heads,
        }
    }

    /// Queries of `x` `[batch, tokens, d_model]`, split into heads, over the square root of a head's
    /// width. They are multiplied by its inverse: burn takes the gradient of a division by a number
    /// in 32 bits whatever the tensor holds.
    fn queries(&self, x: Tensor<3>) -> Tensor<4> {
        let queries = self.project(x, 0);
        let d_head = queries.dims()[3] as f64;
        queries * (1.0 / d_head.sqrt())
    }

    fn keys_values(&self, x: Tensor<3>) -> KeysValues {
        let (keys, values) = (self.project(x.clone(), 1), self.project(x, 2));
        let [batch, heads, tokens, _] = values.dims();
        let ones = Tensor::ones([batch, heads, tokens, 1], (&values.device(), values.dtype()));
        KeysValues { keys, values: Tensor::cat(vec![values, ones], 3) }
    }

    /// One of the three projections of `x`, split into heads. The weights are cut up, not what comes
    /// out: its gradient would be put together again from three of its size.
    fn project(&self, x: Tensor<3>, part: usize) -> Tensor<4> {
        let [batch, tokens, d_model] = x.dims();
        let weight = self.qkv.weight.val().narrow(1, part * d_model, d_model);
        let bias = self.qkv.bias.as_ref().map(|b| b.val().narrow(0, part * d_model, d_model));
        linear(x, weight, bias)
            .reshape([batch, tokens, self.heads, d_model / self.heads])
            .swap_dims(1, 2)
    }

    /// Concatenates heads and projects: `[batch, heads, tokens, d_head]` to `[.., d_model]`.
    fn merge(&self, x: Tensor<4>) -> Tensor<3> {
        let [batch, heads, tokens, d_head] = x.dims();
        self.output.forward(x.swap_dims(1, 2).reshape([batch, tokens, heads * d_head]))
    }
}

/// One encoder layer: attention, then a feed-forward network, each after a layer norm and each
/// added to its input. The feed-forward uses the exact (erf) GELU.
#[derive(Module, Debug)]
pub struct Block {
    /// Before attention.
    pub norm_attention: LayerNorm,
    /// Over the tokens.
    pub attention: Attention,
    /// Before the feed-forward layers.
    pub norm_feed_forward: LayerNorm,
    /// To the wider layer.
    pub inner: Linear,
    /// And back.
    pub outer: Linear,
}

impl Block {
    /// A block with its first weights.
    pub fn new(init: &mut Initialiser, d_model: usize, heads: usize, feed_forward: usize) -> Self {
        Block {
            norm_attention: init.norm(d_model),
            attention: Attention::new(init, d_model, heads),
            norm_feed_forward: init.norm(d_model),
            inner: init.linear(d_model, feed_forward),
            outer: init.linear(feed_forward, d_model),
        }
    }

    /// Tokens attending to tokens. `bias` `[batch or 1, heads or 1, tokens, tokens]` is added to the
    /// attention scores; large negative values mask.
    pub fn forward(&self, x: Tensor<3>, bias: Tensor<4>) -> (Tensor<3>, Looks) {
        let normed = self.norm_attention.forward(x.clone());
        let memory = self.attention.keys_values(normed.clone());
        self.attend_to(x, normed, &memory, bias)
    }

    /// The same for tokens `x` whose layer norm and whose keys and values are known.
    fn attend_to(
        &self,
        x: Tensor<3>,
        normed: Tensor<3>,
        memory: &KeysValues,
        bias: Tensor<4>,
    ) -> (Tensor<3>, Looks) {
        let queries = self.attention.queries(normed);
        let scores = queries.matmul(memory.keys.clone().swap_dims(2, 3)) + bias;
        let most = scores.clone().detach().max_dim(3);
        let looks = exp(scores - most);
        let (found, sum) = memory.weigh(looks.clone());
        let x = x + self.attention.merge(found / sum.clone());
        (self.feed_forward(x), Looks { parts: vec![looks], sum })
    }

    /// Candidates attending to a history and each to itself. `bias` `[1, heads or 1, candidates or
    /// 1, history]`, `own` `[1, heads or 1, 1, 1]`. Also how much each looked at the history and, last,
    /// at itself.
    fn attend(
        &self,
        x: Tensor<3>,
        history: &KeysValues,
        bias: Tensor<4>,
        own: Tensor<4>,
    ) -> (Tensor<3>, Looks) {
        let normed = self.norm_attention.forward(x.clone());
        let queries = self.attention.queries(normed.clone());
        let keys = self.attention.project(normed.clone(), 1);
        let values = self.attention.project(normed, 2);
        let to_self = (queries.clone() * keys).sum_dim(3) + own;
        let to_history = queries.matmul(history.keys.clone().swap_dims(2, 3)) + bias;
        let most = to_history.clone().detach().max_dim(3).max_pair(to_self.clone().detach());
        let at_history = exp(to_history - most.clone());
        let at_self = exp(to_self - most);
        let (found, sum) = history.weigh(at_history.clone());
        let sum = sum + at_self.clone();
        let found = (found + at_self.clone() * values) / sum.clone();
        let x = x + self.attention.merge(found);
        (self.feed_forward(x), Looks { parts: vec![at_history, at_self], sum })
    }

    fn feed_forward(&self, x: Tensor<3>) -> Tensor<3> {
        let hidden = gelu(self.inner.forward(self.norm_feed_forward.forward(x.clone())));
        x + self.outer.forward(hidden)
    }
}

/// What is added to a score that must not count. Finite, so that a row of nothing else stays finite.
const MASKED: f32 = -1.0e9;

/// A stack of blocks over [profile token, history tokens], causal over the history.
#[derive(Module, Debug)]
pub struct Encoder {
    /// From the first to the last.
    pub blocks: Vec<Block>,
    /// After the last block.
    pub norm: LayerNorm,
    /// Per block: learned score for each head and distance, `[heads, history + 2]`. Column 0 is the
    /// profile token, 1 the token itself, 2 the event before it, and so on.
    pub recency: Vec<Param<Tensor<2>>>,
}

impl Encoder {
    /// An encoder with its first weights.
    pub fn new(
        init: &mut Initialiser,
        (layers, d_model, heads, feed_forward): (usize, usize, usize, usize),
        history: usize,
    ) -> Self {
        Encoder {
            blocks: (0..layers).map(|_| Block::new(init, d_model, heads, feed_forward)).collect(),
            norm: init.norm(d_model),
            recency: (0..layers).map(|_| init.constant([heads, history + 2], 0.0)).collect(),
        }
    }

    /// Keys and values of every layer for tokens `[batch, 1 + events, d_model]`.
    pub fn remember(&self, tokens: Tensor<3>) -> Vec<KeysValues> {
        let count = tokens.dims()[1];
        // Row 0 is the profile token, which sees only itself; event i sees the profile and events
        // up to itself.
        let bias = Distances::new(count, count, |query, key| match (query, key) {
            (0, 0) => Some(1),
            (0, _) => None,
            (_, 0) => Some(0),
            (query, key) => (key <= query).then(|| query - key + 1),
        });
        let mut x = tokens;
        let mut all = Vec::with_capacity(self.blocks.len());
        for (i, (block, recency)) in self.blocks.iter().zip(&self.recency).enumerate() {
            let normed = block.norm_attention.forward(x.clone());
            let memory = block.attention.keys_values(normed.clone());
            // Candidates read keys and values alone, so the last layer's own output has no use.
            if i + 1 < self.blocks.len() {
                x = block.attend_to(x, normed, &memory, bias.scores(recency.val())).0;
            }
            all.push(memory);
        }
        all
    }

    /// Candidates `[batch, candidates, d_model]` after the last layer's norm. `after` gives the
    /// number of events each candidate may see.
    pub fn attend(
        &self,
        candidates: Tensor<3>,
        memory: &[KeysValues],
        after: impl Fn(usize) -> usize,
        rows: usize,
    ) -> Tensor<3> {
        self.attend_with(candidates, memory, after, rows, |_| {})
    }

    /// The same, showing where every layer looked: at the history and, last, at the candidate itself.
    pub fn attend_with(
        &self,
        candidates: Tensor<3>,
        memory: &[KeysValues],
        after: impl Fn(usize) -> usize,
        rows: usize,
        mut show: impl FnMut(Looks),
    ) -> Tensor<3> {
        let keys = memory.first().map_or(0, |m| m.keys.dims()[2]);
        let bias = Distances::new(rows, keys, |candidate, key| match key {
            0 => Some(0),
            key => (key <= after(candidate)).then(|| after(candidate) + 2 - key),
        });
        let mut x = candidates;
        for ((block, memory), recency) in self.blocks.iter().zip(memory).zip(&self.recency) {
            let recency = recency.val();
            let heads = recency.dims()[0];
            let own = recency.clone().narrow(1, 1, 1).reshape([1, heads, 1, 1]);
            let (attended, looks) = block.attend(x, memory, bias.scores(recency), own);
            show(looks);
            x = attended;
        }
        self.norm.forward(x)
    }
}

/// Which column of the recency table each (query, key) pair reads, if the query may see the key.
struct Distances {
    rows: usize,
    keys: usize,
    columns: Vec<i32>,
    hidden: Vec<bool>,
}

impl Distances {
    fn new(rows: usize, keys: usize, column: impl Fn(usize, usize) -> Option<usize>) -> Self {
        let pairs = || (0..rows).flat_map(|r| (0..keys).map(move |k| (r, k)));
        Distances {
            rows,
            keys,
            columns: pairs().map(|(r, k)| column(r, k).unwrap_or(0) as i32).collect(),
            hidden: pairs().map(|(r, k)| column(r, k).is_none()).collect(),
        }
    }

    /// The bias `[1, heads, rows, keys]`: the learned recency score, or the mask.
    fn scores(&self, recency: Tensor<2>) -> Tensor<4> {
        let device = recency.device();
        let heads = recency.dims()[0];
        let columns = Tensor::<1, Int>::from_data(self.columns.as_slice(), &device);
        let hidden = Tensor::<1, Bool>::from_data(self.hidden.as_slice(), &device);
        recency
            .select(1, columns)
            .mask_fill(hidden.unsqueeze::<2>().expand([heads, self.rows * self.keys]), MASKED)
            .reshape([1, heads, self.rows, self.keys])
    }
}
