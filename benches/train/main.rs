//! How many plays a second training learns from, beside PyTorch.
//!
//! A step is what the trainer does: gather a batch, run the network forward, losses, backward, AdamW.
//! The peer (`benches/peers/train.py`) trains the same network from the same weights on the same
//! batches, already gathered. They take turns in one run, so that a busy machine slows both; their
//! losses of the first batch must agree before anything is timed.
//!
//! ```text
//! cargo bench --bench train -- [--threads N]... [--rounds N] [--steps N] [--batch N]
//!     [--peer VARIANT]... [--alone] [--json]
//! ```
//!
//! Needs `python3` with `torch` and `safetensors`, unless `--alone`. Variants: foreach, fused, compile.

mod case;
#[path = "../common/mod.rs"]
mod common;
mod peer;

use std::process::ExitCode;
use std::time::Instant;

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use clap::Parser;
use melody::model::{Backend, Network, device};
use melody::training::{Forward, Judge, TrainingConfig, optimizer};
use serde::Serialize;

use case::Case;
use peer::Peer;

/// Batches that are trained on in turn.
const BATCHES: usize = 8;
/// Largest difference of a loss of the first batch, relative to it.
const SAME_LOSS: f32 = 1e-4;

#[derive(Parser)]
struct Arguments {
    /// Several may be given
    #[arg(long, default_values_t = [1, 2], value_parser = common::above_0)]
    threads: Vec<usize>,
    #[arg(long, default_value_t = 15, value_parser = common::above_0)]
    rounds: usize,
    /// Of a round
    #[arg(long, default_value_t = 8, value_parser = common::above_0)]
    steps: usize,
    /// Windows of a batch
    #[arg(long, default_value_t = TrainingConfig::default().batch, value_parser = common::above_0)]
    batch: usize,
    /// Variants of PyTorch to be held against
    #[arg(long = "peer", default_values_t = ["foreach".to_string(), "fused".to_string()])]
    peers: Vec<String>,
    /// Beside nobody
    #[arg(long)]
    alone: bool,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    _cargo: common::FromCargo,
}

/// Milliseconds of a step over the rounds.
#[derive(Clone, Serialize)]
struct Times {
    who: String,
    low: f64,
    median: f64,
    high: f64,
    plays_per_second: f64,
}

/// One number of threads.
#[derive(Serialize)]
struct Measured {
    threads: usize,
    batch: usize,
    torch: Option<String>,
    ours: Times,
    peers: Vec<Times>,
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
    let config = TrainingConfig { batch: arguments.batch, ..TrainingConfig::default() };
    let case = Case::new(config, BATCHES, &device(Backend::Flex))?;
    let folder = std::env::temp_dir().join(format!("melody-train-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    case.write(&folder)?;
    let mut all = Vec::new();
    for &threads in &arguments.threads {
        let peers = arguments.peers.iter().filter(|_| !arguments.alone);
        let peers = peers.map(|variant| Peer::start(&folder, threads, variant));
        let peers = peers.collect::<Result<Vec<Peer>, String>>()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| error.to_string())?;
        let measured = pool.install(|| measure(&case, peers, threads, arguments))?;
        if !arguments.json {
            print(&measured);
        }
        all.push(measured);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&all).map_err(|e| e.to_string())?);
    }
    // Left over in the temporary folder at worst.
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}

/// Our training, step by step.
struct Ours<'a> {
    case: &'a Case,
    network: Network,
    optimizer: ModuleOptimizer,
    done: usize,
}

impl Ours<'_> {
    /// One step; the losses before it.
    fn step(&mut self) -> [f32; 3] {
        let Case { config, data, catalogue, table, batches, keep, device, .. } = self.case;
        let number = self.done % batches.len();
        let judge = Judge { network: &self.network, shape: &config.network, catalogue, device };
        let forward = Forward::new(judge, table, &keep[number], data, &batches[number]);
        let objective = &config.objective;
        let (losses, mut gradients) =
            forward.gradients(&self.network, objective.weights, &objective.interest);
        gradients.remove::<2>(self.network.head.listener.id);
        self.network = self.optimizer.step(config.learning_rate, self.network.clone(), gradients);
        self.done += 1;
        losses
    }

    /// Seconds that some steps take.
    fn steps(&mut self, count: usize) -> f64 {
        let began = Instant::now();
        for _ in 0..count {
            self.step();
        }
        began.elapsed().as_secs_f64()
    }
}

fn measure(
    case: &Case,
    mut peers: Vec<Peer>,
    threads: usize,
    arguments: &Arguments,
) -> Result<Measured, String> {
    let network = case.network.clone().train();
    let mut ours = Ours { case, network, optimizer: optimizer(&case.config), done: 0 };
    let first = ours.step();
    for peer in &peers {
        let agree = |(a, b): (&f32, &f32)| (a - b).abs() <= SAME_LOSS * a.abs();
        if !first.iter().zip(&peer.first.losses).all(agree) {
            return Err(format!("first losses differ: {first:?} and {:?}", peer.first.losses));
        }
    }
    // A turn each to warm up.
    let steps = arguments.steps;
    ours.steps(steps);
    for peer in &mut peers {
        peer.steps(steps)?;
    }
    let mut our_rounds = Vec::new();
    let mut their_rounds = vec![Vec::new(); peers.len()];
    for _ in 0..arguments.rounds {
        our_rounds.push(ours.steps(steps));
        for (peer, rounds) in peers.iter_mut().zip(&mut their_rounds) {
            rounds.push(peer.steps(steps)?);
        }
    }
    let plays = case.plays() as f64 / case.batches.len() as f64;
    let times = |who: &str, rounds: Vec<f64>| Times::new(who, rounds, steps, plays);
    Ok(Measured {
        threads,
        batch: case.config.batch,
        torch: peers.first().map(|peer| peer.first.torch.clone()),
        ours: times("melody", our_rounds),
        peers: arguments.peers.iter().zip(their_rounds).map(|(who, r)| times(who, r)).collect(),
    })
}

impl Times {
    /// Of rounds in seconds.
    fn new(who: &str, mut rounds: Vec<f64>, steps: usize, plays: f64) -> Self {
        rounds.sort_by(f64::total_cmp);
        let at = |share: f64| rounds[((rounds.len() - 1) as f64 * share).round() as usize];
        let step = |share: f64| at(share) / steps as f64;
        Times {
            who: who.into(),
            low: step(0.25) * 1e3,
            median: step(0.5) * 1e3,
            high: step(0.75) * 1e3,
            plays_per_second: plays / step(0.5),
        }
    }
}

fn print(m: &Measured) {
    let torch = m.torch.as_deref().map_or(String::new(), |torch| format!(", torch {torch}"));
    println!("{} threads, batches of {} windows{torch}", m.threads, m.batch);
    println!(
        "  {:10} {:>9} {:>17} {:>9} {:>7}",
        "ms a step", "median", "quartiles", "plays/s", "ratio"
    );
    for times in std::iter::once(&m.ours).chain(&m.peers) {
        println!(
            "  {:10} {:>9.2} {:>8.2} {:>8.2} {:>9.0} {:>7.2}",
            times.who,
            times.median,
            times.low,
            times.high,
            times.plays_per_second,
            times.median / m.ours.median
        );
    }
}
