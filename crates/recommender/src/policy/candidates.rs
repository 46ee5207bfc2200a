//! How many songs each source of candidates may bring.

use serde::{Deserialize, Serialize};

/// Most songs each candidate source may bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// Like what was completed or liked lately.
    pub similar: usize,
    /// Heard before, the most often first.
    pub familiar: usize,
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
    /// Of campaigns, the most interesting to the listener first.
    pub promoted: usize,
}
