//! How good the default model is beside the best possible prediction.
//!
//! Prints, for listeners never seen in training, the AUC, log loss and calibration error of three ways
//! of predicting each label: the shipped default model; an ideal observer, who knows the world and the
//! population, but of a listener only the account and the plays so far; and the simulator itself, which
//! knows the listener's taste and mood. Then the AUC of each by how many plays had been seen.
//!
//! ```text
//! cargo run --release --example ideal -- [LISTENERS] [PARTICLES] [ENDINGS]
//! ```

use std::error::Error;
use std::path::Path;

use melody::evaluation::{CALIBRATION_BINS, Labelled, auc, calibration, log_loss};
use melody::model::{Backend, Output, device};
use melody::opening::{catalogue_named, model_named};
use melody::rng::{Purpose, generator};
use melody::simulation::{IdealObserver, IdealSettings, Truth, World};
use melody::training::log::{LoggedListener, simulated};
use melody::training::{Dataset, Drawn, Judge, Row, Split, TrainingConfig, predict, rows};
use rayon::prelude::*;

/// Plays seen before, from which on a group begins.
const SEEN: [usize; 4] = [0, 10, 30, 60];

/// The probability that a way of predicting gives to a play, by its place.
type Way<'a> = &'a dyn Fn(usize) -> Option<f64>;

/// A measured label: its name, its output of the model, and its probability.
type Measured = (&'static str, Output, fn(&Truth) -> Option<f64>);

const MEASURED: [Measured; 6] = [
    ("completion", Output::Completion, |t| Some(t.completion)),
    ("like or save", Output::Like, |t| Some(t.explicit)),
    ("skip", Output::Skip, |t| Some(t.skip)),
    ("save", Output::Save, |t| Some(t.save)),
    ("subscription", Output::Subscription, |t| t.subscription),
    ("exposure", Output::Exposure, |t| Some(t.engaged)),
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
        endings: argument(usual.endings)?,
        ..usual
    };

    let here = Path::new("");
    let catalogue = catalogue_named("default", here)?;
    let world = World::new(&catalogue);
    let drawn = Drawn::new(&config, Split::Test);
    let listeners: Vec<LoggedListener> = drawn
        .indices
        .into_par_iter()
        .map(|index| simulated(&catalogue, &world, drawn.log, index))
        .collect();

    let device = device(Backend::Flex);
    let files = model_named("default", here, &device)?;
    let features = |listener| rows(&catalogue, listener, drawn.sessions);
    let test = Dataset { listeners: listeners.par_iter().map(features).collect() };
    let model = {
        let (network, shape) = (&files.network, &files.config);
        predict(Judge { network, shape, catalogue: &catalogue, device: &device }, &test)
    };

    let mut rng = generator(config.seed, Purpose::Ideal, u64::MAX);
    let observer = IdealObserver::new(&catalogue, &world, settings, &mut rng);
    let ideal: Vec<Truth> = listeners
        .par_iter()
        .enumerate()
        .flat_map(|(place, listener)| {
            let mut rng = generator(config.seed, Purpose::Ideal, place as u64);
            observer.predict(&listener.account, &listener.sessions, &mut rng)
        })
        .collect();

    println!(
        "{} plays of {} listeners, {} particles, {} endings",
        test.plays(),
        test.listeners.len(),
        settings.particles,
        settings.endings
    );
    let rows: Vec<(usize, &Row)> =
        test.listeners.iter().flat_map(|l| l.rows.iter().enumerate()).collect();
    println!(
        "\n{:<14}{:<14}{:>9}{:>10}{:>13}{:>11}",
        "label", "by", "AUC", "log loss", "calibration", "predicted"
    );
    for (name, output, truth) in MEASURED {
        let label = output.index();
        let known = || (0..rows.len()).filter(|&i| rows[i].1.mask[label] > 0.0);
        let from_model = |i: usize| Some(f64::from(model[i][label]));
        let from_ideal = |i: usize| truth(&ideal[i]);
        let from_simulator = |i: usize| truth(rows[i].1.truth.as_ref()?);
        let ways: [(&str, Way); 3] =
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
