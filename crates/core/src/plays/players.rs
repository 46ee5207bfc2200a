//! Servers and services that each have a form of their own: Koito, Maloja, Jellyfin, TIDAL, Deezer.

use serde::Deserialize;
use serde_json::Value;

use super::clock;
use super::format::{About, Role};
use super::head::fields;
use super::play::Play;
use super::record::{Found, Reading, Refused, decode};
use crate::input::Layout;

pub(super) static KOITO: About = About {
    name: "koito",
    what: "Koito",
    files: "koito_export_*.json",
    told_by: "JSON with the keys `listens`, `listened_at`, `aliases`",
    reads: "listens: listened_at, track: aliases, duration (seconds), artists: aliases",
    gives: &["time", "length"],
    source: "gabehf/Koito, internal/export",
    role: Role::Plays,
    tells: |head| {
        head.has(&["listens", "listened_at", "aliases"]).then_some(Layout::ArrayUnder("listens"))
    },
    begins: |_, _| Reading::each(|record| decode::<Listen>(record)?.play().map(Found::Play)),
};

pub(super) static MALOJA: About = About {
    name: "maloja",
    what: "Maloja",
    files: "maloja_export_*.json",
    told_by: "JSON with the keys `scrobbles`, `track`, `artists`",
    reads: "scrobbles: time (seconds), duration (seconds heard), track: title, artists, length (seconds)",
    gives: &["time", "length", "heard"],
    source: "krateng/maloja, proccontrol/tasks/import_scrobbles.py",
    role: Role::Plays,
    tells: |head| {
        head.has(&["scrobbles", "track", "artists"]).then_some(Layout::ArrayUnder("scrobbles"))
    },
    begins: |_, _| Reading::each(|record| decode::<Scrobble>(record)?.play().map(Found::Play)),
};

pub(super) static JELLYFIN: About = About {
    name: "jellyfin",
    what: "Jellyfin and Emby, Playback Reporting (backup)",
    files: "PlaybackReportingBackup-*.tsv",
    told_by: "nine fields between tabs, no header: the first a time, the fourth the kind of item",
    reads: "time, user, kind (only Audio), name: ARTIST - TITLE (ALBUM), seconds heard",
    gives: &["time", "heard"],
    source: "jellyfin-plugin-playbackreporting, BackupManager.cs and EventMonitorEntryPoint.cs",
    role: Role::Plays,
    tells: |head| {
        let row = fields(head.line().as_bytes(), b'\t').unwrap_or_default();
        let told = row.len() == 9 && clock::parse(&row[0]).is_some() && whole(&row[8]);
        told.then_some(Layout::Lines)
    },
    begins: |_, _| Reading::each(|record| jellyfin(record).map(Found::Play)),
};

pub(super) static TIDAL: About = About {
    name: "tidal",
    what: "TIDAL",
    files: "streaming.csv",
    told_by: "a header with `track_title`, `artist_name`, `stream_duration_ms`",
    reads: "entry_date, track_title, artist_name, stream_duration_ms",
    gives: &["time", "heard"],
    source: "TIDAL's download of personal data",
    role: Role::Plays,
    tells: |head| head.table(&TIDAL_COLUMNS).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&TIDAL_COLUMNS, |row| {
            let ms_played = row.ms("stream_duration_ms", 1.0)?;
            if ms_played == Some(0) {
                return Err(Refused::reason("nothing of it was heard"));
            }
            Ok(Found::Play(Play {
                title: row.own("track_title"),
                artist: row.own("artist_name"),
                time_ms: Some(row.time("entry_date")?),
                ms_played,
                ..Play::default()
            }))
        })
    },
};

pub(super) static DEEZER: About = About {
    name: "deezer",
    what: "Deezer, listening history of personal data, saved as CSV",
    files: "10_listeningHistory.csv",
    told_by: "a header with `Song Title`, `Artist`, `Listening Time`, `Date`",
    reads: "Song Title, Artist, Listening Time (seconds), Date",
    gives: &["time", "heard"],
    source: "Deezer's download of personal data (a sheet of deezer-data_*.xlsx)",
    role: Role::Plays,
    tells: |head| head.table(&DEEZER_COLUMNS).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&DEEZER_COLUMNS, |row| {
            let ms_played = row.ms("listening time", 1_000.0)?;
            if ms_played == Some(0) {
                return Err(Refused::reason("nothing of it was heard"));
            }
            Ok(Found::Play(Play {
                title: row.own("song title"),
                artist: row.own("artist"),
                time_ms: Some(row.time("date")?),
                ms_played,
                ..Play::default()
            }))
        })
    },
};

