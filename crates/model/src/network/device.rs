//! Where tensors are computed: for training and near-line updates. Songs are scored without tensors
//! (`inference`), whatever the backend.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

/// A compute backend compiled into this program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// burn's own CPU backend: the default, as it is the faster one (see README).
    #[default]
    Flex,
    /// The ndarray backend.
    #[cfg(feature = "ndarray")]
    Ndarray,
}

impl Backend {
    /// Those compiled into this program.
    pub const ALL: &'static [Backend] = &[
        Backend::Flex,
        #[cfg(feature = "ndarray")]
        Backend::Ndarray,
    ];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Backend::Flex => "flex",
            #[cfg(feature = "ndarray")]
            Backend::Ndarray => "ndarray",
        }
    }
}

/// The device of a backend.
pub fn device(backend: Backend) -> Device {
    match backend {
        Backend::Flex => Device::flex(),
        #[cfg(feature = "ndarray")]
        #[expect(deprecated, reason = "the owner's choice of backend, kept while upstream has it")]
        Backend::Ndarray => Device::ndarray(),
    }
}
