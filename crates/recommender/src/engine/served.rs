//! What a request is, and where the song of a play came from.
//!
//! When one is made, and what it fixes, is told in `request.rs`.

use serde::{Deserialize, Serialize};

use crate::ranking::Due;
use melody_core::catalogue::SongId;
use melody_core::score::Score;

/// Why a request was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Renewal {
    /// The session opened.
    #[default]
    Start,
    /// The songs of the one before had been played.
    Played,
    /// The listener searched.
    Search,
    /// The listener opened a song by hand.
    Opened,
    /// The scene changed.
    Scene,
    /// The listener subscribed.
    Subscribed,
    /// Values were set by hand, or released.
    ByHand,
    /// The guardrail moved.
    Guardrail,
    /// The session goes on under another policy or model, or in another scene.
    Resumed,
}

/// The request that the queue was filled from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// From 1; 0 before the first.
    pub number: u32,
    /// The step it was made at.
    pub step: u32,
    /// What it was made for.
    pub because: Renewal,
    /// Its songs that have begun.
    pub begun: usize,
    /// Its committed songs that have not begun, in their order.
    pub left: Vec<SongId>,
    /// When the places of its committed promoted songs were due, as it was made: what they stand there for as long as
    /// they are committed, whatever is earned since.
    pub(super) due: Vec<(SongId, Due)>,
    /// The step at which the bandit made the decision that it was made under.
    pub(super) decision: u32,
    /// The probability with which that decision took its arm.
    pub(super) propensity: Score,
}

/// Where the song of a play came from. A song that was in no queue, and one that is played again, came from
/// nowhere but the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// The number of the request that put it into the queue.
    pub request: u32,
    /// Its place there, from 1, the songs of the request that had begun before it counted. Up to the
    /// policy's `committed` it was fixed as the request was made.
    pub place: usize,
    /// The step of the bandit's decision that the request was made under.
    pub decision: u32,
    /// The probability with which that decision took its arm, given what it saw. It covers the bandit's lot
    /// alone: tie-breaks follow from the session's seed, and another arm might have put the same song here.
    /// So the place got its song with at least this probability.
    pub propensity: Score,
}

impl Request {
    /// What is known of the song at a place of it.
    pub(super) fn at(&self, place: usize) -> Served {
        let Request { number, decision, propensity, .. } = *self;
        Served { request: number, place, decision, propensity }
    }
}
