//! A trained model that is to be given towers, and where its listeners come from.

use melody_core::catalogue::Catalogue;
use melody_model::{InterestBlend, ModelVersion};

/// A model that towers are made for.
pub(super) struct Pupil<'a> {
    pub catalogue: &'a Catalogue,
    pub model: &'a ModelVersion,
    /// How the interest heads make one score.
    pub interest: InterestBlend,
    pub seed: u64,
}
