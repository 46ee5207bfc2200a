//! ListenBrainz: listens as its export has them one a line, as its public dump, its API and a submission have them, and what
//! its listeners love.

use serde::Deserialize;
use serde_json::Value;

use super::clock;
use super::format::{About, Role};
use super::head::Head;
use super::marks::{Mark, Of, Saying};
use super::play::Play;
use super::record::{Found, Reading, Refused, decode};
use crate::catalogue::taxonomy;
use crate::input::Layout;

pub(super) static LISTENS: About = About {
    name: "listenbrainz",
    what: "ListenBrainz listens",
    files: "listens/YYYY/M.jsonl of an export, *.listens of a dump, answers of the API, submissions",
    told_by: "JSON with the key `track_metadata`",
    reads: "listened_at or timestamp, user_name, track_metadata: track_name, artist_name, additional_info: duration_ms, \
            duration, duration_played, ms_played, tags",
    gives: &["time", "length", "heard"],
    source: "listenbrainz-server, background/export.py and docs/users/json.rst",
    role: Role::Plays,
    tells: |head| head.has(&["track_metadata"]).then(|| layout(head)),
    begins: |_, _| Reading::each(|record| decode::<Listen>(record)?.found()),
};

pub(super) static FEEDBACK: About = About {
    name: "listenbrainz-feedback",
    what: "ListenBrainz, songs loved and hated",
    files: "feedback.jsonl",
    told_by: "JSON with the keys `score` and `recording_msid`",
    reads: "score, created, recording_msid, recording_mbid",
    gives: &["liked"],
    source: "listenbrainz-server, background/export.py",
    role: Role::Marks,
    tells: |head| head.has(&["score", "recording_msid"]).then_some(Layout::Lines),
    begins: |_, _| Reading::each(|record| Ok(decode::<Feedback>(record)?.mark())),
};

pub(super) static OWNER: About = About {
    name: "listenbrainz-user",
    what: "ListenBrainz, whose export it is",
    files: "user.json",
    told_by: "JSON with the keys `user_id` and `username`, and no more",
    reads: "username",
    gives: &[],
    source: "listenbrainz-server, background/export.py",
    role: Role::Marks,
    tells: |head| {
        let small = head.file() == "user.json" && head.has(&["user_id", "username"]);
        small.then_some(Layout::Lines)
    },
    begins: |_, _| Reading::each(|record| Ok(Found::Owner(decode::<Owner>(record)?.username))),
};

fn layout(head: &Head) -> Layout {
    match (head.array(), head.has(&["payload"]), head.has(&["listens"])) {
        (true, ..) => Layout::Array,
        (_, true, true) => Layout::ArrayUnder("listens"),
        (_, true, _) => Layout::ArrayUnder("payload"),
        _ => Layout::Lines,
    }
}

#[derive(Deserialize)]
struct Owner {
    username: String,
}

#[derive(Deserialize)]
struct Listen {
    /// Seconds since 1970 at which the play began; absent for what is playing now.
    #[serde(alias = "timestamp")]
    listened_at: Option<f64>,
    user_name: Option<String>,
    recording_msid: Option<String>,
    track_metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    track_name: Option<String>,
    artist_name: Option<String>,
    recording_msid: Option<String>,
    mbid_mapping: Option<Mapping>,
    additional_info: Option<Info>,
}

#[derive(Deserialize)]
struct Mapping {
    recording_mbid: Option<String>,
}

/// What clients add, in whatever types they like.
#[derive(Default, Deserialize)]
struct Info {
    #[serde(default)]
    duration_ms: Value,
    /// In seconds.
    #[serde(default)]
    duration: Value,
    /// In seconds.
    #[serde(default)]
    duration_played: Value,
    #[serde(default)]
    ms_played: Value,
    #[serde(default)]
    tags: Value,
    #[serde(default)]
    recording_msid: Value,
    #[serde(default)]
    recording_mbid: Value,
}

impl Listen {
    /// A listen says that a song was heard, and where the client tells it for how long; not why it ended.
    fn found(self) -> Result<Found, Refused> {
        let seconds = self.listened_at.ok_or_else(|| Refused::missing("listened_at"))?;
        let time = clock::seconds(seconds);
        let wrong = || Refused::value("listened_at", "not a time", &seconds.to_string());
        let Metadata { track_name, artist_name, recording_msid, mbid_mapping, additional_info } =
            self.track_metadata;
        let info = additional_info.unwrap_or_default();
        let in_seconds = |value: &Value| Some(number(value)? * 1_000.0);
        let duration = number(&info.duration_ms).or_else(|| in_seconds(&info.duration));
        let played = number(&info.ms_played).or_else(|| in_seconds(&info.duration_played));
        // Zero and nonsense are what clients write that do not know it.
        let sane = |ms: &f64| (1_000.0..86_400_000.0).contains(ms);
        let genres = info.tags.as_array().into_iter().flatten().filter_map(Value::as_str);
        let play = Play {
            listener: self.user_name,
            time_ms: Some(time.ok_or_else(wrong)?),
            title: track_name,
            artist: artist_name,
            genre: genres.map(str::to_lowercase).find(|g| taxonomy().genre_or_alias(g).is_some()),
            ms_played: played.filter(sane).map(|ms| ms as u32),
            duration_ms: duration.filter(sane).map(|ms| ms as u32),
            ..Play::default()
        };
        let told = |value: Value| value.as_str().map(str::to_string);
        let ids = [
            self.recording_msid,
            recording_msid,
            mbid_mapping.and_then(|mapping| mapping.recording_mbid),
            told(info.recording_msid),
            told(info.recording_mbid),
        ];
        Ok(Found::Known(play, ids.into_iter().flatten().collect()))
    }
}

/// A number, or the number of a text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[derive(Deserialize)]
struct Feedback {
    score: i64,
    created: Option<f64>,
    recording_msid: Option<String>,
    recording_mbid: Option<String>,
}

impl Feedback {
    fn mark(self) -> Found {
        let id = self.recording_msid.or(self.recording_mbid);
        let saying = match self.score {
            1 => Saying::Liked,
            -1 => Saying::Hated,
            // It was taken back.
            _ => return Found::Nothing,
        };
        let time_ms = self.created.and_then(clock::seconds);
        let mark = |id| Mark { listener: None, of: Of::Id(id), time_ms, saying };
        id.map_or(Found::Nothing, |id| Found::Mark(mark(id)))
    }
}
