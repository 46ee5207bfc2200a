//! How good is the project's LambdaMART?
//!
//! Trains it on LightGBM's public sample of a ranking task and prints NDCG on the 50 test queries
//! beside what LightGBM and XGBoost reach there, with the paired difference to LightGBM's own scores.
//!
//! ```text
//! cargo run --release --example lambdarank -- DIR [--runs N] [--seed N] [--json]
//! cargo run --release --example lambdarank -- DIR --validate [--repeats N]
//! ```
//!
//! `DIR` holds `rank.train` and `rank.test`, each with its `.query` file, of LightGBM's
//! `examples/lambdarank`. `--validate` is how the settings were chosen: five-fold cross-validation
//! over training queries, which looks at no test query.

mod peers;
mod svmlight;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, value_parser};
use melody::ltr::{Boosting, Forest, Lambda, Queries, Shape, mean_ndcg};
use serde::Serialize;

use peers::{Against, PEERS, against};

/// Places that NDCG is told for.
pub const PLACES: [usize; 4] = [1, 3, 5, 10];

/// The settings that cross-validation preferred, by the mean of NDCG at all [`PLACES`]; LightGBM's
/// defaults where they made no difference. Most of their neighbours do as well within the noise of 201
/// queries: what matters is that many unlike runs are averaged.
pub fn boosting(runs: u64, seed: u64) -> Boosting {
    Boosting {
        lambda: Lambda { truncation: 30, sigma: 1.0, normalise: true },
        shape: Shape { leaves: 31, least_rows: 30, least_hessian: 1e-3, l2: 0.0 },
        rounds: 150,
        rate: 0.1,
        queries: 0.8,
        features: 0.2,
        runs,
        seed,
    }
}

#[derive(Parser)]
struct Arguments {
    /// With rank.train and rank.test
    folder: PathBuf,
    /// Forests whose scores are added up
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u64).range(1..))]
    runs: u64,
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u64).range(1..))]
    seed: u64,
    /// Of the validation
    #[arg(long, default_value_t = 2, value_parser = value_parser!(u64).range(1..))]
    repeats: u64,
    /// Choose by cross-validation on the training part, and stop
    #[arg(long)]
    validate: bool,
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    runs: u64,
    seed: u64,
    seconds: f64,
    /// At each of [`PLACES`].
    ndcg: [f64; PLACES.len()],
    against_lightgbm: Vec<Against>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let &Arguments { runs, seed, .. } = arguments;
    let read = |name| svmlight::read(&arguments.folder, name).map_err(|e| e.to_string());
    let train = read("rank.train")?;
    if arguments.validate {
        validate::validate(&train, &boosting(runs, seed), arguments.repeats);
        return Ok(());
    }
    let test = read("rank.test")?;
    let began = Instant::now();
    let boosting = boosting(runs, seed);
    let forest = boosting.train(&train, &|| ()).forest(boosting.rounds);
    let seconds = began.elapsed().as_secs_f64();
    let scores = scores(&forest, &test);
    let report = Report {
        runs,
        seed,
        seconds,
        ndcg: PLACES.map(|k| mean_ndcg(&test, &scores, k)),
        against_lightgbm: against(&test, &scores)?,
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?);
    } else {
        print(&report);
    }
    Ok(())
}

/// Of every row. A file whose rows end early has fewer features; what is not there is zero.
pub(crate) fn scores(forest: &Forest, queries: &Queries) -> Vec<f64> {
    (0..queries.rows()).map(|row| forest.score(queries.row(row))).collect()
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn print(report: &Report) {
    println!("{} runs, seed {}, trained in {:.1} s\n", report.runs, report.seed, report.seconds);
    let head = PLACES.map(|k| format!("{:>8}", format!("at {k}")));
    println!("{:44}{}", "NDCG on the test queries", head.concat());
    let row = |name: &str, ndcg: &[f64; PLACES.len()]| {
        println!("{name:44}{}", ndcg.map(|value| format!("{value:>8.4}")).concat());
    };
    row("Melody", &report.ndcg);
    PEERS.iter().for_each(|(name, ndcg)| row(name, ndcg));
    println!("\nMelody minus LightGBM's defaults, paired by query, 95 % intervals");
    println!("{:10}{:>10}{:>22}{:>22}{:>8}", "", "difference", "Student's t", "bootstrap", "p");
    for a in &report.against_lightgbm {
        let interval = |within: Option<[f64; 2]>| {
            within.map_or("-".into(), |[low, high]| format!("{low:+.4} to {high:+.4}"))
        };
        println!(
            "{:10}{:>+10.4}{:>22}{:>22}{:>8.3}",
            format!("at {}", a.place),
            a.paired.difference,
            interval(a.paired.interval),
            interval(Some(a.bootstrap)),
            a.paired.p.unwrap_or(f64::NAN)
        );
    }
}
