//! ListenBrainz listens, as its export has them one a line and as its API answers.

use serde::Deserialize;
use serde_json::Value;

use super::clock;
use super::play::Play;
use super::record::{Refused, decode};
use crate::catalogue::taxonomy;

#[derive(Deserialize)]
struct Listen {
    /// Seconds since 1970 at which the play began; absent for what is playing now.
    listened_at: Option<i64>,
    user_name: Option<String>,
    track_metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    track_name: Option<String>,
    artist_name: Option<String>,
    additional_info: Option<Info>,
}

/// What clients add, in whatever types they like.
#[derive(Default, Deserialize)]
struct Info {
    #[serde(default)]
    duration_ms: Value,
    /// In seconds.
    #[serde(default)]
    duration: Value,
    #[serde(default)]
    tags: Value,
}

/// The play of one listen. A listen says that a song was heard, not how it ended.
pub(super) fn play(record: &[u8]) -> Result<Play, Refused> {
    let listen: Listen = decode(record)?;
    let seconds = listen.listened_at.ok_or(Refused::reason("listened_at: missing"))?;
    let time = seconds.checked_mul(1_000).and_then(clock::sensible);
    let info = listen.track_metadata.additional_info.unwrap_or_default();
    let duration = number(&info.duration_ms).or_else(|| Some(number(&info.duration)? * 1_000.0));
    let genres = info.tags.as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(Play {
        listener: listen.user_name,
        time_ms: Some(time.ok_or(Refused::reason("listened_at: not a time"))?),
        title: listen.track_metadata.track_name,
        artist: listen.track_metadata.artist_name,
        genre: genres.map(str::to_lowercase).find(|g| taxonomy().genre_or_alias(g).is_some()),
        // Zero and nonsense are what clients write that do not know it.
        duration_ms: duration.filter(|ms| (1_000.0..86_400_000.0).contains(ms)).map(|ms| ms as u32),
        ..Play::default()
    })
}

/// A number, or the number of a text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}
