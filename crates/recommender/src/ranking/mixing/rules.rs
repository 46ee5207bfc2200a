//! What mixing is given and what it gives back: rules and candidates in, placed songs out.

use serde::{Deserialize, Serialize};

use super::heard::Heard;
use crate::policy;
use melody_core::catalogue::{CampaignId, SongId};
use melody_core::score::Score;

/// What a queue is mixed under.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub mixing: &'a policy::Mixing,
    /// M after the guardrail: promoted songs in any window, at most.
    pub at_most: usize,
    /// The share of promoted songs to aim for.
    pub target: Score,
    pub heard: &'a Heard,
    /// Since the session began; caps per day look back from here.
    pub now_ms: i64,
}

/// A song that may be placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub song: SongId,
    pub score: Score,
    pub interest: Score,
    pub campaign: Option<CampaignId>,
}

/// The natural song a promoted one took the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Displaced {
    pub song: SongId,
    /// Its interest score minus the promoted song's: what the listener gives up.
    pub interest: Score,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    pub song: SongId,
    pub promoted: bool,
    pub displaced: Option<Displaced>,
}

/// A queue, and what more promotion would cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    pub queue: Vec<Placed>,
    /// The shadow price of the promotion ratio: interest that the queue would lose, in all, with one
    /// more promoted song. `None` where rules and candidates allow no more, or no promotion is due.
    pub price: Option<Score>,
}
