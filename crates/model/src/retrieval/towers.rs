//! The two towers: a listener at one moment and a song, each by itself, as vectors whose inner product says how
//! well they fit.
//!
//! The network judges a song beside a listener and is too costly for every song of a large catalogue. The towers
//! look at the two apart, so that songs' vectors are made once and an inner product is left (Yi et al., "Sampling-bias-
//! corrected neural modeling for large corpus item recommendations", RecSys 2019). They read what the trained network
//! has made of both, and leave its weights alone: a model with towers scores a song to the very bits it did without.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::listener::listener_width;
use crate::config::NetworkConfig;
use crate::network::layers::Initialiser;

/// Units of both towers' first layers.
const HIDDEN: usize = 128;

/// Numbers of a song's and a listener's vector.
pub const D_RETRIEVAL: usize = 64;

/// What makes a song's vector of the network's, and a listener's of their moment.
#[derive(Module, Debug)]
pub struct Towers {
    /// `[d_model, hidden]`, then ReLU.
    pub song_hidden: Linear,
    /// `[hidden, D_RETRIEVAL]`, then a hyperbolic tangent: vectors lie in a box, so that they can be written in bytes.
    pub song: Linear,
    /// `[listener_width, hidden]`, then ReLU.
    pub listener_hidden: Linear,
    /// `[hidden, D_RETRIEVAL]`.
    pub listener: Linear,
}

impl Towers {
    /// Towers with fresh weights for a network of this shape; the same seed gives the same ones.
    pub fn new(config: &NetworkConfig, seed: u64, device: &Device) -> Self {
        let init = &mut Initialiser::new(seed, device);
        Towers {
            song_hidden: init.linear(config.d_model, HIDDEN),
            song: init.linear(HIDDEN, D_RETRIEVAL),
            listener_hidden: init.linear(listener_width(config), HIDDEN),
            listener: init.linear(HIDDEN, D_RETRIEVAL),
        }
    }

    /// Songs' vectors `[songs, D_RETRIEVAL]` of the network's `[songs, d_model]`.
    pub fn songs(&self, songs: Tensor<2>) -> Tensor<2> {
        self.song.forward(relu(self.song_hidden.forward(songs))).tanh()
    }

    /// Listeners' vectors `[listeners, D_RETRIEVAL]` of what is known of them, `[listeners, listener_width]`.
    pub fn listeners(&self, known: Tensor<2>) -> Tensor<2> {
        self.listener.forward(relu(self.listener_hidden.forward(known)))
    }
}
