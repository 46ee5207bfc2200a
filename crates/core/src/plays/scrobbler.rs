//! What players write down themselves: Rockbox and its kin, Pano Scrobbler.

use serde::Deserialize;

use super::clock;
use super::format::{About, Role};
use super::head::fields;
use super::marks::{Mark, Of, Saying};
use super::play::Play;
use super::record::{Found, Reading, Refused, decode};
use crate::input::Layout;

pub(super) static AUDIOSCROBBLER: About = About {
    name: "scrobbler-log",
    what: "Rockbox and other players, .scrobbler.log",
    files: ".scrobbler.log",
    told_by: "`#AUDIOSCROBBLER/1` in the first line",
    reads: "artist, title, length (seconds), L or S, time (seconds; by `#TZ/UNKNOWN` the player's own, taken to be UTC; 0 where \
            the player has no clock)",
    gives: &["time", "length", "skipped"],
    source: "Rockbox, apps/plugins/lastfm_scrobbler.c",
    role: Role::Plays,
    tells: |head| head.text().starts_with("#AUDIOSCROBBLER/1").then_some(Layout::Lines),
    begins: |_, _| Reading::each(line),
};

pub(super) static PLAYBACK: About = About {
    name: "rockbox-playback",
    what: "Rockbox, playback.log",
    files: "playback.log",
    told_by: "lines of three whole numbers and a path, between colons",
    reads: "time (seconds), milliseconds heard, milliseconds of the song, the path: .../ARTIST/ALBUM/TITLE.mp3",
    gives: &["time", "length", "heard"],
    source: "Rockbox, apps/playback.c and apps/plugins/lastfm_scrobbler.c",
    role: Role::Plays,
    tells: |head| playback(head.line().as_bytes()).is_ok().then_some(Layout::Lines),
    begins: |_, _| {
        Reading::each(|record| match record.starts_with(b"#") {
            true => Ok(Found::Nothing),
            false => playback(record).map(Found::Play),
        })
    },
};

pub(super) static PANO: About = About {
    name: "pano-scrobbler",
    what: "Pano Scrobbler (JSON Lines)",
    files: "*.jsonl",
    told_by: "JSON with the keys `timeMs`, `track`, `event`",
    reads: "timeMs, track, artist, durationMs, event (scrobble, love, unlove)",
    gives: &["time", "length", "liked"],
    source: "kawaiiDango/pano-scrobbler, FileScrobblable.kt",
    role: Role::Plays,
    tells: |head| {
        let layout = if head.array() { Layout::Array } else { Layout::Lines };
        head.has(&["timeMs", "track", "event"]).then_some(layout)
    },
    begins: |_, _| Reading::each(|record| decode::<Pano>(record)?.found()),
};

pub(super) static PANO_TABLE: About = About {
    name: "pano-scrobbler-csv",
    what: "Pano Scrobbler (CSV)",
    files: "*.csv",
    told_by: "a header with `timeMs`, `track`, `event`",
    reads: "the same",
    gives: &["time", "length", "liked"],
    source: "kawaiiDango/pano-scrobbler, FileScrobblable.kt",
    role: Role::Plays,
    tells: |head| head.table(&["timems", "track", "event"]).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&["timems", "track", "event"], |row| {
            let told = Pano {
                time_ms: row.stamp("timems", 1_000.0)?,
                track: row.own("track"),
                artist: row.own("artist"),
                duration_ms: row.length("durationms", 1.0)?,
                event: row.needed("event")?.into(),
            };
            told.found()
        })
    },
};

/// One line of an Audioscrobbler log.
fn line(record: &[u8]) -> Result<Found, Refused> {
    if record.starts_with(b"#") {
        return Ok(Found::Nothing);
    }
    let found = fields(record, b'\t').ok_or_else(|| Refused::reason("not UTF-8"))?;
    let [artist, _, title, _, length, rating, time, ..] = &found[..] else {
        return Err(Refused::reason("not seven fields between tabs"));
    };
    if artist.eq_ignore_ascii_case("<untagged>") {
        return Err(Refused::reason("no title or no artist"));
    }
    let seconds: f64 = length.trim().parse().unwrap_or_default();
    let at: Option<f64> = time.trim().parse().ok();
    let at = at.ok_or_else(|| Refused::value("time", "not a time", time))?;
    let skipped = match rating.trim() {
        "L" => Some(false),
        "S" => Some(true),
        _ => None,
    };
    Ok(Found::Play(Play {
        title: Some(title.clone()),
        artist: Some(artist.clone()),
        // Of a player without a clock.
        time_ms: clock::seconds(at).filter(|&ms| ms > 0),
        duration_ms: (1.0..86_400.0).contains(&seconds).then_some((seconds * 1_000.0) as u32),
        skipped,
        ..Play::default()
    }))
}

/// One line of Rockbox's own log. Files have no tags there, so that the path must tell.
fn playback(record: &[u8]) -> Result<Play, Refused> {
    let wrong = || Refused::reason("not three numbers and a path");
    let text = std::str::from_utf8(record).map_err(|_| Refused::reason("not UTF-8"))?;
    let [time, heard, length, path] =
        <[&str; 4]>::try_from(text.trim().splitn(4, ':').collect::<Vec<_>>())
            .map_err(|_| wrong())?;
    let number = |text: &str| text.parse::<u32>().map_err(|_| wrong());
    let (time, heard, length) = (number(time)?, number(heard)?, number(length)?);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let [.., artist, _, file] = parts[..] else {
        return Err(Refused::value("path", "no artist's folder in it", path));
    };
    if heard == 0 {
        return Err(Refused::reason("nothing of it was heard"));
    }
    let title = file.rsplit_once('.').map_or(file, |(title, _)| title);
    // The number of the track, as files have it before the title.
    let numbered = title.trim_start_matches(|c: char| c.is_ascii_digit());
    let plain = match numbered.len() < title.len() {
        true => numbered.trim_start_matches([' ', '-', '.', '_']),
        false => title,
    };
    Ok(Play {
        title: Some(if plain.is_empty() { title } else { plain }.to_string()),
        artist: Some(artist.to_string()),
        time_ms: clock::seconds(f64::from(time)).filter(|&ms| ms > 0),
        ms_played: Some(heard),
        duration_ms: (length > 0).then_some(length),
        ..Play::default()
    })
}

#[derive(Deserialize)]
struct Pano {
    #[serde(rename = "timeMs")]
    time_ms: i64,
    track: Option<String>,
    artist: Option<String>,
    #[serde(rename = "durationMs")]
    duration_ms: Option<u32>,
    event: String,
}

impl Pano {
    fn found(self) -> Result<Found, Refused> {
        let time = clock::sensible(self.time_ms).filter(|&ms| !clock::plainly_seconds(ms));
        let wrong =
            || Refused::value("timeMs", "not milliseconds since 1970", &self.time_ms.to_string());
        let time_ms = Some(time.ok_or_else(wrong)?);
        match self.event.as_str() {
            "scrobble" => Ok(Found::Play(Play {
                title: self.track,
                artist: self.artist,
                time_ms,
                duration_ms: self.duration_ms.filter(|&ms| ms > 0),
                ..Play::default()
            })),
            "love" | "unlove" => {
                let (Some(title), Some(artist)) = (self.track, self.artist) else {
                    return Err(Refused::reason("no title or no artist"));
                };
                let of = Of::named(&title, &artist);
                let loved = self.event == "love";
                let saying = if loved { Saying::Liked } else { Saying::NotLiked };
                Ok(Found::Mark(Mark { listener: None, of, time_ms, saying }))
            }
            _ => Ok(Found::Nothing),
        }
    }
}
