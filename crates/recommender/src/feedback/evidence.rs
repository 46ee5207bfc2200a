//! Evidence that things have changed, gathered one play at a time.
//!
//! A bet is made on every play: its stake grows by a factor where the play went as a change would have it, and
//! shrinks where it went as usual, so that, as long as all goes as usual, its mean stays 1 (a martingale). Nobody
//! knows when a change begins, so one such bet begins at every play, and the evidence is the sum of all of them: the
//! Shiryaev-Roberts procedure, as an e-detector (Shin, Ramdas and Rinaldo 2023).
//!
//! ```text
//! evidence after a play = (evidence before + 1) * factor
//! ```
//!
//! As long as all is as usual its mean after n plays is n, so it passes `horizon / false_alarms` within `horizon`
//! plays with a chance of `false_alarms` at most (Doob's inequality), whatever the length of a session. How soon a
//! change is seen hangs on how far it is from what is usual: about `ln(horizon / false_alarms)` over the mean
//! logarithm of the factor.

/// No evidence is counted above this: it is overwhelming.
const MOST: f64 = 1e6;
/// A share that is divided by is at least this, whatever was seen.
const LEAST: f64 = 0.01;

/// The sum of bets that began at every play.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence(f64);

impl Evidence {
    /// Takes in a play by what it multiplies bets by.
    pub(super) fn take(&mut self, factor: f64) {
        self.0 = ((self.0 + 1.0) * factor).min(MOST);
    }

    pub(super) fn value(self) -> f64 {
        self.0
    }

    /// Whether the bets so far have lost more than one that would begin now: a change, if there is one, begins
    /// here.
    pub(super) fn begins(self) -> bool {
        self.0 < 1.0
    }
}

/// The evidence from which on there is an alarm in `horizon` plays with a chance of `false_alarms` at most.
pub(super) fn threshold(false_alarms: f64, horizon: u32) -> f64 {
    f64::from(horizon) / false_alarms
}

/// What bets on a shortfall grow by where something failed that succeeds with probability `usual` and fails
/// with probability `failing`, as if a share `shortfall` of the successes failed instead. Where it succeeds they
/// shrink by `1 - shortfall`, so that the mean factor is 1; what is neither leaves them as they are.
pub(super) fn failed(shortfall: f64, usual: f64, failing: f64) -> f64 {
    1.0 + shortfall * usual / failing.max(LEAST)
}

/// The other side of [`failed`].
pub(super) fn succeeded(shortfall: f64) -> f64 {
    1.0 - shortfall
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    #[test]
    fn a_bet_on_what_is_usual_gains_nothing_on_the_mean() {
        for (usual, failing) in [(0.75, 0.17), (0.3, 0.7), (0.05, 0.02)] {
            let neither = 1.0 - usual - failing;
            let mean = usual * succeeded(0.8) + failing * failed(0.8, usual, failing) + neither;
            assert!((mean - 1.0).abs() < 1e-12, "{mean}");
        }
    }

    /// Streams of plays as usual, of which at most the stated share are alarmed; and a change, which is.
    #[test]
    fn false_alarms_are_as_few_as_stated_and_a_change_is_soon_seen() {
        let (horizon, streams) = (40, 2_000);
        let acts_at = threshold(0.05, horizon);
        let (mut alarmed, mut seen) = (0, 0);
        for stream in 0..streams {
            let mut rng = generator(3, Purpose::Bootstrap, stream);
            let usual = 0.5 + 0.45 * rng.random::<f64>();
            let failing = 0.7 * (1.0 - usual);
            let mut run = |completes: f64, plays: u32, evidence: &mut Evidence| {
                (0..plays).any(|_| {
                    let at = rng.random::<f64>();
                    let fails = failing + usual - completes;
                    evidence.take(match at {
                        at if at < completes => succeeded(0.8),
                        at if at < completes + fails => failed(0.8, usual, failing),
                        _ => 1.0,
                    });
                    evidence.value() >= acts_at
                })
            };
            let mut evidence = Evidence::default();
            alarmed += u32::from(run(usual, horizon, &mut evidence));
            let mut evidence = Evidence::default();
            run(usual, 15, &mut evidence);
            seen += u32::from(run(0.05, 20, &mut evidence));
        }
        let share = |count: u32| f64::from(count) / streams as f64;
        assert!(share(alarmed) <= 0.05, "{} of streams as usual", share(alarmed));
        assert!(share(alarmed) > 0.002, "a bound that is never met finds nothing either");
        assert!(share(seen) >= 0.9, "{} of changes", share(seen));
    }
}
