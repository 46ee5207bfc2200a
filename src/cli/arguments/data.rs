//! Catalogues, logs and imports.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum, value_parser};

use super::numbers::{seed, share};
use super::work::HandedOut;
use melody_core::catalogue::Size;
use melody_core::plays::{Format, MOST_RECORDED, formats};
use melody_stream::rest::Day;

#[derive(Debug, Subcommand)]
pub(crate) enum Catalogue {
    /// Generate the invented catalogue again, or a larger one; the same seed and size give the same bytes.
    Generate {
        /// How many songs, 100 to 1,000,000.
        #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = value_parser!(u32).range(i64::from(Size::SONGS[0])..=i64::from(Size::SONGS[1])))]
        songs: u32,
        /// How many artists, at least 24, at most half as many as songs [default: 3 for 20 songs].
        #[arg(long, value_name = "N")]
        artists: Option<u32>,
        /// Seed of every draw.
        #[arg(long, default_value_t = melody_core::catalogue::DEFAULT_SEED, value_parser = seed())]
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

/// Data of other services, or what of it can be read.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
pub(crate) struct Imports {
    /// List the formats that are read: what tells each, what is read of it, and what it does not say of a play.
    #[arg(long, required = true)]
    pub formats: bool,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Option<Import>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Turn a table of Spotify's tracks into a catalogue.
    SpotifyTracks {
        /// The CSV, packed or not: an identifier, a title, artists and a length; popularity, genre, year
        /// and audio features where it has them. The widely used tables' names of these are known.
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
    /// Turn a text model of LightGBM's into a ranker, which a policy names in `ranking.ranker`.
    Lightgbm {
        /// What `Booster.save_model` wrote, of the features that a ranker is told.
        file: PathBuf,
        /// File to write the ranker to (JSON); its name without the ending is the ranker's.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write a ranker as a text model that LightGBM loads.
    Lightgbm {
        /// `default` or a file (JSON).
        #[arg(value_name = "NAME|FILE")]
        ranker: String,
        /// New file for the model.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write a model as ONNX graphs: songs to vectors, listeners to what is kept of them, and both to scores.
    Onnx {
        /// `default` or a model's folder.
        #[arg(value_name = "NAME|DIR")]
        model: String,
        /// Folder to write `songs.onnx`, `encode.onnx` and `score.onnx` to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// What a history is imported from, and what it becomes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("result").required(true).multiple(true).args(["name", "out", "log"]))]
pub(crate) struct ImportHistory {
    /// Exports as they are downloaded: files, archives (zip, tar), folders, gzipped or in Zstandard; `melody import
    /// --formats` lists what is read.
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
    /// The files' format, as `melody import --formats` names it; recognised by what is in them if absent.
    #[arg(long, value_parser = format(), hide_possible_values = true)]
    pub format: Option<Format>,
    /// Catalogue to find the songs in: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Whose plays, where a file has several listeners'; the first one's if absent.
    #[arg(long, value_name = "ID")]
    pub listener: Option<String>,
    /// Keep plays of a private session, too. Else they are left out, and counted.
    #[arg(long)]
    pub incognito: bool,
    /// Newest plays to keep.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u16).range(1..=MOST_RECORDED as i64))]
    pub plays: u16,
    /// Leave out plays of songs that the catalogue does not have. Else songs of it stand in for them.
    #[arg(long)]
    pub matched_only: bool,
    /// Replace files that are there already.
    #[arg(long)]
    pub force: bool,
    /// Then open the simulator as this listener.
    #[arg(long, conflicts_with = "json")]
    pub open: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(formats().map(Format::name))
        .try_map(|name| Format::named(&name).ok_or("no such format"))
}

#[derive(Debug, Args)]
pub(crate) struct ImportMssd {
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
pub(crate) enum Log {
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
    /// Turn plays of real listeners, or feedback logs, into a training log.
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
    /// Get out of a damaged feedback log every record that is as it was written.
    Salvage {
        /// A feedback log.
        file: PathBuf,
        /// New file for the log up to the damage; records behind it go to FILE.beyond, line by line.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Send feedback logs to a stream of NATS JetStream: what was sent before is known by its hash there.
    Publish {
        /// Feedback logs.
        #[arg(required = true, value_name = "LOG")]
        logs: Vec<PathBuf>,
        /// The stream: nats://HOST[:PORT][/STREAM[/TENANT]]. Credentials come from the address, from NATS_CREDS, NATS_USER and
        /// NATS_PASSWORD and the like, or from the context that NATS_CONTEXT names.
        #[arg(long, value_name = "NATS")]
        to: String,
        /// Go on while the logs grow.
        #[arg(long)]
        follow: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a log's plays or impressions as others read them, or all of many feedback logs as a data set.
    Export(ExportLog),
    /// Turn a feedback log, or a trace, back into a script that replays it.
    Script {
        /// A feedback log or a trace of one session.
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
pub(crate) struct ExportLog {
    /// A feedback log, or the folder of a training log; any number of feedback logs for a data set.
    #[arg(required = true, value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// What to write, and how.
    #[arg(long = "as", value_enum, value_name = "FORM")]
    pub form: LogForm,
    /// New file for a table, in Parquet if it ends in `.parquet`, else in CSV; new folder for RecBole and for a data set.
    #[arg(long, value_name = "FILE|DIR")]
    pub out: PathBuf,
    /// The day that a data set's sessions are put under, as 2026-11-30; of each log the day of its file's last change (UTC) if
    /// absent, since logs hold no time of day.
    #[arg(long, value_name = "DAY", value_parser = |text: &str| text.parse::<Day>())]
    pub day: Option<Day>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
    /// Catalogue of the training log: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
}

/// What a log is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// A table with a row for each play.
    Plays,
    /// A table with a row for each place of each queue that was shown; of a feedback log.
    Impressions,
    /// RecBole's atomic files (.inter, .item, .user); of a training log.
    Recbole,
    /// A data set in Parquet of any number of feedback logs: sessions, events, plays and impressions, each session once, in a
    /// folder for each day. DuckDB, Polars, pandas and Spark open it, and `melody log import` makes a training log of it.
    Parquet,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Trace {
    /// Write what was played, shown and decided as others read it.
    Export(ExportTrace),
}

#[derive(Debug, Args)]
pub(crate) struct ExportTrace {
    /// Trace files (JSON Lines), or folders of them.
    #[arg(required = true, value_name = "TRACE|DIR")]
    pub traces: Vec<PathBuf>,
    /// What to write, and how.
    #[arg(long = "as", value_enum, value_name = "FORM")]
    pub form: TraceForm,
    /// New file, in Parquet if it is a table and ends in `.parquet`, else in CSV; new folder for Open Bandit.
    #[arg(long, value_name = "FILE|DIR")]
    pub out: PathBuf,
}

/// What a trace is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceForm {
    /// A table with a row for each play.
    Plays,
    /// A table with a row for each place of each queue that was shown.
    Impressions,
    /// The bandit's decisions in the layout of the Open Bandit data set, which OBP opens.
    OpenBandit,
    /// The bandit's decisions as Vowpal Wabbit's JSON, for `vw --dsjson --cb_explore_adf`.
    VwDsjson,
    /// The bandit's decisions as Vowpal Wabbit's text, for `vw --cb_explore_adf`.
    VwCbAdf,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateLog {
    /// New folder to write the log to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Simulated listeners.
    #[arg(long, value_name = "N", default_value_t = 12_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub listeners: u64,
    /// Sessions of each listener.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub sessions: u32,
    /// Ways that each play may end, drawn for the true probability of subscribing after it; 0 leaves it out.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub rollouts: u32,
    /// Seed of every draw. Seed 1 draws the listeners the default model was trained on.
    #[arg(long, default_value_t = 2, value_parser = seed())]
    pub seed: u64,
    /// Catalogue to listen to: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    #[command(flatten)]
    pub shares: SplitShares,
    #[command(flatten)]
    pub handed_out: HandedOut,
    /// Print log.toml's contents as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportLog {
    /// Plays: Melody's own JSON Lines (`melody import history --log` and `melody import mssd` write
    /// them), or any format that `melody import history` reads; each may be gzipped. Or feedback logs, or the
    /// folder that `melody log export --as parquet` made of them.
    #[arg(required = true, value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// New folder to write the log to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The files' format, as `melody import --formats` names it; recognised by what is in them if absent.
    #[arg(long, value_parser = format(), hide_possible_values = true)]
    pub format: Option<Format>,
    /// Catalogue to find the songs in: `default` or a folder.
    #[arg(long, value_name = "NAME|DIR", default_value = "default")]
    pub catalogue: String,
    /// Keep plays of a private session, too. Else they are left out, and counted.
    #[arg(long)]
    pub incognito: bool,
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
pub(crate) struct SplitShares {
    /// Share of the listeners for validation.
    #[arg(long, value_name = "X", default_value_t = 0.05, value_parser = share)]
    pub validation: f64,
    /// Share of the listeners never learned from.
    #[arg(long, value_name = "X", default_value_t = 0.10, value_parser = share)]
    pub test: f64,
    /// Share of the training listeners' plays, the newest, that are not learned from.
    #[arg(long, value_name = "X", default_value_t = 0.10, value_parser = share)]
    pub later: f64,
    /// Another seed puts other listeners into the splits.
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = seed())]
    pub split_seed: u64,
}
