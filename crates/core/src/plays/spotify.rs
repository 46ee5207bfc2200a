//! Spotify's streaming history: the extended one (`Streaming_History_Audio_*.json`, before that
//! `endsong_*.json`), the short one of account data (`StreamingHistory*.json`), the extended one as a table, and the library.
//!
//! Its flag `skipped` does not mean the same at all times. From about April 2015 to October 2022 it was written false, or not
//! at all, whatever happened; there only the reason for the end tells.

use std::borrow::Cow;

use serde::Deserialize;

use super::clock;
use super::format::{About, Role};
use super::head::{Head, Row};
use super::marks::{Mark, Of, Saying};
use super::play::Play;
use super::record::{Found, Reading, Refused, Text, decode, said};
use crate::input::{FlatFields, FlatValue, Layout};

/// When `skipped: false` says nothing: from 2015-04-01 to 2022-10-31, in milliseconds since 1970.
const SILENT_MS: std::ops::Range<i64> = 1_427_846_400_000..1_667_260_800_000;

/// Why the plays of somebody who did not want them seen are left out.
pub(super) const INCOGNITO: &str = "played in incognito mode (`--incognito` keeps it)";

pub(super) static EXTENDED: About = About {
    name: "spotify",
    what: "Spotify, extended streaming history",
    files: "Streaming_History_Audio_*.json, endsong_*.json; Streaming_History_Video_*.json, whose videos are left out",
    told_by: "JSON with the keys `ms_played` and `ts`",
    reads: "ts (the end), ms_played, master_metadata_track_name, master_metadata_album_artist_name, reason_start, \
            reason_end, skipped, incognito_mode, username",
    gives: &["time", "heard", "completed", "skipped"],
    source: "Spotify's ReadMeFirst_ExtendedStreamingHistory.pdf",
    role: Role::Plays,
    tells: |head| head.has(&["ms_played", "ts"]).then(|| layout(head)),
    begins: |head, incognito| {
        // Nothing else tells that these were watched.
        let watched = head.file().starts_with("streaming_history_video");
        let heard = move |play: Result<Play, Refused>| match play {
            Ok(_) if watched => Err(Refused::reason("a video")),
            found => found.map(Found::Play),
        };
        Reading::quick(
            move |fields| Some(heard(plain(fields)?.play_of(incognito))),
            move |record| heard(stream(record, incognito)),
        )
    },
};

pub(super) static ACCOUNT: About = About {
    name: "spotify-account",
    what: "Spotify, streaming history of account data (one year)",
    files: "StreamingHistory_music_*.json, StreamingHistory*.json",
    told_by: "JSON with the key `msPlayed`",
    reads: "endTime (a minute), msPlayed, trackName, artistName",
    gives: &["time", "heard"],
    source: "Spotify's Read_Me_First.pdf of account data",
    role: Role::Plays,
    tells: |head| head.has(&["msPlayed"]).then(|| layout(head)),
    begins: |_, incognito| {
        Reading::quick(
            move |fields| Some(plain(fields)?.play_of(incognito).map(Found::Play)),
            move |record| stream(record, incognito).map(Found::Play),
        )
    },
};

pub(super) static TABLE: About = About {
    name: "spotify-csv",
    what: "Spotify, extended streaming history as a table",
    files: "spotify_history.csv",
    told_by: "a header with `ts`, `ms_played`, `track_name`, `artist_name`",
    reads: "ts (the end), ms_played, track_name, artist_name, reason_start, reason_end, skipped",
    gives: &["time", "heard", "completed", "skipped"],
    source: "the \"Spotify Streaming History\" table of Maven Analytics",
    role: Role::Plays,
    tells: |head| head.table(&COLUMNS).map(Layout::Quoted),
    begins: |head, _| head.rows(&COLUMNS, |row| row_of(row).map(Found::Play)),
};

pub(super) static LIBRARY: About = About {
    name: "spotify-library",
    what: "Spotify, library of account data",
    files: "YourLibrary.json",
    told_by: "JSON with the keys `tracks`, `albums`, `bannedTracks`",
    reads: "tracks: track, artist",
    gives: &["saved"],
    source: "Spotify's Read_Me_First.pdf of account data",
    role: Role::Marks,
    tells: |head| {
        head.has(&["tracks", "albums", "bannedTracks"]).then_some(Layout::ArrayUnder("tracks"))
    },
    begins: |_, _| Reading::each(|record| decode::<Saved>(record).map(Saved::mark)),
};

const COLUMNS: [&str; 4] = ["ts", "ms_played", "track_name", "artist_name"];

fn layout(head: &Head) -> Layout {
    if head.array() { Layout::Array } else { Layout::Lines }
}

