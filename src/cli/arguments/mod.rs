//! What can be said on the command line.

mod data;
mod experiments;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config;
use crate::model::Backend;
use crate::scene::Scene;
use crate::tui::Speed;

pub use data::{
    Catalogue, Import, ImportHistory, ImportLog, ImportMssd, Log, SimulateLog, SplitShares,
};
pub use experiments::{Ab, Eval, Ope, Population, Simulate, Tune};

/// A listening simulator and music-recommendation lab.
///
/// Without a command, opens the simulator: play, skip, like and search as a mock listener and watch
/// scores, weights and promotion ratio change, and why.
#[derive(Debug, Parser)]
#[command(name = "melody", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(flatten)]
    pub simulator: Simulator,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the simulator is opened with.
#[derive(Debug, Args)]
pub struct Simulator {
    #[command(flatten)]
    pub settings: Settings,
    /// Keys of one's own (TOML), in place of those beside the config file. See `melody keys`.
    #[arg(long, value_name = "FILE")]
    pub keymap: Option<PathBuf>,
    /// Let the simulated listener take over from the start.
    #[arg(long)]
    pub autopilot: bool,
    /// New file to keep a durable log in: every event and what was shown, on disk as it happens.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// File to write the session's trace to on leaving, as JSON Lines.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Folder to keep what the bandit learns of a listener in, and to go on from: a file by profile.
    #[arg(long, value_name = "DIR")]
    pub memory: Option<PathBuf>,
}

/// What a config file can say, too. See `melody config`.
#[derive(Debug, Args)]
pub struct Settings {
    /// Listener profile: a shipped name, one of your own (`melody import history`) or a TOML file.
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// Scene to begin in; the profile's own by default.
    #[arg(long, value_parser = scenes())]
    pub scene: Option<Scene>,
    /// Seed of every draw.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How much faster than real time the clock runs; 1 by default.
    #[arg(long, value_name = "X", value_parser = speed)]
    pub speed: Option<Speed>,
    #[command(flatten)]
    pub session: Session,
    #[command(flatten)]
    pub screen: Screen,
}

/// How the simulator looks.
#[derive(Debug, Args)]
pub struct Screen {
    /// Theme: a name, as `melody config --themes` lists them, or a TOML file.
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// Language; by default that of the locale.
    #[arg(long, value_enum)]
    pub lang: Option<LangWord>,
    /// Draw in ASCII only; by default where the locale is not one of UTF-8.
    #[arg(long, value_enum, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub ascii: Option<AsciiWord>,
    /// Let nothing move for the sake of the eye.
    #[arg(long)]
    pub no_motion: bool,
    /// Leave the mouse to the terminal.
    #[arg(long)]
    pub no_mouse: bool,
}

/// A language as named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LangWord {
    /// That of the locale.
    Auto,
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// When to draw in ASCII.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AsciiWord {
    /// Where the locale is not one of UTF-8.
    Auto,
    On,
    Off,
}

fn scenes() -> impl TypedValueParser<Value = Scene> {
    PossibleValuesParser::new(Scene::ALL.map(Scene::name)).try_map(|name| {
        Scene::ALL.into_iter().find(|scene| scene.name() == name).ok_or("no such scene")
    })
}

/// A speed as people write it: `0.5`, `4` or `4x`.
fn speed(text: &str) -> Result<Speed, String> {
    config::speed(text.strip_suffix('x').unwrap_or(text).parse().unwrap_or(f64::NAN))
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a session that was written down: a script, a trace, a log or a panic's report.
    Open(Open),
    /// Show a tour: a session told scene by scene, stepped through with space.
    Demo(Demo),
    /// Replay scripts without a terminal and check what they expect.
    Replay(Replay),
    /// Show where two traces part, with every rank and weight that differs.
    Diff(Diff),
    /// Explain a song's rank at a step of a script, to the last digit.
    Explain(Explain),
    /// Train a model on simulated listening.
    Train(Train),
    /// Train a ranker, which can take the place of the fused score, on simulated listeners.
    TrainLtr(TrainLtr),
    /// Judge a model by a training log or by simulated listeners, with confidence intervals.
    Eval(Eval),
    /// Run simulated listeners through a policy and model, beside real listening data.
    Simulate(Simulate),
    /// Compare two policies or models on the same simulated listeners.
    Ab(Ab),
    /// Search weights and mixing rules on simulated listeners, the listener first.
    Tune(Tune),
    /// Estimate what other bandit policies would have earned on sessions that were traced.
    Ope(Ope),
    /// Read feedback logs; make, split and check training logs.
    #[command(subcommand)]
    Log(Log),
    /// Make or check a catalogue.
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// Bring in data of other services.
    #[command(subcommand)]
    Import(Import),
    /// Print the settings in effect, each with where it comes from.
    Config(Config),
    /// Print which key does what in the simulator.
    Keys(Keys),
    /// Print a completion script for a shell.
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff.
    Man,
}

