//! What several graphs are made of: dense layers, layer norms, GELU, and the two halves of an encoder's block.

use super::graph::{Graph, Value};
use super::proto::Attribute;

/// Added to a score that must not count; finite, as in our own inference.
pub(super) const MASKED: f32 = -1.0e9;

impl Graph<'_> {
    /// A dense layer.
    pub(super) fn dense(&mut self, name: &str, x: &Value) -> Value {
        let weight = self.parameter(&format!("{name}.weight"));
        let product = self.two("MatMul", x, &weight);
        let bias = self.parameter(&format!("{name}.bias"));
        self.two("Add", &product, &bias)
    }

    /// A dense layer over `[own, shared]`: `own` `[listeners, songs, d_own]`, `shared` `[listeners, d_shared]`, which is multiplied once
    /// for each listener.
    pub(super) fn dense_of_both(
        &mut self,
        name: &str,
        [own, shared]: [&Value; 2],
        d_own: usize,
    ) -> Value {
        let weight = format!("{name}.weight");
        let inputs = self.parameters().get(&weight).shape[0];
        let of_own = self.part(&weight, 0..d_own);
        let of_own = self.two("MatMul", own, &of_own);
        let of_shared = self.part(&weight, d_own..inputs);
        let of_shared = self.two("MatMul", shared, &of_shared);
        let bias = self.parameter(&format!("{name}.bias"));
        let of_shared = self.two("Add", &of_shared, &bias);
        let of_shared = self.widen(&of_shared, 1);
        self.two("Add", &of_own, &of_shared)
    }

    pub(super) fn norm(&mut self, name: &str, x: &Value) -> Value {
        let [scale, shift] =
            ["gamma", "beta"].map(|part| self.parameter(&format!("{name}.{part}")));
        let attributes = vec![Attribute::whole("axis", -1), Attribute::float("epsilon", 1.0e-5)];
        self.op("LayerNormalization", &[x, &scale, &shift], attributes)
    }

    /// The exact GELU.
    pub(super) fn gelu(&mut self, x: &Value) -> Value {
        let root = self.number(std::f32::consts::SQRT_2);
        let scaled = self.two("Div", x, &root);
        let erf = self.one("Erf", &scaled);
        let [one, half] = [1.0, 0.5].map(|number| self.number(number));
        let twice = self.two("Add", &erf, &one);
        let below = self.two("Mul", x, &twice);
        self.two("Mul", &below, &half)
    }

    /// Queries, keys and values of rows `[listeners, rows, d_model]`, `[listeners, heads, rows, d_head]` each; the queries over the root
    /// of `d_head`.
    pub(super) fn project(&mut self, block: &str, x: &Value, heads: usize) -> [Value; 3] {
        let normed = self.norm(&format!("{block}.norm_attention"), x);
        let d_model = self.parameters().get(&format!("{block}.outer.weight")).shape[1];
        let d_head = d_model / heads;
        let side_by_side = self.dense(&format!("{block}.attention.qkv"), &normed);
        let parts = [0, 1, 2].map(|part| {
            let from = (part * d_model) as i64;
            let part = self.slice_last(&side_by_side, from, from + d_model as i64);
            let part = self.reshape(&part, &[0, 0, heads as i64, d_head as i64]);
            self.transpose(&part, &[0, 2, 1, 3])
        });
        let [queries, keys, values] = parts;
        let scale = self.number(1.0 / (d_head as f32).sqrt());
        [self.two("Mul", &queries, &scale), keys, values]
    }

    /// The block's output of its input `x` and of what its heads have found, `[listeners, heads, rows, d_head]`.
    pub(super) fn found(&mut self, block: &str, x: &Value, found: &Value) -> Value {
        let d_model = self.parameters().get(&format!("{block}.outer.weight")).shape[1];
        let rows = self.transpose(found, &[0, 2, 1, 3]);
        let rows = self.reshape(&rows, &[0, 0, d_model as i64]);
        let attended = self.dense(&format!("{block}.attention.output"), &rows);
        let x = self.two("Add", x, &attended);
        let normed = self.norm(&format!("{block}.norm_feed_forward"), &x);
        let hidden = self.dense(&format!("{block}.inner"), &normed);
        let hidden = self.gelu(&hidden);
        let outer = self.dense(&format!("{block}.outer"), &hidden);
        self.two("Add", &x, &outer)
    }

    /// Scores `[listeners, heads, rows, tokens]` of queries for keys.
    pub(super) fn scores(&mut self, queries: &Value, keys: &Value) -> Value {
        let keys = self.transpose(keys, &[0, 1, 3, 2]);
        self.two("MatMul", queries, &keys)
    }
}
