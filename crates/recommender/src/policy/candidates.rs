//! How many songs each source of candidates may bring.

use serde::{Deserialize, Serialize};

/// Most songs each candidate source may bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    pub similar: usize,
    pub familiar: usize,
    pub session: usize,
    pub search: usize,
    pub popular: usize,
    pub new: usize,
    pub exploration: usize,
    pub promoted: usize,
}
