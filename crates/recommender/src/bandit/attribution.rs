//! Which decision a conversion belongs to.
//!
//! A listener subscribes when a song has made them want to, and that song may have been played under a
//! decision whose reward has been learned by then: subscribing comes right after a play, when the next
//! decision may have been taken. So the newest plays are remembered with the decision that each was
//! queued by, and a conversion goes to the newest play that can have led to it, or to the newest that any
//! decision queued if none can. If the listener chose by hand what led to it, no decision has earned it.

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

/// A play, by the step at which the decision that queued it was made.
#[derive(Clone, Debug, PartialEq)]
struct Played {
    /// `None` where the listener chose it.
    decision: Option<u32>,
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
    /// A play that the decision made at a step queued; at most `window` plays are remembered.
    pub(super) fn play(&mut self, decision: Option<u32>, led: bool, window: usize) {
        self.plays.push_back(Played { decision, led });
        while self.plays.len() > window {
            self.plays.pop_front();
        }
        if let Some(oldest) = self.plays.iter().find_map(|play| play.decision) {
            self.closed.retain(|closed| closed.step >= oldest);
        }
    }

    pub(super) fn close(&mut self, closed: Closed) {
        self.closed.push_back(closed);
    }

    /// Whose a conversion now is.
    pub(super) fn owner(&self) -> Owner<'_> {
        let newest = |of: fn(&Played) -> bool| {
            self.plays.iter().rev().enumerate().find(|(_, play)| of(play))
        };
        let led = newest(|play| play.led).or_else(|| newest(|play| play.decision.is_some()));
        let Some((ago, play)) = led else { return Owner::Running };
        let Some(decision) = play.decision else { return Owner::Nobody };
        let closed = self.closed.iter().find(|closed| closed.step == decision);
        closed.map_or(Owner::Running, |closed| Owner::Closed(closed, ago))
    }
}

/// Which decision a conversion belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Owner<'a> {
    /// The running one.
    Running,
    /// One whose reward has been learned, with how many plays ago its play was.
    Closed(&'a Closed, usize),
    /// None: what led to it was the listener's own choice.
    Nobody,
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
        assert_eq!(plays.owner(), Owner::Running);
        plays.play(Some(1), true, 4);
        assert_eq!(plays.owner(), Owner::Running);
        plays.play(Some(1), false, 4);
        plays.close(closed(1));
        assert_eq!(plays.owner(), Owner::Closed(&closed(1), 1));
        plays.play(Some(3), false, 4);
        assert_eq!(plays.owner(), Owner::Closed(&closed(1), 2), "what came after cannot have led");
        plays.play(Some(3), true, 4);
        assert_eq!(plays.owner(), Owner::Running, "the running decision's again");
        // Out of the window.
        plays.close(closed(3));
        (0..4).for_each(|_| plays.play(Some(5), false, 4));
        assert_eq!(plays.owner(), Owner::Running);
        assert!(plays.closed.is_empty(), "what no conversion can belong to is forgotten");
    }

    #[test]
    fn without_a_cause_it_goes_to_the_newest_play_that_was_queued() {
        let mut plays = Attribution::default();
        plays.play(Some(1), false, 4);
        plays.close(closed(1));
        assert_eq!(plays.owner(), Owner::Closed(&closed(1), 0));
        plays.play(None, false, 4);
        assert_eq!(plays.owner(), Owner::Closed(&closed(1), 1));
    }

    #[test]
    fn what_the_listener_chose_by_hand_earns_no_decision_a_conversion() {
        let mut plays = Attribution::default();
        plays.play(Some(1), true, 4);
        plays.play(None, true, 4);
        assert_eq!(plays.owner(), Owner::Nobody);
    }
}
