//! What mixing is given and what it gives back: rules and candidates in, placed songs out.

use serde::{Deserialize, Serialize};

use super::heard::Heard;
use crate::policy;
use melody_core::catalogue::{CampaignId, SongId};
use melody_core::score::Score;

/// What a queue is mixed under.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The policy's, as segment, scene and hand have changed them.
    pub mixing: &'a policy::Mixing,
    /// M after the guardrail: promoted songs in any window, at most.
    pub at_most: usize,
    /// The share of promoted songs to aim for.
    pub target: Score,
    /// What windows, caps and credit look back over.
    pub heard: &'a Heard,
    /// Since the session began; caps per day look back from here.
    pub now_ms: i64,
}

/// A song that may be placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// What may be placed, once.
    pub song: SongId,
    /// What orders the candidates.
    pub score: Score,
    /// What the listener gains by it: prices and displacements are counted in it.
    pub interest: Score,
    /// Of a promoted song; `None` makes it a natural one.
    pub campaign: Option<CampaignId>,
}

/// The natural song a promoted one took the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Displaced {
    /// What would have stood at that place.
    pub song: SongId,
    /// Its interest score minus the promoted song's: what the listener gives up.
    pub interest: Score,
}

/// A song at its place in the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// What is shown there.
    pub song: SongId,
    /// Whether it is a campaign's.
    pub promoted: bool,
    /// What a promoted song took the place of; `None` for natural ones.
    pub displaced: Option<Displaced>,
}

/// A queue, and what more promotion would cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    /// In the order it is played in; shorter than asked where songs run out.
    pub queue: Vec<Placed>,
    /// The shadow price of the promotion ratio: interest that the queue would lose, in all, with one
    /// more promoted song. `None` where rules and candidates allow no more, or no promotion is due.
    pub price: Option<Score>,
}
