//! Sessions that were written down: opened, shown, replayed, set side by side and explained.

use std::path::PathBuf;

use clap::Args;

use super::named::{Device, Named};
use super::numbers::{not_below_zero, rank, share, size};
use super::simulator::{LangWord, Screen};

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// A script (TOML), a trace or a feedback log (JSON Lines), or `melody-panic-N.toml`.
    pub file: PathBuf,
    #[command(flatten)]
    pub screen: Screen,
    /// Folder of the versions of the model that its events go on with, in place of the one it names.
    #[arg(long, value_name = "DIR")]
    pub versions: Option<PathBuf>,
    /// Backend that near-line updates train on; flex by default.
    #[arg(long, value_enum)]
    pub device: Option<Device>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// A tour (TOML); by default the one that ships with Melody.
    pub file: Option<PathBuf>,
    /// Play the tour without a terminal and check what its scenes expect.
    #[arg(long)]
    pub check: bool,
    /// Play the tour without a terminal and write it to FILE, for asciinema and its players.
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub record: Option<PathBuf>,
    /// Print each scene's notes for whoever presents it, with what it shows and what the screen says, for a second terminal.
    #[arg(long, conflicts_with_all = ["check", "record"])]
    pub notes: bool,
    /// Show the tour by itself, scene after scene with time to read each caption, and again from its beginning, until `q`.
    #[arg(long, conflicts_with_all = ["check", "record", "notes"])]
    pub kiosk: bool,
    /// Version of the recording's format.
    #[arg(long, requires = "record", value_name = "2|3", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=3))]
    pub asciicast: u8,
    /// Columns and rows of what is recorded.
    #[arg(long, requires = "record", value_name = "WxH", default_value = "120x40", value_parser = size)]
    pub size: (u16, u16),
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
pub(crate) struct Replay {
    /// Scripts (TOML).
    #[arg(required = true, value_name = "SCRIPT")]
    pub scripts: Vec<PathBuf>,
    /// File to write the traces to, as JSON Lines.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Folder to keep what the bandit learns of each listener in, and to go on from.
    #[arg(long, value_name = "DIR")]
    pub memory: Option<PathBuf>,
    /// Folder to keep a durable log of each script's session in: NAME.jsonl, which must not be there yet.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Stream that these logs are published to as they grow: nats://HOST[:PORT][/STREAM[/TENANT]].
    #[arg(long, value_name = "NATS", requires = "log")]
    pub feedback: Option<String>,
    /// Folder of the versions of the model that scripts go on with, in place of the one they name.
    #[arg(long, value_name = "DIR")]
    pub versions: Option<PathBuf>,
    /// Let newer versions of that folder take over as songs end, whatever the script says of them.
    #[arg(long, requires = "versions")]
    pub follow: bool,
    /// Share of sessions that the newest version is for; the others go on with the one before it.
    #[arg(long, value_name = "SHARE", requires = "follow", value_parser = share)]
    pub canary: Option<f64>,
    /// Print the reports as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub named: Named,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A trace file.
    pub a: PathBuf,
    /// The trace file to compare it with.
    pub b: PathBuf,
    /// Numbers closer than this count as equal.
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = not_below_zero)]
    pub tolerance: f64,
    /// Print as JSON; `null` where nothing differs.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// A trace, what `ab`, `ablate`, `eval` or `train` printed as JSON, or a model's folder.
    pub file: PathBuf,
    /// File to write the page to: HTML with all it needs in it, so that it opens without a network.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Folder to write every plot to, too, as SVG for slides.
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,
    /// Folder to write every plot to, too, as PNG; labelled in English, as its font has no Chinese letters.
    #[arg(long, value_name = "DIR")]
    pub png: Option<PathBuf>,
    /// Language; by default that of the locale.
    #[arg(long, value_enum)]
    pub lang: Option<LangWord>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example: why the third song after two events is not the first\n  melody explain melody-session-1.toml --step 2 --rank 3"
)]
pub(crate) struct Explain {
    /// The script to run first.
    pub script: PathBuf,
    /// The step to look at: the number of events that have happened; by default the last.
    #[arg(long, value_name = "N")]
    pub step: Option<u32>,
    /// The song, by identifier or title: shown or not; by default the one that `--rank` says.
    #[arg(long, value_name = "ID|TITLE", conflicts_with = "rank")]
    pub song: Option<String>,
    /// Say why it is not above this song, and which change of one weight would put it there; by default the nearest one before it in the queue that is promoted or not as it is, or where there is none the one right before it; of a song that is not there, the last such one.
    #[arg(long, value_name = "ID|TITLE")]
    pub above: Option<String>,
    /// The song, by its place in the queue; by default 1, the next.
    #[arg(long, value_name = "N", value_parser = rank)]
    pub rank: Option<u32>,
    /// Say what each of the newest events did to it: the session is played and ranked again without them, one by one.
    #[arg(long)]
    pub causes: bool,
    /// Folder of the versions of the model that the script goes on with, in place of the one it names.
    #[arg(long, value_name = "DIR")]
    pub versions: Option<PathBuf>,
    #[command(flatten)]
    pub named: Named,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}
