//! The simulator and its settings, and the commands that tell them: `config` and `keys`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::named::Named;
use super::numbers::{seed, share};
use crate::config;
use melody_core::scene::Scene;
use melody_tui::Speed;

/// What the simulator is opened with.
#[derive(Debug, Args)]
pub(crate) struct Simulator {
    #[command(flatten)]
    pub settings: Settings,
    /// Keys of one's own (TOML), in place of those beside the config file. See `melody keys`.
    #[arg(long, value_name = "FILE")]
    pub keymap: Option<PathBuf>,
    /// Let the simulated listener take over from the start.
    #[arg(long)]
    pub autopilot: bool,
    /// Play by itself for days: autopilot, session after session. Controls left for two minutes are taken back.
    #[arg(long)]
    pub kiosk: bool,
    /// New file to keep a durable log in: every event and what was shown, on disk as it happens.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Stream of NATS JetStream that the log is published to as it grows: nats://HOST[:PORT][/STREAM[/TENANT]]. A server that
    /// is away costs nothing but delay.
    #[arg(long, value_name = "NATS", requires = "log")]
    pub feedback: Option<String>,
    /// File to write the session's trace to on leaving, as JSON Lines; sessions before the last get files beside it.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Folder to keep what the bandit learns of a listener in, and to go on from: a file by profile.
    #[arg(long, value_name = "DIR")]
    pub memory: Option<PathBuf>,
    /// Folder that a learner publishes versions of the model in: the newest takes over as a song ends.
    #[arg(long, value_name = "DIR")]
    pub versions: Option<PathBuf>,
    /// Share of sessions that the newest version is for; the others go on with the one before it.
    #[arg(long, value_name = "SHARE", requires = "versions", value_parser = share)]
    pub canary: Option<f64>,
}

/// What a config file can say, too. See `melody config`.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Listener profile: a shipped name, one of your own (`melody import history`) or a TOML file.
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// Scene to begin in; the profile's own by default.
    #[arg(long, value_parser = scenes())]
    pub scene: Option<Scene>,
    /// Seed of every draw.
    #[arg(long, value_parser = seed())]
    pub seed: Option<u64>,
    /// How much faster than real time the clock runs; 1 by default.
    #[arg(long, value_name = "X", value_parser = speed)]
    pub speed: Option<Speed>,
    #[command(flatten)]
    pub named: Named,
    #[command(flatten)]
    pub screen: Screen,
}

/// How the simulator looks.
#[derive(Debug, Args)]
pub(crate) struct Screen {
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
pub(crate) enum LangWord {
    /// That of the locale.
    Auto,
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// When to draw in ASCII.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum AsciiWord {
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

#[derive(Debug, Args)]
pub(crate) struct Config {
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
pub(crate) struct Keys {
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
