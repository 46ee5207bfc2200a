//! All that a step came to, from which its trace is written.

use super::decide::Decision;
use super::happened::Step;
use super::state::State;
use crate::ranking::Ranking;
use melody_model::{EncodedListener, Scored};

/// A step's state, what was decided of it, and how everything ranks.
pub(super) struct Outcome<'a> {
    pub state: &'a State,
    pub decision: &'a Decision,
    /// The listener as the model encodes them.
    pub listener: &'a EncodedListener,
    pub scored: &'a Scored,
    pub ranking: &'a Ranking<'a>,
    pub step: Step,
}
