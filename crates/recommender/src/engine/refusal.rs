//! Events that make no sense are refused; the state stays as it was.

/// Why an event was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the event is at {at_ms} ms, before the last one at {last_ms} ms")]
    TimeRunsBackwards { at_ms: u64, last_ms: u64 },
    #[error("{heard_ms} ms were heard of a song that lasts {duration_ms} ms")]
    HeardTooMuch { heard_ms: u32, duration_ms: u32 },
    #[error("{heard_ms} ms were heard, after {before_ms} ms had been heard already")]
    HeardRunsBackwards { heard_ms: u32, before_ms: u32 },
    #[error("{more_ms} ms more were heard in the {passed_ms} ms since the last event")]
    HeardTooFast { more_ms: u32, passed_ms: u64 },
    #[error("the song is over; all that is left is to finish it")]
    Over,
    #[error("the song has not played to its end: {heard_ms} of {duration_ms} ms")]
    NotFinished { heard_ms: u32, duration_ms: u32 },
    #[error("the song is {what} already")]
    Already { what: &'static str },
    #[error("the listener has a subscription already")]
    Subscribed,
    #[error("the scene is {scene} already")]
    SameScene { scene: &'static str },
    #[error("no song has number {song} in this catalogue")]
    NoSuchSong { song: u32 },
    #[error("the song is playing now")]
    PlayingNow,
    #[error("`{field}` {why}")]
    BadOverride { field: &'static str, why: String },
    #[error("the queue is empty, there is no next song")]
    NoNextSong,
}