/// What is read of one stream. The short form has its keys in other words.
#[derive(Default, Deserialize)]
struct Stream<'a> {
    /// When the stream ended, in UTC.
    #[serde(borrow, alias = "endTime")]
    ts: Option<Text<'a>>,
    #[serde(alias = "msPlayed")]
    ms_played: Option<u64>,
    #[serde(borrow, alias = "trackName")]
    master_metadata_track_name: Option<Text<'a>>,
    #[serde(borrow, alias = "artistName")]
    master_metadata_album_artist_name: Option<Text<'a>>,
    #[serde(borrow, alias = "podcastName")]
    episode_name: Option<Text<'a>>,
    #[serde(borrow)]
    spotify_episode_uri: Option<Text<'a>>,
    #[serde(borrow, alias = "audiobookName")]
    audiobook_title: Option<Text<'a>>,
    #[serde(borrow)]
    reason_start: Option<Text<'a>>,
    #[serde(borrow)]
    reason_end: Option<Text<'a>>,
    skipped: Option<bool>,
    incognito_mode: Option<bool>,
}

/// Whose stream it is: exports of up to 2022 say.
#[derive(Deserialize)]
struct Whose<'a> {
    #[serde(borrow)]
    username: Option<Text<'a>>,
}

/// A song of the library.
#[derive(Deserialize)]
struct Saved {
    track: String,
    artist: String,
}

impl Saved {
    fn mark(self) -> Found {
        let of = Of::named(&self.track, &self.artist);
        Found::Mark(Mark { listener: None, of, time_ms: None, saying: Saying::Saved })
    }
}

/// The `username` of a record, if it is one and has one.
pub(super) fn username(record: &[u8]) -> Option<String> {
    let whose: Whose = decode(record).ok()?;
    said(&whose.username).map(str::to_string)
}

/// Reasons for an end by which the listener went on to another song, in the words of all players there have been.
pub(super) const WENT_ON: [&str; 10] = [
    "fwdbtn",
    "backbtn",
    "nextbtn",
    "prevbtn",
    "clickrow",
    "click-row",
    "clickside",
    "playbtn",
    "popup",
    "uriopen",
];
/// Reasons that say nothing.
const NO_REASON: [&str; 3] = ["unknown", "remote", "reload"];

/// The play of one element of the export; of somebody who did not want it seen only where `incognito` is wanted.
pub(super) fn stream(record: &[u8], incognito: bool) -> Result<Play, Refused> {
    decode::<Stream>(record)?.play_of(incognito)
}

/// The stream of plain fields; none where it is for the parser to say what is wrong with them.
fn plain<'a>(fields: &FlatFields<'a>) -> Option<Stream<'a>> {
    let mut stream = Stream::default();
    // Which fields have come: twice is wrong.
    let mut come = 0_u16;
    for &(key, value) in fields {
        // By their length first, as there are two dozen keys a stream and most mean nothing.
        let (field, text) = match (key.len(), key) {
            (2, "ts") | (7, "endTime") => (0, &mut stream.ts),
            (26, "master_metadata_track_name") | (9, "trackName") => {
                (1, &mut stream.master_metadata_track_name)
            }
            (33, "master_metadata_album_artist_name") | (10, "artistName") => {
                (2, &mut stream.master_metadata_album_artist_name)
            }
            (12, "episode_name") | (11, "podcastName") => (3, &mut stream.episode_name),
            (19, "spotify_episode_uri") => (4, &mut stream.spotify_episode_uri),
            (15, "audiobook_title") | (13, "audiobookName") => (5, &mut stream.audiobook_title),
            (12, "reason_start") => (6, &mut stream.reason_start),
            (10, "reason_end") => (7, &mut stream.reason_end),
            (9, "ms_played") | (8, "msPlayed") => {
                stream.ms_played = match value {
                    FlatValue::Whole(ms) => Some(ms),
                    FlatValue::Null => None,
                    _ => return None,
                };
                come = once(come, 8)?;
                continue;
            }
            (7, "skipped") => {
                stream.skipped = flag(value)?;
                come = once(come, 9)?;
                continue;
            }
            (14, "incognito_mode") => {
                stream.incognito_mode = flag(value)?;
                come = once(come, 10)?;
                continue;
            }
            _ => continue,
        };
        *text = match value {
            FlatValue::Text(text) => Some(Text(Cow::Borrowed(text))),
            FlatValue::Null => None,
            _ => return None,
        };
        come = once(come, field)?;
    }
    Some(stream)
}

/// What has come, with one more; none if that had come before.
fn once(come: u16, field: u32) -> Option<u16> {
    (come & 1 << field == 0).then_some(come | 1 << field)
}

fn flag(value: FlatValue) -> Option<Option<bool>> {
    match value {
        FlatValue::Flag(flag) => Some(Some(flag)),
        FlatValue::Null => Some(None),
        _ => None,
    }
}

fn row_of(row: &Row) -> Result<Play, Refused> {
    let text = |column| row.text(column).map(|text| Text(Cow::Borrowed(text)));
    let stream = Stream {
        ts: text("ts"),
        ms_played: row.ms("ms_played", 1.0)?.map(u64::from),
        master_metadata_track_name: text("track_name"),
        master_metadata_album_artist_name: text("artist_name"),
        reason_start: text("reason_start"),
        reason_end: text("reason_end"),
        skipped: row.flag("skipped")?,
        ..Stream::default()
    };
    stream.play()
}

