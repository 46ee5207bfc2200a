//! Opening a session: names and paths become a checked engine setup.
//!
//! This is where files are read. The engine itself never does.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::names::{DEFAULT, anchored};
use melody_core::scene::Scene;
use melody_recommender::bandit::Kept;
use melody_simulation::profile::{self, Profile};

/// What a session is opened with. Each of catalogue, policy, model and profile is the name of a
/// shipped one or the path of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Who listens.
    pub profile: String,
    /// The profile's own scene if absent.
    pub scene: Option<Scene>,
    /// Of every draw.
    pub seed: u64,
    /// Every tunable.
    pub policy: String,
    /// What scores.
    pub model: String,
    /// What can be heard.
    pub catalogue: String,
    /// The folder that listeners' memories are kept in, if this one's is started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// SHA-256 that the memory must have, in hexadecimal; any will do if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_hash: Option<String>,
    /// The folder that versions of the model are published in, if the session may go on with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<String>,
}

impl Opening {
    /// The same with paths that are good from anywhere, where they now start at `base`.
    pub fn anchored(&self, base: &Path) -> Self {
        Opening {
            profile: anchored(&self.profile, base),
            scene: self.scene,
            seed: self.seed,
            policy: anchored(&self.policy, base),
            model: anchored(&self.model, base),
            catalogue: anchored(&self.catalogue, base),
            memory: self.memory.as_ref().map(|folder| anchored(folder, base)),
            memory_hash: self.memory_hash.clone(),
            versions: self.versions.as_ref().map(|folder| anchored(folder, base)),
        }
    }

    /// Where the memory of the listener is kept, if that is wanted.
    pub fn kept(&self, profile: &Profile, base: &Path) -> Option<Kept> {
        self.memory.as_ref().map(|folder| Kept::new(&base.join(folder), &profile.id))
    }
}

impl Default for Opening {
    fn default() -> Self {
        Opening {
            profile: profile::shipped_names().next().unwrap_or_default().into(),
            scene: None,
            seed: 1,
            policy: DEFAULT.into(),
            model: DEFAULT.into(),
            catalogue: DEFAULT.into(),
            memory: None,
            memory_hash: None,
            versions: None,
        }
    }
}
