//! What moves a song's score after fusion, and how the session's streaks and searches rise and fade.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustments {
    pub genre_streak: f64,
    pub artist_streak: f64,
    pub search: f64,
    pub artist_spread: f64,
    /// Plays that the artist spread remembers.
    pub artist_memory: usize,
    pub repeat: f64,
    pub repeat_fade: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diversity {
    pub method: Rerank,
    /// Points of score: what the likest song there can be above it costs a song under MMR; what a
    /// song of which one part in e is new costs under the determinantal method.
    pub strength: f64,
}

/// How natural songs are re-ranked so that a queue is not all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rerank {
    None,
    /// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).
    Mmr,
    /// The greedy mode of a determinantal point process (Chen et al., NeurIPS 2018).
    Determinantal,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTuning {
    pub rise: f64,
    pub fall: f64,
    pub rise_fade_s: f64,
    pub fall_fade_s: f64,
    pub search_fade_s: f64,
}
