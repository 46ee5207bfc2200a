//! Experiments on simulated listeners, and figures of them.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::named::{Device, Named};
use super::numbers::{above_zero, seed, share};
use super::work::HandedOut;
use melody_lab::data::Split;
use melody_lab::experiment::{Direction, Gate, Metric};
use melody_simulation::Variant;

#[derive(Debug, Args)]
pub(crate) struct Ope {
    /// Trace files (JSON Lines), or folders of them; or one log in the layout of the Open Bandit data set, its CSV or its folder.
    #[arg(required = true, value_name = "TRACE|DIR")]
    pub traces: Vec<PathBuf>,
    /// Importance weights are cut, switched off or shrunk from here on; by default the square root of
    /// the number of decisions.
    #[arg(long, value_name = "X", value_parser = above_zero)]
    pub threshold: Option<f64>,
    /// Take intervals from so many bootstrap resamples in place of a formula.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    pub bootstrap: Option<u64>,
    /// Seed of the bootstrap.
    #[arg(long, default_value_t = 1, requires = "bootstrap", value_parser = seed())]
    pub seed: u64,
    /// Print every estimator, not only the usual three.
    #[arg(long)]
    pub all: bool,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("listening").args(["log", "plays"]))]
pub(crate) struct Eval {
    /// Model: `default` or a folder.
    #[arg(default_value = "default", value_name = "NAME|DIR")]
    pub model: String,
    /// Folder of a training log to judge by; simulated listeners that the model has never seen if
    /// absent.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Another way to judge: `global-time` foretells the last day from what came before it, for all listeners at once, and puts
    /// the model of a log beside what is popular, item-kNN and what follows what.
    #[arg(long, value_enum, requires = "listening")]
    pub protocol: Option<Protocol>,
    /// Files of plays to judge by, as `melody import history` reads them; their songs need be in no catalogue.
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "protocol", conflicts_with = "log")]
    pub plays: Vec<PathBuf>,
    /// Puts a SASRec-like network among the methods: small causal self-attention over a listener's newest plays, trained on what
    /// came before the cut, by `--seed`. Takes minutes, of tens of millions of plays hours.
    #[arg(long, requires = "protocol")]
    pub sequential: bool,
    /// Days at the end that are foretold.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "protocol", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub test_days: u32,
    /// Part of the log: by default what was never learned from, which is `test` of the log the model
    /// was trained on, and all of any other.
    #[arg(long, value_enum, conflicts_with = "protocol")]
    pub split: Option<Part>,
    /// Another model to put beside it, on the same plays: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", conflicts_with = "protocol")]
    pub against: Option<String>,
    /// Policy whose rules tell the segments: a shipped name or a TOML file.
    #[arg(long, value_name = "NAME|FILE", default_value = "default")]
    pub policy: String,
    /// Catalogue: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Simulated listeners, without a log; by default as many as in the model's own report.
    #[arg(long, value_name = "N", conflicts_with = "log", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub listeners: Option<u64>,
    /// Times the listeners are drawn again for confidence intervals; 0 makes none.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(0..=100_000))]
    pub resamples: u64,
    /// Seed of those draws, and of what `--sequential` learns from.
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
    /// Compute backend.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A way to judge that is not the usual one.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Protocol {
    /// Yambda's: a cut in time that is the same for everybody.
    GlobalTime,
}

/// A part of a training log, as named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Part {
    Train,
    Validation,
    /// Listeners never learned from.
    Test,
    /// Later sessions of listeners learned from.
    Later,
    All,
}

impl Part {
    /// `None` for all.
    pub(crate) fn split(self) -> Option<Split> {
        match self {
            Part::Train => Some(Split::Train),
            Part::Validation => Some(Split::Validation),
            Part::Test => Some(Split::Test),
            Part::Later => Some(Split::Later),
            Part::All => None,
        }
    }
}

