//! The network with tensors and gradients: what training and near-line updates move.

pub(crate) mod assembled;
pub(crate) mod attention;
pub(crate) mod device;
pub(crate) mod head;
pub(crate) mod layers;
pub(crate) mod mmoe;
pub(crate) mod ple;
pub(crate) mod session_encoder;
pub(crate) mod silent;
pub(crate) mod songs;
mod tangent;
