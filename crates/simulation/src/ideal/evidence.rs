//! What one play says of a taste.

use statrs::distribution::{Beta, Continuous, ContinuousCDF};

use super::choice::{Choice, Standards};
use super::features::Features;
use super::hypothesis::Leaning;
use crate::listener::{BROKEN_OFF, CONCENTRATION};
use crate::response::{Response, partial_ratio};
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
    /// What the campaign adds to being opened, in logits.
    pub lift: f64,
    /// Absent where the song came up after a search, which counts as opened always.
    opened: Option<bool>,
    end: End,
    /// Whether it was played again at once; absent as long as that is not known.
    pub replay: Option<bool>,
}

#[derive(Clone, Debug)]
enum End {
    Completed { liked: bool, saved: bool },
    BrokenOff(Depth),
}

impl Outcome {
    pub(super) fn of(play: &Interaction, lift: f64) -> Self {
        let end = if play.completed {
            End::Completed { liked: play.liked, saved: play.saved }
        } else {
            End::BrokenOff(Depth::new(f64::from(play.play_ratio)))
        };
        Outcome { lift, opened: (!play.searched).then_some(play.opened), end, replay: None }
    }

    /// The likelihood of all that is known, for somebody who feels `utility` for the song.
    pub(super) fn likelihood(&self, utility: f64, generosity: f64) -> f64 {
        let response = Response::of(utility, generosity, self.lift);
        let opened = either(self.opened, response.open);
        opened
            * match &self.end {
                End::BrokenOff(depth) => {
                    (1.0 - response.completion) * depth.density(response.completion)
                }
                &End::Completed { liked, saved } => {
                    response.completion
                        * either(Some(liked), response.like)
                        * either(Some(saved), response.save)
                        * either(self.replay, response.again())
                }
            }
    }

    /// The part of it that replaying is.
    pub(super) fn replay_likelihood(&self, utility: f64) -> f64 {
        match self.end {
            End::Completed { .. } => {
                either(self.replay, Response::of(utility, 0.0, self.lift).again())
            }
            End::BrokenOff(_) => 1.0,
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

/// The density of one depth at which a play was broken off, over the probability of completing it:
/// tabulated, for it is asked for very often.
#[derive(Clone, Debug)]
struct Depth(Vec<f64>);

impl Depth {
    const CELLS: usize = 64;

    fn new(ratio: f64) -> Self {
        let table = (0..=Self::CELLS).map(|cell| {
            let mean = partial_ratio(cell as f64 / Self::CELLS as f64);
            let beta = Beta::new(CONCENTRATION * mean, CONCENTRATION * (1.0 - mean))
                .expect("both shapes are positive");
            // Depths are held within bounds, so on a bound lies all that was beyond it. The log
            // keeps them to single precision.
            let within = 1e-6;
            if ratio < BROKEN_OFF.0 + within {
                beta.cdf(BROKEN_OFF.0)
            } else if ratio > BROKEN_OFF.1 - within {
                beta.sf(BROKEN_OFF.1)
            } else {
                beta.pdf(ratio)
            }
        });
        Depth(table.collect())
    }

    fn density(&self, completion: f64) -> f64 {
        let place = completion * Self::CELLS as f64;
        let cell = (place as usize).min(Self::CELLS - 1);
        let within = place - cell as f64;
        self.0[cell] * (1.0 - within) + self.0[cell + 1] * within
    }
}

/// The log likelihood of all plays but for favourites and the like: `moods` adds to each utility.
pub(super) fn log_likelihood(
    plays: &[Evidence],
    leaning: &Leaning,
    standards: &Standards,
    moods: impl Iterator<Item = [f64; 2]>,
) -> f64 {
    let utilities = plays.iter().zip(moods).map(|(p, m)| leaning.utility(&p.song) + p.song.mood(m));
    log_likelihood_of(plays, leaning, standards, utilities)
}

/// As [`log_likelihood`], with utilities that are known.
pub(super) fn log_likelihood_of(
    plays: &[Evidence],
    leaning: &Leaning,
    standards: &Standards,
    utilities: impl Iterator<Item = f64>,
) -> f64 {
    let (mut sum, mut product) = (0.0, 1.0f64);
    for (play, utility) in plays.iter().zip(utilities) {
        product *= play.outcome.likelihood(utility, leaning.generosity);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Over all depths there are, the densities of one completion probability make 1.
    #[test]
    fn a_broken_off_play_ends_somewhere() {
        let cells = 4_000;
        let (low, high) = BROKEN_OFF;
        let depth = |ratio: f64| Depth::new(ratio).density(0.37);
        let step = (high - low) / f64::from(cells);
        let between: f64 =
            (0..cells).map(|i| step * depth(low + step * (f64::from(i) + 0.5))).sum();
        let total = depth(low) + between + depth(high);
        assert!((total - 1.0).abs() < 0.002, "{total}");
        assert!(depth(low) > 0.1, "many plays are broken off at once");
    }
}
