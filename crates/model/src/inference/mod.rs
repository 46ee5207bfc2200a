//! The network without tensors: what one listener's songs are scored with.
//!
//! The same function as `Network::encode` and `Network::represent` and the head after them, within
//! 1e-5 on every logit, arranged for many songs of one listener:
//!
//! - songs' vectors, which no listener changes, are kept, or made when they are wanted ([`songs`]);
//! - the history is encoded once; its keys and values, which all songs share, become the weights of
//!   two products ([`attention`]);
//! - the scale and shift of layer norms are part of the layers after them; the listener's part of the
//!   experts and gates is added as a bias;
//! - one strip of songs goes through the whole network while it is in the first-level cache
//!   ([`lanes`]); strips go to rayon's threads.

mod attention;
pub(crate) mod dense;
pub(crate) mod layout;
pub(crate) mod listener;
mod mixture;
pub(crate) mod score;
mod session;
pub(crate) mod songs;

pub use layout::{Cross, Inference};
pub use listener::EncodedListener;
pub use score::Scores;
