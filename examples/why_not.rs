//! Why is a song not in the queue, and what would put it there?
//!
//! ```text
//! cargo run --release --example why_not            # the best song that found no place
//! cargo run --release --example why_not -- s0290   # any song of the catalogue
//! ```
//!
//! `melody explain SCRIPT --song s0290` says the same of any step of a script, and the Explain view of the
//! simulator shows it.

use std::path::Path;

use melody::engine::State;
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let opening = Opening { profile: "commuter".into(), ..Opening::default() };
    let here = Path::new("");
    let library = Library::load(&opening, here, Backend::default())?;
    let engine = library.engine_of(&opening, &profile_named(&opening.profile, here)?, here)?;
    // Without a timeline, an engine is a pure function: from a state and an event to the next state and
    // its trace. We look at the very first step.
    let (state, trace) = engine.start();

    let wanted = std::env::args().nth(1);
    let id = wanted.or_else(|| trace.runners_up.first().map(|left| left.song.id.clone()));
    let id = id.ok_or("no song was left over")?;
    let song = library.catalogue.find(&id).ok_or_else(|| format!("no song is called {id}"))?;

    // Scoring the catalogue is the costly part. What has been scored once answers any number of questions.
    let state: &State = &state;
    let look = engine.look(state);
    let account = engine.explain_of(state, &trace, &look, song);
    println!(
        "{} by {}, score {}",
        account.song.title, account.song.artist, account.ledger.score.value
    );
    if let Some(position) = account.position {
        println!("is in the queue, at {position}");
    }
    for part in &account.ledger.score.children {
        println!("  {:<14} {:>10}  {}", part.name, part.value.to_string(), part.how);
    }

    let Some(answer) = engine.why_not(state, &look, song, None) else {
        println!("nothing is above it");
        return Ok(());
    };
    match &answer.dropped {
        Some(dropped) => println!("\ndropped in {:?}: {}", dropped.stage, dropped.why),
        None => println!("\nit was not dropped"),
    }
    println!("it lacks {} to stand level with {}", answer.lacks, answer.above.title);
    if let Some(line) = &answer.beside {
        println!("but: {line}");
    }
    // For each weight, the smallest change of it alone that would do, exact to the millionth.
    for flip in &answer.flips {
        match (flip.to, &flip.why) {
            (Some(to), _) => println!("  {} from {} to {to} would do", flip.weight, flip.from),
            (None, Some(why)) => println!("  {}: {why}", flip.weight),
            (None, None) => println!("  {}: no change would do", flip.weight),
        }
    }
    Ok(())
}
