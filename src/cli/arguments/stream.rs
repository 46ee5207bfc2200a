//! Feedback that leaves the session: published, learned from.

use std::path::PathBuf;

use clap::Args;

use super::named::Device;
use super::numbers::seed;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  melody learn --from nats://localhost --out versions\n  melody learn --from session.jsonl session-2.jsonl --out versions\n  melody learn --out versions --verify"
)]
pub(crate) struct Learn {
    /// The stream that feedback is published to (nats://HOST[:PORT][/STREAM[/TENANT]]), or feedback logs.
    #[arg(long, value_name = "NATS|LOG", num_args = 1.., required_unless_present = "verify")]
    pub from: Vec<String>,
    /// Folder of the learner: what it took, what it tried, and a model's folder for each version. The same folder goes on.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The model that it begins with.
    #[arg(long, default_value = "default", value_name = "NAME|DIR")]
    pub model: String,
    /// What is listened to.
    #[arg(long, default_value = "default", value_name = "NAME|DIR")]
    pub catalogue: String,
    /// The policy that sessions are served by: where the listeners of a segment do worse than they did, others are made of it.
    #[arg(long, default_value = "default", value_name = "NAME|FILE")]
    pub policy: String,
    /// Plays of an update [default: 512, or what the folder began with].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub plays: Option<u32>,
    /// Seconds after which an update is made of fewer plays, too.
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = super::numbers::not_below_zero)]
    pub every: f64,
    /// Of so many updates one is of the whole network; the others of heads and experts. 0: none is [default: 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub network_every: Option<u32>,
    /// Seed of every draw [default: 1].
    #[arg(long, value_parser = seed())]
    pub seed: Option<u64>,
    /// End once nothing has come for so long; logs end where they end.
    #[arg(long, value_name = "SECONDS", value_parser = super::numbers::not_below_zero)]
    pub until_idle: Option<f64>,
    /// Make every version again from what the folder says it was made of, and say whether it is the same to the bit.
    #[arg(long, conflicts_with_all = ["from", "plays", "network_every", "seed"])]
    pub verify: bool,
    /// Print a line of JSON for each update.
    #[arg(long)]
    pub json: bool,
    /// Backend that it learns on; flex by default.
    #[arg(long, value_enum)]
    pub device: Option<Device>,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// Folder of a learner: what `melody learn --out DIR` keeps.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Print it once instead of showing it live; so it is where the output is no terminal.
    #[arg(long)]
    pub once: bool,
    /// Print it as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub screen: super::simulator::Screen,
}

#[derive(Debug, Args)]
pub(crate) struct Versions {
    /// The stream whose learner's versions are wanted: nats://HOST[:PORT][/STREAM].
    #[arg(long, value_name = "NATS")]
    pub from: String,
    /// Folder to bring them to: a model's folder for each, as `melody learn` keeps them.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Go on as new ones come.
    #[arg(long)]
    pub follow: bool,
    /// Print a line of JSON for each.
    #[arg(long)]
    pub json: bool,
}
