//! Whether intervals hold the truth as often as they promise, on bandits made up for the purpose.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::estimate::{Estimate, bootstrap};
use super::estimator::Estimator;
use super::sample::Sample;
use super::terms::Units;
use melody_core::rng::{Purpose, generator};

const LOGS: u64 = 400;
const LISTENERS: usize = 60;
/// So few that only a handful does what the target would do.
const FEW: usize = 12;
const DECISIONS: usize = 5;
const ARMS: usize = 3;

/// Expected reward of an arm for a listener of this kind, 0 or 1.
fn worth(kind: usize, arm: usize) -> f64 {
    [[0.1, 0.5, 0.2], [0.6, 0.2, 0.3]][kind][arm]
}

/// The logging policy favours the first arm.
const LOGGING: [f64; ARMS] = [0.6, 0.25, 0.15];

/// The target goes by the kind.
fn target(kind: usize) -> [f64; ARMS] {
    [[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]][kind]
}

/// Its value, both kinds being as frequent.
fn truth() -> f64 {
    let of = |kind: usize| -> f64 {
        (0..ARMS).map(|arm| target(kind)[arm] * worth(kind, arm)).sum::<f64>()
    };
    (of(0) + of(1)) / 2.0
}

/// A log of so many listeners with a rough reward model. Each has a kind and a level that all rewards
/// share.
fn log(rng: &mut ChaCha8Rng, listeners: usize) -> (Vec<Sample>, Vec<usize>) {
    let (mut samples, mut groups) = (Vec::new(), Vec::new());
    for listener in 0..listeners {
        let kind = usize::from(rng.random_bool(0.5));
        let level: f64 = rng.sample(StandardNormal);
        for _ in 0..DECISIONS {
            let draw: f64 = rng.random();
            let arm = if draw < LOGGING[0] { 0 } else { 1 + usize::from(draw >= 0.85) };
            let noise: f64 = rng.sample(StandardNormal);
            let reward = worth(kind, arm) + 0.3 * level + 0.2 * noise;
            let model = [0.3, 0.4, 0.2];
            samples.push(Sample::new(arm, LOGGING[arm], reward, &target(kind), &model));
            groups.push(listener);
        }
    }
    (samples, groups)
}

/// The share of logs whose interval holds the truth.
fn coverage(estimator: Estimator, listeners: usize, grouped: bool) -> f64 {
    let covered = (0..LOGS).filter(|&number| {
        let (samples, groups) = log(&mut generator(5, Purpose::Bootstrap, number), listeners);
        let units = if grouped { Units::Groups(&groups) } else { Units::Decisions };
        let estimate = Estimate::new(estimator, &samples, units, 20.0).unwrap();
        let [low, high] = estimate.interval.unwrap();
        (low..=high).contains(&truth())
    });
    covered.count() as f64 / LOGS as f64
}

#[test]
fn intervals_by_listener_hold_the_truth_as_often_as_they_promise() {
    // Three standard deviations of a share of 400 about 0.95.
    for estimator in Estimator::ALL.into_iter().filter(|estimator| estimator.consistent()) {
        for listeners in [FEW, LISTENERS] {
            let covered = coverage(estimator, listeners, true);
            assert!(
                (0.917..0.983).contains(&covered),
                "{} {listeners}: {covered}",
                estimator.name()
            );
        }
    }
}

#[test]
fn to_count_decisions_that_depend_on_each_other_promises_too_much() {
    for estimator in [Estimator::Ips, Estimator::Dr] {
        let covered = coverage(estimator, LISTENERS, false);
        assert!(covered < 0.9, "{}: {covered}", estimator.name());
    }
}

#[test]
fn a_bootstrap_of_listeners_is_about_as_wide_as_the_jackknife() {
    let (samples, groups) = log(&mut generator(6, Purpose::Bootstrap, 0), LISTENERS);
    let units = Units::Groups(&groups);
    for estimator in [Estimator::Ips, Estimator::Snips, Estimator::Sndr] {
        let terms = estimator.terms(&samples, 20.0).unwrap();
        let [low, high] = terms.interval(units).unwrap();
        let drawn = bootstrap(std::slice::from_ref(&terms), units, 1000, 1)[0].unwrap();
        let ratio = (drawn[1] - drawn[0]) / (high - low);
        assert!((0.85..1.1).contains(&ratio), "{}: {ratio}", estimator.name());
    }
}
