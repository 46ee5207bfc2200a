//! A network laid out for scoring a catalogue: its songs' vectors, its layers before the head, and
//! the head.

use std::borrow::Cow;
use std::sync::Arc;

use burn::tensor::Tensor;

use super::listener::{Body, EncodedListener};
use super::mixture::Head;
use super::songs::SongVectors;
use crate::features::CROSS_FEATURES;
use crate::moment::Moment;
use crate::network::assembled::Network;
use crate::network::head::Head as Trained;
use crate::numbers::values;

/// A song's cross features for one listener.
pub type Cross = [f32; CROSS_FEATURES.len()];

/// A network laid out for scoring a catalogue.
#[derive(Clone, Debug)]
pub struct Inference {
    pub(super) songs: Arc<SongVectors>,
    pub(super) body: Arc<Body>,
    pub(super) head: Arc<Head>,
}

impl Inference {
    /// `songs` are the vectors of [`Network::encode_songs`].
    pub fn new(network: &Network, songs: Tensor<2>) -> Self {
        let [_, d_model] = songs.dims();
        Inference::of(network, Arc::new(SongVectors::kept(values(songs), d_model)))
    }

    /// For the songs of a catalogue.
    pub(crate) fn of(network: &Network, songs: Arc<SongVectors>) -> Self {
        let body = Body::new(network);
        Inference {
            songs,
            head: Arc::new(Head::new(&network.head, body.d_model)),
            body: Arc::new(body),
        }
    }

    /// The same with another head: all that near-line updates change.
    pub fn with_head(&self, head: &Trained) -> Self {
        Inference {
            songs: self.songs.clone(),
            body: self.body.clone(),
            head: Arc::new(Head::new(head, self.body.d_model)),
        }
    }

    /// Encodes a listener at one moment.
    pub fn encode(&self, moment: &Moment) -> EncodedListener {
        self.body.encode(&self.songs, moment)
    }

    /// The vector of a song, by its row.
    pub fn song(&self, row: usize) -> Cow<'_, [f32]> {
        self.songs.of(row)
    }

    /// What near-line updates have learned of the listener, `[d_shared]`.
    pub fn listener(&self) -> &[f32] {
        self.head.listener()
    }

    /// Experts each task chooses from.
    pub fn experts(&self) -> usize {
        self.head.experts()
    }

    /// Width of tokens.
    pub fn d_model(&self) -> usize {
        self.body.d_model
    }
}
