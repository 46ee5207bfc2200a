//! `melody open`: the simulator with a session that was written down.

use std::path::Path;

use super::arguments::Open;
use super::failure::Failure;
use super::opening::library as open_library;
use super::settings;
use super::simulator::{from_anywhere, how_it_ended, needs_terminal, rescue};
use crate::config::{Config, Environment};
use melody_sessions::names::profile_named;
use melody_sessions::saved::Saved;
use melody_tui as tui;
use melody_tui::{App, Sitting};

pub(super) fn run(arguments: &Open) -> Result<(), Failure> {
    needs_terminal("`melody replay SCRIPT` plays a script without one")?;
    let flags = settings::screen(&arguments.screen, arguments.device);
    let config = Config::load(&Environment::of_process(), flags)?;
    let look = config.look()?;
    let mut saved = Saved::read(&arguments.file)?;
    if let Some(folder) = &arguments.versions {
        saved.opening.versions = Some(from_anywhere(&folder.display().to_string()));
    }
    let (opening, here) = (saved.opening.clone(), Path::new(""));
    let profile = profile_named(&opening.profile, here)?;
    let library = open_library(&opening, here, config.device.value)?;
    // Its beginning is on screen while the rest is played again.
    let engine = saved.engine(&library, &profile)?;
    let mut session = Sitting::begin(library, opening, profile, engine);
    session.playing = false;
    session.speed = config.speed.value;
    let mut app = App::new(session, here.to_path_buf(), look);
    app.themes = config.themes();
    app.profiles = config.profiles();
    app.reopen(arguments.file.display().to_string(), move || Ok(saved));
    let ended = tui::run(&mut app, config.mouse.value);
    rescue(&mut app, &ended);
    how_it_ended(ended)
}
