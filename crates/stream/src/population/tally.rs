//! Plays counted.

use serde::{Deserialize, Serialize};

use crate::inbox::Heard;

/// Counts of plays. Rates are shares of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub plays: u64,
    /// Heard to the end.
    pub completed: u64,
    /// Left before a quarter was heard.
    pub left_at_once: u64,
    /// Liked or saved.
    pub liked: u64,
    /// Of promoted songs that the queue brought.
    pub promoted: u64,
    /// Of these, completed or liked.
    pub engaged: u64,
    /// Of listening, in milliseconds.
    pub heard_ms: u64,
    /// At which the listener subscribed.
    pub subscribed: u64,
    /// Sessions that began.
    pub sessions: u64,
    /// Sessions after which their listener began another.
    pub returned: u64,
}

impl Tally {
    /// Of nothing.
    pub(super) const NONE: Tally = Tally {
        plays: 0,
        completed: 0,
        left_at_once: 0,
        liked: 0,
        promoted: 0,
        engaged: 0,
        heard_ms: 0,
        subscribed: 0,
        sessions: 0,
        returned: 0,
    };

    /// Of one play; `promoted`: a campaign promotes its song.
    pub(super) fn of(heard: &Heard, promoted: bool) -> Self {
        let promoted = promoted && heard.served;
        Tally {
            plays: 1,
            completed: heard.completed.into(),
            left_at_once: heard.left_at_once.into(),
            liked: heard.liked.into(),
            promoted: promoted.into(),
            engaged: (promoted && (heard.completed || heard.liked)).into(),
            heard_ms: heard.heard_ms.into(),
            subscribed: heard.subscribed.into(),
            sessions: (heard.place == 0).into(),
            returned: 0,
        }
    }

    fn both(&mut self, other: &Tally, how: fn(u64, u64) -> u64) {
        let Tally {
            plays,
            completed,
            left_at_once,
            liked,
            promoted,
            engaged,
            heard_ms,
            subscribed,
            sessions,
            returned,
        } = other;
        for (own, other) in [
            (&mut self.plays, plays),
            (&mut self.completed, completed),
            (&mut self.left_at_once, left_at_once),
            (&mut self.liked, liked),
            (&mut self.promoted, promoted),
            (&mut self.engaged, engaged),
            (&mut self.heard_ms, heard_ms),
            (&mut self.subscribed, subscribed),
            (&mut self.sessions, sessions),
            (&mut self.returned, returned),
        ] {
            *own = how(*own, *other);
        }
    }

    /// Counts these, too.
    pub fn add(&mut self, other: &Tally) {
        self.both(other, u64::saturating_add);
    }

    pub(super) fn take(&mut self, other: &Tally) {
        self.both(other, u64::saturating_sub);
    }

    /// The share of plays that were completed; `None` of none.
    pub fn completion(&self) -> Option<f64> {
        share(self.completed, self.plays)
    }

    /// The share that was left before a quarter was heard.
    pub fn left(&self) -> Option<f64> {
        share(self.left_at_once, self.plays)
    }

    /// The share that was liked or saved.
    pub fn likes(&self) -> Option<f64> {
        share(self.liked, self.plays)
    }

    /// The share of promoted songs that were completed or liked.
    pub fn engagement(&self) -> Option<f64> {
        share(self.engaged, self.promoted)
    }

    /// The share of sessions after which their listener came again, as far as that has been heard of.
    pub fn returns(&self) -> Option<f64> {
        share(self.returned, self.sessions)
    }

    /// Minutes of listening.
    pub fn minutes(&self) -> f64 {
        self.heard_ms as f64 / 60_000.0
    }
}

fn share(some: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| some as f64 / all as f64)
}
