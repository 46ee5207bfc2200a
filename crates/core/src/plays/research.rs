//! Data sets for research, but those that have files of their own.
//!
//! They name songs by numbers: a play's `song` is that number, and the artist is nobody's.

use serde::Deserialize;

use super::format::{About, Role};
use super::head::{Head, Row};
use super::play::Play;
use super::record::{Found, Reading, Refused, decode};
use crate::input::Layout;

pub(super) static KUAIRAND: About = About {
    name: "kuairand",
    what: "KuaiRand (data set)",
    files: "log_standard_*.csv, log_random_*.csv",
    told_by: "a header with `user_id`, `video_id`, `time_ms`, `play_time_ms`",
    reads: "user_id, video_id, time_ms, play_time_ms, duration_ms, is_like",
    gives: &["time", "length", "heard", "liked"],
    source: "Gao et al., KuaiRand, CIKM 2022, README",
    role: Role::Plays,
    tells: |head| head.table(&KUAIRAND_COLUMNS).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&KUAIRAND_COLUMNS, |row| {
            Ok(Found::Play(Play {
                time_ms: Some(row.stamp("time_ms", 1_000.0)?),
                ms_played: row.ms("play_time_ms", 1.0)?,
                duration_ms: row.length("duration_ms", 1.0)?,
                liked: row.flag("is_like")?,
                ..numbered(row, "user_id", "video_id")?
            }))
        })
    },
};

pub(super) static RECBOLE: About = About {
    name: "recbole",
    what: "RecBole atomic files",
    files: "*.inter",
    told_by: "a header with `user_id:token` and `item_id:token`",
    reads: "user_id, item_id, timestamp (seconds), play_ratio, skip",
    gives: &["time", "heard", "skipped"],
    source: "recbole.io/docs, Atomic Files",
    role: Role::Plays,
    tells: |head| {
        let typed = head.text().lines().next().is_some_and(|line| line.contains("user_id:token"));
        head.table(&RECBOLE_COLUMNS).filter(|_| typed).map(|_| Layout::Lines)
    },
    begins: |head, _| {
        head.rows(&RECBOLE_COLUMNS, |row| {
            let ratio = row.number("play_ratio")?.map(|ratio| ratio.clamp(0.0, 1.0) as f32);
            Ok(Found::Play(Play {
                time_ms: row.text("timestamp").map(|_| row.stamp("timestamp", 1.0)).transpose()?,
                play_ratio: ratio,
                skipped: row.flag("skip")?,
                ..numbered(row, "user_id", "item_id")?
            }))
        })
    },
};

pub(super) static MUSIC4ALL: About = About {
    name: "music4all",
    what: "Music4All (data set)",
    files: "listening_history.csv",
    told_by: "a header with `user`, `song`, `timestamp`",
    reads: "user, song, timestamp (a minute)",
    gives: &["time"],
    source: "Santana et al., Music4All, IWSSIP 2020",
    role: Role::Plays,
    tells: |head| head.table(&["user", "song", "timestamp"]).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&["user", "song", "timestamp"], |row| {
            let time_ms = Some(row.time("timestamp")?);
            Ok(Found::Play(Play { time_ms, ..numbered(row, "user", "song")? }))
        })
    },
};

pub(super) static KKBOX: About = About {
    name: "kkbox",
    what: "KKBox, WSDM Cup 2018 (data set): songs heard, without a time",
    files: "train.csv",
    told_by: "a header with `msno`, `song_id`, `target`",
    reads: "msno, song_id",
    gives: &[],
    source: "KKBox's Music Recommendation Challenge, WSDM Cup 2018",
    role: Role::Plays,
    tells: |head| head.table(&["msno", "song_id", "target"]).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&["msno", "song_id", "target"], |row| {
            numbered(row, "msno", "song_id").map(Found::Play)
        })
    },
};

pub(super) static KKBOX_DAYS: About = About {
    name: "kkbox-days",
    what: "KKBox churn, WSDM Cup 2018 (data set): plays counted by day",
    files: "user_logs.csv",
    told_by: "a header with `msno`, `num_100`, `total_secs`",
    reads: "nothing: it has counts and no plays",
    gives: &[],
    source: "KKBox's Churn Prediction Challenge, WSDM Cup 2018",
    role: Role::Counts,
    tells: |head| head.table(&["msno", "num_100", "total_secs"]).map(Layout::Quoted),
    begins: |_, _| Reading::each(|_| Ok(Found::Nothing)),
};

pub(super) static DSG17: About = About {
    name: "deezer-dsg17",
    what: "Deezer, DSG17 (data set)",
    files: "train.csv",
    told_by: "a header with `ts_listen`, `media_id`, `is_listened`",
    reads: "user_id, media_id, ts_listen (seconds), media_duration (seconds), is_listened (0: less than half a minute)",
    gives: &["time", "length", "skipped"],
    source: "Data Science Game 2017, kaggle.com/c/dsg17-online-phase",
    role: Role::Plays,
    tells: |head| head.table(&DSG17_COLUMNS).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&DSG17_COLUMNS, |row| {
            let glance = row.flag("is_listened")? == Some(false);
            Ok(Found::Play(Play {
                time_ms: Some(row.stamp("ts_listen", 1.0)?),
                duration_ms: row.length("media_duration", 1_000.0)?,
                skipped: glance.then_some(true),
                ..numbered(row, "user_id", "media_id")?
            }))
        })
    },
};

pub(super) static PLAYLISTS: About = About {
    name: "million-playlist",
    what: "Million Playlist Dataset: each playlist a listener, each of its songs saved, without a time",
    files: "mpd.slice.*.json",
    told_by: "JSON with the keys `playlists`, `pid`, `track_uri`",
    reads: "playlists: pid, tracks: track_name, artist_name, duration_ms",
    gives: &["length", "saved"],
    source: "Chen et al., RecSys Challenge 2018, README",
    role: Role::Plays,
    tells: |head: &Head| {
        head.has(&["playlists", "pid", "track_uri"]).then_some(Layout::ArrayUnder("playlists"))
    },
    begins: |_, _| Reading::each(|record| Ok(decode::<Playlist>(record)?.plays())),
};

const KUAIRAND_COLUMNS: [&str; 4] = ["user_id", "video_id", "time_ms", "play_time_ms"];
const RECBOLE_COLUMNS: [&str; 2] = ["user_id", "item_id"];
const DSG17_COLUMNS: [&str; 4] = ["user_id", "ts_listen", "media_id", "is_listened"];

/// A play of a song that has a number, by a listener who has one.
fn numbered(row: &Row, listener: &str, song: &str) -> Result<Play, Refused> {
    Ok(Play {
        listener: Some(row.needed(listener)?.into()),
        song: Some(row.needed(song)?.into()),
        ..Play::default()
    })
}

#[derive(Deserialize)]
struct Playlist {
    pid: u64,
    tracks: Vec<Track>,
}

#[derive(Deserialize)]
struct Track {
    track_name: String,
    artist_name: String,
    duration_ms: Option<u32>,
}

impl Playlist {
    fn plays(self) -> Found {
        let name = format!("playlist {}", self.pid);
        let play = |track: Track| Play {
            listener: Some(name.clone()),
            session: Some(name.clone()),
            title: Some(track.track_name),
            artist: Some(track.artist_name),
            duration_ms: track.duration_ms.filter(|&ms| ms > 0),
            saved: Some(true),
            ..Play::default()
        };
        Found::Plays(self.tracks.into_iter().map(play).collect())
    }
}
