//! What can be said on the command line.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config;
use crate::experiment::{Direction, Metric};
use crate::model::Backend;
use crate::plays::{Format, MOST_RECORDED};
use crate::scene::Scene;
use crate::training::Split;
use crate::tui::Speed;

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
pub struct Ope {
    /// Trace files (JSON Lines), or folders of them.
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
    #[arg(long, default_value_t = 1, requires = "bootstrap")]
    pub seed: u64,
    /// Print every estimator, not only the usual three.
    #[arg(long)]
    pub all: bool,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A number above 0.
fn above_zero(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|x: &f64| x.is_finite() && *x > 0.0);
    number.ok_or_else(|| "a number above 0 is needed".into())
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
pub struct Eval {
    /// Model: `default` or a folder.
    #[arg(default_value = "default", value_name = "NAME|DIR")]
    pub model: String,
    /// Folder of a training log to judge by; simulated listeners that the model has never seen if
    /// absent.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Part of the log: by default what was never learned from, which is `test` of the log the model
    /// was trained on, and all of any other.
    #[arg(long, value_enum)]
    pub split: Option<Part>,
    /// Another model to put beside it, on the same plays: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR")]
    pub against: Option<String>,
    /// Policy whose rules tell the segments: `default` or a TOML file.
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
    /// Seed of those draws.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Compute backend.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A part of a training log, as named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Part {
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
    pub fn split(self) -> Option<Split> {
        match self {
            Part::Train => Some(Split::Train),
            Part::Validation => Some(Split::Validation),
            Part::Test => Some(Split::Test),
            Part::Later => Some(Split::Later),
            Part::All => None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Catalogue {
    /// Generate the invented catalogue again; the same seed gives the same bytes.
    Generate {
        /// Seed of every draw.
        #[arg(long, default_value_t = crate::catalogue::DEFAULT_SEED)]
        seed: u64,
        /// Folder to write songs.csv and catalogue.toml to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Check a catalogue and say what is in it.
    Check {
        /// `default` or a folder.
        catalogue: String,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Turn the "Spotify tracks" CSV into a catalogue.
    SpotifyTracks {
        /// The CSV, with columns track_id, artists, track_name, popularity, duration_ms, track_genre
        /// and audio features.
        file: PathBuf,
        /// Folder to write the catalogue to; its last part is the catalogue's name.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Print the summary as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Turn your own listening history into a listener profile, to play as yourself.
    History(ImportHistory),
    /// Turn session logs of the Music Streaming Sessions Dataset into plays, and its track features
    /// into a catalogue.
    Mssd(ImportMssd),
}

/// What a history is imported from, and what it becomes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("result").required(true).multiple(true).args(["name", "out", "log"]))]
pub struct ImportHistory {
    /// Exports: Spotify's streaming history (JSON), ListenBrainz listens (JSON Lines or as the API
    /// answers), Last.fm 1K (TSV), Melody's own JSON Lines; each may be gzipped.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Name of the profile: then `melody --profile NAME` plays as this listener.
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// Write the profile to this TOML file instead of to the folder of your own profiles.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write every play of everyone to this file, in Melody's own JSON Lines (`.gz` to compress).
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// The files' format; recognised by what is in them if absent.
    #[arg(long, value_parser = formats())]
    pub format: Option<Format>,
    /// Catalogue to find the songs in: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Whose plays, where a file has several listeners'; the first one's if absent.
    #[arg(long, value_name = "ID")]
    pub listener: Option<String>,
    /// Newest plays to keep.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u16).range(1..=MOST_RECORDED as i64))]
    pub plays: u16,
    /// Leave out plays of songs that the catalogue does not have. Else songs of it stand in for them.
    #[arg(long)]
    pub matched_only: bool,
    /// Replace files that are there already.
    #[arg(long)]
    pub force: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| {
        Format::ALL.into_iter().find(|format| format.name() == name).ok_or("no such format")
    })
}

#[derive(Debug, Args)]
pub struct ImportMssd {
    /// Session logs (CSV); each may be gzipped.
    #[arg(required = true, value_name = "LOG")]
    pub logs: Vec<PathBuf>,
    /// Track features (CSV); with them, the folder is a catalogue too.
    #[arg(long, num_args = 1.., value_name = "TRACKS")]
    pub features: Vec<PathBuf>,
    /// Songs in the catalogue at most: those with the most plays.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(24..=200_000))]
    pub songs: u32,
    /// Folder to write plays.jsonl and the catalogue to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Print the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Log {
    /// Print every record: what was done and what was shown then.
    Show {
        /// A feedback log.
        file: PathBuf,
        /// Print the steps that count as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check that every record is as it was written; of a training log also every play, and that
    /// nothing to be foretold leaks into what is learned from.
    Check {
        /// A feedback log, or the folder of a training log.
        #[arg(value_name = "FILE|DIR")]
        file: PathBuf,
        /// Catalogue of the training log: `default` or a folder.
        #[arg(long, value_name = "NAME|DIR", default_value = "default")]
        catalogue: String,
        /// Cut off what a crash left behind the last whole record.
        #[arg(long)]
        repair: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a training log of simulated listeners, as large as the disk.
    Simulate(SimulateLog),
    /// Turn plays of real listeners into a training log.
    Import(ImportLog),
    /// Split a training log in another way; its plays stay as they are.
    Split {
        /// Folder of the training log.
        dir: PathBuf,
        /// Its catalogue: `default` or a folder.
        #[arg(long, value_name = "NAME|DIR", default_value = "default")]
        catalogue: String,
        #[command(flatten)]
        shares: SplitShares,
        /// Print log.toml's contents as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Turn a feedback log back into a script that replays it.
    Script {
        /// A feedback log.
        file: PathBuf,
        /// File to write the script to; printed if absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Print as JSON: the script and what it was made from.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct SimulateLog {
    /// New folder to write the log to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Simulated listeners.
    #[arg(long, value_name = "N", default_value_t = 12_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub listeners: u64,
    /// Sessions of each listener.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub sessions: u32,
    /// Monte-Carlo continuations per play for the true probability of subscribing; 0 leaves it out.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub rollouts: u32,
    /// Seed of every draw. Seed 1 draws the listeners the default model was trained on.
    #[arg(long, default_value_t = 2)]
    pub seed: u64,
    /// Catalogue to listen to: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    #[command(flatten)]
    pub shares: SplitShares,
    /// Print log.toml's contents as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ImportLog {
    /// Plays: Melody's own JSON Lines (`melody import history --log` and `melody import mssd` write
    /// them), or any format that `melody import history` reads; each may be gzipped.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// New folder to write the log to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The files' format; recognised by what is in them if absent.
    #[arg(long, value_parser = formats())]
    pub format: Option<Format>,
    /// Catalogue to find the songs in: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Leave out plays of songs that the catalogue does not have. Else songs of it stand in for them in
    /// the listeners' past, and nothing is learned of those plays.
    #[arg(long)]
    pub matched_only: bool,
    #[command(flatten)]
    pub shares: SplitShares,
    /// Print the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

/// How a training log is split.
#[derive(Debug, Args)]
pub struct SplitShares {
    /// Share of the listeners for validation.
    #[arg(long, value_name = "X", default_value_t = 0.05)]
    pub validation: f64,
    /// Share of the listeners never learned from.
    #[arg(long, value_name = "X", default_value_t = 0.10)]
    pub test: f64,
    /// Share of the training listeners' plays, the newest, that are not learned from.
    #[arg(long, value_name = "X", default_value_t = 0.10)]
    pub later: f64,
    /// Another seed puts other listeners into the splits.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub split_seed: u64,
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
    #[arg(long, default_value_t = 2)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct Simulate {
    #[command(flatten)]
    pub population: Population,
    #[command(flatten)]
    pub session: Session,
    /// Write what the listeners teach the bandit to FILE, in place of the report: the experience
    /// that new listeners of a segment start from.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub experience: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Ab {
    /// Policy of arm a: `default` or a TOML file.
    pub a: String,
    /// Policy of arm b.
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
    /// Fail with exit code 1 where arm b is significantly worse in this metric. May be repeated.
    #[arg(long, value_name = "METRIC", value_parser = judged_metric)]
    pub fail_if_worse: Vec<Metric>,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
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
pub struct Tune {
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
    #[arg(long, value_name = "X", default_value_t = 0.01)]
    pub margin: f64,
    #[command(flatten)]
    pub population: Population,
    #[command(flatten)]
    pub session: Session,
    /// Print the search as JSON.
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
