//! What the sources of candidates are told: one listener at one moment, before anything is scored.

use crate::policy::Policy;
use crate::session::{Searches, Streaks};
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::{Interaction, ListenerView};
use melody_model::{Chosen, Query, Vectors};

/// A listener at one moment, who wants songs.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// All songs there are.
    pub catalogue: &'a Catalogue,
    /// Quotas, and how streaks and searches fade.
    pub policy: &'a Policy,
    /// Account, history and session.
    pub view: ListenerView<'a>,
    /// What the listener is on, and off, in this session.
    pub streaks: &'a Streaks,
    /// The newest searches of this session.
    pub searches: &'a Searches,
    /// Where the towers have put songs and listener; `None` where the model has no towers.
    pub taste: Option<Taste<'a>>,
    /// Streaks and searches have faded until then, in milliseconds since the session began.
    pub now_ms: u64,
    /// The session's: draws are keyed by it and the step.
    pub seed: u64,
    /// The step that draws are keyed by.
    pub step: u32,
}

/// Songs and a listener in one space.
#[derive(Clone, Copy)]
pub struct Taste<'a> {
    /// Of all songs.
    pub songs: &'a Vectors,
    /// Of those that are promoted.
    pub promoted: &'a Chosen,
    /// The listener's.
    pub listener: &'a Query,
}

impl Asking<'_> {
    /// The last plays that the listener enjoyed, at most `most`, the newest first.
    pub(super) fn enjoyed(&self, most: usize) -> Vec<SongId> {
        let enjoyed = |play: &&Interaction| play.completed || play.liked || play.saved;
        let plays = self.view.history.recent().iter().rev().filter(enjoyed);
        plays.take(most).map(|play| play.song).collect()
    }
}
