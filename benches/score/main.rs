//! How fast songs are scored: our inference path, our tensors (burn), PyTorch and ONNX Runtime, on the
//! same function of the same weights and inputs, in turn in one run.
//!
//! Timed is one listener encoded and some songs scored, to probabilities. All sides are given the
//! songs' vectors, which no listener changes, and the candidates' cross features, whose own time is
//! shown apart. Before anything is timed, all outputs must agree within 1e-5. Rounds are interleaved,
//! so that a machine's other work falls on all sides; compare medians of one run.
//!
//! ```text
//! cargo bench --bench score -- [--model DIR] [--rounds N] [--threads N]... [--json]
//! ```
//!
//! The peers run where `python3` has torch, onnxruntime, onnx, onnxscript and safetensors; where not,
//! the bench says so and times our own paths.

#[path = "../common/mod.rs"]
mod common;
mod ours;
mod peers;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use common::{Times, catalogue};
use melody::model::{self, Backend, SongTable};
use melody::opening::{Library, Opening, model_named, policy_named, profile_named};
use melody::simulation::{Until, listen};
use ours::Ours;
use peers::{Peer, Peers};
use serde::Serialize;

/// Songs, and how often they are scored in a round.
const SIZES: [(usize, usize); 3] = [(200, 20), (2_000, 5), (20_000, 1)];
/// Songs the listener has played: a full history.
const PLAYS: u32 = 60;
const PROFILE: &str = "enthusiast";
const SEED: u64 = 7;
const TOLERANCE: f32 = 1e-5;

#[derive(Parser)]
struct Arguments {
    /// Name or folder
    #[arg(long, default_value = melody::opening::DEFAULT)]
    model: String,
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Several may be given
    #[arg(long, default_values_t = [1, 2], value_parser = common::above_0)]
    threads: Vec<usize>,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    _cargo: common::FromCargo,
}

/// One size on one number of threads.
#[derive(Serialize)]
struct Measured {
    songs: usize,
    threads: usize,
    /// By who scored: `melody`, `melody (burn)`, and the peers.
    sides: BTreeMap<String, Times>,
    /// Computing the candidates' cross features, which no side's time contains.
    cross_features: Times,
    /// Our median time over that of each peer.
    ratios: BTreeMap<String, f64>,
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

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let ours = scene(&arguments.model)?;
    let folder = tempfile::tempdir()?;
    let peers = match Peers::new(&ours, folder.path()) {
        Ok(peers) => Some(peers),
        Err(why) => {
            eprintln!("no peers: {why}");
            None
        }
    };
    let mut all = Vec::new();
    for &threads in &arguments.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let mut peers = match &peers {
            Some(peers) => peers.start(threads)?,
            None => Vec::new(),
        };
        for (songs, runs) in SIZES {
            agree(&ours, &mut peers, songs)?;
            let measured = pool.install(|| -> Result<Measured, Failure> {
                measure(&ours, &mut peers, (songs, runs), arguments.rounds)
            })?;
            if !arguments.json {
                print(&measured);
            }
            all.push(measured);
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    }
    Ok(())
}

/// A listener in the middle of a session, on a catalogue of the largest size.
fn scene(model: &str) -> Result<Ours, Failure> {
    let device = model::device(Backend::default());
    let files = model_named(model, Path::new(""), &device)?;
    let catalogue = Arc::new(catalogue(SIZES.map(|(songs, _)| songs)[SIZES.len() - 1])?);
    let policy = Arc::new(policy_named(&Opening::default().policy, Path::new(""))?);
    let library = Library::new(catalogue.clone(), policy, files.clone())?;
    let profile = profile_named(PROFILE, Path::new(""))?;
    let engine = library.engine(&profile, None, SEED);
    let mut state = engine.start().0;
    let until = Until { songs: PLAYS, leaving: false };
    listen(&engine, &profile, library.world(), SEED, until, &mut |next, _| state = next.clone())?;
    let table = SongTable::new(&catalogue, &files.config, &device);
    Ok(Ours::new(files, table, catalogue, state))
}

/// Requires everyone to give the same probabilities.
fn agree(ours: &Ours, peers: &mut [Peer], songs: usize) -> Result<(), Failure> {
    let apart = ours.apart(songs);
    let mut all = vec![("melody (burn)".to_owned(), apart)];
    for peer in peers {
        all.push((peer.name.clone(), peer.run(songs, 1)?.1));
    }
    for (name, apart) in all {
        if apart.is_nan() || apart > TOLERANCE {
            return Err(format!("{name} is {apart:e} apart on {songs} songs").into());
        }
    }
    Ok(())
}

fn measure(
    ours: &Ours,
    peers: &mut [Peer],
    (songs, runs): (usize, usize),
    rounds: usize,
) -> Result<Measured, Failure> {
    let mut times: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    let mut cross = Vec::new();
    // The first round warms caches and pools.
    for round in 0..=rounds {
        let mut all = vec![
            ("melody".to_owned(), ours.time_fast(songs, runs)),
            ("melody (burn)".to_owned(), ours.time_burn(songs, runs)),
        ];
        for peer in peers.iter_mut() {
            all.push((peer.name.clone(), peer.run(songs, runs)?.0));
        }
        let of_cross = ours.time_cross(songs, runs);
        if round > 0 {
            cross.extend(of_cross);
            for (name, some) in all {
                times.entry(name).or_default().extend(some);
            }
        }
    }
    let sides: BTreeMap<String, Times> =
        times.into_iter().map(|(name, times)| (name, Times::new(times))).collect();
    let fast = sides["melody"].p50;
    let others = sides.iter().filter(|(name, _)| *name != "melody");
    Ok(Measured {
        songs,
        threads: rayon::current_num_threads(),
        ratios: others.map(|(name, times)| (name.clone(), fast / times.p50)).collect(),
        sides,
        cross_features: Times::new(cross),
    })
}

fn print(m: &Measured) {
    println!("{} songs, {} threads", m.songs, m.threads);
    println!("  {}  ours / it", Times::head(24));
    for (name, times) in &m.sides {
        let ratio = m.ratios.get(name).map_or(String::new(), |ratio| format!("{ratio:>9.2}"));
        println!("  {}  {ratio}", times.row(name, 24));
    }
    println!("  {}", m.cross_features.row("cross features, apart", 24));
}
