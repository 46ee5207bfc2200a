//! How long a listener waits for the new queue.
//!
//! One event goes through everything: encode the listener, retrieve candidates, score them, fuse, adjust, mix, write
//! the trace. A session that the simulated listener plays by themselves gives the events; they are
//! then replayed and timed, on two catalogue sizes and every backend. Near-line updates run between
//! events, as they do in the simulator, and are timed apart.
//!
//! ```text
//! cargo bench --bench step -- [--events N] [--catalogue DIR]... [--model DIR] [--json]
//! RAYON_NUM_THREADS=1 cargo bench --bench step
//! ```

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use common::{Times, catalogue, timed};
use melody::catalogue::{Catalogue, default_catalogue, load};
use melody::engine::{Engine, State};
use melody::event::Event;
use melody::input::InputError;
use melody::model::{self, Backend};
use melody::opening::{Library, Opening, model_named, policy_named, profile_named};
use melody::profile::Profile;
use melody::simulation::{Until, listen};
use serde::Serialize;

/// Events that are played before timing begins.
const WARM_UP: usize = 20;
/// Times a session is opened.
const OPENINGS: usize = 3;
const PROFILE: &str = "enthusiast";
const SEED: u64 = 7;

#[derive(Parser)]
struct Arguments {
    /// That are timed
    #[arg(long, default_value_t = 300)]
    events: usize,
    /// Folder of a catalogue; several may be given
    #[arg(long = "catalogue", value_name = "DIR")]
    catalogues: Vec<String>,
    /// Name or folder
    #[arg(long, default_value = melody::opening::DEFAULT)]
    model: String,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    _cargo: common::FromCargo,
}

/// One catalogue on one backend.
#[derive(Serialize)]
struct Measured {
    catalogue: String,
    songs: usize,
    backend: &'static str,
    threads: usize,
    /// Loading everything, to the first trace.
    open: Times,
    /// By part: `step` is the whole of it.
    parts: BTreeMap<&'static str, Times>,
    near_line_update: Times,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), InputError> {
    let mut catalogues: Vec<Arc<Catalogue>> = Vec::new();
    if arguments.catalogues.is_empty() {
        catalogues.push(Arc::new(default_catalogue()));
        catalogues.push(Arc::new(catalogue(3 * default_catalogue().songs.len())?));
    }
    for folder in &arguments.catalogues {
        catalogues.push(Arc::new(load(Path::new(folder), &|_| {})?));
    }
    let mut all = Vec::new();
    for catalogue in &catalogues {
        for &backend in Backend::ALL {
            let measured = measure(catalogue, backend, arguments)?;
            if !arguments.json {
                print(&measured);
            }
            all.push(measured);
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&all).expect("figures are plain data"));
    }
    Ok(())
}

fn measure(
    catalogue: &Arc<Catalogue>,
    backend: Backend,
    arguments: &Arguments,
) -> Result<Measured, InputError> {
    let mut opening_times = Vec::new();
    let mut opened = None;
    for _ in 0..OPENINGS {
        let began = Instant::now();
        let device = model::device(backend);
        let files = model_named(&arguments.model, Path::new(""), &device)?;
        let policy = Arc::new(policy_named(&Opening::default().policy, Path::new(""))?);
        let library = Library::new(catalogue.clone(), policy, files)?;
        let profile = profile_named(PROFILE, Path::new(""))?;
        let engine = library.engine(&profile, None, SEED);
        std::hint::black_box(engine.start());
        opening_times.push(began.elapsed());
        opened = Some((engine, library, profile));
    }
    let (engine, library, profile) = opened.expect("it was opened at least once");

    let events = session(&engine, &library, &profile, WARM_UP + arguments.events);
    let mut times: BTreeMap<&'static str, Vec<Duration>> = BTreeMap::new();
    let mut updates = Vec::new();
    let (mut state, _) = engine.start();
    for (i, event) in events.iter().enumerate() {
        if let Some(update) = state.pending_update().filter(|update| !update.done()) {
            updates.push(timed(|| update.run()).0);
        }
        let (step, next) = timed(|| engine.step(&state, event));
        let next = next.expect("the listener did this before").0;
        if i >= WARM_UP {
            times.entry("step").or_default().push(step);
            parts(&engine, &next, step, &mut times);
        }
        state = next;
    }
    Ok(Measured {
        catalogue: catalogue.name.clone(),
        songs: catalogue.songs.len(),
        backend: backend.name(),
        threads: rayon::current_num_threads(),
        open: Times::new(opening_times),
        parts: times.into_iter().map(|(part, times)| (part, Times::new(times))).collect(),
        near_line_update: Times::new(updates),
    })
}

/// The events of a session that the listener plays by themselves.
fn session(engine: &Engine, library: &Library, profile: &Profile, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    let until = Until { songs: count as u32, leaving: false };
    listen(engine, profile, library.world(), SEED, until, &mut |_, trace| {
        events.extend(trace.event.clone())
    })
    .expect("the engine takes what its own listener does");
    events.truncate(count);
    events
}

/// Times the parts of a step again, one by one, on the state it led to. What is left of the step is
/// the rest: applying the event, the new song's own representation and writing the trace.
fn parts(
    engine: &Engine,
    state: &State,
    step: Duration,
    times: &mut BTreeMap<&'static str, Vec<Duration>>,
) {
    let catalogue = &engine.setup.catalogue;
    let view = state.view();
    let (encode, listener) = timed(|| state.model.encode(&view));
    let (retrieve, retrieved) = timed(|| engine.retrieve(state, &listener));
    let (score, _) = timed(|| state.model.score(&listener, catalogue, &view, retrieved.songs));
    let look = engine.look(state);
    let (rank, _) =
        timed(|| engine.with_ranking_of(state, &look, |ranking, _| ranking.queue.len()));
    let rest = step.saturating_sub(encode + retrieve + score + rank);
    let parts = [encode, retrieve, score, rank, rest];
    for (part, time) in ORDER.into_iter().zip(parts) {
        times.entry(part).or_default().push(time);
    }
}

/// The parts, in the order they happen.
const ORDER: [&str; 6] = ["encode", "retrieve", "score", "rank and mix", "apply, trace", "step"];

fn print(m: &Measured) {
    println!("{} songs ({}), {}, {} threads", m.songs, m.catalogue, m.backend, m.threads);
    println!("  {}", Times::head(20));
    let rows = ORDER.iter().filter_map(|part| m.parts.get(part).map(|times| (*part, times)));
    let rest = [("near-line update", &m.near_line_update), ("open a session", &m.open)];
    for (what, t) in rows.chain(rest) {
        println!("  {}", t.row(what, 20));
    }
}
