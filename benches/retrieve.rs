//! Finding the songs that fit a listener best: Melody's scan over bytes, of all songs and of cells, beside faiss in the same run.
//!
//! Vectors are drawn from a seed, around some centres; with `--catalogue` they are what the default model's towers make of its
//! songs and of a listener who hears some of them (simulated). Each round asks every way in turn, so that a busy
//! machine is busy for all. Recall is the share of the exact best by 32-bit floats that a way finds: ours loses what bytes lose.
//!
//! ```text
//! cargo bench --bench retrieve -- [--catalogue DIR | --songs N] [--most K] [--rounds N] [--threads N] [--peers] [--cells] [--json]
//! ```
//!
//! `--peers` wants Python with faiss and numpy on the path; `--cells` builds faiss' cells too (probed until recall is .99), which takes
//! minutes.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Peer, Times, timed};
use melody::catalogue::SongId;
use melody::model::{Backend, D_RETRIEVAL, Query, Vectors};
use melody::opening::{Library, Opening, profile_named};
use melody::rng::{Purpose, generator};
use melody::simulation::{Until, listen};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

const CLUSTERS: usize = 256;
const QUERIES: usize = 64;
/// Queries of a turn.
const TURN: usize = 10;

/// One of our ways.
type Find = fn(&Vectors, &Query, usize) -> Vec<SongId>;

#[derive(Parser)]
struct Arguments {
    /// Folder of a catalogue whose vectors are used
    #[arg(long, value_name = "DIR")]
    catalogue: Option<String>,
    /// Vectors that are drawn without a catalogue
    #[arg(long, default_value_t = 1_000_000, value_parser = common::above_0)]
    songs: usize,
    /// Songs to find
    #[arg(long, default_value_t = 500, value_parser = common::above_0)]
    most: usize,
    #[arg(long, default_value_t = 4, value_parser = common::above_0)]
    rounds: usize,
    #[arg(long, default_value_t = 1, value_parser = common::above_0)]
    threads: usize,
    /// Beside faiss
    #[arg(long)]
    peers: bool,
    /// Its cells, too
    #[arg(long)]
    cells: bool,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    _cargo: common::FromCargo,
}

#[derive(Serialize)]
struct Way {
    way: String,
    #[serde(flatten)]
    times: Times,
    recall: f64,
}

