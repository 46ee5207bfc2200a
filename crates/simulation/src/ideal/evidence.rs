//! What one play says of a taste.

use super::choice::{Choice, Standards};
use super::features::Features;
use super::hypothesis::Leaning;
use crate::ending::Length;
use crate::intent::Intent;
use crate::nature::Nature;
use crate::response::{Manner, Response};
use melody_core::listener::Interaction;

/// A play that has been heard, as the service saw it.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub song: Features,
    /// The play begins a session, and with it a fresh mood.
    pub first: bool,
    /// Absent where the listener asked for the song again.
    pub choice: Option<Choice>,
    pub outcome: Outcome,
}

#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// What there was to hear, and what the campaign adds to being opened, in logits.
    pub song: (Length, f64),
    /// Absent where the song came up after a search, which counts as opened always.
    opened: Option<bool>,
    end: End,
    /// Whether it was played again at once; absent as long as that is not known.
    pub replay: Option<bool>,
}

#[derive(Clone, Debug)]
enum End {
    Completed { liked: bool, saved: bool },
    BrokenOff { ratio: f64 },
}

impl Outcome {
    pub(super) fn of(play: &Interaction, song: (Length, f64)) -> Self {
        let end = if play.completed {
            End::Completed { liked: play.liked, saved: play.saved }
        } else {
            End::BrokenOff { ratio: play.play_ratio.into() }
        };
        Outcome { song, opened: (!play.searched).then_some(play.opened), end, replay: None }
    }

    /// The likelihood of all that is known, for somebody who feels `utility` for the song.
    pub(super) fn likelihood(&self, nature: &Nature, utility: f64, manner: Manner) -> f64 {
        let response = Response::of(nature, utility, manner, self.song);
        let opened = either(self.opened, response.open);
        opened
            * match &self.end {
                End::BrokenOff { ratio } => response.ending.broken_off(*ratio),
                &End::Completed { liked, saved } => {
                    response.completion
                        * either(Some(liked), response.like)
                        * either(Some(saved), response.save)
                        * either(self.replay, response.again)
                }
            }
    }

    /// The part of it that replaying is.
    pub(super) fn replay_likelihood(&self, nature: &Nature, utility: f64, manner: Manner) -> f64 {
        match self.end {
            End::Completed { .. } => {
                either(self.replay, Response::of(nature, utility, manner, self.song).again)
            }
            End::BrokenOff { .. } => 1.0,
        }
    }
}

/// The probability of what happened, 1 if that is not known.
fn either(happened: Option<bool>, probability: f64) -> f64 {
    match happened {
        Some(true) => probability,
        Some(false) => 1.0 - probability,
        None => 1.0,
    }
}

/// The log likelihood of all plays but for favourites and the like, given the intent at each.
pub(super) fn log_likelihood(
    nature: &Nature,
    plays: &[Evidence],
    intents: &[Intent],
    (leaning, standards): (&Leaning, &Standards),
) -> f64 {
    let (mut sum, mut product) = (0.0, 1.0f64);
    for (play, intent) in plays.iter().zip(intents) {
        let utility = leaning.utility(&play.song) + play.song.pull(&nature.intent, intent);
        product *= play.outcome.likelihood(nature, utility, leaning.manner());
        if let Some(choice) = &play.choice {
            product *= choice.likelihood(utility, &play.song, leaning, standards);
        }
        // A logarithm only now and then: it costs more than all else here.
        if !(1e-200..1e200).contains(&product) {
            sum += product.ln();
            product = 1.0;
        }
    }
    sum + product.ln()
}
