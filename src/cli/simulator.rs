//! `melody` alone: the simulator.

use std::io::{IsTerminal, stdin, stdout};
use std::path::Path;

use super::arguments::Simulator;
use super::failure::Failure;
use super::{keys, settings};
use crate::config::{Config, Environment};
use melody_sessions::library::Library;
use melody_sessions::names::profile_named;
use melody_sessions::opening::Opening;
use melody_tui as tui;
use melody_tui::{App, Ended, Journal, Sitting};

/// Signals that end a program have this added in its exit code.
const SIGNALLED: u8 = 128;

pub(super) fn run(arguments: &Simulator) -> Result<(), Failure> {
    needs_terminal("`melody replay SCRIPT` plays a session without one")?;
    // Everything is checked before the terminal is touched.
    let config = Config::load(&Environment::of_process(), settings::layer(&arguments.settings))?;
    let look = config.look()?;
    let keymap = keys::effective(arguments.keymap.as_deref())?;
    let here = Path::new("");
    let folder = arguments.memory.as_ref().map(|folder| folder.display().to_string());
    let memory = folder.map(|folder| from_anywhere(&folder));
    let opening = Opening { memory, ..config.opening() };
    let profile = profile_named(&opening.profile, here)?;
    let library = Library::load(&opening, here, config.device.value)?;
    let trace = arguments.trace.as_deref().map(tui::create_trace).transpose()?;

    let kept = opening.kept(&profile, here);
    let engine = library.engine_of(&opening, &profile, here)?;
    let mut session = Sitting::begin(library, opening, profile, engine);
    if let Some(kept) = kept {
        session.remember_in(kept);
        // A folder that cannot be written to is told before the first song, not after the last.
        session.remember()?;
    }
    session.speed = config.speed.value;
    session.set_autopilot(arguments.autopilot || arguments.kiosk);
    if let Some(path) = &arguments.log {
        let journal = Journal::create(path, session.opening(), session.timeline())?;
        session.keep(journal);
    }
    let mut app = App::new(session, here.to_path_buf(), look);
    app.themes = config.themes();
    app.profiles = config.profiles();
    app.keymap = keymap.into();
    app.kiosk = arguments.kiosk;
    app.keep_trace(arguments.trace.clone());
    let ended = tui::run(&mut app, config.mouse.value);
    // The trace is written whether the listener left or a signal came.
    if let Some(file) = trace {
        let session = &app.session;
        tui::write_trace(&file, session.opening(), session.timeline())
            .map_err(|e| format!("the trace was not written: {e}"))?;
    }
    app.session.remember().map_err(|e| format!("the memory was not written: {e}"))?;
    how_it_ended(ended)
}

/// A folder's name that is good wherever it is read from; it need not be there yet.
pub(super) fn from_anywhere(folder: &str) -> String {
    std::path::absolute(folder).map_or(folder.into(), |path| path.display().to_string())
}

/// Requires a terminal; `help` says what can be done without one.
pub(super) fn needs_terminal(help: &str) -> Result<(), Failure> {
    if stdin().is_terminal() && stdout().is_terminal() {
        return Ok(());
    }
    let message = "the simulator needs a terminal for both input and output";
    Err(Failure::Other(format!("{message}\n  help: {help}")))
}

pub(super) fn how_it_ended(ended: std::io::Result<Ended>) -> Result<(), Failure> {
    match ended {
        Ok(Ended::Quit) => Ok(()),
        Ok(Ended::Signal(signal)) => Err(Failure::Ended(SIGNALLED.saturating_add(signal as u8))),
        Ok(Ended::Panic) => Err(Failure::Ended(101)),
        Err(error) => Err(Failure::Other(format!("the terminal: {error}"))),
    }
}
