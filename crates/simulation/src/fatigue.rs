//! Promotion wears a listener out, for days.
//!
//! Each promoted song that comes up adds one; what was added fades by the clock, over days and not over
//! plays. A promoted song is wanted less the more of them came up of late, and felt fatigue keeps a
//! listener away longer (`returning.rs`). How much of it is felt is the listener's own (in)tolerance:
//!
//! ```text
//! F(t) = F(t') exp(-(t - t') / days) + 1        at a promoted song at t, the one before at t'
//! cost of a promoted song = (1 - tolerance) (dislike + fatigue ln(1 + F))
//! ```
//!
//! That repeated advertising wears out, and that it takes time off to recover: Naik, Mantrala and Sawyer
//! (Marketing Science 1998). That its cost shows over weeks and not at once: Huang, Reiley and Riabov's
//! experiment with advertising on Pandora (2018).

use crate::nature::Selling;

const DAY_MS: f64 = 86_400_000.0;

/// Promoted songs that came up of late.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fatigue {
    songs: f64,
    at_ms: i64,
}

impl Fatigue {
    /// A promoted song came up.
    pub fn meet(&mut self, selling: &Selling, now_ms: i64) {
        *self = Fatigue { songs: self.left(selling, now_ms) + 1.0, at_ms: now_ms };
    }

    /// `ln(1 + F)`, before tolerance. Never negative.
    pub fn felt(&self, selling: &Selling, now_ms: i64) -> f64 {
        self.left(selling, now_ms).ln_1p()
    }

    fn left(&self, selling: &Selling, now_ms: i64) -> f64 {
        let passed = (now_ms - self.at_ms).max(0) as f64;
        self.songs * (-passed / (selling.days * DAY_MS)).exp()
    }
}

/// Logits that promotion costs a song, with somebody of this tolerance in [0, 1] and felt fatigue.
pub(super) fn cost(selling: &Selling, tolerance: f64, felt: f64) -> f64 {
    (1.0 - tolerance) * (selling.dislike + selling.fatigue * felt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;

    #[test]
    fn fatigue_lasts_for_days_and_passes() {
        let selling = Nature::fitted().promotion;
        let mut fatigue = Fatigue::default();
        assert_eq!(fatigue.felt(&selling, 0), 0.0);
        (0..6).for_each(|song| fatigue.meet(&selling, song * 240_000));
        let after = |days: f64| fatigue.felt(&selling, 1_200_000 + (days * DAY_MS) as i64);
        assert!(after(0.0) > 1.8, "six in an hour are six: {}", after(0.0));
        assert!(after(1.0) > 0.8 * after(0.0), "a night does not mend it");
        assert!(after(10.0 * selling.days) < 0.01, "a month does");
    }

    #[test]
    fn who_tolerates_all_feels_nothing_and_the_more_there_was_the_more_it_costs() {
        let selling = Nature::fitted().promotion;
        assert_eq!(cost(&selling, 1.0, 3.0), 0.0);
        assert!(cost(&selling, 0.2, 2.0) > cost(&selling, 0.2, 1.0));
        assert!(cost(&selling, 0.2, 1.0) > cost(&selling, 0.8, 1.0));
    }
}
