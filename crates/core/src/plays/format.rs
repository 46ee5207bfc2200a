//! The formats, and telling them apart by what is in a file.

use serde::Serialize;

use super::play::Play;
use super::record::{Refused, decode};
use super::{lastfm, listenbrainz, spotify};
use crate::input::{Layout, Problem};

/// What a file of plays is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Spotify's streaming history (JSON).
    Spotify,
    /// ListenBrainz listens (JSON or JSON Lines).
    Listenbrainz,
    /// The Last.fm 1K layout (TSV).
    Lastfm,
    /// Melody's own JSON Lines: see [`Play`].
    Melody,
}

impl Format {
    /// In the order they are named to people.
    pub const ALL: [Format; 4] =
        [Format::Spotify, Format::Listenbrainz, Format::Lastfm, Format::Melody];

    /// As `--format` names it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Spotify => "spotify",
            Format::Listenbrainz => "listenbrainz",
            Format::Lastfm => "lastfm",
            Format::Melody => "melody",
        }
    }

    /// The play of one record, checked and with clean texts.
    pub(super) fn play(self, record: &[u8]) -> Result<Play, Refused> {
        let play = match self {
            Format::Spotify => spotify::play(record),
            Format::Listenbrainz => listenbrainz::play(record),
            Format::Lastfm => lastfm::play(record),
            Format::Melody => decode(record),
        }?;
        let play = play.cleaned();
        match play.fault() {
            None => Ok(play),
            Some(("title", why)) if self != Format::Melody => {
                Err(Refused { reason: "no title or no artist".into(), detail: why.into() })
            }
            Some((field, why)) => Err(Refused::reason(&format!("{field}: {why}"))),
        }
    }
}

/// What a file's beginning shows: in which format it is, if in any, and how records lie in it.
pub(super) fn recognise(head: &[u8]) -> (Option<Format>, Layout) {
    let head = String::from_utf8_lossy(head);
    let head = head.trim_start();
    let has = |key: &str| head.contains(&format!("\"{key}\""));
    let named = if has("track_metadata") {
        Some(Format::Listenbrainz)
    } else if has("ms_played") && has("ts") || has("msPlayed") {
        Some(Format::Spotify)
    } else if has("title") || has("song") {
        Some(Format::Melody)
    } else {
        None
    };
    match head.chars().next() {
        Some('[') => (named, Layout::Array),
        Some('{') if has("payload") && has("listens") => (named, Layout::ArrayUnder("listens")),
        Some('{') => (named, Layout::Lines),
        _ => {
            let line = head.lines().next().unwrap_or_default();
            let tabs = line.split('\t').count() == lastfm::FIELDS;
            (tabs.then_some(Format::Lastfm), Layout::Lines)
        }
    }
}

/// The problem with a file in none of the formats.
pub(super) fn unknown(name: &str, head: &[u8]) -> Problem {
    let help = if head.starts_with(b"session_id,") {
        "this is a log of the Music Streaming Sessions Dataset: `melody import mssd` reads it"
    } else {
        "formats: Spotify's streaming history (JSON), ListenBrainz listens (JSON Lines), Last.fm 1K \
         (TSV), Melody's own JSON Lines; `--format` names one"
    };
    Problem::new(name, "not recognised as a history of listening")
        .line(1)
        .field("(whole file)")
        .help(help)
}
