//! What a play does to when its listener comes back: the figures of `[bandit] returning` in the shipped policies.
//!
//! ```text
//! cargo run --release --example returns [LISTENERS]
//! ```
//!
//! The same simulated listeners are served with no promotion and with the most that an arm of the default policy asks
//! for, three sessions each. How much longer they may then be expected to stay away, in logarithms of hours, is regressed
//! on what they heard otherwise: the mean share of songs heard, and the share of promoted ones. That is an experiment and
//! no history: in logs whoever leaves songs stays away for other reasons, too. A service sees returns, not what may be
//! expected of them, and needs more listeners for the same figures.

use std::error::Error;
use std::path::Path;

use melody::experiment::{Cohort, ListenerOutcome};
use melody::model::{Backend, device};
use melody::opening::{DEFAULT, Library, catalogue_named, model_named, policy_named};
use melody::policy::{Algorithm, Arm, Policy};
use nalgebra::{Matrix2, Vector2};

fn main() -> Result<(), Box<dyn Error>> {
    let listeners: u64 = std::env::args().nth(1).map_or(Ok(400), |count| count.parse())?;
    let here = Path::new("");
    let model = model_named(DEFAULT, here, &device(Backend::Flex))?;
    let policy = policy_named(DEFAULT, here)?;
    let library = Library::new(catalogue_named(DEFAULT, here)?.into(), policy.into(), model)?;
    let cohort = Cohort { seed: 23, listeners, sessions: 3, songs: 40 };
    let by_ratio = |a: &&Arm, b: &&Arm| a.ratio.total_cmp(&b.ratio);
    let arms = &library.policy.bandit.arms;
    let (least, most) = (arms.iter().min_by(by_ratio), arms.iter().max_by(by_ratio));
    let (Some(least), Some(most)) = (least, most) else { return Err("no arms".into()) };
    let under = |arm: &Arm| cohort.run(&library.with_values(always(&library.policy, arm)), &|| ());
    let (without, with) = (under(least)?, under(most)?);
    let pairs: Vec<(Vector2<f64>, f64)> = without
        .iter()
        .zip(&with)
        .map(|(without, with)| (heard(with) - heard(without), delay(with) - delay(without)))
        .collect();
    let xx: Matrix2<f64> = pairs.iter().map(|(x, _)| x * x.transpose()).sum();
    let xy: Vector2<f64> = pairs.iter().map(|(x, y)| x * *y).sum();
    let Some(inverse) = xx.try_inverse() else { return Err("too few listeners".into()) };
    let found = inverse * xy;
    // Of each listener's own error (White 1980).
    let error = |(x, y): &(Vector2<f64>, f64)| x * (y - x.dot(&found));
    let errors: Matrix2<f64> = pairs.iter().map(|pair| error(pair) * error(pair).transpose()).sum();
    let variance = inverse * errors * inverse;
    let usual: f64 = without.iter().map(|listener| heard(listener)[0]).sum();
    println!("{listeners} listeners, \"{}\" beside \"{}\"", most.name, least.name);
    println!("by_listening {:+.3}   standard error {:.3}", -found[0], variance[(0, 0)].sqrt());
    println!("usual        {:+.3}", usual / listeners as f64);
    println!("by_promotion {:+.3}   standard error {:.3}", found[1], variance[(1, 1)].sqrt());
    Ok(())
}

fn always(policy: &Policy, arm: &Arm) -> Policy {
    let mut policy = policy.clone();
    policy.settings.bandit.algorithm = Algorithm::Fixed;
    policy.settings.bandit.arms = vec![arm.clone()];
    policy
}

/// The mean share of songs that was heard, and the share of promoted ones.
fn heard(listener: &ListenerOutcome) -> Vector2<f64> {
    let plays = listener.plays().count().max(1) as f64;
    let whole: f64 = listener.plays().map(|play| play.play_ratio).sum();
    let promoted = listener.plays().filter(|play| play.promoted).count();
    Vector2::new(whole, promoted as f64) / plays
}

/// After a session.
fn delay(listener: &ListenerOutcome) -> f64 {
    let sessions = &listener.sessions;
    sessions.iter().map(|session| session.delay).sum::<f64>() / sessions.len() as f64
}
