//! How long the screen keeps a person waiting.
//!
//! The simulator runs as it does in a terminal, without one: a listener on a catalogue of 20,000 songs
//! skips as soon as there is a queue, so that the whole catalogue is scored nearly all the time, and a
//! near-line update runs after every other play. Frames are made at 60 a second, each view in turn. A
//! frame's work is everything the screen's thread does for it; its interval is what the eye gets, the
//! scheduler included.
//!
//! ```text
//! cargo bench --bench frame -- [--frames N] [--songs N] [--json]
//! ```

mod common;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use common::{Times, catalogue};
use melody::input::InputError;
use melody::model::{self, Backend};
use melody::opening::{DEFAULT, Library, Opening, model_named, policy_named, profile_named};
use melody::tui::{App, Command, Look, Sitting, Speed, Tab, Theme, draw, screen_first};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use serde::Serialize;

const FRAME: Duration = Duration::from_millis(16);
const SIZE: Rect = Rect { x: 0, y: 0, width: 160, height: 50 };
const PROFILE: &str = "explorer";
/// Frames the listener looks at a queue, at least.
const PATIENCE: usize = 4;
/// Frames a view stays on screen.
const STAYS: usize = 40;

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 2_000)]
    frames: usize,
    /// Of the catalogue
    #[arg(long, default_value_t = 20_000)]
    songs: usize,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    _cargo: common::FromCargo,
}

#[derive(Serialize)]
struct Measured {
    songs: usize,
    threads: usize,
    events: usize,
    updates: u32,
    /// What the screen's thread does for a frame, while nothing else runs.
    work_at_rest: Times,
    /// The same while the catalogue is scored.
    work_scoring: Times,
    /// The same while a near-line update runs.
    work_updating: Times,
    /// From one frame to the next, all frames; 16 at best.
    interval: Times,
}

/// Where the terminal's bytes go: counted and forgotten.
struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(std::hint::black_box(bytes).len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(measured) if arguments.json => {
            println!("{}", serde_json::to_string_pretty(&measured).expect("plain data"));
            ExitCode::SUCCESS
        }
        Ok(measured) => {
            print(&measured);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure(arguments: &Arguments) -> Result<Measured, InputError> {
    let catalogue = Arc::new(catalogue(arguments.songs)?);
    let here = Path::new("");
    let device = model::device(Backend::Flex);
    let mut policy = policy_named(DEFAULT, here)?;
    policy.settings.near_line.every = 2;
    let library = Library::new(catalogue, Arc::new(policy), model_named(DEFAULT, here, &device)?)?;
    let opening = Opening { profile: PROFILE.into(), ..Opening::default() };
    let mut session = Sitting::open(library, opening, profile_named(PROFILE, here)?);
    session.speed = Speed::new(64.0).expect("a known speed");
    screen_first();
    let mut app = App::new(session, here.into(), Look::new(Theme::colours()));
    let options = TerminalOptions { viewport: Viewport::Fixed(SIZE) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(Sink), options)
        .expect("a terminal of a fixed size asks for nothing");

    let (mut rest, mut scoring, mut updating, mut intervals) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut last = Instant::now();
    for frame in 0..arguments.frames {
        std::thread::sleep(FRAME.saturating_sub(last.elapsed()));
        let elapsed = last.elapsed();
        last = Instant::now();
        if !app.session.deciding() && frame % PATIENCE == 0 {
            app.handle(Command::Next);
        }
        if frame % STAYS == 0 {
            app.handle(Command::Show(Tab::ALL[frame / STAYS % Tab::ALL.len()]));
        }
        let state = app.session.timeline().state();
        let trains = state.pending_update().is_some_and(|update| !update.done());
        app.tick(elapsed);
        let decides = app.session.deciding();
        let view = app.view();
        let mut drawn = None;
        let done = terminal.draw(|frame| {
            drawn = Some(draw(&view, frame.area(), frame.buffer_mut()));
        });
        done.expect("a sink takes everything");
        app.drawn(drawn.expect("it was drawn"));
        let work = last.elapsed();
        match (trains, decides) {
            (true, _) => updating.push(work),
            (false, true) => scoring.push(work),
            (false, false) => rest.push(work),
        }
        intervals.push(elapsed);
    }
    let trace = app.session.trace();
    Ok(Measured {
        songs: arguments.songs,
        threads: rayon::current_num_threads(),
        events: app.session.timeline().events().len(),
        updates: trace.near_line.accepted + trace.near_line.refused,
        work_at_rest: Times::new(rest),
        work_scoring: Times::new(scoring),
        work_updating: Times::new(updating),
        interval: Times::new(intervals),
    })
}

fn print(m: &Measured) {
    println!(
        "{} songs, {} threads: {} events, {} near-line updates",
        m.songs, m.threads, m.events, m.updates
    );
    println!("  {}", Times::head(28));
    for (what, t) in [
        ("work of a frame, at rest", &m.work_at_rest),
        ("  while scoring", &m.work_scoring),
        ("  while updating the model", &m.work_updating),
        ("from frame to frame", &m.interval),
    ] {
        println!("  {}", t.row(what, 28));
    }
}