impl Stream<'_> {
    /// The play, if it is one of a song; of somebody who did not want it seen only where `incognito` is wanted.
    fn play_of(self, incognito: bool) -> Result<Play, Refused> {
        if said(&self.master_metadata_track_name).is_none() {
            if self.episode_name.is_some() || self.spotify_episode_uri.is_some() {
                return Err(Refused::reason("a podcast episode"));
            }
            if self.audiobook_title.is_some() {
                return Err(Refused::reason("an audiobook"));
            }
        }
        if self.incognito_mode == Some(true) && !incognito {
            return Err(Refused::reason(INCOGNITO));
        }
        self.play()
    }

    /// `trackdone` is a completed play. An end by which the listener went on ([`WENT_ON`]), or the flag `skipped`, is a
    /// skip, if it came before 95 % of the song. Any other end that is told (`endplay`, `logout`, a crash) is neither.
    fn play(self) -> Result<Play, Refused> {
        let ms_played = self.ms_played.ok_or_else(|| Refused::missing("ms_played"))?;
        if ms_played == 0 {
            return Err(Refused::reason("nothing of it was heard"));
        }
        let time = said(&self.ts).ok_or_else(|| Refused::missing("ts"))?;
        let ended = clock::parse(time).ok_or_else(|| Refused::value("ts", "not a time", time))?;
        let unknown = |text: &Option<Text>, name| said(text) == Some(name);
        if unknown(&self.master_metadata_track_name, "Unknown Track")
            && unknown(&self.master_metadata_album_artist_name, "Unknown Artist")
        {
            return Err(Refused::reason("a song that the service does not name"));
        }
        let reason = said(&self.reason_end).filter(|reason| !NO_REASON.contains(reason));
        let done = reason == Some("trackdone");
        let went_on =
            self.skipped == Some(true) || reason.is_some_and(|reason| WENT_ON.contains(&reason));
        let flag = self.skipped.filter(|&skipped| skipped || !SILENT_MS.contains(&ended));
        let began = said(&self.reason_start);
        Ok(Play {
            time_ms: Some(ended.saturating_sub_unsigned(ms_played).max(0)),
            title: self.master_metadata_track_name.map(Text::into_owned),
            artist: self.master_metadata_album_artist_name.map(Text::into_owned),
            ms_played: Some(u32::try_from(ms_played).unwrap_or(u32::MAX)),
            completed: done.then_some(true),
            skipped: if done { Some(false) } else { reason.map(|_| went_on).or(flag) },
            opened: began.map(|reason| reason == "clickrow"),
            resumed: began == Some("appload"),
            ..Play::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ts: &str, more: &str) -> Result<Play, Refused> {
        let record = format!(
            "{{\"ts\": \"{ts}\", \"ms_played\": 60000, \"master_metadata_track_name\": \"A\", \
             \"master_metadata_album_artist_name\": \"B\"{more}}}"
        );
        stream(record.as_bytes(), false)
    }

    #[test]
    fn a_flag_that_was_always_false_says_nothing() {
        let skipped = |ts: &str, more: &str| of(ts, more).unwrap().skipped;
        let unflagged = ", \"skipped\": false";
        assert_eq!(skipped("2014-01-01T00:00:00Z", unflagged), Some(false));
        assert_eq!(skipped("2018-01-01T00:00:00Z", unflagged), None);
        assert_eq!(skipped("2023-01-01T00:00:00Z", unflagged), Some(false));
        assert_eq!(skipped("2018-01-01T00:00:00Z", ", \"skipped\": true"), Some(true));
        for reason in ["nextbtn", "fwdbtn", "clickrow", "popup"] {
            let told = format!("{unflagged}, \"reason_end\": \"{reason}\"");
            assert_eq!(skipped("2013-07-08T03:20:00Z", &told), Some(true), "{reason}");
            assert_eq!(skipped("2018-07-08T03:20:00Z", &told), Some(true), "{reason}");
        }
        let unknown = format!("{unflagged}, \"reason_end\": \"unknown\"");
        assert_eq!(skipped("2018-01-01T00:00:00Z", &unknown), None);
        let ended = format!("{unflagged}, \"reason_end\": \"endplay\"");
        assert_eq!(skipped("2018-01-01T00:00:00Z", &ended), Some(false));
    }

    #[test]
    fn what_was_played_in_secret_and_what_has_no_name_is_left_out() {
        let reason = |more: &str| of("2024-01-01T00:00:00Z", more).unwrap_err().reason;
        assert_eq!(reason(", \"incognito_mode\": true"), INCOGNITO);
        let nameless = "{\"endTime\": \"2024-01-01 10:10\", \"artistName\": \"Unknown Artist\", \
                        \"trackName\": \"Unknown Track\", \"msPlayed\": 180000}";
        let refused = stream(nameless.as_bytes(), false).unwrap_err();
        assert_eq!(refused.reason, "a song that the service does not name");
    }
}
