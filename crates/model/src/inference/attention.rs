//! Encoder blocks over strips of isolated rows.
//!
//! Candidates attend to a history and each to itself. An event of the history attends to the events
//! before it and to itself, so it is a candidate that sees less: one pass serves both.

use macerator::Simd;

use super::dense::{Dense, Panels, product};
use crate::kernels::lanes::{Lanes, max, mul, mul_add, numbers, splat};
use crate::kernels::math::{exponentials, gelu_all, normalise};
use crate::network::attention::{Block as Trained, Encoder};
use crate::numbers::values;

/// One layer's weights.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    qkv: Dense,
    output: Dense,
    inner: Dense,
    outer: Dense,
    /// Learned score by head and column, `[heads][columns]`; see [`Encoder::recency`].
    recency: Vec<f32>,
    heads: usize,
    d_model: usize,
}

/// Keys and values of a history at one layer, by head, laid out as weights: a score is the product of
/// a query with the keys, what is attended to the product of the weights with the values.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    /// `d_head -> tokens` each, scaled by one over the root of `d_head`.
    keys: Vec<Dense>,
    /// `tokens -> d_head` each.
    values: Vec<Dense>,
    tokens: usize,
}

/// What is added to scores before the softmax.
pub(crate) enum Bias<'a, S: Simd> {
    /// By head and key, the same for every row: `[heads][room for tokens]`.
    Same(&'a [f32]),
    /// By head, key and row.
    Each(&'a [Lanes<S>]),
}

/// Room to work in, for one strip.
pub(crate) struct Scratch<S: Simd> {
    normed: Vec<Lanes<S>>,
    /// Queries, keys and values, side by side.
    pub qkv: Vec<Lanes<S>>,
    scores: Vec<Lanes<S>>,
    context: Vec<Lanes<S>>,
    hidden: Vec<Lanes<S>>,
}

impl<S: Simd> Scratch<S> {
    pub(crate) fn new(blocks: &[Block], tokens: usize) -> Self {
        let strip = |features: usize| vec![splat::<S>(0.0); features.next_multiple_of(4) + 4];
        let most = |size: &dyn Fn(&Block) -> usize| blocks.iter().map(size).max().unwrap_or(0);
        let d_model = most(&|block| block.d_model);
        Scratch {
            normed: strip(d_model),
            qkv: strip(3 * d_model),
            scores: strip(tokens),
            context: strip(d_model),
            hidden: strip(most(&|block| block.inner.panels.outputs())),
        }
    }

    /// A layer norm of `x`, with the norm's own scale and shift.
    #[inline(always)]
    pub(crate) fn norm(&mut self, x: &mut [Lanes<S>], (scale, shift): &(Vec<f32>, Vec<f32>)) {
        normalise::<S>(&x[..scale.len()], &mut self.normed);
        for (((x, &normed), &scale), &shift) in x.iter_mut().zip(&self.normed).zip(scale).zip(shift)
        {
            *x = mul_add::<S>(normed, splat::<S>(scale), splat::<S>(shift));
        }
    }
}

impl Block {
    /// Every layer of an encoder.
    pub(crate) fn all(encoder: &Encoder) -> Vec<Block> {
        encoder.blocks.iter().zip(&encoder.recency).map(|(b, r)| Block::new(b, r.val())).collect()
    }

    fn new(block: &Trained, recency: burn::tensor::Tensor<2>) -> Self {
        let [heads, _] = recency.dims();
        Block {
            qkv: Dense::after_norm(&block.norm_attention, &block.attention.qkv),
            output: Dense::new(&block.attention.output),
            inner: Dense::after_norm(&block.norm_feed_forward, &block.inner),
            outer: Dense::new(&block.outer),
            recency: values(recency),
            heads,
            d_model: block.outer.weight.dims()[1],
        }
    }

    pub(crate) fn heads(&self) -> usize {
        self.heads
    }

    /// Learned score of a head for a column of the recency table.
    pub(crate) fn recency(&self, head: usize, column: usize) -> f32 {
        self.recency[head * (self.recency.len() / self.heads) + column]
    }

    /// Queries, keys and values of a strip, into the scratch.
    #[inline(always)]
    pub(crate) fn project<S: Simd>(&self, x: &[Lanes<S>], scratch: &mut Scratch<S>) {
        normalise::<S>(&x[..self.d_model], &mut scratch.normed);
        self.qkv.forward::<S>(&scratch.normed, &mut scratch.qkv);
    }

    /// Lays out the keys and values of `tokens` rows for others to attend to; `feature(row, f)` gives
    /// what [`Block::project`] put out for a row.
    pub(crate) fn remember(&self, tokens: usize, feature: impl Fn(usize, usize) -> f32) -> Memory {
        let d_head = self.d_model / self.heads;
        let scale = 1.0 / (d_head as f64).sqrt() as f32;
        let part = |part: usize, head: usize| part * self.d_model + head * d_head;
        let dense = |panels: Panels| Dense { bias: vec![0.0; panels.room()], panels };
        let keys = |head| {
            let from = part(1, head);
            dense(Panels::pack(d_head, tokens, |d, token| feature(token, from + d) * scale))
        };
        let values = |head| {
            let from = part(2, head);
            dense(Panels::pack(tokens, d_head, |token, d| feature(token, from + d)))
        };
        Memory {
            keys: (0..self.heads).map(keys).collect(),
            values: (0..self.heads).map(values).collect(),
            tokens,
        }
    }

    /// The block's output for the strip whose queries, keys and values are in the scratch, in place of
    /// its input `x`. `watch` receives, for each head, the scores' exponentials over the memory and,
    /// last, over the row itself, and one over their sum.
    #[inline(always)]
    pub(crate) fn attend<S: Simd>(
        &self,
        memory: &Memory,
        bias: Bias<S>,
        x: &mut [Lanes<S>],
        scratch: &mut Scratch<S>,
        mut watch: Option<&mut Vec<f32>>,
    ) {
        let d_head = self.d_model / self.heads;
        let scale = splat::<S>(1.0 / (d_head as f64).sqrt() as f32);
        let Scratch { normed, qkv, scores, context, hidden } = scratch;
        for head in 0..self.heads {
            let [q, k, v] =
                [0, 1, 2].map(|part| &qkv[part * self.d_model + head * d_head..][..d_head]);
            let keys = &memory.keys[head];
            let room = keys.panels.room();
            match &bias {
                Bias::Same(row) => {
                    product::<S, false>(&keys.panels, &row[head * room..], q, scores);
                }
                Bias::Each(strip) => {
                    scores[..room].copy_from_slice(&strip[head * room..][..room]);
                    keys.add::<S>(q, scores);
                }
            }
            let mut own = splat::<S>(0.0);
            for (&q, &k) in q.iter().zip(k) {
                own = mul_add::<S>(q, k, own);
            }
            let own = mul_add::<S>(own, scale, splat::<S>(self.recency(head, 1)));
            scores[memory.tokens] = own;
            let scores = &mut scores[..=memory.tokens];
            let mut most = own;
            for &score in &scores[..memory.tokens] {
                most = max::<S>(most, score);
            }
            let inverse = exponentials::<S>(scores, most, splat::<S>(0.0));
            if let Some(shares) = watch.as_deref_mut() {
                note::<S>(shares, scores, inverse, self.heads);
            }
            let own = scores[memory.tokens];
            let context = &mut context[head * d_head..];
            memory.values[head].forward::<S>(scores, context);
            for (out, &v) in context.iter_mut().zip(v) {
                *out = mul::<S>(mul_add::<S>(own, v, *out), inverse);
            }
        }
        self.output.add::<S>(context, x);
        normalise::<S>(&x[..self.d_model], normed);
        self.inner.forward::<S>(normed, hidden);
        gelu_all::<S>(&mut hidden[..self.inner.panels.outputs()]);
        self.outer.add::<S>(hidden, x);
    }
}

impl Memory {
    pub(crate) fn tokens(&self) -> usize {
        self.tokens
    }

    /// Numbers of a bias for one head.
    pub(crate) fn room(&self) -> usize {
        self.keys[0].panels.room()
    }
}

/// Adds the first row's attention weights at one head to the mean over heads.
#[inline(always)]
fn note<S: Simd>(shares: &mut Vec<f32>, scores: &[Lanes<S>], inverse: Lanes<S>, heads: usize) {
    shares.resize(scores.len(), 0.0);
    for (share, &score) in shares.iter_mut().zip(scores) {
        let weight = mul::<S>(score, inverse);
        *share += numbers::<S>(&[weight])[0] / heads as f32;
    }
}
