//! A policy as a whole: every section of its file, and where the file came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::adjustments::{Adjustments, Diversity, SessionTuning};
use super::bandit::Bandit;
use super::candidates::Quotas;
use super::feedback::{Guardrail, NearLine};
use super::fusion::Fusion;
use super::groups::{Appetite, SceneEffect, Segment};
use super::mixing::Mixing;
use super::scoring::Scoring;
use melody_core::scene::Scene;
use melody_model::InterestBlend;

/// A policy that has been checked, with the hash of its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// SHA-256 of the file, in hexadecimal.
    pub hash: String,
    /// The path of its file; a ranker of its own lies beside it.
    pub file: Arc<str>,
    /// What the file says, as it was written.
    pub text: Arc<str>,
    pub settings: Settings,
}

impl std::ops::Deref for Policy {
    type Target = Settings;
    fn deref(&self) -> &Settings {
        &self.settings
    }
}

/// The contents of a policy file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub format: u32,
    pub name: String,
    pub interest: InterestBlend,
    pub fusion: Fusion,
    #[serde(default)]
    pub ranking: Scoring,
    pub segments: Vec<Segment>,
    pub appetites: Vec<Appetite>,
    pub scenes: BTreeMap<Scene, SceneEffect>,
    pub candidates: Quotas,
    pub adjustments: Adjustments,
    pub diversity: Diversity,
    pub session: SessionTuning,
    pub mixing: Mixing,
    pub bandit: Bandit,
    pub guardrail: Guardrail,
    pub near_line: NearLine,
}
