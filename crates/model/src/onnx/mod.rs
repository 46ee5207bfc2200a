//! The network as ONNX graphs, for whoever scores without Melody.
//!
//! Three graphs, cut where ours are: songs' vectors depend on no listener, a listener is encoded once for any number of songs. They are
//! written from the parameters' names and the config, not traced from code, so that they hold what [`Inference`](crate::Inference)
//! computes and nothing else: `tools/interop/onnx_scores.py` holds ONNX Runtime's scores against ours. `docs/interop.md` lists inputs and
//! outputs.
//!
//! The version of operators is 17, the first with a layer norm: every runtime of the last years runs it. A padded place is hidden by a
//! finite score, and the profile is always there to be looked at, so no row of attention is ever without anything and none is not a number.

mod encode;
mod graph;
mod layers;
mod proto;
mod score;
mod songs;
mod write;

pub use write::onnx;
