//! Training: models, and rankers.

use std::path::PathBuf;

use clap::Args;

use super::named::{Device, Named};
use super::numbers::seed;

#[derive(Debug, Args)]
pub(crate) struct Train {
    /// Folder the model is written to; its last part is the model's name. An interrupted training
    /// found there is taken up.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Training config (TOML); what it leaves out keeps its default.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Catalogue to simulate listening on: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Train on a training log instead of simulated listening: a folder that `melody log simulate` or
    /// an importer wrote. Its own splits are used.
    #[arg(long, value_name = "DIR", conflicts_with = "compare")]
    pub log: Option<PathBuf>,
    /// Compare ways of training instead: weight schemes, ways of sharing, kinds of feedback, all on the
    /// same simulated log; or, where the config has `without`, the network with all its parts and without
    /// each of those. Writes `comparison.json`, and into the card of a model that is in the folder.
    #[arg(long)]
    pub compare: bool,
    /// Seeds that each way is trained with.
    #[arg(long, default_value_t = 5, requires = "compare", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Write losses, weights and validations to DIR as they come, for TensorBoard.
    #[arg(long, value_name = "DIR", conflicts_with = "compare")]
    pub tensorboard: Option<PathBuf>,
    /// Backend to train on.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example: towers for a model that was trained on a log of one's own\n  melody train-towers --model mine --catalogue songs --log big --out mine"
)]
pub(crate) struct TrainTowers {
    /// Model to give towers: `default` or a folder that `melody train` wrote.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub model: String,
    /// Folder the model is written to with its towers; it may be the model's own.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Catalogue to simulate listening on: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Learn from a training log; by default from listening that is simulated.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Backend to train on.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TrainLtr {
    /// File to write the ranker to (JSON); its name without the ending is the ranker's. A policy names
    /// it in `ranking.ranker`.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Simulated listeners: six of ten to learn from, two to stop by, two for the figures.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(20..=1_000_000))]
    pub listeners: u64,
    /// Songs in a listener's session, at most; most leave before.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(3..=10_000))]
    pub songs: u32,
    /// Seed of every draw. Seed 1 draws the listeners the default model was trained on.
    #[arg(long, default_value_t = 3, value_parser = seed())]
    pub seed: u64,
    #[command(flatten)]
    pub named: Named,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}
