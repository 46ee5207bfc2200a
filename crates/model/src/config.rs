//! The network's shape, saved beside its weights.

use serde::{Deserialize, Serialize};

use crate::heads::TASKS;
use melody_core::input::{Checker, InputError, TomlFile};

/// How tasks share what they learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sharing {
    /// A softmax gate per task over several experts.
    Mmoe,
    /// One wide expert for all tasks, with as many hidden units as the experts would have together.
    SharedBottom,
    /// Progressive layered extraction: an expert of its own for each task, the others shared, twice.
    Ple,
}

impl Sharing {
    /// As `config.toml` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Sharing::Mmoe => "mmoe",
            Sharing::SharedBottom => "shared-bottom",
            Sharing::Ple => "ple",
        }
    }
}

/// Sizes of every part of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Width of tokens and of songs.
    pub d_model: usize,
    /// Blocks of the encoder.
    pub layers: usize,
    /// Attention heads of a block; they share `d_model`.
    pub heads: usize,
    /// Width within a block's feed-forward layers.
    pub feed_forward: usize,
    /// Plays the session encoder looks back on.
    pub session_window: usize,
    /// Width of the session's vector.
    pub d_session: usize,
    /// Width of the profile's vector.
    pub d_profile: usize,
    /// Width of a scene's embedding beside the candidate.
    pub d_scene: usize,
    /// Width of a genre's embedding.
    pub d_genre: usize,
    /// Width of a family's embedding.
    pub d_family: usize,
    /// Width of a hashed identifier's embedding.
    pub d_id: usize,
    /// Rows that songs' identifiers are hashed to.
    pub song_buckets: usize,
    /// Rows that artists' identifiers are hashed to.
    pub artist_buckets: usize,
    /// How the tasks share what lies under their towers.
    pub sharing: Sharing,
    /// How many experts there are, in each level where there are several.
    pub experts: usize,
    /// Units of an expert's first layer.
    pub expert_hidden: usize,
    /// Width of what an expert gives.
    pub expert_output: usize,
    /// Units of a tower's first layer.
    pub tower_hidden: usize,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        NetworkConfig {
            d_model: 64,
            layers: 2,
            heads: 4,
            feed_forward: 128,
            session_window: 12,
            d_session: 32,
            d_profile: 32,
            d_scene: 8,
            d_genre: 12,
            d_family: 6,
            d_id: 8,
            song_buckets: 131_072,
            artist_buckets: 32_768,
            sharing: Sharing::Mmoe,
            experts: 4,
            expert_hidden: 64,
            expert_output: 32,
            tower_hidden: 32,
        }
    }
}

/// No part of a network may be larger, or a slip in a file would exhaust the memory: half a gigabyte.
const MOST_PARAMETERS: u128 = 1 << 27;

impl NetworkConfig {
    /// Reads and checks a config file.
    pub fn parse(file: &TomlFile) -> Result<Self, InputError> {
        let config: NetworkConfig = file.parse()?;
        let mut check = file.checker();
        config.check("", &mut check);
        check.finish()?;
        Ok(config)
    }

    /// Reports sizes no network can have; `prefix` is the path of this table in its file.
    pub fn check(&self, prefix: &str, check: &mut Checker) {
        let sizes = [
            ("d_model", self.d_model, 4096),
            ("layers", self.layers, 24),
            ("heads", self.heads, 64),
            ("feed_forward", self.feed_forward, 16_384),
            ("session_window", self.session_window, 50),
            ("d_session", self.d_session, 1024),
            ("d_profile", self.d_profile, 1024),
            ("d_scene", self.d_scene, 256),
            ("d_genre", self.d_genre, 256),
            ("d_family", self.d_family, 256),
            ("d_id", self.d_id, 256),
            ("song_buckets", self.song_buckets, 1 << 24),
            ("artist_buckets", self.artist_buckets, 1 << 24),
            ("experts", self.experts, 64),
            ("expert_hidden", self.expert_hidden, 4096),
            ("expert_output", self.expert_output, 4096),
            ("tower_hidden", self.tower_hidden, 4096),
        ];
        for (field, size, most) in sizes {
            check.range(&format!("{prefix}{field}"), size as f64, 1.0..=f64::from(most));
        }
        for (field, parameters) in self.parts() {
            check.require(
                parameters <= MOST_PARAMETERS,
                &format!("{prefix}{field}"),
                format!("makes a part of {parameters} parameters; at most {MOST_PARAMETERS} fit"),
            );
        }
        check.require(
            self.sharing != Sharing::Ple || self.experts > TASKS.len(),
            &format!("{prefix}experts"),
            format!(
                "sharing by `ple` needs an expert for each of {} tasks and a shared one",
                TASKS.len()
            ),
        );
        check.require(
            self.heads > 0 && self.d_model.is_multiple_of(self.heads),
            &format!("{prefix}heads"),
            format!("{} heads do not divide d_model {}", self.heads, self.d_model),
        );
    }

    /// The parts that can grow large, by the field that drives them, with about how many parameters.
    fn parts(&self) -> [(&'static str, u128); 4] {
        let size =
            |factors: &[usize]| factors.iter().fold(1u128, |all, &f| all.saturating_mul(f as u128));
        let block = size(&[4, self.d_model, self.d_model]).saturating_add(size(&[
            2,
            self.d_model,
            self.feed_forward,
        ]));
        let expert = size(&[self.expert_hidden, self.d_model.saturating_add(self.expert_output)]);
        [
            ("song_buckets", size(&[self.song_buckets, self.d_id])),
            ("artist_buckets", size(&[self.artist_buckets, self.d_id])),
            ("layers", block.saturating_mul(self.layers as u128)),
            ("experts", expert.saturating_mul(self.experts as u128)),
        ]
    }

    /// Width of the mixture's input that all candidates of a moment share.
    pub fn d_shared(&self) -> usize {
        self.d_profile + self.d_session + self.d_scene
    }

    /// Number and hidden width of the experts, given how tasks share.
    pub fn expert_shape(&self) -> (usize, usize) {
        match self.sharing {
            Sharing::Mmoe | Sharing::Ple => (self.experts, self.expert_hidden),
            Sharing::SharedBottom => (1, self.experts * self.expert_hidden),
        }
    }
}
