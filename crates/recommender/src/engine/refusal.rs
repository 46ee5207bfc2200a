//! Events that make no sense are refused; the state stays as it was.

/// Why an event was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The clock cannot go back.
    #[error("the event is at {at_ms} ms, before the last one at {last_ms} ms")]
    TimeRunsBackwards {
        /// Of the event, in milliseconds since the session began.
        at_ms: u64,
        /// Of the one before it.
        last_ms: u64,
    },
    /// More was heard than there is of the song.
    #[error("{heard_ms} ms were heard of a song that lasts {duration_ms} ms")]
    HeardTooMuch {
        /// Milliseconds, as the event says.
        heard_ms: u32,
        /// Milliseconds, as the catalogue says.
        duration_ms: u32,
    },
    /// Less was heard than at the event before.
    #[error("{heard_ms} ms were heard, after {before_ms} ms had been heard already")]
    HeardRunsBackwards {
        /// Milliseconds, as the event says.
        heard_ms: u32,
        /// Milliseconds, as the one before said.
        before_ms: u32,
    },
    /// More was heard than time has passed.
    #[error("{more_ms} ms more were heard in the {passed_ms} ms since the last event")]
    HeardTooFast {
        /// Milliseconds heard since the last event.
        more_ms: u32,
        /// Milliseconds passed since then.
        passed_ms: u64,
    },
    /// All of the song was heard, so that only finishing it makes sense.
    #[error("the song is over; all that is left is to finish it")]
    Over,
    /// A song that still plays cannot finish.
    #[error("the song has not played to its end: {heard_ms} of {duration_ms} ms")]
    NotFinished {
        /// Milliseconds, as the event says.
        heard_ms: u32,
        /// Milliseconds, as the catalogue says.
        duration_ms: u32,
    },
    /// A play is liked or saved once.
    #[error("the song is {what} already")]
    Already {
        /// `liked` or `saved`.
        what: &'static str,
    },
    /// Who pays cannot start to pay.
    #[error("the listener has a subscription already")]
    Subscribed,
    /// A change to the scene that is.
    #[error("the scene is {scene} already")]
    SameScene {
        /// The scene's name.
        scene: &'static str,
    },
    /// A song that the catalogue lacks.
    #[error("no song has number {song} in this catalogue")]
    NoSuchSong {
        /// Its number, from 0 in the catalogue's order.
        song: u32,
    },
    /// The current song cannot be chosen again; it can be replayed.
    #[error("the song is playing now")]
    PlayingNow,
    /// A value set by hand is out of its range.
    #[error("`{field}` {why}")]
    BadOverride {
        /// Its name among the overrides.
        field: &'static str,
        /// What it must be, for a person.
        why: String,
    },
    /// A model that the session was not given.
    #[error("the session has no model version {hash} to go on with")]
    NoSuchVersion {
        /// The beginning of the hash that the event names.
        hash: String,
    },
    /// A model takes over from another.
    #[error("the session goes on with the model version {hash} already")]
    SameVersion {
        /// The beginning of its hash.
        hash: String,
    },
    /// A play cannot end where nothing follows.
    #[error("the queue is empty, there is no next song")]
    NoNextSong,
}
