//! A first session: open a shipped listener, let a few things happen, and ask why a song is where it is.
//!
//! ```text
//! cargo run --release --example first_session
//! ```
//!
//! Three things are all there is to driving the engine. A `Library` holds what sessions share. An
//! `Engine` is one listener's session, fixed inputs and all. A `Timeline` keeps its steps: an event goes
//! in, a trace comes out, and whatever you want to know is in the trace.

use std::path::Path;
use std::sync::Arc;

use melody::engine::{Timeline, Trace};
use melody::event::Action;
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::playback::Playhead;
use melody::ranking::Node;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Names of what ships, or paths of your own, which start at `here`. The rest is as `melody` opens.
    let opening = Opening { profile: "enthusiast".into(), seed: 7, ..Opening::default() };
    let here = Path::new("");
    let library = Library::load(&opening, here, Backend::default())?;
    let listener = profile_named(&opening.profile, here)?;
    let engine = library.engine_of(&opening, &listener, here)?;
    let mut session = Timeline::start(Arc::new(engine));
    show(session.trace());

    // The engine reads no clock: a playhead says where we are in time and in the song, and makes
    // events of it.
    for action in [Action::Skip, Action::Like, Action::Finish, Action::Finish] {
        let playing = session.trace().playing.length_ms();
        let mut head = Playhead::after(session.trace());
        match action {
            Action::Finish => head.play_until(playing, playing),
            _ => head.play_until(20_000, playing),
        }
        let trace = session.apply(head.event(action))?;
        show(&trace);
    }

    let trace = session.trace();
    let first = &trace.queue[0];
    println!("\nWhy `{}` comes next:", first.song.title);
    account(&first.ledger.score, 1);
    println!("  brought by: {}", first.ledger.sources.join(", "));

    // Parts are whole millionths, so they add up to the last digit, whatever the order.
    assert!(first.ledger.score.adds_up());
    Ok(())
}

/// A step in one line: what was done, what plays now, and how much of what comes is promoted.
fn show(trace: &Trace) {
    let did = trace.event.as_ref().map_or("begin", |event| event.action.name());
    let song = &trace.playing.song;
    println!(
        "step {}: {did:<7} now {} by {}; {} songs queued, {} promoted, target {}",
        trace.step,
        song.title,
        song.artist,
        trace.queue.len(),
        trace.queue.iter().filter(|entry| entry.promoted).count(),
        trace.promotion.target,
    );
}

/// Prints a part of a score and the parts it is the sum of.
fn account(part: &Node, depth: usize) {
    let indent = "  ".repeat(depth);
    println!("{indent}{:<24} {:>10}  {}", part.name, part.value.to_string(), part.how);
    for child in &part.children {
        account(child, depth + 1);
    }
}
