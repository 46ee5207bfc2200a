//! The model: a shared Transformer, three heads over a mixture of experts.

mod attention;
mod config;
mod device;
mod exchange;
mod features;
mod heads;
mod inference;
mod layers;
mod mmoe;
mod network;
mod ple;
mod schema;
mod session_encoder;
mod songs;
mod store;
mod tangent;
mod version;

pub use crate::listener::ListenerView;
pub use attention::{Block, Encoder};
pub use config::{InterestBlend, NetworkConfig, Sharing};
pub use device::{Backend, device};
pub use exchange::scoring;
pub use features::*;
pub use heads::{Gates, HeadOutputs, INTEREST_OUTPUTS, Output, TASKS, Task, link};
pub use inference::{Cross, EncodedListener, Inference, Scores};
pub use layers::Initialiser;
pub use mmoe::{Mmoe, MmoeOutput};
pub use network::{Encoded, Head, HeadTensors, Mixture, Moment, Network, Sequences, Tower};
pub use ple::{Extraction, Ple};
pub use schema::Schema;
pub use songs::SongTable;
pub(crate) use store::floats;
pub use store::{Manifest, ModelFiles, load, load_shipped, save, shipped_names, shipped_report};
pub use version::{Attention, ModelVersion, Request, Scored, weights_hash};
