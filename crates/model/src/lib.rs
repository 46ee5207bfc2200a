//! The model: a shared Transformer, three heads over a mixture of experts.

mod config;
mod examples;
mod exchange;
mod features;
pub(crate) mod heads;
mod inference;
mod kernels;
mod moment;
mod network;
mod numbers;
pub mod objective;
mod onnx;
mod retrieval;
mod schema;
mod store;
mod version;

pub use config::{NetworkConfig, Sharing};
pub use examples::{Example, Examples, LABELS};
pub use exchange::scoring;
pub use features::{
    ACCOUNT_FEATURES, CROSS_FEATURES, MOMENT_FEATURES, OUTCOME_FEATURES, SONG_FEATURES,
    cross_features, moment_features, outcome_features, outcomes, profile_features, profile_width,
    song_features,
};
pub use heads::{
    Gates, HeadOutputs, INTEREST_OUTPUTS, InterestBlend, Labels, Output, TASKS, Task, link,
};
pub use inference::{Cross, EncodedListener, Inference, Scores};
pub use moment::Moment;
pub use network::assembled::{Encoded, Network, Sequences};
pub use network::attention::{Block, Encoder};
pub use network::device::{Backend, device};
pub use network::head::{Head, HeadTensors, Mixture, Tower};
pub use network::layers::Initialiser;
pub use network::mmoe::{Mmoe, MmoeOutput};
pub use network::ple::{Extraction, Ple};
pub use network::silent::{NetworkPart, keep_silent, silenced};
pub use network::songs::SongTable;
pub use numbers::weights_hash;
pub use onnx::onnx;
pub use retrieval::{
    Chosen, D_RETRIEVAL, Query, Towers, Vectors, listener_features, listener_width,
};
pub use schema::Schema;
pub use store::{Manifest, ModelFiles, load, load_shipped, save, shipped_names, shipped_report};
pub use version::{Attention, ModelVersion, Scored};
