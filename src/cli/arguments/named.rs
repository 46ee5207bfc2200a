//! What any session is opened with, by name or path, whoever listens.

use clap::{Args, ValueEnum};

use melody_model::Backend;

/// A backend of tensors, as named on the command line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Device {
    /// burn's own CPU backend.
    #[default]
    Flex,
    /// The ndarray backend.
    #[cfg(feature = "ndarray")]
    Ndarray,
}

impl Device {
    /// As the command line writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Device::Flex => "flex",
            #[cfg(feature = "ndarray")]
            Device::Ndarray => "ndarray",
        }
    }
}

impl From<Device> for Backend {
    fn from(device: Device) -> Self {
        match device {
            Device::Flex => Backend::Flex,
            #[cfg(feature = "ndarray")]
            Device::Ndarray => Backend::Ndarray,
        }
    }
}

/// What a session is opened with.
#[derive(Debug, Default, Args)]
pub(crate) struct Named {
    /// Policy: `default`, `ltr` (scored by the learned ranker), `untuned` (before `melody tune`) or a TOML
    /// file.
    #[arg(long, value_name = "NAME|FILE")]
    pub policy: Option<String>,
    /// Model: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR")]
    pub model: Option<String>,
    /// Catalogue: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR")]
    pub catalogue: Option<String>,
    /// Backend that near-line updates train on; flex by default.
    #[arg(long, value_enum)]
    pub device: Option<Device>,
}

impl Named {
    pub(crate) fn backend(&self) -> Backend {
        self.device.unwrap_or_default().into()
    }
}
