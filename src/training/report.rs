//! The training report and the model card made from it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::config::TrainingConfig;
use super::heard::Heard;
use super::measure::{Evaluation, HeadReport, PlayRatioError, Slice};
use super::tables;
use super::trainer::Progress;
use crate::model::Manifest;

/// Everything about how a model came to be and how good it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub manifest: Manifest,
    pub config: TrainingConfig,
    pub parameters: usize,
    pub train_listeners: usize,
    pub train_plays: usize,
    pub test_listeners: usize,
    pub test_plays: usize,
    pub heads: Vec<HeadReport>,
    pub play_ratio_error: PlayRatioError,
    /// By segment, scene and what was heard in training.
    #[serde(default)]
    pub slices: Vec<Slice>,
    /// On later sessions of listeners who were learned from.
    #[serde(default)]
    pub later: Option<Evaluation>,
    #[serde(default)]
    pub heard: Option<Heard>,
    /// The training log, if it was not simulated in memory.
    #[serde(default)]
    pub trained_on_log: Option<LogUsed>,
    /// Losses and weights along the way.
    pub log: Vec<Progress>,
}

/// A training log that a model was trained on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogUsed {
    pub path: String,
    /// SHA-256 over its `log.toml`.
    pub hash: String,
}

/// The model card, in Markdown.
pub fn model_card(report: &Report) -> String {
    let mut out = String::new();
    let manifest = &report.manifest;
    let config = &report.config;
    let mut line = |text: String| writeln!(out, "{text}").expect("writing to a string");
    line(format!("# Model card: {}", manifest.name));
    line(String::new());
    line("Written by `melody train`. All listening behind it is **simulated**; no real person's data was used.".into());
    line(String::new());
    line("| | |\n|---|---|".into());
    line(format!("| weights | SHA-256 `{}` |", manifest.weights_sha256));
    line(format!("| parameters | {} |", report.parameters));
    line(format!(
        "| trained on | catalogue `{}`, {} plays of {} simulated listeners, seed {} |",
        manifest.trained_on, report.train_plays, report.train_listeners, config.seed
    ));
    line(format!(
        "| measured on | {} plays of {} other listeners |",
        report.test_plays, report.test_listeners
    ));
    line(format!(
        "| training | {} steps, {} epochs, loss weights `{}`, AdamW at {} |",
        manifest.steps,
        config.epochs,
        scheme(config),
        config.learning_rate
    ));
    line(format!(
        "| network | d_model {}, {} layers, {} heads, feed-forward {}, {} experts ({}) |",
        config.network.d_model,
        config.network.layers,
        config.network.heads,
        config.network.feed_forward,
        config.network.experts,
        sharing(config)
    ));
    line("\n## Figures\n".into());
    line("On listeners never seen in training. *Best* is what the simulator's own probabilities reach: no model can do better but by chance. \
          *Popularity* predicts each song's average in the training log; *logistic* is logistic regression on the same features.\n".into());
    line(tables::heads(&report.heads));
    line(tables::play_ratio(&report.play_ratio_error));
    line("Calibration error is the expected gap between predicted and observed over fifteen equal bins. \
          In brackets: 95 % confidence intervals, by drawing the listeners again. *Within listeners*: \
          the mean AUC of each listener's own plays.".into());
    if let Some(later) = &report.later {
        line("\n## Later sessions of listeners who were learned from\n".into());
        line(format!("{} plays of {} listeners.\n", later.plays, later.listeners));
        line(tables::heads(&later.heads));
    }
    if !report.slices.is_empty() {
        line("\n## By segment, scene and what was heard in training\n".into());
        line(tables::slices(&report.slices));
    }
    line("\n## Limits\n".into());
    line("- Trained on simulated listeners of one catalogue. Figures say how well the simulation was learned, not how people would behave.".into());
    line("- Songs and artists outside that catalogue are judged by content, popularity and genre alone.".into());
    line("- The subscription head's best AUC rests on a Monte-Carlo estimate, so it is itself slightly low.".into());
    out
}

fn scheme(config: &TrainingConfig) -> String {
    serde_json::to_value(config.objective.scheme)
        .ok()
        .and_then(|v| v.as_str().map(str::to_string))
        .unwrap_or_default()
}

fn sharing(config: &TrainingConfig) -> String {
    serde_json::to_value(config.network.sharing)
        .ok()
        .and_then(|v| v.as_str().map(str::to_string))
        .unwrap_or_default()
}
