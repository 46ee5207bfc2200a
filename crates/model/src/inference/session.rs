//! The session's last plays as one vector; see [`SessionEncoder`].

use macerator::Simd;

use super::dense::{Dense, Rows};
use crate::kernels::lanes::{Lanes, add, lanes, numbers, splat};
use crate::kernels::math::gelu_all;
use crate::network::session_encoder::SessionEncoder;
use crate::numbers::values;

#[derive(Clone, Debug)]
pub(super) struct Session {
    keys_values: Dense,
    query: Vec<f32>,
    /// Learned score by plays ago.
    recency: Vec<f32>,
    null_score: f32,
    null_value: Vec<f32>,
    output: Dense,
    gate: Rows,
}

impl Session {
    pub(super) fn new(session: &SessionEncoder) -> Self {
        Session {
            keys_values: Dense::new(&session.keys_values),
            query: values(session.query.val()),
            recency: values(session.recency.val()),
            null_score: values(session.null_score.val())[0],
            null_value: values(session.null_value.val()),
            output: Dense::new(&session.output),
            gate: Rows::new(&session.gate),
        }
    }

    /// Plays that count.
    pub(super) fn window(&self) -> usize {
        self.recency.len()
    }

    /// The vector of the plays in rows `from..to` of these strips, `[d_session]`.
    #[inline(always)]
    pub(super) fn forward<S: Simd>(
        &self,
        strips: &[Vec<Lanes<S>>],
        (from, to): (usize, usize),
    ) -> Vec<f32> {
        let (width, d_session) = (lanes::<S>(), self.query.len());
        let mut projected = vec![splat::<S>(0.0); self.keys_values.panels.room()];
        let mut scores = Vec::with_capacity(to - from + 1);
        let mut rows = Vec::with_capacity(to - from + 1);
        for row in from..to {
            if row == from || row % width == 0 {
                self.keys_values.forward::<S>(&strips[row / width], &mut projected);
            }
            let feature = |f: usize| numbers::<S>(&projected)[f * width + row % width];
            let answer: f32 = self.query.iter().enumerate().map(|(f, q)| q * feature(f)).sum();
            scores.push(answer / (d_session as f32).sqrt() + self.recency[to - 1 - row]);
            rows.push((d_session..2 * d_session).map(feature).collect::<Vec<f32>>());
        }
        scores.push(self.null_score);
        rows.push(self.null_value.clone());
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
        let sum: f32 = weights.iter().sum();
        let mut pooled = vec![splat::<S>(0.0); d_session];
        for (weight, row) in weights.iter().zip(&rows) {
            for (pooled, value) in pooled.iter_mut().zip(row) {
                *pooled = add::<S>(*pooled, splat::<S>(weight / sum * value));
            }
        }
        let mut out = vec![splat::<S>(0.0); self.output.panels.room()];
        self.output.forward::<S>(&pooled, &mut out);
        gelu_all::<S>(&mut out);
        numbers::<S>(&out).iter().step_by(width).take(d_session).copied().collect()
    }

    /// How much of the session vector enters the mixture, in (0, 1).
    pub(super) fn gate(&self, session: &[f32], profile: &[f32]) -> f32 {
        let logit = self.gate.apply(&[session, profile].concat())[0];
        1.0 / (1.0 + (-logit).exp())
    }
}
