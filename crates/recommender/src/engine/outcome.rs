//! All that a step came to, from which its trace is written.

use super::decide::Decision;
use super::happened::Step;
use super::look::Look;
use super::state::State;
use crate::ranking::Ranking;
use melody_core::catalogue::SongId;

/// A step's state, what was decided of it, and how everything ranks.
pub(super) struct Outcome<'a> {
    pub state: &'a State,
    pub decision: &'a Decision,
    pub look: &'a Look,
    pub ranking: &'a Ranking<'a>,
    /// The songs that keep the front of the queue.
    pub committed: &'a [SongId],
    pub step: Step,
}
