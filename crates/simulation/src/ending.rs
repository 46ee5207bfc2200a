//! How a play ends: heard through, judged and left, or broken off for reasons that are not the song's.
//!
//! ```text
//! lapse = 1 - (1 - sigmoid(lapse + lapse_by_patience patience))^(part of the song there is to hear)
//! P(completed) = (1 - lapse) sigmoid(utility)
//! P(judged and left) = (1 - lapse) (1 - sigmoid(utility)),   after Exp(judged_seconds)
//! ```
//!
//! and a lapse comes anywhere in the song. A lapse (the bus has come, somebody calls) is noise that no model
//! of the song can know. Both are seen in real listening: of KKBox's plays that are broken off nearly two
//! thirds end in their first quarter, and the rest are spread evenly over what is left; of Spotify's skips
//! half come within five seconds (Lamere 2014).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::nature::Liking;

/// A broken-off play's ratio is held within these.
pub(super) const BROKEN_OFF: (f64, f64) = (0.005, 0.94);

/// How likely each end of one play is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// Broken off for reasons that are not the song's.
    pub lapse: f64,
    /// Given no lapse: liked enough to be heard through.
    pub liked: f64,
    /// Mean time to judge an unwanted song, over what there is to hear of it.
    judged: f64,
}

/// What there is to hear of a song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    /// Seconds of it, the song or its preview.
    pub seconds: f64,
    /// The same as a part of the song, in (0, 1].
    pub part: f64,
}

impl Ending {
    /// Of somebody of this patience who feels `utility` for a song.
    #[inline]
    pub(super) fn of(liking: &Liking, utility: f64, patience: f64, length: Length) -> Self {
        let whole = sigmoid(liking.lapse + liking.lapse_by_patience * patience);
        let lapse = if length.part < 1.0 { 1.0 - (1.0 - whole).powf(length.part) } else { whole };
        Ending { lapse, liked: sigmoid(utility), judged: liking.judged_seconds / length.seconds }
    }

    /// Heard to its end.
    pub fn completion(&self) -> f64 {
        (1.0 - self.lapse) * self.liked
    }

    /// Mean share heard.
    pub fn play_ratio(&self) -> f64 {
        let (low, high) = BROKEN_OFF;
        // Of an exponential time held within bounds, and of an even one.
        let judged = low + self.judged * ((-low / self.judged).exp() - (-high / self.judged).exp());
        let lapsed = 0.5 * high + 0.5 * low * low / high;
        self.completion() + (1.0 - self.lapse) * (1.0 - self.liked) * judged + self.lapse * lapsed
    }

    /// The likelihood of a broken-off play's ratio: a density between the bounds, a probability at one.
    pub(super) fn broken_off(&self, ratio: f64) -> f64 {
        let (low, high) = BROKEN_OFF;
        // Logs keep ratios to single precision.
        let within = 1e-6;
        let (judged, lapsed) = if ratio < low + within {
            (1.0 - (-low / self.judged).exp(), low / high)
        } else if ratio > high - within {
            ((-high / self.judged).exp(), 0.0)
        } else {
            ((-ratio / self.judged).exp() / self.judged, 1.0 / high)
        };
        (1.0 - self.lapse) * (1.0 - self.liked) * judged + self.lapse * lapsed
    }

    /// The share heard in one play: 1 if completed. Takes as many draws however it ends.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> f64 {
        let lapses = rng.random_bool(self.lapse);
        let likes = rng.random_bool(self.liked);
        let when: f64 = rng.random();
        let (low, high) = BROKEN_OFF;
        match (lapses, likes) {
            (true, _) => (high * when).max(low),
            (false, true) => 1.0,
            (false, false) => (-self.judged * (1.0 - when).ln()).clamp(low, high),
        }
    }
}

pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use melody_core::rng::{Purpose, generator};

    const SONG: Length = Length { seconds: 220.0, part: 1.0 };

    fn ending(utility: f64, patience: f64, length: Length) -> Ending {
        Ending::of(&Nature::fitted().liking, utility, patience, length)
    }

    /// Means and densities are those of what is drawn.
    #[test]
    fn plays_end_as_they_are_said_to() {
        let of = ending(0.4, -0.5, SONG);
        let mut rng = generator(1, Purpose::Reaction, 0);
        let drawn: Vec<f64> = (0..40_000).map(|_| of.draw(&mut rng)).collect();
        let share = |holds: &dyn Fn(f64) -> bool| {
            drawn.iter().filter(|&&ratio| holds(ratio)).count() as f64 / 40_000.0
        };
        assert!((share(&|r| r == 1.0) - of.completion()).abs() < 0.01);
        assert!((drawn.iter().sum::<f64>() / 40_000.0 - of.play_ratio()).abs() < 0.01);
        // An even grid over (0.1, 0.6), where the density is smooth.
        let between: f64 =
            (0..1_000).map(|i| 0.0005 * of.broken_off(0.1 + 0.0005 * (f64::from(i) + 0.5))).sum();
        assert!((share(&|r| 0.1 < r && r < 0.6) - between).abs() < 0.01);
    }

    #[test]
    fn over_all_ratios_there_are_the_likelihoods_of_one_ending_make_one() {
        let of = ending(-0.3, 0.2, SONG);
        let (low, high) = BROKEN_OFF;
        let cells = 100_000;
        let step = (high - low) / f64::from(cells);
        let inside: f64 =
            (0..cells).map(|i| step * of.broken_off(low + step * (f64::from(i) + 0.5))).sum();
        let total = of.completion() + of.broken_off(low) + inside + of.broken_off(high);
        assert!((total - 1.0).abs() < 1e-3, "{total}");
    }

    #[test]
    fn the_impatient_lapse_more_and_a_preview_leaves_little_time_to() {
        let preview = Length { seconds: 30.0, part: 30.0 / 220.0 };
        assert!(ending(0.0, -1.0, SONG).lapse > ending(0.0, 1.0, SONG).lapse);
        assert!(ending(0.0, 0.0, preview).lapse < 0.3 * ending(0.0, 0.0, SONG).lapse);
    }

    #[test]
    fn everything_is_in_range_for_any_utility() {
        for utility in [-60.0, -5.0, 0.0, 5.0, 60.0] {
            for patience in [-6.0, 0.0, 6.0] {
                let of = ending(utility, patience, SONG);
                assert!((0.0..=1.0).contains(&of.lapse) && (0.0..=1.0).contains(&of.liked));
                assert!(of.completion() <= of.play_ratio() && of.play_ratio() <= 1.0);
                assert!(of.broken_off(0.3).is_finite() && of.broken_off(0.3) >= 0.0);
            }
        }
    }
}
