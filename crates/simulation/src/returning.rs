//! Leaving, coming back, and never coming back.
//!
//! Whoever has had a good time comes back sooner. A listener carries goodwill: a moving average of how much
//! of what played was wanted, over weeks and not over a session. When a session ends:
//!
//! ```text
//! how it was  q = (satisfaction + goodwill) / 2 - usual
//! gone        P(never coming back) = sigmoid(gone - gone_by_goodwill q)
//! time away   ln hours ~ N(ln(168 session_hours / hours a week) - by_goodwill q + by_fatigue felt, spread)
//! ```
//!
//! `felt` is fatigue of promotion that is not tolerated. A return that depends on how the sessions before
//! went is KuaiSim's (Zhao et al., NeurIPS 2023); that it is what a service should be judged by: Zou et al.
//! (KDD 2019), and Maystre, Russo and Zhao on Spotify's podcasts (2023).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::ending::sigmoid;
use crate::nature::{self, USUAL};

/// How a listener leaves a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaving {
    /// Moving average over the session's last plays, in [0, 1].
    pub satisfaction: f64,
    /// The same over weeks.
    pub goodwill: f64,
    /// Of promotion, as far as it is not tolerated.
    pub fatigue: f64,
    /// Of listening, as the account has it.
    pub hours_per_week: f64,
}

/// What comes after a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Absence {
    /// Hours until the listener would be back.
    pub hours: f64,
    /// The listener never comes back.
    pub gone: bool,
}

/// Why a listener leaves: after each play it is drawn by lot, with a chance that grows as satisfaction falls. There is no other
/// reason in the simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Departure {
    /// Moving average over the session's last plays, in [0, 1].
    pub satisfaction: f64,
    /// The same of whoever is as content as usual.
    pub usual: f64,
    /// Probability of leaving after a play, this content.
    pub chance: f64,
    /// The same at usual satisfaction.
    pub usually: f64,
    /// Median hours until the listener is back, if they come.
    pub away_h: f64,
}

/// No absence is shorter, nor longer.
const HOURS: (f64, f64) = (0.1, 24.0 * 365.0);
/// Hours a week below which an account tells nothing.
const LEAST_A_WEEK: f64 = 0.5;
const WEEK: f64 = 168.0;

impl Leaving {
    /// Probability of never coming back.
    pub fn gone(&self, returning: &nature::Returning) -> f64 {
        sigmoid(returning.gone - returning.gone_by_goodwill * self.quality())
    }

    /// Median hours until the listener is back, if they come.
    pub fn hours(&self, returning: &nature::Returning) -> f64 {
        let usually = WEEK * returning.session_hours / self.hours_per_week.max(LEAST_A_WEEK);
        (usually * self.delay(returning).exp()).clamp(HOURS.0, HOURS.1)
    }

    /// Logarithm of how many times as long as usual that is.
    pub fn delay(&self, returning: &nature::Returning) -> f64 {
        returning.by_fatigue * self.fatigue - returning.by_goodwill * self.quality()
    }

    fn quality(&self) -> f64 {
        0.5 * (self.satisfaction + self.goodwill) - USUAL
    }

    /// What comes after this session. Takes as many draws whatever comes.
    pub fn absence(&self, returning: &nature::Returning, rng: &mut ChaCha8Rng) -> Absence {
        let luck: f64 = StandardNormal.sample(rng);
        let hours = self.hours(returning) * (returning.spread * luck).exp();
        Absence {
            hours: hours.clamp(HOURS.0, HOURS.1),
            gone: rng.random_bool(self.gone(returning)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use melody_core::rng::{Purpose, generator};

    fn usual() -> Leaving {
        Leaving { satisfaction: USUAL, goodwill: USUAL, fatigue: 0.0, hours_per_week: 8.0 }
    }

    #[test]
    fn after_a_bad_session_a_listener_stays_away_longer_and_more_never_return() {
        let returning = Nature::fitted().returning;
        let (usual, bad) = (usual(), Leaving { satisfaction: 0.2, ..usual() });
        let sold_to = Leaving { fatigue: 2.0, ..usual };
        assert!(bad.hours(&returning) > 1.3 * usual.hours(&returning));
        assert!(bad.gone(&returning) > 2.0 * usual.gone(&returning));
        assert!(sold_to.hours(&returning) > 1.1 * usual.hours(&returning));
        let often = Leaving { hours_per_week: 16.0, ..usual };
        assert!((usual.hours(&returning) / often.hours(&returning) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn absences_are_in_range_and_as_long_as_they_should_be() {
        let returning = Nature::fitted().returning;
        let mut rng = generator(1, Purpose::Return, 0);
        let mut hours: Vec<f64> =
            (0..4_001).map(|_| usual().absence(&returning, &mut rng).hours).collect();
        hours.sort_by(f64::total_cmp);
        assert!((hours[2_000] / usual().hours(&returning)).ln().abs() < 0.1);
        for week in [0.0, 0.01, 168.0] {
            for satisfaction in [0.0, 1.0] {
                let one = Leaving { satisfaction, hours_per_week: week, fatigue: 9.0, ..usual() };
                let away = one.absence(&returning, &mut rng).hours;
                assert!((HOURS.0..=HOURS.1).contains(&away), "{away}");
            }
        }
    }
}
