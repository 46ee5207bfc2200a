//! How a model is trained.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use melody_core::input::{InputError, TomlFile};
use melody_model::objective::Objective;
use melody_model::{NetworkConfig, NetworkPart};

/// How a model is trained: every value of `models/training.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Of every draw.
    pub seed: u64,
    /// Simulated listeners to learn from. Validation and test listeners are drawn on top.
    pub listeners: u64,
    /// Listeners never trained on, that the report is made with.
    pub test_listeners: u64,
    /// Sessions per listener.
    pub sessions: u32,
    /// Ways that each test play may end, drawn for the best possible subscription AUC.
    pub rollouts: u32,
    /// Times that every window is learned from.
    pub epochs: u32,
    /// Windows of plays per step.
    pub batch: usize,
    /// The highest, after warming up.
    pub learning_rate: f64,
    /// Steps over which the learning rate rises to its full value.
    pub warm_up: u64,
    /// AdamW's.
    pub weight_decay: f32,
    /// Largest norm of a parameter's gradient.
    pub gradient_clip: f32,
    /// Steps between looks at the validation listeners.
    pub validate_every: u64,
    /// Validations without a better one after which training stops early; 0 never does.
    pub patience: u32,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
    /// Share of songs, and of artists, that no training play is learned from, to see how a model
    /// fares with what is new.
    pub hold_out: f64,
    /// Chance that training hides a song's or an artist's identifier, so that cold ones work.
    pub hide_song: f64,
    /// Chance per step that an artist's identifier is hidden, 0 to 1.
    pub hide_artist: f64,
    /// Examples kept with the model for near-line updates, replayed and held back each.
    pub examples: usize,
    /// Parts that the network has to do without, to see what they add; none of a model that is to serve. With `--compare`, the parts
    /// whose absence is compared, one by one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub without: BTreeSet<NetworkPart>,
    /// What is optimised.
    pub objective: Objective,
    /// The network's shape.
    pub network: NetworkConfig,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        TrainingConfig {
            seed: 1,
            listeners: 30_000,
            test_listeners: 1_000,
            sessions: 6,
            rollouts: 24,
            epochs: 4,
            batch: 32,
            learning_rate: 2e-3,
            warm_up: 200,
            weight_decay: 1e-4,
            gradient_clip: 1.0,
            validate_every: 500,
            patience: 8,
            checkpoint_every: 500,
            hold_out: 0.0,
            hide_song: 0.15,
            hide_artist: 0.10,
            examples: 384,
            without: BTreeSet::new(),
            objective: Objective::default(),
            network: NetworkConfig::default(),
        }
    }
}

impl TrainingConfig {
    /// Reads and checks a training config; what it leaves out keeps its default.
    pub fn parse(file: &TomlFile) -> Result<Self, InputError> {
        let config: TrainingConfig = file.parse()?;
        let mut check = file.checker();
        check.range("listeners", config.listeners as f64, 50.0..=1e8);
        check.range("test_listeners", config.test_listeners as f64, 20.0..=1e7);
        check.range("sessions", config.sessions.into(), 1.0..=100.0);
        check.range("rollouts", config.rollouts.into(), 1.0..=10_000.0);
        check.range("epochs", config.epochs.into(), 1.0..=1_000.0);
        check.range("batch", config.batch as f64, 1.0..=4_096.0);
        check.range("learning_rate", config.learning_rate, 1e-7..=1.0);
        check.range("weight_decay", config.weight_decay.into(), 0.0..=1.0);
        check.range("gradient_clip", config.gradient_clip.into(), 1e-3..=1e3);
        check.range("validate_every", config.validate_every as f64, 1.0..=1e9);
        check.range("patience", config.patience.into(), 0.0..=1e6);
        check.range("checkpoint_every", config.checkpoint_every as f64, 1.0..=1e9);
        check.range("hold_out", config.hold_out, 0.0..=0.9);
        check.range("hide_song", config.hide_song, 0.0..=1.0);
        check.range("hide_artist", config.hide_artist, 0.0..=1.0);
        check.range("examples", config.examples as f64, 16.0..=100_000.0);
        config.objective.check("objective.", &mut check);
        config.network.check("network.", &mut check);
        check.finish()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_file_holds_the_defaults() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/training.toml"));
        let file = TomlFile::embedded("models/training.toml", text);
        assert_eq!(TrainingConfig::parse(&file).unwrap(), TrainingConfig::default());
        // Every field is in it: nothing of it comes from the defaults.
        let written: toml::Value = toml::from_str(text).unwrap();
        let all = toml::Value::try_from(TrainingConfig::default()).unwrap();
        assert_eq!(keys(&written), keys(&all));
    }

    fn keys(value: &toml::Value) -> Vec<String> {
        let table = value.as_table().into_iter().flatten();
        let mut keys: Vec<String> = table
            .flat_map(|(name, value)| match value {
                toml::Value::Table(_) => {
                    keys(value).into_iter().map(|key| format!("{name}.{key}")).collect()
                }
                _ => vec![name.clone()],
            })
            .collect();
        keys.sort();
        keys
    }
}
