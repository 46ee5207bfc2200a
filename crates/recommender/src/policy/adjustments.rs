//! What moves a song's score after fusion, and how the session's streaks and searches rise and fade.

use serde::{Deserialize, Serialize};

/// Points of score that are added to or taken from what fusion, or a ranker's features, hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustments {
    /// For a genre, per play's worth of surprise (see [`Streak::level`](crate::session::Streak::level)).
    pub genre_streak: f64,
    /// Taken away per song of the same genre heard in the last hours.
    pub weariness: f64,
    /// For the very song searched for, right after the search.
    pub search: f64,
    /// Taken away per better-ranked song by the same artist, and per one just heard.
    pub artist_spread: f64,
    /// Plays that the artist spread remembers.
    pub artist_memory: usize,
    /// Taken from a song heard just now.
    pub repeat: f64,
    /// Plays over which that fades, as a time constant.
    pub repeat_fade: f64,
    /// Taken from a song of which this listener hears a preview only.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub preview: f64,
}

fn is_nothing(points: &f64) -> bool {
    *points == 0.0
}

/// How natural songs that are alike are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diversity {
    /// What is done, if anything.
    pub method: Rerank,
    /// Points of score: what the likest song there can be above it costs a song under MMR; what a
    /// song of which one part in e is new costs under the determinantal method; what a unit of Steck's divergence
    /// counts under the calibrated one.
    pub strength: f64,
}

/// How natural songs are re-ranked so that a queue is not all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rerank {
    /// The order of scores stays.
    None,
    /// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).
    Mmr,
    /// The greedy mode of a determinantal point process (Chen et al., NeurIPS 2018).
    Determinantal,
    /// Genres in the shares that the listener completes them in (Steck, RecSys 2018).
    Calibrated,
}

/// How fast a session's streaks and searches fade.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTuning {
    /// Share of a surprise that counts for the other genres of the family, in [0, 1].
    pub kin: f64,
    /// Time constant of a streak's fading, in seconds.
    pub streak_fade_s: f64,
    /// Time constant of a search's fading, in seconds.
    pub search_fade_s: f64,
}
