//! Apple Music: every play (`Play Activity`), plays by day (`Daily Tracks`), and the library of Music or iTunes.
//!
//! `Play Activity` has a row for each thing that happened to a play, and about 144 columns that come and go; which ones are
//! needed is looked up by name. It hardly ever names the artist: `Daily Tracks` does, for the same titles.

use super::clock;
use super::format::{About, Role};
use super::head::Row;
use super::marks::{Mark, Of, Saying};
use super::play::Play;
use super::record::{Found, Reading, Refused};
use crate::input::Layout;

/// An artist that no file names.
pub(super) const NOBODY: &str = "Unknown Artist";

pub(super) static ACTIVITY: About = About {
    name: "apple-activity",
    what: "Apple Music, Play Activity",
    files: "Apple Music Play Activity.csv",
    told_by: "a header with `Event Type`, `Play Duration Milliseconds`, `End Reason Type`",
    reads: "Song Name or Content Name, Artist Name, Container Artist Name, Event Type, Event Start Timestamp, Event End Timestamp, \
            Play Duration Milliseconds, Media Duration In Milliseconds, Start Position In Milliseconds, End Reason Type, \
            Media Type, Item Type",
    gives: &["time", "length", "heard", "completed", "skipped"],
    source: "jnadelneuro/apple-music-history; Apple's \"Data & Privacy\" download",
    role: Role::Plays,
    tells: |head| head.table(&ACTIVITY_COLUMNS).map(Layout::Quoted),
    begins: |head, _| {
        let mut paused = None;
        head.rows_in_order(&ACTIVITY_COLUMNS, move |row| activity(row, &mut paused))
    },
};

pub(super) static DAILY: About = About {
    name: "apple-daily",
    what: "Apple Music, plays by day",
    files: "Apple Music - Play History Daily Tracks.csv",
    told_by: "a header with `Date Played`, `Track Description`",
    reads: "Track Description (artist and title), Date Played, Hours, Play Duration Milliseconds, End Reason Type, Play Count, Skip \
            Count",
    gives: &["time", "heard", "completed", "skipped"],
    source: "jnadelneuro/apple-music-history; Apple's \"Data & Privacy\" download",
    role: Role::Artists("apple-activity"),
    tells: |head| head.table(&DAILY_COLUMNS).map(Layout::Quoted),
    begins: |head, _| head.rows(&DAILY_COLUMNS, daily),
};

pub(super) static LIBRARY: About = About {
    name: "apple-library",
    what: "Music and iTunes, the library (XML)",
    files: "Library.xml, iTunes Music Library.xml",
    told_by: "a property list with `Track ID`",
    reads: "Name, Artist, Genre, Total Time, Play Date UTC and Skip Date (the newest play and the newest skip), Loved",
    gives: &["time", "length", "completed", "skipped", "liked"],
    source: "File > Library > Export Library of Music and iTunes",
    role: Role::Plays,
    tells: |head| {
        let text = head.text();
        let list = text.contains("<plist") && text.contains("<key>Tracks</key>");
        list.then_some(Layout::Innermost("dict"))
    },
    begins: |_, _| track(),
};

const ACTIVITY_COLUMNS: [&str; 3] = ["event type", "play duration milliseconds", "end reason type"];
const DAILY_COLUMNS: [&str; 2] = ["date played", "track description"];

/// Reasons by which the listener went on to another song.
const WENT_ON: [&str; 5] = [
    "TRACK_SKIPPED_FORWARDS",
    "TRACK_SKIPPED_BACKWARDS",
    "MANUALLY_SELECTED_PLAYBACK_OF_A_DIFF_ITEM",
    "TRACK_BANNED",
    "QUICK_PLAY",
];
/// Reasons that say nothing.
const NO_REASON: [&str; 3] = ["NOT_APPLICABLE", "OTHER", "UNKNOWN"];
const PAUSED: &str = "PLAYBACK_MANUALLY_PAUSED";
const DONE: &str = "NATURAL_END_OF_TRACK";

/// What a reason for an end says: whether the song was heard out, and whether it was skipped.
fn ended(reason: Option<&str>) -> (Option<bool>, Option<bool>) {
    let reason = reason.filter(|reason| !NO_REASON.contains(reason));
    let done = reason == Some(DONE);
    let skipped = reason.map(|reason| WENT_ON.contains(&reason));
    (done.then_some(true), skipped)
}

/// The play that a row ends. `paused` is the title of the row before, if that was paused: what follows of the same song goes on
/// with it.
fn activity(row: &Row, paused: &mut Option<String>) -> Result<Found, Refused> {
    if row.text("event type").is_some_and(|kind| kind != "PLAY_END") {
        return Ok(Found::Nothing);
    }
    let video = |column| row.text(column).is_some_and(|kind: &str| kind.contains("VIDEO"));
    if video("media type") || video("item type") {
        return Err(Refused::reason("a video"));
    }
    let title = ["song name", "content name"].iter().find_map(|column| row.text(column));
    let title = title.ok_or_else(|| Refused::reason("no title or no artist"))?;
    let ms = row.ms("play duration milliseconds", 1.0)?.unwrap_or(0);
    if ms == 0 {
        return Err(Refused::reason("nothing of it was heard"));
    }
    let (began, end) = ("event start timestamp", "event end timestamp");
    let time_ms = match (row.text(began), row.text(end)) {
        (Some(_), _) => row.time(began)?,
        (None, Some(_)) => (row.time(end)? - i64::from(ms)).max(0),
        (None, None) => row.time("event timestamp")?,
    };
    let reason = row.text("end reason type");
    let (completed, skipped) = ended(reason);
    let further = row.number("start position in milliseconds")?.map(|at| at > 0.0);
    let same = paused.as_deref() == Some(title);
    *paused = (reason == Some(PAUSED)).then(|| title.to_string());
    let artist = ["artist name", "container artist name"].iter().find_map(|name| row.text(name));
    Ok(Found::Play(Play {
        time_ms: Some(time_ms),
        title: Some(title.to_string()),
        artist: artist.map(str::to_string),
        ms_played: Some(ms),
        duration_ms: row.length("media duration in milliseconds", 1.0)?,
        completed,
        skipped,
        resumed: further.unwrap_or(same),
        ..Play::default()
    }))
}

