//! Does the project's mixture of experts do what its paper says?
//!
//! Trains `melody::model::Mmoe`, as the recommender uses it, on public data and the task pairs of
//! the MMoE paper (Ma et al., KDD 2018), beside a shared bottom and single-task networks of no more
//! parameters, and prints AUC beside the paper's. Neither group sees any of the three fields that
//! labels are made of, so no reading of the paper's set-up gives a model more.
//!
//! ```text
//! cargo run --release --example census_income -- DIR [--seeds N] [--epochs N] [--json]
//! ```
//!
//! `DIR` holds `train.csv.gz` and `test.csv.gz` of Census-Income (KDD); README says where from.

mod data;
mod fields;
mod learn;
mod net;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, value_parser};
use melody::model::{Backend, device};

use data::Census;
use fields::{LABELS, Label};
use net::{DESIGNS, Design, Net, Shape};
use report::{GROUPS, Run};

#[derive(Parser)]
struct Arguments {
    /// With train.csv.gz and test.csv.gz
    folder: PathBuf,
    /// Trainings of each network
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(1..))]
    seeds: u64,
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(1..))]
    epochs: u32,
    #[arg(long)]
    json: bool,
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
    let census = Census::load(&arguments.folder).map_err(|error| error.to_string())?;
    let device = device(Backend::Flex);
    let mut runs = Vec::new();
    for (design, labels) in networks() {
        let shape = Shape::new(design, labels.len(), census.codes);
        for seed in 1..=arguments.seeds {
            let began = Instant::now();
            let net = Net::new(shape, census.codes, seed, &device);
            let learned = learn::learn(net, &labels, &census, arguments.epochs, seed, &device)
                .ok_or("a label holds for every row of a part, or for none")?;
            let parameters = shape.parameters(census.codes);
            let seconds = began.elapsed().as_secs_f64();
            let run = Run { design, labels: labels.clone(), seed, parameters, seconds, learned };
            tell(&run);
            runs.push(run);
        }
    }
    let lines = report::lines(&runs, &DESIGNS);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&lines).map_err(|e| e.to_string())?);
    } else {
        report::print(&lines);
    }
    Ok(())
}

/// Every network to train. A single task has the same features in both groups, so that one network
/// serves both.
fn networks() -> Vec<(Design, Vec<Label>)> {
    let single = LABELS.map(|label| (Design::SingleTask, vec![label]));
    let together = [Design::SharedBottom, Design::Mmoe]
        .into_iter()
        .flat_map(|design| GROUPS.map(|labels| (design, labels.to_vec())));
    single.into_iter().chain(together).collect()
}

fn tell(run: &Run) {
    let tasks: Vec<String> = run
        .labels
        .iter()
        .zip(&run.learned.validation)
        .zip(&run.learned.test)
        .map(|((label, valid), test)| format!("{} {valid:.4} / {test:.4}", label.name()))
        .collect();
    eprintln!(
        "{}, seed {}, {:.0} s, epoch {}, AUC on validation / test: {}",
        run.design.name(),
        run.seed,
        run.seconds,
        run.learned.epoch,
        tasks.join(", ")
    );
}
