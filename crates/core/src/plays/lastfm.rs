//! The Last.fm 1K layout: listener, time, artist's id, artist, track's id, track; by tabs, no header.

use super::clock;
use super::play::Play;
use super::record::Refused;

/// Fields of a line.
pub(super) const FIELDS: usize = 6;

/// The play of one line. A scrobble says that a song was heard (half of it, or four minutes), not how
/// it ended.
pub(super) fn play(record: &[u8]) -> Result<Play, Refused> {
    let line = std::str::from_utf8(record).map_err(|_| Refused::reason("not UTF-8"))?;
    let fields: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
    let [listener, time, _, artist, _, title] = fields[..] else {
        return Err(Refused::reason("not six fields between tabs"));
    };
    let time = clock::parse(time).ok_or(Refused::reason("time: not RFC 3339"))?;
    Ok(Play {
        listener: Some(listener.into()),
        time_ms: Some(time),
        title: Some(title.into()),
        artist: Some(artist.into()),
        ..Play::default()
    })
}
