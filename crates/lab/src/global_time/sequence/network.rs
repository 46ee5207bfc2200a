//! Causal self-attention over plays.

use burn::module::{Module, Param};
use burn::nn::LayerNorm;
use burn::tensor::{Device, Tensor, TensorData};

use melody_model::{Block, Initialiser};

/// Numbers of a song's vector, and of a state.
pub(super) const WIDTH: usize = 64;
/// Plays that are looked at, the newest.
pub(super) const TOKENS: usize = 50;
const LAYERS: usize = 2;
const HEADS: usize = 2;
/// What is added to a look ahead, so that it counts for nothing.
const HIDDEN: f32 = -1.0e9;

/// What makes states of plays' songs.
#[derive(Module, Debug)]
pub(super) struct Causal {
    /// Of a play's place in the window, `[TOKENS, WIDTH]`.
    places: Param<Tensor<2>>,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

impl Causal {
    /// First weights by a seed.
    pub(super) fn new(seed: u64, device: &Device) -> Self {
        let init = &mut Initialiser::new(seed, device);
        Causal {
            places: init.uniform([TOKENS, WIDTH], 0.1),
            blocks: (0..LAYERS).map(|_| Block::new(init, WIDTH, HEADS, WIDTH)).collect(),
            norm: init.norm(WIDTH),
        }
    }

    /// States after each play, `[windows, plays, WIDTH]`, of the vectors of their songs, of the same shape. A state knows the plays up to
    /// its own.
    pub(super) fn states(&self, songs: Tensor<3>) -> Tensor<3> {
        let plays = songs.dims()[1];
        let ahead = (0..plays)
            .flat_map(|play| (0..plays).map(move |of| if of > play { HIDDEN } else { 0.0 }));
        let ahead = TensorData::new(ahead.collect::<Vec<f32>>(), [1, 1, plays, plays]);
        let ahead = Tensor::<4>::from_data(ahead, &songs.device());
        let places = self.places.val().narrow(0, 0, plays).unsqueeze::<3>();
        let scale = (WIDTH as f64).sqrt();
        let mut states = songs * scale + places;
        for block in &self.blocks {
            states = block.forward(states, ahead.clone()).0;
        }
        self.norm.forward(states)
    }
}
