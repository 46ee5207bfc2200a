//! Last.fm, and who writes like it: scrobbles as data sets have them and as the tools export them that people use.
//!
//! A scrobble says that a song was heard (half of it, or four minutes), not how it ended.

use serde::Deserialize;
use serde_json::Value;

use super::clock;
use super::format::{About, Role};
use super::head::{Head, Row, fields};
use super::play::Play;
use super::record::{Found, Reading, Refused, decode};
use crate::input::Layout;

const TIME: &[&str] = &["time"];

pub(super) static THOUSAND: About = About {
    name: "lastfm",
    what: "Last.fm 1K (data set)",
    files: "userid-timestamp-artid-artname-traid-traname.tsv",
    told_by: "six fields between tabs, no header, the second a time",
    reads: "listener, time, artist, title",
    gives: TIME,
    source: "Celma, Music Recommendation and Discovery (2010), README of the data set",
    role: Role::Plays,
    tells: |head| told(head, b'\t', |f| f.len() == 6 && clock::parse(&f[1]).is_some()),
    begins: |_, _| Reading::each(|record| thousand(record).map(Found::Play)),
};

pub(super) static COUNTED: About = About {
    name: "lastfm-360k",
    what: "Last.fm 360K and HetRec 2011 (data sets): plays counted by artist",
    files: "usersha1-artmbid-artname-plays.tsv, user_artists.dat",
    told_by: "four fields between tabs, the first a SHA-1, the last a number; or three whole numbers; or the columns `userID`, `artistID`, `weight`",
    reads: "nothing: it has counts and no plays",
    gives: &[],
    source: "Celma (2010); Cantador, Brusilovsky and Kuflik, HetRec 2011",
    role: Role::Counts,
    tells: |head| {
        let sha1 = |text: &str| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let counted = head.table(&["userid", "artistid", "weight"]).map(|_| Layout::Lines);
        let numbers = |f: &[String]| f.len() == 3 && f.iter().all(|field| whole(field));
        told(head, b'\t', |f| f.len() == 4 && sha1(&f[0]) && whole(&f[3]) || numbers(f)).or(counted)
    },
    begins: |_, _| Reading::each(|_| Ok(Found::Nothing)),
};

pub(super) static BILLION: About = About {
    name: "lfm-1b",
    what: "LFM-1b (data set)",
    files: "LFM-1b_LEs.txt",
    told_by: "five whole numbers between tabs, no header",
    reads: "user, track, timestamp (seconds)",
    gives: TIME,
    source: "Schedl, The LFM-1b Dataset, ICMR 2016",
    role: Role::Plays,
    tells: |head| told(head, b'\t', |f| f.len() == 5 && f.iter().all(|field| whole(field))),
    begins: |_, _| {
        Reading::each(|record| {
            let [user, _, _, track, time] = split(record, b'\t')?;
            let time_ms = stamp("timestamp", &time)?;
            Ok(Found::Play(Play {
                listener: Some(user),
                song: Some(track),
                time_ms,
                ..Play::default()
            }))
        })
    },
};

pub(super) static TWO_BILLION: About = About {
    name: "lfm-2b",
    what: "LFM-2b (data set)",
    files: "listening_events.tsv",
    told_by: "a header with `user_id`, `track_id`, `album_id`, `timestamp`",
    reads: "user_id, track_id, timestamp",
    gives: TIME,
    source: "Schedl et al., LFM-2b, CHIIR 2022",
    role: Role::Plays,
    tells: |head| head.table(&LFM_2B).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&LFM_2B, |row| {
            Ok(Found::Play(Play {
                listener: row.own("user_id"),
                song: Some(row.needed("track_id")?.into()),
                time_ms: Some(row.time("timestamp")?),
                ..Play::default()
            }))
        })
    },
};

const LFM_2B: [&str; 4] = ["user_id", "track_id", "album_id", "timestamp"];