#[derive(Deserialize)]
struct Hello {
    version: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    seconds: Vec<f64>,
    recall: f64,
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

/// Vectors around some centres, scaled into [-1, 1].
fn drawn(rng: &mut ChaCha8Rng, centres: &[f32], count: usize) -> Vec<f32> {
    let mut all = Vec::with_capacity(count * D_RETRIEVAL);
    for _ in 0..count {
        let centre = rng.random_range(0..CLUSTERS) * D_RETRIEVAL;
        for at in &centres[centre..][..D_RETRIEVAL] {
            let off: f32 = StandardNormal.sample(rng);
            all.push(((at + 0.7 * off) / 6.0).clamp(-1.0, 1.0));
        }
    }
    all
}

/// What the towers make of a catalogue's songs, and of [`QUERIES`] moments of a simulated listener.
fn learned(folder: &str) -> Result<(Vec<f32>, Vec<f32>), String> {
    let told = |error: melody::input::InputError| error.to_string();
    let opening = Opening { catalogue: folder.into(), ..Opening::default() };
    let library = Library::load(&opening, Path::new(""), Backend::default()).map_err(told)?;
    let profile = profile_named("enthusiast", Path::new("")).map_err(told)?;
    let engine = library.engine(&profile, None, 7);
    let model = &engine.setup.model;
    let (songs, _) = model.vectors().ok_or("the model has no towers")?;
    let bytes = library.catalogue.ids().flat_map(|song| *songs.row(song));
    let songs = bytes.map(|byte| f32::from(byte) / 127.0).collect();
    let mut queries = Vec::new();
    let until = Until { songs: QUERIES as u32, leaving: false };
    listen(&engine, &profile, library.world(), 7, until, &mut |state, _| {
        let query = model.query(&model.encode(&state.view()), &state.view());
        let numbers = query.iter().flat_map(|query| *query.numbers());
        queries.extend(numbers.map(|number| f32::from(number) / 16_383.0));
    })
    .map_err(|refusal| refusal.to_string())?;
    queries.truncate(QUERIES * D_RETRIEVAL);
    Ok((songs, queries))
}

/// The exact best by floats, the first of equals first.
fn exact(songs: &[f32], query: &[f32], most: usize) -> Vec<SongId> {
    let rows = songs.chunks_exact(D_RETRIEVAL).enumerate();
    let fit = |row: &[f32]| row.iter().zip(query).map(|(a, b)| a * b).sum::<f32>();
    let mut all: Vec<(f32, u32)> = rows.map(|(i, row)| (fit(row), i as u32)).collect();
    let most = most.min(all.len());
    all.select_nth_unstable_by(most - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    all[..most].iter().map(|(_, song)| SongId(*song)).collect()
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build();
    let pool = pool.map_err(|e| e.to_string())?;
    let (songs, queries) = match &arguments.catalogue {
        Some(folder) => learned(folder)?,
        None => {
            let mut rng = generator(1, Purpose::Towers, 0);
            let centres: Vec<f32> =
                (0..CLUSTERS * D_RETRIEVAL).map(|_| StandardNormal.sample(&mut rng)).collect();
            (drawn(&mut rng, &centres, arguments.songs), drawn(&mut rng, &centres, QUERIES))
        }
    };
    let (built, vectors) = timed(|| Vectors::of(&songs));

    let ours: [(&str, Find); 2] = [
        ("melody, exact over bytes", Vectors::nearest_of_all),
        ("melody, cells", Vectors::nearest),
    ];
    let find = |find: Find, query: &[f32]| find(&vectors, &Query::new(query), arguments.most);
    let query = |i: usize| &queries[i % QUERIES * D_RETRIEVAL..][..D_RETRIEVAL];
    let mut peer = arguments.peers.then(|| start(arguments, &songs, &queries)).transpose()?;
    let mut times: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    let mut recalls: BTreeMap<String, f64> = BTreeMap::new();
    for round in 0..arguments.rounds {
        for (name, way) in ours {
            let own = times.entry(name.into()).or_default();
            let one = |i| pool.install(|| timed(|| find(way, query(round * TURN + i))).0);
            own.extend((0..TURN).map(one));
        }
        let Some((peer, hello)) = &mut peer else { continue };
        for name in &hello.names {
            let answer: Answer = peer.ask(&format!("{name} {TURN}"))?;
            let seconds = answer.seconds.into_iter().map(Duration::from_secs_f64);
            times.entry(name.clone()).or_default().extend(seconds);
            recalls.insert(name.clone(), answer.recall);
        }
    }
    for (name, way) in ours {
        let found = |i: usize| {
            let best = exact(&songs, query(i), arguments.most);
            let own = find(way, query(i));
            own.iter().filter(|song| best.contains(song)).count() as f64 / best.len() as f64
        };
        recalls.insert(name.into(), (0..8).map(found).sum::<f64>() / 8.0);
    }
    let ways: Vec<Way> = times
        .into_iter()
        .map(|(way, times)| Way { recall: recalls[&way], times: Times::new(times), way })
        .collect();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&ways).expect("figures are plain data"));
        return Ok(());
    }
    let (Arguments { most, threads, .. }, songs) = (arguments, vectors.len());
    println!("the best {most} of {songs} songs, {D_RETRIEVAL} dimensions, {threads} threads");
    println!("bytes and cells made in {:.2} s", built.as_secs_f64());
    if let Some((_, hello)) = &peer {
        println!("faiss {}", hello.version);
    }
    println!("{}    recall", Times::head(26));
    for way in ways {
        println!("{}     {:.3}", way.times.row(&way.way, 26), way.recall);
    }
    Ok(())
}

/// Starts faiss over the same vectors.
fn start(arguments: &Arguments, songs: &[f32], queries: &[f32]) -> Result<(Peer, Hello), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let write = |name: &str, values: &[f32]| {
        let path = folder.path().join(name);
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok::<String, String>(path.display().to_string())
    };
    let mut words = vec![write("songs.f32", songs)?, write("queries.f32", queries)?];
    words.extend([D_RETRIEVAL, arguments.most, arguments.threads].map(|n| n.to_string()));
    words.extend(arguments.cells.then(|| "cells".to_string()));
    // Both files are read whole before it says what it is.
    Peer::start("retrieve.py", &words)
}
