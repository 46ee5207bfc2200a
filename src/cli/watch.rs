//! `melody watch`: a learner at work, live.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use super::arguments::Watch;
use super::failure::Failure;
use super::learn::now_ms;
use super::say::{say, say_json};
use super::settings;
use crate::config::{Config, Environment};
use melody_stream::learn::Status;
use melody_tui as tui;

/// What is shown where nobody can be shown a screen.
const COLUMNS: usize = 120;

pub(super) fn run(arguments: &Watch) -> Result<(), Failure> {
    let folder = Path::new(&arguments.folder);
    let status = Status::read(folder)?;
    if arguments.json {
        return say_json(&status);
    }
    let config =
        Config::load(&Environment::of_process(), settings::screen(&arguments.screen, None))?;
    let look = config.look()?;
    if arguments.once || !stdout().is_terminal() {
        return tui::watched(&status, now_ms(), look.lang, COLUMNS)
            .iter()
            .try_for_each(|line| say!("{line}"));
    }
    let read = || Status::read(folder);
    tui::watch(&look, &read).map_err(|e| Failure::Other(format!("the terminal: {e}")))
}
