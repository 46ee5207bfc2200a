//! The training report and the model card made from it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::compare::Comparison;
use super::comparison_table::comparison_table;
use super::tables;
use crate::config::TrainingConfig;
use crate::data::TrainedOn;
use crate::data::log::{Origin, TrainingLog};
use crate::evaluation::{Evaluation, GreedyReport, HeadReport, PlayRatioError, Scaling, Slice};
use crate::retrieval::TowerReport;
use crate::training::{Progress, Validation};
use melody_model::Manifest;

/// Everything about how a model came to be and how good it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The model's name, hash and origin.
    pub manifest: Manifest,
    /// Every setting of the training.
    pub config: TrainingConfig,
    /// Numbers that were learned.
    pub parameters: usize,
    /// Listeners learned from.
    pub train_listeners: usize,
    /// Their plays.
    pub train_plays: usize,
    /// Listeners judged by.
    pub test_listeners: usize,
    /// Their plays.
    pub test_plays: usize,
    /// Output by output.
    pub heads: Vec<HeadReport>,
    /// Of the expected share of a song.
    pub play_ratio_error: Option<PlayRatioError>,
    /// By segment, scene and what was heard in training.
    #[serde(default)]
    pub slices: Vec<Slice>,
    /// On later sessions of listeners who were learned from.
    #[serde(default)]
    pub later: Option<Evaluation>,
    /// Songs and artists learned of. Reports of older versions have none.
    #[serde(default)]
    pub heard: Option<TrainedOn>,
    /// The training log, if it was not simulated in memory.
    #[serde(default)]
    pub trained_on_log: Option<LogUsed>,
    /// What calibration did to which output.
    #[serde(default)]
    pub calibration: Vec<Scaling>,
    /// What choosing by the model alone would complete.
    #[serde(default)]
    pub greedy: Option<GreedyReport>,
    /// How the towers of retrieval came to be; absent where the model has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub towers: Option<TowerReport>,
    /// Losses and weights along the way, every so many steps; `steps.csv` has them all.
    pub log: Vec<Progress>,
    /// Looks at listeners that were not learned from.
    #[serde(default)]
    pub validations: Vec<Validation>,
    /// Training ended before its time, as validation no longer improved.
    #[serde(default)]
    pub stopped_early: bool,
}

/// A training log that a model was trained on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogUsed {
    /// The folder, as it was named.
    pub path: String,
    /// SHA-256 over its `log.toml`.
    pub hash: String,
    /// Where the listening is from.
    pub origin: Origin,
}

impl LogUsed {
    /// What a report says of this log.
    pub fn new(log: &TrainingLog) -> Self {
        LogUsed {
            path: log.folder().display().to_string(),
            hash: log.hash().into(),
            origin: log.manifest().origin.clone(),
        }
    }

    fn of_people(&self) -> bool {
        matches!(self.origin, Origin::Imported { .. })
    }
}

/// The model card, in Markdown, with how other ways of training compare where that was measured.
pub fn model_card(report: &Report, comparison: Option<&Comparison>) -> String {
    let mut out = String::new();
    let manifest = &report.manifest;
    let config = &report.config;
    let mut line = |text: String| writeln!(out, "{text}").expect("writing to a string");
    line(format!("# Model card: {}", manifest.name));
    line(String::new());
    let people = report.trained_on_log.as_ref().filter(|log| log.of_people());
    line(match people {
        None => "Written by `melody train`. All listening behind it is **simulated**; no real person's data was used.".into(),
        Some(log) => format!("Written by `melody train`. It has learned from the listening of **people**, imported into the training log `{}`.", log.path),
    });
    line(String::new());
    line("| | |\n|---|---|".into());
    line(format!("| weights | SHA-256 `{}` |", manifest.weights_sha256));
    line(format!("| parameters | {} |", report.parameters));
    line(format!(
        "| trained on | catalogue `{}`, {} plays of {}{} listeners, seed {} |",
        manifest.trained_on,
        report.train_plays,
        report.train_listeners,
        if people.is_some() { "" } else { " simulated" },
        config.seed
    ));
    if let Some(log) = &report.trained_on_log {
        line(format!("| training log | `{}`, SHA-256 `{}` |", log.path, log.hash));
    }
    line(format!(
        "| measured on | {} plays of {} other listeners |",
        report.test_plays, report.test_listeners
    ));
    line(format!(
        "| training | {} steps, {} epochs, loss weights `{}`, AdamW at {} |",
        manifest.steps,
        config.epochs,
        config.objective.scheme.name(),
        config.learning_rate
    ));
    line(format!(
        "| network | d_model {}, {} layers, {} heads, feed-forward {}, {} experts ({}) |",
        config.network.d_model,
        config.network.layers,
        config.network.heads,
        config.network.feed_forward,
        config.network.experts,
        config.network.sharing.name()
    ));
    if !config.without.is_empty() {
        let parts: Vec<&str> = config.without.iter().map(|part| part.name()).collect();
        line(format!("| trained without | {} |", parts.join(", ")));
    }
    line("\n## Figures\n".into());
    line("On listeners never seen in training. *Best* is what the simulator's own probabilities reach, which know a listener's hidden taste and mood. \
          Who sees only the account and the plays so far cannot get there: an ideal observer, who makes the most of \
          these, stays about as far below (`cargo run --release --example ideal`, figures in the README). \
          *Popularity* predicts each song's average in the training log; *logistic* is logistic regression on the same features.\n".into());
    line(tables::heads(&report.heads));
    line(tables::play_ratio(report.play_ratio_error.as_ref()));
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
    if !report.calibration.is_empty() {
        line("\n## Calibration\n".into());
        line("After training each output's logits were scaled and shifted to fit the validation listeners, and that folded into the towers' last layers.\n".into());
        line("| output | scale | shift | log loss before | after |\n|---|--:|--:|--:|--:|".into());
    }
    for scaling in &report.calibration {
        let Scaling { output, scale, shift, log_loss: [before, after] } = scaling;
        line(format!("| {output} | {scale:.3} | {shift:+.3} | {before:.5} | {after:.5} |"));
    }
    if let Some(greedy) = &report.greedy {
        line("\n## If the model alone chose\n".into());
        line(format!(
            "From {} slates of random songs, the song with the highest fused score is completed with \
             probability {:.4} (the simulator's own, a mean); by interest alone {:.4}, by chance {:.4}, \
             at best {:.4}.",
            greedy.slates, greedy.completion, greedy.by_interest, greedy.chance, greedy.best
        ));
    }
    if let Some(towers) = &report.towers {
        line("\n## Retrieval\n".into());
        line(tables::towers(towers));
    }
    if let Some(comparison) = comparison {
        line("\n## Ways of training, compared\n".into());
        line(comparison_table(comparison));
    }
    line("\n## Limits\n".into());
    line(match people {
        None => "- Trained on simulated listeners of one catalogue. Figures say how well the simulation was learned, not how people would behave.",
        Some(_) => "- Trained on the listeners of one log. Figures hold for listeners like them.",
    }.into());
    line("- Songs and artists outside that catalogue are judged by content, popularity and genre alone.".into());
    if people.is_none() {
        line("- The subscription head's best AUC rests on a Monte-Carlo estimate, so it is itself slightly low.".into());
    }
    out
}
