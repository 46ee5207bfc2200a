//! The short-term encoder: what the last minutes of this session say.
//!
//! Attention pooling with one learned query over the session's last plays, each weighted by how
//! well it answers the query and how long ago it was. A null slot is always there, so that an empty
//! session has a vector too.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Int, Tensor};

use super::layers::Initialiser;
use super::tangent::gelu;

#[derive(Module, Debug)]
pub struct SessionEncoder {
    /// History tokens to keys and values, side by side.
    pub keys_values: Linear,
    /// The question asked of each play, `[d_session, 1]`.
    pub query: Param<Tensor<2>>,
    /// Learned score by plays ago, `[1, window]`.
    pub recency: Param<Tensor<2>>,
    pub null_score: Param<Tensor<1>>,
    pub null_value: Param<Tensor<1>>,
    pub output: Linear,
    /// How much of the session vector enters the mixture, from the vector and the profile's.
    pub gate: Linear,
    d_session: usize,
    window: usize,
}

impl SessionEncoder {
    pub fn new(
        init: &mut Initialiser,
        d_model: usize,
        d_session: usize,
        d_profile: usize,
        window: usize,
    ) -> Self {
        SessionEncoder {
            keys_values: init.linear(d_model, 2 * d_session),
            query: init.uniform([d_session, 1], 1.0 / (d_session as f32).sqrt()),
            recency: init.constant([1, window], 0.0),
            null_score: init.constant([1], 0.0),
            null_value: init.constant([d_session], 0.0),
            output: init.linear(d_session, d_session),
            gate: init.linear(d_session + d_profile, 1),
            d_session,
            window,
        }
    }

    /// Plays of one session that count.
    pub fn window(&self) -> usize {
        self.window
    }

    /// Session vectors `[batch, moments, d_session]` for `tokens` `[batch, plays, d_model]`.
    ///
    /// `ago` holds, for each moment and play, how many plays ago it was (0 for the latest), clamped
    /// to the window; `mask` `[batch, moments, plays]` is very negative where a play is not in the
    /// moment's session window.
    pub fn forward(&self, tokens: Tensor<3>, ago: &[i32], mask: Tensor<3>) -> Tensor<3> {
        let [batch, moments, plays] = mask.dims();
        let device = mask.device();
        let keys_values = self.keys_values.forward(tokens);
        let keys = keys_values.clone().narrow(2, 0, self.d_session);
        let values = keys_values.narrow(2, self.d_session, self.d_session);
        let scale = (self.d_session as f64).sqrt();
        let answers =
            keys.matmul(self.query.val().unsqueeze::<3>().expand([batch, self.d_session, 1]))
                / scale;
        let ago = Tensor::<1, Int>::from_data(ago, &device);
        let recency = self.recency.val().select(1, ago).reshape([1, moments, plays]);
        let scores = answers.swap_dims(1, 2) + recency + mask;
        let null = self.null_score.val().reshape([1, 1, 1]).expand([batch, moments, 1]);
        let weights = softmax(Tensor::cat(vec![scores, null], 2), 2);
        let from_plays = weights.clone().narrow(2, 0, plays).matmul(values);
        let from_null =
            weights.narrow(2, plays, 1) * self.null_value.val().reshape([1, 1, self.d_session]);
        gelu(self.output.forward(from_plays + from_null))
    }

    /// The vector of a session without any play yet, `[1, d_session]`.
    pub fn empty(&self) -> Tensor<2> {
        gelu(self.output.forward(self.null_value.val().reshape([1, self.d_session])))
    }

    /// The gate in (0, 1), `[rows, 1]`.
    pub fn gate(&self, session: Tensor<2>, profile: Tensor<2>) -> Tensor<2> {
        sigmoid(self.gate.forward(Tensor::cat(vec![session, profile], 1)))
    }
}
