//! `melody explain`: why a song ranks where it does, as text or JSON.

use std::path::Path;

use serde::Serialize;

use super::arguments::Explain;
use super::failure::Failure;
use super::replay::{Prepared, prepare};
use crate::catalogue::SongId;
use crate::engine::{SongRef, State, Timeline, Trace};
use crate::input::Problem;
use crate::model::{Gates, HeadOutputs, TASKS};
use crate::ranking::{Ledger, Node, Weight};
use crate::score::Score;
use crate::script;

/// Everything there is to say about one song at one step.
#[derive(Serialize)]
struct Explanation {
    step: u32,
    song: SongRef,
    /// Its place in the queue, from 1; absent if it has none.
    position: Option<usize>,
    ledger: Ledger,
    heads: HeadOutputs,
    /// `[task][expert]`.
    gates: Gates,
    weights: crate::ranking::FusionWeights,
}

pub fn run(arguments: &Explain) -> Result<(), Failure> {
    let script = script::load(&arguments.script)?;
    let base = arguments.script.parent().unwrap_or(Path::new(""));
    let Prepared { engine, world, .. } =
        prepare(&script, base, &arguments.session, &mut Vec::new())?;
    let timeline = script::run(&script, engine, &world)?.timeline;
    let last = timeline.events().len();
    let step = arguments.step.map_or(last, |step| step as usize);
    let Some((state, trace)) = timeline.state_at(step).zip(timeline.trace_at(step)) else {
        return Err(format!("--step {step}: the script has steps 0 to {last}").into());
    };
    let song = chosen(arguments, &timeline, trace)?;
    let explanation = explain(&timeline, &state, trace, song);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&explanation).map_err(|e| e.to_string())?);
    } else {
        print(&explanation);
    }
    Ok(())
}

fn chosen(arguments: &Explain, timeline: &Timeline, trace: &Trace) -> Result<SongId, Failure> {
    let catalogue = &timeline.engine().setup.catalogue;
    let id = match (&arguments.song, arguments.rank) {
        (Some(id), _) => id,
        (None, rank) => {
            let rank = rank.unwrap_or(1);
            let entry = rank.checked_sub(1).and_then(|i| trace.queue.get(i));
            &entry
                .ok_or_else(|| format!("--rank {rank}: the queue has 1 to {}", trace.queue.len()))?
                .song
                .id
        }
    };
    catalogue.find(id).ok_or_else(|| {
        let ids = catalogue.songs.iter().map(|s| s.id.as_str());
        let message = format!("no song `{id}` in the catalogue `{}`", catalogue.name);
        Failure::Input(Problem::new("--song", message).suggest(id, ids).into())
    })
}

fn explain(timeline: &Timeline, state: &State, trace: &Trace, song: SongId) -> Explanation {
    let engine = timeline.engine();
    let song_ref = SongRef::new(&engine.setup.catalogue, song);
    // A song of the queue is explained by the trace itself; any other by ranking the state again.
    match trace.queue.iter().find(|entry| entry.song.id == song_ref.id) {
        Some(entry) => Explanation {
            step: trace.step,
            position: Some(entry.position),
            ledger: entry.ledger.clone(),
            heads: entry.heads,
            gates: entry.gates.clone(),
            weights: trace.weights.clone(),
            song: song_ref,
        },
        None => engine.with_ranking(state, |ranking, scored| Explanation {
            step: trace.step,
            position: None,
            ledger: ranking.ledger(song),
            heads: scored.outputs[song.index()],
            gates: scored.gates(song.index()),
            weights: trace.weights.clone(),
            song: song_ref,
        }),
    }
}

fn print(e: &Explanation) {
    let place = match e.position {
        Some(position) => format!("rank {position}"),
        None => "not in the queue".into(),
    };
    println!("{}  {} ({}), step {}: {place}", e.song.title, e.song.artist, e.song.id, e.step);
    if let Some(dropped) = &e.ledger.dropped {
        let stage = format!("{:?}", dropped.stage).to_lowercase();
        println!("dropped at {stage}: {}; missed by {:.6}", dropped.why, dropped.margin);
    }
    let sources =
        if e.ledger.sources.is_empty() { "none".into() } else { e.ledger.sources.join(", ") };
    println!("brought by: {sources}\n");
    print_node(&e.ledger.score, 0);
    println!("\nfusion weights");
    for (name, weight) in
        [("alpha", &e.weights.alpha), ("beta", &e.weights.beta), ("gamma", &e.weights.gamma)]
    {
        println!("  {name:5} {:.3} = {}", weight.value, terms(weight));
    }
    println!("\nexperts used");
    for (task, gates) in TASKS.iter().zip(&e.gates) {
        let shares: Vec<String> = gates.iter().map(|g| format!("{g:.2}")).collect();
        println!("  {:12} {}", task.name(), shares.join("  "));
    }
}

fn print_node(node: &Node, depth: usize) {
    let name = format!("{}{}", "  ".repeat(depth), node.name);
    println!("{name:22} {:+.6}  {}", node.value, node.how);
    node.children.iter().for_each(|child| print_node(child, depth + 1));
}

fn terms(weight: &Weight) -> String {
    let shown = weight.terms.iter().filter(|t| t.value != Score::ZERO);
    let parts: Vec<String> =
        shown.map(|t| format!("{:+.3} {} ({})", t.value, t.name, t.from)).collect();
    if parts.is_empty() { "nothing".into() } else { parts.join(" ") }
}