pub(super) static TO_CSV: About = About {
    name: "lastfm-to-csv",
    what: "Last.fm by lastfm-to-csv",
    files: "USER.csv",
    told_by: "four fields between commas, no header, the last a time as `15 Jun 2007 22:30`",
    reads: "artist, title, time (a minute)",
    gives: TIME,
    source: "benfoxall/lastfm-to-csv",
    role: Role::Plays,
    tells: |head| {
        let time = |text: &str| clock::parse(text).is_some();
        told(head, b',', |f| f.len() == 4 && time(&f[3])).map(|_| Layout::Quoted(b','))
    },
    begins: |_, _| {
        Reading::each(|record| {
            let [artist, _, title, time] = split(record, b',')?;
            let at = clock::parse(&time);
            let time_ms = Some(at.ok_or_else(|| Refused::value("time", "not a time", &time))?);
            let (title, artist) = (Some(title), Some(artist));
            Ok(Found::Play(Play { title, artist, time_ms, ..Play::default() }))
        })
    },
};

pub(super) static STATS_TABLE: About = About {
    name: "lastfmstats-csv",
    what: "Last.fm by lastfmstats.com (CSV)",
    files: "lastfmstats-USER.csv",
    told_by: "a header with `Artist`, `Track` and `Date#USER`",
    reads: "Artist, Track, Date (milliseconds)",
    gives: TIME,
    source: "felhag/lastfm-stats-web",
    role: Role::Plays,
    tells: |head| {
        let dated = head.line().to_lowercase().contains("date#");
        head.table(&["artist", "track", "album"]).filter(|_| dated).map(Layout::Quoted)
    },
    begins: |head, _| {
        let dated = head.line().split_once('#').map_or("", |(_, user)| user);
        let user = dated.trim_matches(['"', ' ']).to_string();
        let column = format!("date#{}", user.to_lowercase());
        head.rows(&["artist", "track", "album"], move |row| {
            let time_ms = Some(row.stamp(&column, 1_000.0)?);
            Ok(Found::Play(Play { listener: Some(user.clone()), time_ms, ..scrobble(row) }))
        })
    },
};

pub(super) static STATS: About = About {
    name: "lastfmstats",
    what: "Last.fm by lastfmstats.com (JSON)",
    files: "lastfmstats-USER.json",
    told_by: "JSON with the keys `username`, `scrobbles`, `albumId`",
    reads: "username, scrobbles: track, artist, date (milliseconds)",
    gives: TIME,
    source: "felhag/lastfm-stats-web",
    role: Role::Plays,
    tells: |head| {
        head.has(&["username", "scrobbles", "date"]).then_some(Layout::ArrayUnder("scrobbles"))
    },
    begins: |head, _| {
        let listener = head.said("username");
        Reading::each(move |record| {
            let Scrobble { track, artist, date } = decode(record)?;
            let at = clock::sensible(date).filter(|&ms| !clock::plainly_seconds(ms));
            let wrong = || Refused::value("date", "not milliseconds since 1970", &date.to_string());
            let time_ms = Some(at.ok_or_else(wrong)?);
            let (title, artist, listener) = (Some(track), Some(artist), listener.clone());
            Ok(Found::Play(Play { listener, title, artist, time_ms, ..Play::default() }))
        })
    },
};

#[derive(Deserialize)]
struct Scrobble {
    track: String,
    artist: String,
    date: i64,
}

pub(super) static GHAN: About = About {
    name: "lastfm-ghan",
    what: "Last.fm by mainstream.ghan.nl (CSV)",
    files: "recenttracks-USER-TIME.csv, scrobbles-USER-TIME.csv",
    told_by: "a header with `uts`, `artist`, `track`",
    reads: "uts (seconds), artist, track",
    gives: TIME,
    source: "mainstream.ghan.nl/export.html",
    role: Role::Plays,
    tells: |head| head.table(&["uts", "artist", "track"]).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&["uts", "artist", "track"], |row| {
            let time_ms = Some(row.stamp("uts", 1.0)?);
            Ok(Found::Play(Play { time_ms, ..scrobble(row) }))
        })
    },
};

pub(super) static LIBRE: About = About {
    name: "librefm",
    what: "Libre.fm",
    files: "the CSV of an account's data",
    told_by: "a header with `Time`, `Artist`, `Track`, after at most five lines of notes",
    reads: "Time (seconds), Artist, Track",
    gives: TIME,
    source: "listenbrainz-server, background/listens_importer/librefm.py",
    role: Role::Plays,
    tells: |head| head.table(&["time", "artist", "track"]).map(Layout::Quoted),
    begins: |head, _| {
        head.rows(&["time", "artist", "track"], |row| {
            let time_ms = Some(row.stamp("time", 1.0).or_else(|_| row.time("time"))?);
            Ok(Found::Play(Play { time_ms, ..scrobble(row) }))
        })
    },
};

