//! How much every bandit algorithm regrets on fixed environments, beside other libraries.
//!
//! Plays every algorithm on seeds 0 to 19 of three environments (4 arms, 8 features, 5,000 rounds) and
//! prints the mean cumulative regret with its 95 % interval. The default policy's algorithm runs with the
//! default policy's settings, the same on all three; each other with one setting of its own. The
//! libraries' figures on the very same environments are in `libraries.toml`.
//!
//! ```text
//! cargo run --release --example bandit_regret -- [--json] [--seeds FROM..TO] [ALGORITHM...]
//! ```

use std::error::Error;

use indicatif::{ProgressBar, ProgressStyle};
use melody::bandit::testbed::{ARMS, Environment, Kind};
use melody::policy::{self, Algorithm, Arm, Bandit, Weights};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

#[derive(Deserialize)]
struct Libraries {
    library: Vec<Library>,
}

#[derive(Deserialize, Serialize)]
struct Library {
    name: String,
    linear: Figure,
    quadratic: Figure,
    drift: Figure,
}

/// A mean over seeds with its standard error.
#[derive(Clone, Copy, Deserialize, Serialize)]
struct Figure {
    mean: f64,
    error: f64,
}

#[derive(Serialize)]
struct Row {
    algorithm: &'static str,
    exploration: f64,
    uniform: f64,
    /// By environment, in the order of [`Kind::ALL`].
    regret: Vec<Figure>,
    /// By environment and seed.
    seeds: Vec<Vec<f64>>,
}

#[derive(Serialize)]
struct Report {
    seeds: (u64, u64),
    rows: Vec<Row>,
    libraries: Vec<Library>,
}

/// An algorithm with the settings that it is run with: for those that libraries have, what these are run with.
fn settings(default: &Bandit, algorithm: Algorithm) -> Bandit {
    let arm = |place| Arm { name: format!("arm {place}"), ratio: 0.0, weights: Weights::default() };
    let own = Bandit {
        algorithm,
        reward_range: [0.0, 1.0],
        arms: (0..ARMS).map(arm).collect(),
        ..default.clone()
    };
    let none = Bandit { uniform: 0.0, uniform_for: None, ridge: 1.0, forgetting: 1.0, ..own };
    match algorithm {
        Algorithm::Adaptive => {
            Bandit { exploration: 0.7, uniform: 0.05, uniform_for: Some(50), ..none }
        }
        Algorithm::LinUcb => Bandit { exploration: 0.5, ..none },
        Algorithm::Thompson => Bandit { exploration: 0.25, ..none },
        Algorithm::SquareCb => Bandit { exploration: 0.02, ..none },
        Algorithm::Softmax => Bandit { exploration: 0.03, ..none },
        Algorithm::EpsilonGreedy => Bandit { uniform: 0.05, ..none },
        Algorithm::Ucb1 => Bandit { exploration: 0.5_f64.sqrt(), ..none },
        Algorithm::Dose | Algorithm::Beta | Algorithm::Fixed => none,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut json, mut from, mut to, mut wanted) = (false, 0, 20, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--seeds" => {
                let range = arguments.next().unwrap_or_default();
                let (low, high) = range.split_once("..").ok_or("--seeds takes FROM..TO")?;
                (from, to) = (low.parse()?, high.parse()?);
            }
            name => wanted.push(algorithm(name)?),
        }
    }
    if to < from + 2 {
        return Err("an interval needs two seeds at least".into());
    }
    if wanted.is_empty() {
        // Arms here are no doses of anything.
        wanted = Algorithm::ALL.into_iter().filter(|a| *a != Algorithm::Dose).collect();
    }
    let default = policy::shipped("default").ok_or("there is no default policy")?;
    let bar = ProgressBar::new(wanted.len() as u64 * Kind::ALL.len() as u64 * (to - from));
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} left")?);
    let rows = wanted
        .into_iter()
        .map(|algorithm| {
            let settings = settings(&default.bandit, algorithm);
            let regrets = |kind: Kind| -> Vec<f64> {
                let one = |seed| {
                    let environment = Environment::new(kind, seed);
                    let regret = environment.regret(&environment.play(&settings, seed));
                    bar.inc(1);
                    regret
                };
                (from..to).into_par_iter().map(one).collect()
            };
            let seeds: Vec<Vec<f64>> = Kind::ALL.map(regrets).to_vec();
            Row {
                algorithm: algorithm.name(),
                exploration: settings.exploration,
                uniform: settings.uniform,
                regret: seeds.iter().map(|seeds| figure(seeds)).collect(),
                seeds,
            }
        })
        .collect();
    bar.finish_and_clear();
    let libraries: Libraries = toml::from_str(include_str!("libraries.toml"))?;
    let report = Report { seeds: (from, to), rows, libraries: libraries.library };
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report)?;
    }
    Ok(())
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    let found = Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name);
    let names = Algorithm::ALL.map(Algorithm::name).join(", ");
    found.ok_or(format!("no algorithm is called `{name}`; there are {names}"))
}

fn figure(values: &[f64]) -> Figure {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Figure { mean, error: (squares / (n - 1.0) / n).sqrt() }
}

fn print(report: &Report) -> Result<(), Box<dyn Error>> {
    let (from, to) = report.seeds;
    let wide = StudentsT::new(0.0, 1.0, (to - from - 1) as f64)?.inverse_cdf(0.975);
    let cell =
        |figure: &Figure, wide: f64| format!("{:.1} ± {:.1}", figure.mean, wide * figure.error);
    println!(
        "Mean cumulative regret over 5,000 rounds, seeds {from} to {}, with its 95 % interval\n",
        to - 1
    );
    println!("{:44} {:>15} {:>15} {:>15}", "", "linear", "quadratic", "drift");
    for row in &report.rows {
        let cells: Vec<String> = row.regret.iter().map(|figure| cell(figure, wide)).collect();
        let name = format!("{} ({}, uniform {})", row.algorithm, row.exploration, row.uniform);
        println!("{name:44} {:>15} {:>15} {:>15}", cells[0], cells[1], cells[2]);
    }
    println!();
    // The libraries' figures are of seeds 0 to 19.
    let wide = StudentsT::new(0.0, 1.0, 19.0)?.inverse_cdf(0.975);
    for library in &report.libraries {
        let cells = [&library.linear, &library.quadratic, &library.drift].map(|f| cell(f, wide));
        println!("{:44} {:>15} {:>15} {:>15}", library.name, cells[0], cells[1], cells[2]);
    }
    Ok(())
}
