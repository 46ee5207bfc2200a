//! `melody` alone: the simulator.

use std::io::{IsTerminal, Write, stderr, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use super::arguments::Simulator;
use super::failure::Failure;
use super::opening::library as open_library;
use super::publish::address;
use super::{keys, settings};
use crate::config::{Config, Environment};
use melody_core::output::Draft;
use melody_recommender::bandit::Kept;
use melody_sessions::names::{policy_named, profile_named};
use melody_sessions::opening::Opening;
use melody_sessions::versions::{Canary, Folder, Follower, begin_with_newest};
use melody_tui as tui;
use melody_tui::{App, Ended, Journal, Sitting};

/// The exit code where something could not be done or written.
const UNDONE: u8 = 2;
/// Records that are waited for without a word.
const NO_WORD: usize = 4;
/// How long a terminal has to read what is said in the end.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// The signal that stands for a terminal which is gone, whether it came or not.
const SIGHUP: u8 = 1;
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
    let folder = arguments.versions.as_ref().map(|folder| folder.display().to_string());
    let versions = folder.map(|folder| from_anywhere(&folder));
    let opening = Opening { memory, versions, ..config.opening() };
    let followed = opening.versions.as_ref().map(|folder| Folder::new(Path::new(folder)));
    followed.as_ref().map_or(Ok(()), Folder::check)?;
    let opening = match &opening.versions {
        Some(_) => {
            let policy = policy_named(&opening.policy, here)?;
            begin_with_newest(opening, &policy)?.0
        }
        None => opening,
    };
    let profile = profile_named(&opening.profile, here)?;
    let library = open_library(&opening, here, config.device.value)?;
    let to = arguments.feedback.as_ref().map(|to| address("--feedback", to)).transpose()?;
    let others: Vec<&Path> =
        arguments.log.iter().chain(&arguments.keymap).map(PathBuf::as_path).collect();
    let trace = arguments.trace.as_deref().map(|path| tui::create_trace(path, &others));
    let trace = trace.transpose()?;

    let kept = opening.kept(&profile, here);
    // Before it is read, so that nobody else saves in between.
    let _held = kept.as_ref().map(Kept::hold).transpose()?;
    let engine = library.engine_of(&opening, &profile, here)?;
    let follower = followed.map(|folder| {
        let canary = |share| Canary::new(share, opening.seed, &profile.id);
        Follower::new(folder, arguments.canary.map(canary), &library)
    });
    let mut session = Sitting::begin(library, opening, profile, engine);
    if let Some(follower) = follower {
        session.follow(follower);
    }
    if let Some(kept) = kept {
        session.remember_in(kept);
        // A folder that cannot be written to is told before the first song, not after the last.
        session.remember()?;
    }
    session.speed = config.speed.value;
    session.set_autopilot(arguments.autopilot || arguments.kiosk);
    if let Some(path) = &arguments.log {
        let journal = Journal::create(path, session.opening(), session.timeline())?;
        session.keep(match &to {
            Some(to) => journal.sent_to(to)?,
            None => journal,
        });
    }
    let mut app = App::new(session, here.to_path_buf(), look);
    app.themes = config.themes();
    app.profiles = config.profiles();
    app.keymap = keymap.into();
    app.kiosk = arguments.kiosk;
    app.keep_trace(arguments.trace.clone());
    let ended = tui::run(&mut app, config.mouse.value);
    rescue(&mut app, &ended);
    all_written(keep(&mut app, trace), how_it_ended(ended))
}

/// Keeps the session where it ends and nobody could be asked about it, and says where.
pub(super) fn rescue(app: &mut App, ended: &std::io::Result<Ended>) {
    if matches!(ended, Ok(Ended::Signal(_) | Ended::HungUp) | Err(_)) {
        app.rescue().into_iter().for_each(|said| say(format!("note: {said}\n")));
    }
}

/// Writes what was promised, however the simulator ended, all of it as far as it can be. Returns what was
/// not written, a sentence each.
fn keep(app: &mut App, trace: Option<Draft>) -> Vec<String> {
    let session = &mut app.session;
    let traced = trace
        .map_or(Ok(()), |file| tui::write_trace(file, session.opening(), session.timeline()))
        .map_err(|error| format!("the trace was not written: {error}"));
    let remembered =
        session.remember().map_err(|error| format!("the memory was not written: {error}"));
    let behind = app.log_standing().behind;
    if behind > NO_WORD {
        say(format!("note: waiting for the disk: the log is {behind} records behind\n"));
    }
    let told = [traced, remembered].into_iter().filter_map(Result::err);
    let (unwritten, unsent) = app.finish_logs();
    unsent.into_iter().for_each(|left| say(format!("note: {left}\n")));
    told.chain(unwritten).collect()
}

/// Says what was not written. How the simulator ended decides the exit code, unless it ended well.
fn all_written(unwritten: Vec<String>, ended: Result<(), Failure>) -> Result<(), Failure> {
    if unwritten.is_empty() {
        return ended;
    }
    let told: String = unwritten.iter().map(|told| format!("error: {told}\n")).collect();
    say(told);
    ended.and(Err(Failure::Ended(UNDONE)))
}

/// Says something after the terminal was given back. It may be closed by then, which is no error, or not
/// read, which must not hold the program.
fn say(text: String) {
    let (said, heard) = channel();
    let speak = move || {
        let _ = stderr().write_all(text.as_bytes());
        let _ = said.send(());
    };
    if std::thread::Builder::new().name("last words".into()).spawn(speak).is_ok() {
        let _ = heard.recv_timeout(LAST_WORDS);
    }
}

/// A folder's name that is good wherever it is read from; it need not be there yet.
pub(super) fn from_anywhere(folder: &str) -> String {
    std::path::absolute(folder).map_or(folder.into(), |path| path.display().to_string())
}

/// Requires a terminal; `help` says what can be done without one.
pub(super) fn needs_terminal(help: &str) -> Result<(), Failure> {
    let message = if !stdin().is_terminal() || !stdout().is_terminal() {
        "the simulator needs a terminal for both input and output"
    } else if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        "the simulator needs a terminal that can move its cursor, and TERM=dumb says that this one cannot;\n\
         \x20 if it can, name what it is: TERM=xterm-256color melody"
    } else {
        return Ok(());
    };
    Err(Failure::Other(format!("{message}\n  help: {help}")))
}

pub(super) fn how_it_ended(ended: std::io::Result<Ended>) -> Result<(), Failure> {
    match ended {
        Ok(Ended::Quit) => Ok(()),
        Ok(Ended::Signal(signal)) => Err(Failure::Ended(SIGNALLED.saturating_add(signal as u8))),
        Ok(Ended::HungUp) => Err(Failure::Ended(SIGNALLED + SIGHUP)),
        Ok(Ended::Panic) => Err(Failure::Ended(101)),
        Err(error) => {
            say(format!("error: the terminal: {error}\n"));
            Err(Failure::Ended(UNDONE))
        }
    }
}