pub(super) static ANSWER: About = About {
    name: "lastfm-api",
    what: "Last.fm and Libre.fm, answers of user.getRecentTracks; mainstream.ghan.nl (JSON)",
    files: "any",
    told_by: "JSON with the keys `uts` and `#text`",
    reads: "track: name, artist, date: uts, loved; @attr: user",
    gives: &["time", "liked"],
    source: "last.fm/api/show/user.getRecentTracks",
    role: Role::Plays,
    tells: |head| {
        let layout = if head.lists("track") { Layout::ArraysUnder("track") } else { Layout::Array };
        head.has(&["uts", "#text"]).then_some(layout)
    },
    begins: answer,
};

fn answer(head: &Head, _: bool) -> Reading {
    let listener = head.said("user");
    Reading::each(move |record| {
        if record.trim_ascii_start().starts_with(b"[") {
            let page: Vec<Track> = serde_json::from_slice(record)
                .map_err(|_| Refused::reason("not a page of tracks"))?;
            let plays = page.into_iter().filter_map(|track| track.play(listener.clone()).ok());
            return Ok(Found::Plays(plays.collect()));
        }
        decode::<Track>(record)?.play(listener.clone()).map(Found::Play)
    })
}

#[derive(Deserialize)]
struct Track {
    name: Option<String>,
    #[serde(default)]
    artist: Value,
    date: Option<Date>,
    loved: Option<String>,
}

#[derive(Deserialize)]
struct Date {
    uts: Value,
}

impl Track {
    fn play(self, listener: Option<String>) -> Result<Play, Refused> {
        let date = self.date.ok_or_else(|| Refused::reason("playing now: not over yet"))?;
        let uts = date.uts.as_f64().or_else(|| date.uts.as_str()?.trim().parse().ok());
        let wrong = || Refused::value("date.uts", "not a time", &date.uts.to_string());
        // By the name where `extended=1` asked for more of the artist.
        let name = ["#text", "name"].iter().find_map(|key| self.artist.get(*key)?.as_str());
        Ok(Play {
            listener,
            time_ms: Some(uts.and_then(clock::seconds).ok_or_else(wrong)?),
            title: self.name,
            artist: name.or(self.artist.as_str()).map(str::to_string),
            liked: (self.loved.as_deref() == Some("1")).then_some(true),
            ..Play::default()
        })
    }
}

/// The song of a row with the columns `artist` and `track`.
fn scrobble(row: &Row) -> Play {
    Play { title: row.own("track"), artist: row.own("artist"), ..Play::default() }
}

/// Whether one of the first lines has such fields.
fn told(head: &Head, between: u8, has: impl Fn(&[String]) -> bool) -> Option<Layout> {
    let lines = head.text().lines().take(5);
    let mut lines = lines.filter_map(|line| fields(line.as_bytes(), between));
    lines.any(|fields| has(&fields)).then_some(Layout::Lines)
}

fn whole(text: &str) -> bool {
    text.trim().parse::<u64>().is_ok()
}

/// The fields of a line, as many as there must be.
fn split<const N: usize>(record: &[u8], between: u8) -> Result<[String; N], Refused> {
    let found = fields(record, between).ok_or_else(|| Refused::reason("not UTF-8"))?;
    found.try_into().map_err(|_| Refused::reason(&format!("not {} fields", number(N))))
}

fn number(fields: usize) -> &'static str {
    match fields {
        4 => "four",
        5 => "five",
        _ => "as many",
    }
}

fn stamp(field: &str, text: &str) -> Result<Option<i64>, Refused> {
    let seconds = text.trim().parse().ok().and_then(clock::seconds);
    seconds.map(Some).ok_or_else(|| Refused::value(field, "not a time", text))
}

/// The play of one line of the 1K set.
fn thousand(record: &[u8]) -> Result<Play, Refused> {
    let line = std::str::from_utf8(record).map_err(|_| Refused::reason("not UTF-8"))?;
    let fields: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
    let [listener, time, _, artist, _, title] = fields[..] else {
        return Err(Refused::reason("not six fields between tabs"));
    };
    let at = clock::parse(time).ok_or_else(|| Refused::value("time", "not RFC 3339", time))?;
    Ok(Play {
        listener: Some(listener.into()),
        time_ms: Some(at),
        title: Some(title.into()),
        artist: Some(artist.into()),
        ..Play::default()
    })
}