/// A backend of tensors, as named on the command line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Device {
    /// burn's own CPU backend.
    #[default]
    Flex,
    /// The ndarray backend.
    #[cfg(feature = "ndarray")]
    Ndarray,
}

impl From<Device> for Backend {
    fn from(device: Device) -> Self {
        match device {
            Device::Flex => Backend::Flex,
            #[cfg(feature = "ndarray")]
            Device::Ndarray => Backend::Ndarray,
        }
    }
}

/// What a session is opened with.
#[derive(Debug, Default, Args)]
pub struct Session {
    /// Policy: `default`, `ltr` (scored by the learned ranker), `untuned` (before `melody tune`) or a TOML
    /// file.
    #[arg(long, value_name = "NAME|FILE")]
    pub policy: Option<String>,
    /// Model: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR")]
    pub model: Option<String>,
    /// Catalogue: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR")]
    pub catalogue: Option<String>,
    /// Backend that near-line updates train on; flex by default.
    #[arg(long, value_enum)]
    pub device: Option<Device>,
}

impl Session {
    pub fn backend(&self) -> Backend {
        self.device.unwrap_or_default().into()
    }
}

#[derive(Debug, Args)]
pub struct Open {
    /// A script (TOML), a trace or a feedback log (JSON Lines), or `melody-panic-N.toml`.
    pub file: PathBuf,
    #[command(flatten)]
    pub screen: Screen,
    /// Backend that near-line updates train on; flex by default.
    #[arg(long, value_enum)]
    pub device: Option<Device>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// A tour (TOML); by default the one that ships with Melody.
    pub file: Option<PathBuf>,
    /// Play the tour without a terminal and check what its scenes expect.
    #[arg(long)]
    pub check: bool,
    /// Print the check's report as JSON.
    #[arg(long, requires = "check")]
    pub json: bool,
    #[command(flatten)]
    pub screen: Screen,
    /// Backend that near-line updates train on; flex by default.
    #[arg(long, value_enum)]
    pub device: Option<Device>,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// Scripts (TOML).
    #[arg(required = true, value_name = "SCRIPT")]
    pub scripts: Vec<PathBuf>,
    /// File to write the traces to, as JSON Lines.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Folder to keep what the bandit learns of each listener in, and to go on from.
    #[arg(long, value_name = "DIR")]
    pub memory: Option<PathBuf>,
    /// Print the reports as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub session: Session,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// A trace file.
    pub a: PathBuf,
    /// The trace file to compare it with.
    pub b: PathBuf,
    /// Numbers closer than this count as equal.
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    pub tolerance: f64,
    /// Print as JSON; `null` where nothing differs.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The script to run first.
    pub script: PathBuf,
    /// The step to look at: the number of events that have happened. By default the last.
    #[arg(long)]
    pub step: Option<u32>,
    /// The song, by identifier or title: shown or not.
    #[arg(long, value_name = "ID|TITLE", conflicts_with = "rank")]
    pub song: Option<String>,
    /// Say why it is not above this song, and which change of one weight would put it there.
    #[arg(long, value_name = "ID|TITLE")]
    pub above: Option<String>,
    /// The song, by its place in the queue, from 1 (the default).
    #[arg(long)]
    pub rank: Option<usize>,
    #[command(flatten)]
    pub session: Session,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Train {
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
    /// same simulated log. Writes `comparison.json`, and into the card of a model that is in the folder.
    #[arg(long)]
    pub compare: bool,
    /// Seeds that each way is trained with.
    #[arg(long, default_value_t = 5, requires = "compare", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Backend to train on.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TrainLtr {
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
    #[arg(long, default_value_t = 3)]
    pub seed: u64,
    #[command(flatten)]
    pub session: Session,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Config {
    #[command(flatten)]
    pub settings: Settings,
    /// List the themes instead.
    #[arg(long)]
    pub themes: bool,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Keys {
    /// The keymap (TOML) to read, in place of the one beside the config file.
    #[arg(long, value_name = "FILE")]
    pub keymap: Option<PathBuf>,
    /// Print as a whole keymap.toml, to begin one's own with.
    #[arg(long, conflicts_with = "json")]
    pub toml: bool,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}
