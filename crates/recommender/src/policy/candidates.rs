//! Where candidates come from: how many songs each source may bring.

use serde::{Deserialize, Serialize};

/// Which songs are candidates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retrieval {
    /// Those that sources bring.
    #[default]
    Sources,
    /// Every song of the catalogue, which costs as much as it is large: what sources are measured by.
    Everything,
}

/// Most songs each candidate source may bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// Which songs are candidates: those of the sources, unless the file says otherwise.
    #[serde(default)]
    pub retrieval: Retrieval,
    /// What the towers find for the listener.
    #[serde(default = "towers")]
    pub towers: usize,
    /// Near what was completed or liked lately, as the towers see it.
    pub similar: usize,
    /// Heard before, the most often first.
    pub familiar: usize,
    /// By artists enjoyed lately.
    #[serde(default = "artists")]
    pub artists: usize,
    /// Of genres on a streak.
    pub session: usize,
    /// Related to a search.
    pub search: usize,
    /// The most popular of the catalogue.
    pub popular: usize,
    /// The latest releases.
    pub new: usize,
    /// Drawn at random.
    pub exploration: usize,
    /// Of campaigns, the most fitting to the listener first.
    pub promoted: usize,
}

/// Of policies that were written before there were towers.
fn towers() -> usize {
    300
}

/// Of policies that were written before artists had a source.
fn artists() -> usize {
    60
}
