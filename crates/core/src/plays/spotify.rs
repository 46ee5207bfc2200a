//! Spotify's streaming history: the extended one (`Streaming_History_Audio_*.json`, before that
//! `endsong_*.json`) and the short one of account data (`StreamingHistory*.json`).

use std::borrow::Cow;

use serde::Deserialize;

use super::clock;
use super::play::Play;
use super::record::{Refused, decode, said};

/// What is read of one stream. The short form has its keys in other words.
#[derive(Deserialize)]
struct Stream<'a> {
    /// When the stream ended, in UTC.
    #[serde(borrow, alias = "endTime")]
    ts: Option<Cow<'a, str>>,
    #[serde(alias = "msPlayed")]
    ms_played: Option<u64>,
    #[serde(borrow, alias = "trackName")]
    master_metadata_track_name: Option<Cow<'a, str>>,
    #[serde(borrow, alias = "artistName")]
    master_metadata_album_artist_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    episode_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    spotify_episode_uri: Option<Cow<'a, str>>,
    #[serde(borrow)]
    audiobook_title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reason_start: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reason_end: Option<Cow<'a, str>>,
    skipped: Option<bool>,
}

/// Whose stream it is: exports of up to 2022 say.
#[derive(Deserialize)]
struct Whose<'a> {
    #[serde(borrow)]
    username: Option<Cow<'a, str>>,
}

/// The `username` of a record, if it is one and has one.
pub(super) fn username(record: &[u8]) -> Option<String> {
    let whose: Whose = decode(record).ok()?;
    said(&whose.username).map(str::to_string)
}

/// Reasons for an end by which the listener went on to another song.
pub(super) const WENT_ON: [&str; 4] = ["fwdbtn", "backbtn", "clickrow", "clickside"];

/// The play of one element of the export.
///
/// `trackdone` is a completed play. An end that went on (`fwdbtn`, `backbtn`, `clickrow`, or the flag
/// `skipped`) is a skip, if it came before 95 % of the song. Any other end that is told (`endplay`,
/// `logout`, a crash) is neither.
pub(super) fn play(record: &[u8]) -> Result<Play, Refused> {
    let stream: Stream = decode(record)?;
    if said(&stream.master_metadata_track_name).is_none() {
        if stream.episode_name.is_some() || stream.spotify_episode_uri.is_some() {
            return Err(Refused::reason("a podcast episode"));
        }
        if stream.audiobook_title.is_some() {
            return Err(Refused::reason("an audiobook"));
        }
    }
    let ms_played = stream.ms_played.ok_or(Refused::reason("ms_played: missing"))?;
    if ms_played == 0 {
        return Err(Refused::reason("nothing of it was heard"));
    }
    let time = said(&stream.ts).ok_or(Refused::reason("ts: missing"))?;
    let ended = clock::parse(time).ok_or(Refused::reason("ts: not a time"))?;
    let reason = said(&stream.reason_end);
    let done = reason == Some("trackdone");
    let went_on = stream.skipped == Some(true) || reason.is_some_and(|r| WENT_ON.contains(&r));
    Ok(Play {
        time_ms: Some(ended.saturating_sub_unsigned(ms_played).max(0)),
        title: stream.master_metadata_track_name.map(Cow::into_owned),
        artist: stream.master_metadata_album_artist_name.map(Cow::into_owned),
        ms_played: Some(u32::try_from(ms_played).unwrap_or(u32::MAX)),
        completed: done.then_some(true),
        skipped: if done { Some(false) } else { reason.map(|_| went_on).or(stream.skipped) },
        opened: said(&stream.reason_start).map(|reason| reason == "clickrow"),
        ..Play::default()
    })
}