/// A row of a day: who the artist is, and where nothing tells of each play, a play.
fn daily(row: &Row) -> Result<Found, Refused> {
    if row.text("media type").is_some_and(|kind| kind != "AUDIO") {
        return Err(Refused::reason("a video"));
    }
    let named = row.needed("track description")?;
    let wrong = || Refused::value("track description", "no artist and title", named);
    let (artist, title) = named.split_once(" - ").ok_or_else(wrong)?;
    let day = row.needed("date played")?;
    let hour = row.text("hours").and_then(|hours| hours.split(',').next()?.trim().parse().ok());
    let began = clock::hour(day, hour.unwrap_or(0));
    let plays = row.number("play count")?.unwrap_or(0.0);
    let skips = row.number("skip count")?.unwrap_or(0.0);
    let (completed, skipped) = ended(row.text("end reason type"));
    // Of several plays in one row nothing is told of each.
    let one = plays + skips <= 1.0;
    Ok(Found::Play(Play {
        time_ms: Some(began.ok_or_else(|| Refused::value("date played", "not a day", day))?),
        title: Some(title.to_string()),
        artist: Some(artist.to_string()),
        ms_played: row.ms("play duration milliseconds", 1.0)?.filter(|&ms| one && ms > 0),
        completed: completed.filter(|_| one),
        skipped: skipped.filter(|_| one),
        ..Play::default()
    }))
}

/// Reads a library's tracks, each a property list of its own.
fn track() -> Reading {
    Reading::each(|record| {
        let keys = dict(record)?;
        let text = |key: &str| keys.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        // Playlists have entries, too, which only point to tracks.
        let (Some(title), Some(artist)) = (text("Name"), text("Artist")) else {
            return Ok(Found::Nothing);
        };
        let song = || Play {
            title: Some(title.clone()),
            artist: Some(artist.clone()),
            genre: text("Genre").map(|genre| genre.to_lowercase()),
            duration_ms: text("Total Time").and_then(|ms| ms.parse().ok()).filter(|&ms| ms > 0),
            ..Play::default()
        };
        let at = |key: &str| text(key).and_then(|time| clock::parse(time));
        let loved = text("Loved").is_some_and(|flag| flag == "true");
        let mut found = Vec::new();
        if let Some(time) = at("Skip Date") {
            found.push(Play { time_ms: Some(time), skipped: Some(true), ..song() });
        }
        if let Some(end) = at("Play Date UTC") {
            // It is counted when the song has ended.
            let length = song().duration_ms.map_or(0, i64::from);
            let (time_ms, liked) = (Some((end - length).max(0)), loved.then_some(true));
            found.push(Play { time_ms, completed: Some(true), liked, ..song() });
        } else if loved {
            let of = Of::named(title, artist);
            return Ok(Found::Mark(Mark {
                listener: None,
                of,
                time_ms: None,
                saying: Saying::Liked,
            }));
        }
        Ok(Found::Plays(found))
    })
}

/// The keys of a property list's dictionary with their values as texts.
fn dict(record: &[u8]) -> Result<Vec<(String, String)>, Refused> {
    use quick_xml::Reader;
    use quick_xml::events::Event;
    let wrong = || Refused::reason("not XML");
    let text = std::str::from_utf8(record).map_err(|_| Refused::reason("not UTF-8"))?;
    let mut reader = Reader::from_str(text);
    let (mut keys, mut key, mut value) = (Vec::new(), None, String::new());
    loop {
        match reader.read_event().map_err(|_| wrong())? {
            Event::Eof => return Ok(keys),
            Event::Start(_) => value.clear(),
            Event::Text(part) => value.push_str(&part),
            Event::GeneralRef(reference) => value.push_str(&resolved(&reference)),
            Event::Empty(flag) => {
                if let Some(key) = key.take() {
                    keys.push((key, flag.name().as_ref().to_string()));
                }
            }
            Event::End(tag) => match key.take() {
                _ if tag.name().as_ref() == "key" => key = Some(std::mem::take(&mut value)),
                Some(key) => keys.push((key, std::mem::take(&mut value))),
                None => {}
            },
            _ => {}
        }
    }
}

/// What `&amp;` and its like stand for.
fn resolved(name: &str) -> String {
    let character = |digits: &str| match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
        None => digits.parse().ok().and_then(char::from_u32),
    };
    match name {
        "amp" => "&".into(),
        "lt" => "<".into(),
        "gt" => ">".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        other => other.strip_prefix('#').and_then(character).map_or(String::new(), String::from),
    }
}