const TIDAL_COLUMNS: [&str; 3] = ["track_title", "artist_name", "stream_duration_ms"];
const DEEZER_COLUMNS: [&str; 4] = ["song title", "artist", "listening time", "date"];

fn whole(text: &str) -> bool {
    text.trim().parse::<u32>().is_ok()
}

fn jellyfin(record: &[u8]) -> Result<Play, Refused> {
    let found = fields(record, b'\t').ok_or_else(|| Refused::reason("not UTF-8"))?;
    let [time, user, _, kind, name, .., seconds] = &found[..] else {
        return Err(Refused::reason("not nine fields between tabs"));
    };
    if kind != "Audio" {
        return Err(Refused::reason("not music"));
    }
    let at = clock::parse(time).ok_or_else(|| Refused::value("time", "not a time", time))?;
    let heard: u32 =
        seconds.trim().parse().map_err(|_| Refused::value("seconds", "not a number", seconds))?;
    if heard == 0 {
        return Err(Refused::reason("nothing of it was heard"));
    }
    let (artist, titled) =
        name.split_once(" - ").ok_or_else(|| Refused::reason("no title or no artist"))?;
    let title = match titled.rsplit_once(" (") {
        Some((title, album)) if album.ends_with(')') => title,
        _ => titled,
    };
    Ok(Play {
        listener: Some(user.clone()),
        title: Some(title.to_string()),
        artist: Some(artist.to_string()).filter(|artist| artist != "Not Known"),
        time_ms: Some(at),
        ms_played: Some(heard.saturating_mul(1_000)),
        ..Play::default()
    })
}

#[derive(Deserialize)]
struct Listen {
    listened_at: String,
    track: Item,
    #[serde(default)]
    artists: Vec<Item>,
}

/// A track or an artist with the names it goes by.
#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    aliases: Vec<Alias>,
    duration: Option<f64>,
    #[serde(default)]
    is_primary: bool,
}

#[derive(Deserialize)]
struct Alias {
    alias: String,
    #[serde(default)]
    is_primary: bool,
}

impl Item {
    fn name(&self) -> Option<&str> {
        let primary = self.aliases.iter().find(|alias| alias.is_primary);
        primary.or(self.aliases.first()).map(|alias| alias.alias.as_str())
    }
}

impl Listen {
    fn play(mut self) -> Result<Play, Refused> {
        let time = &self.listened_at;
        let at =
            clock::parse(time).ok_or_else(|| Refused::value("listened_at", "not a time", time))?;
        self.artists.sort_by_key(|artist| !artist.is_primary);
        let names: Vec<&str> = self.artists.iter().filter_map(Item::name).collect();
        Ok(Play {
            title: self.track.name().map(str::to_string),
            artist: (!names.is_empty()).then(|| names.join("; ")),
            time_ms: Some(at),
            duration_ms: length(self.track.duration),
            ..Play::default()
        })
    }
}

#[derive(Deserialize)]
struct Scrobble {
    time: f64,
    duration: Option<f64>,
    track: Track,
}

#[derive(Deserialize)]
struct Track {
    title: Option<String>,
    #[serde(default)]
    artists: Value,
    length: Option<f64>,
}

impl Scrobble {
    fn play(self) -> Result<Play, Refused> {
        let at = clock::seconds(self.time);
        let wrong = || Refused::value("time", "not a time", &self.time.to_string());
        let names = self.track.artists.as_array().into_iter().flatten().filter_map(Value::as_str);
        let names: Vec<&str> = names.chain(self.track.artists.as_str()).collect();
        Ok(Play {
            title: self.track.title,
            artist: (!names.is_empty()).then(|| names.join("; ")),
            time_ms: Some(at.ok_or_else(wrong)?),
            ms_played: length(self.duration),
            duration_ms: length(self.track.length),
            ..Play::default()
        })
    }
}

/// Seconds as milliseconds; none where they say nothing.
fn length(seconds: Option<f64>) -> Option<u32> {
    seconds.filter(|s| (1.0..86_400.0).contains(s)).map(|seconds| (seconds * 1_000.0) as u32)
}