/// The simulated listeners of an experiment.
#[derive(Debug, Args)]
pub struct Population {
    /// Simulated listeners.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub listeners: u64,
    /// Sessions of each listener, one after the other.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub sessions: u32,
    /// Songs in one session, at most; most listeners leave before.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub songs: u32,
    /// Seed of every draw. Seed 1 draws the listeners the default model was trained on.
    #[arg(long, default_value_t = 2, value_parser = seed())]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub population: Population,
    /// World that the listeners live in, to see what hangs on it: as it was fitted, or where they tire half or
    /// twice as much or want something else three times as often.
    #[arg(long, value_name = "NAME", default_value = "fitted", value_parser = world())]
    pub world: Variant,
    #[command(flatten)]
    pub named: Named,
    /// Write what the listeners teach the bandit to FILE, in place of the report: the experience
    /// that new listeners of a segment start from.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "on"])]
    pub experience: Option<PathBuf>,
    #[command(flatten)]
    pub handed_out: HandedOut,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Ab {
    /// Policy of arm a: a shipped name or a TOML file.
    pub a: String,
    /// Policy of arm b, in the same way.
    pub b: String,
    /// Models of the two arms: `default` or a folder each.
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    pub models: Option<Vec<String>>,
    /// Catalogue: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Backend that near-line updates train on.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    #[command(flatten)]
    pub population: Population,
    /// World that the listeners live in, to see what hangs on it: as it was fitted, or where they tire half or
    /// twice as much or want something else three times as often.
    #[arg(long, value_name = "NAME", default_value = "fitted", value_parser = world())]
    pub world: Variant,
    /// Fail with exit code 1 where arm b is significantly worse in this metric, or with a margin, in the metric's unit, where it is
    /// not shown to be worse by less than that (completion=0.01): too few listeners then do not pass. May be repeated.
    #[arg(long, value_name = "METRIC[=MARGIN]", value_parser = gate)]
    pub fail_if_worse: Vec<Gate>,
    #[command(flatten)]
    pub handed_out: HandedOut,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Ablate {
    /// Only these mechanisms, by name or group (`bandit`, `diversity/mmr`); all of the policy's if absent.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Simulated listeners, the same in every arm.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub listeners: u64,
    /// Sessions of each listener, one after the other.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub sessions: u32,
    /// Songs in one session, at most; most listeners leave before.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub songs: u32,
    /// Seed of every draw. Seed 1 draws the listeners the default model was trained on.
    #[arg(long, default_value_t = 2, value_parser = seed())]
    pub seed: u64,
    /// World that the listeners live in, to see what hangs on it: as it was fitted, or where they tire half or
    /// twice as much or want something else three times as often.
    #[arg(long, value_name = "NAME", default_value = "fitted", value_parser = world())]
    pub world: Variant,
    #[command(flatten)]
    pub named: Named,
    #[command(flatten)]
    pub handed_out: HandedOut,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

fn world() -> impl TypedValueParser<Value = Variant> {
    PossibleValuesParser::new(Variant::ALL.map(Variant::name))
        .map(|name| Variant::named(&name).unwrap_or(Variant::Fitted))
}

/// A metric that can be worse, and by how much.
fn gate(text: &str) -> Result<Gate, String> {
    let Some((name, margin)) = text.split_once('=') else {
        return Ok(Gate { metric: judged_metric(text)?, margin: None });
    };
    let above_nothing = |margin: &f64| margin.is_finite() && *margin > 0.0;
    let margin = margin.parse().ok().filter(above_nothing);
    let margin = margin.ok_or("the margin must be a number above 0")?;
    Ok(Gate { metric: judged_metric(name)?, margin: Some(margin) })
}

/// A metric that can be worse.
fn judged_metric(name: &str) -> Result<Metric, String> {
    let judged = || Metric::ALL.into_iter().filter(|m| m.direction() != Direction::Neither);
    judged().find(|metric| metric.name() == name).ok_or_else(|| {
        let names: Vec<&str> = judged().map(Metric::name).collect();
        format!("no such metric; it is one of {}", names.join(", "))
    })
}

#[derive(Debug, Args)]
pub(crate) struct Tune {
    /// File to write the policy found to.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Name of the policy found.
    #[arg(long, default_value = "tuned")]
    pub name: String,
    /// Write the search's tables to FILE too, as Markdown.
    #[arg(long, value_name = "FILE")]
    pub table: Option<PathBuf>,
    /// Draws tried for each segment and scene, beside what is there.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(2..=4095))]
    pub trials: u32,
    /// Completion may be this much below that without promotion.
    #[arg(long, value_name = "X", default_value_t = 0.01, value_parser = share)]
    pub margin: f64,
    #[command(flatten)]
    pub population: Population,
    #[command(flatten)]
    pub named: Named,
    #[command(flatten)]
    pub handed_out: HandedOut,
    /// Print the search as JSON.
    #[arg(long)]
    pub json: bool,
}
