//! Which decision a conversion belongs to.
//!
//! A listener subscribes when a song has made them want to, and that song may have been played under a
//! decision whose reward has been learned by then: subscribing comes right after a play, when the next
//! decision may have been taken. So the newest plays are remembered with the decision that each was
//! played under, and a conversion goes to the newest play that can have led to it, or to the newest of
//! all if none can.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use melody_core::score::Score;

/// What a closed decision was given for a conversion that came later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Credit {
    /// The step the decision was made at.
    pub step: u32,
    /// The arm that was in force then.
    pub arm: String,
    /// Plays since the one that led to it, that one not counted.
    pub plays_ago: usize,
    /// What is added to the decision's reward.
    pub reward: Score,
}

/// A play, by the step its decision was made at.
#[derive(Clone, Debug, PartialEq)]
struct Played {
    decision: u32,
    /// It can lead to a conversion.
    led: bool,
}

/// A decision whose reward has been learned.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Closed {
    pub step: u32,
    pub arm: String,
    pub plays: u32,
    /// Its place among all that the memory has learned, from 1.
    pub learned: u64,
}

/// The newest plays and their closed decisions.
#[derive(Clone, Debug, Default)]
pub(super) struct Attribution {
    plays: VecDeque<Played>,
    closed: VecDeque<Closed>,
}

impl Attribution {
    /// A play under the decision made at a step; at most `window` plays are remembered.
    pub(super) fn play(&mut self, decision: u32, led: bool, window: usize) {
        self.plays.push_back(Played { decision, led });
        while self.plays.len() > window {
            self.plays.pop_front();
        }
        let oldest = self.plays.front().map_or(decision, |play| play.decision);
        self.closed.retain(|closed| closed.step >= oldest);
    }

    pub(super) fn close(&mut self, closed: Closed) {
        self.closed.push_back(closed);
    }

    /// The closed decision that a conversion now belongs to, and how many plays ago its play was.
    /// `None` if it belongs to the running one.
    pub(super) fn closed(&self) -> Option<(&Closed, usize)> {
        let ago = self.plays.iter().rev().position(|play| play.led).unwrap_or(0);
        let play = self.plays.iter().rev().nth(ago)?;
        let closed = self.closed.iter().find(|closed| closed.step == play.decision)?;
        Some((closed, ago))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(step: u32) -> Closed {
        Closed { step, arm: "light".into(), plays: 2, learned: step.into() }
    }

    #[test]
    fn a_conversion_goes_to_the_newest_play_that_can_have_led_to_it() {
        let mut plays = Attribution::default();
        assert_eq!(plays.closed(), None);
        plays.play(1, true, 4);
        assert_eq!(plays.closed(), None, "the running decision's");
        plays.play(1, false, 4);
        plays.close(closed(1));
        assert_eq!(plays.closed(), Some((&closed(1), 1)));
        plays.play(3, false, 4);
        assert_eq!(plays.closed(), Some((&closed(1), 2)), "what came after cannot have led to it");
        plays.play(3, true, 4);
        assert_eq!(plays.closed(), None, "the running decision's again");
        // Out of the window.
        plays.close(closed(3));
        (0..4).for_each(|_| plays.play(5, false, 4));
        assert_eq!(plays.closed(), None);
        assert!(plays.closed.is_empty(), "what no conversion can belong to is forgotten");
    }

    #[test]
    fn without_a_cause_it_goes_to_the_newest_play() {
        let mut plays = Attribution::default();
        plays.play(1, false, 4);
        plays.close(closed(1));
        assert_eq!(plays.closed(), Some((&closed(1), 0)));
    }
}
