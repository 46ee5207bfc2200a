//! The network without tensors: what one listener's songs are scored with.
//!
//! The same function as [`Network::encode`] and [`Network::represent`] and the head after them, within
//! 1e-5 on every logit, arranged for many songs of one listener:
//!
//! - songs' vectors, which no listener changes, are computed once per model and kept;
//! - the history is encoded once; its keys and values, which all songs share, become the weights of
//!   two products ([`attention`]);
//! - the scale and shift of layer norms are part of the layers after them; the listener's part of the
//!   experts and gates is added as a bias;
//! - one strip of songs goes through the whole network while it is in the first-level cache
//!   ([`lanes`]); strips go to rayon's threads.

mod attention;
mod dense;
pub(super) mod lanes;
mod listener;
pub(super) mod math;
mod mixture;
mod score;
mod session;

use std::sync::Arc;

use burn::tensor::Tensor;

pub use listener::EncodedListener;
pub use score::Scores;

use super::network::{Head, Moment, Network};
use super::version::values;
use crate::model::CROSS_FEATURES;

/// A song's cross features for one listener.
pub type Cross = [f32; CROSS_FEATURES.len()];

/// A network laid out for scoring a catalogue.
#[derive(Clone, Debug)]
pub struct Inference {
    /// `[songs][d_model]`.
    songs: Arc<Vec<f32>>,
    body: Arc<listener::Body>,
    head: Arc<mixture::Head>,
}

impl Inference {
    /// `songs` are the vectors of [`Network::encode_songs`].
    pub fn new(network: &Network, songs: Tensor<2>) -> Self {
        let body = listener::Body::new(network);
        Inference {
            songs: Arc::new(values(songs)),
            head: Arc::new(mixture::Head::new(&network.head, body.d_model)),
            body: Arc::new(body),
        }
    }

    /// The same with another head: all that near-line updates change.
    pub fn with_head(&self, head: &Head) -> Self {
        Inference {
            songs: self.songs.clone(),
            body: self.body.clone(),
            head: Arc::new(mixture::Head::new(head, self.body.d_model)),
        }
    }

    /// Encodes a listener at one moment.
    pub fn encode(&self, moment: &Moment) -> EncodedListener {
        self.body.encode(&self.songs, moment)
    }

    /// Scores songs, given by their rows, for a listener. The same song gets the same bits alone or
    /// in company.
    pub fn score(
        &self,
        encoded: &EncodedListener,
        songs: &[usize],
        cross: impl Fn(usize) -> Cross + Sync,
    ) -> Scores {
        score::score(self, encoded, songs, &cross)
    }

    /// What a song attends to: for each layer the mean over heads of its attention weights, on the
    /// profile, on each event of the history, oldest first, and on itself.
    pub fn attention(&self, encoded: &EncodedListener, song: usize, cross: Cross) -> Vec<Vec<f32>> {
        score::attention(self, encoded, song, &cross)
    }

    /// Experts each task chooses from.
    pub fn experts(&self) -> usize {
        self.head.experts()
    }

    pub fn d_model(&self) -> usize {
        self.body.d_model
    }
}
