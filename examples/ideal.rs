//! How good the default model is beside the best possible prediction.
//!
//! Prints, for listeners never seen in training, the AUC, log loss and calibration error of three ways
//! of predicting each label: the shipped default model; an ideal observer, who knows the world and the
//! population, but of a listener only the account and the plays so far; and the simulator itself, which
//! knows the listener's taste and mood. Then the AUC of each by how many plays had been seen.
//!
//! ```text
//! cargo run --release --example ideal -- [LISTENERS] [PARTICLES] [CONTINUATIONS]
//! ```

use std::error::Error;
use std::path::Path;

use melody::evaluation::{Labelled, auc, calibration, log_loss};
use melody::model::{Backend, device, load_shipped};
use melody::opening::catalogue_named;
use melody::rng::{Purpose, generator};
use melody::simulation::{IdealObserver, IdealSettings, LogConfig, Truth, World, listener_log};
use melody::training::{Dataset, Row, Split, TrainingConfig, predict};
use rayon::prelude::*;

/// Plays seen before, from which on a group begins.
const SEEN: [usize; 4] = [0, 10, 30, 60];
const CALIBRATION_BINS: usize = 15;

/// A measured label: its name, its place among the model's outputs, and its probability.
type Measured = (&'static str, usize, fn(&Truth) -> Option<f64>);

const MEASURED: [Measured; 5] = [
    ("completion", 0, |t| Some(t.completion)),
    ("like or save", 2, |t| Some(t.explicit)),
    ("skip", 3, |t| Some(t.skip)),
    ("subscription", 4, |t| t.subscription),
    ("exposure", 5, |t| Some(t.engaged)),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |default: usize| {
        arguments
            .next()
            .map_or(Ok(default), |text| text.parse().map_err(|e| format!("{text}: {e}")))
    };
    let usual = IdealSettings::default();
    let config = TrainingConfig { test_listeners: argument(200)? as u64, ..Default::default() };
    let settings = IdealSettings {
        particles: argument(usual.particles)?.max(2),
        continuations: argument(usual.continuations)?,
        ..usual
    };

    let catalogue = catalogue_named("default", Path::new(""))?;
    let device = device(Backend::Flex);
    let files = load_shipped("default", &device).ok_or("no default model")??;
    let test = Dataset::simulate(&catalogue, &config, Split::Test, &|| ());
    let model = predict(&files.network, &files.config, &catalogue, &test, &device);

    let world = World::new(&catalogue);
    let mut rng = generator(config.seed, Purpose::Ideal, u64::MAX);
    let observer = IdealObserver::new(&catalogue, &world, settings, &mut rng);
    let first = config.listeners + Dataset::count(&config, Split::Validation);
    let log = LogConfig { seed: config.seed, sessions: config.sessions, rollouts: 0 };
    let ideal: Vec<Truth> = (first..first + config.test_listeners)
        .into_par_iter()
        .flat_map(|index| {
            let (person, sessions) = listener_log(&catalogue, &world, log, index);
            let mut rng = generator(config.seed, Purpose::Ideal, index);
            observer.predict(&person.account, &sessions, &mut rng)
        })
        .collect();

    println!(
        "{} plays of {} listeners, {} particles, {} continuations",
        test.plays(),
        test.listeners.len(),
        settings.particles,
        settings.continuations
    );
    let rows: Vec<(usize, &Row)> =
        test.listeners.iter().flat_map(|l| l.rows.iter().enumerate()).collect();
    println!(
        "\n{:<14}{:<14}{:>9}{:>10}{:>13}{:>11}",
        "label", "by", "AUC", "log loss", "calibration", "predicted"
    );
    for (name, label, truth) in MEASURED {
        let known = || (0..rows.len()).filter(|&i| rows[i].1.mask[label] > 0.0);
        let from_model = |i: usize| Some(f64::from(model[i][label]));
        let from_ideal = |i: usize| truth(&ideal[i]);
        let from_simulator = |i: usize| truth(&rows[i].1.truth);
        let ways: [(&str, &dyn Fn(usize) -> Option<f64>); 3] =
            [("model", &from_model), ("ideal", &from_ideal), ("simulator", &from_simulator)];
        let labelled = |score: &dyn Fn(usize) -> Option<f64>,
                        places: &mut dyn Iterator<Item = usize>|
         -> Vec<Labelled> {
            places
                .filter_map(|i| Some(Labelled::new(score(i)?, rows[i].1.labels[label] > 0.5)))
                .collect()
        };
        for (way, score) in ways {
            let examples = labelled(score, &mut known());
            let (Some(auc), Some(loss)) = (auc(&examples), log_loss(&examples)) else { continue };
            let error = calibration(&examples, CALIBRATION_BINS).expected_error;
            let count = examples.len() as f64;
            let predicted = examples.iter().map(|e| e.score).sum::<f64>() / count;
            let observed = examples.iter().filter(|e| e.label).count() as f64 / count;
            println!(
                "{name:<14}{way:<14}{auc:>9.4}{loss:>10.4}{error:>13.4}{:>11}",
                format!("{:+.4}", predicted - observed)
            );
        }
        for (group, &from) in SEEN.iter().enumerate() {
            let below = SEEN.get(group + 1).copied().unwrap_or(usize::MAX);
            print!("{:<14}", format!("  from {from}"));
            for (way, score) in ways {
                let mut places = known().filter(|&i| (from..below).contains(&rows[i].0));
                let figure = auc(&labelled(score, &mut places));
                print!("{way:>11}{:>8}", figure.map_or("-".into(), |f| format!("{f:.4}")));
            }
            println!();
        }
    }
    Ok(())
}
