//! `melody demo`: a tour, on screen or checked.

use std::path::Path;

use super::arguments::Demo;
use super::failure::Failure;
use super::opening::library as open_library;
use super::replay::say_failed;
use super::say::{say, say_json};
use super::settings;
use super::simulator::{how_it_ended, needs_terminal};
use crate::config::{Config, Environment};
use melody_core::output::{Kind, Mark, may_write, write_whole};
use melody_sessions::names::profile_named;
use melody_tui as tui;
use melody_tui::{
    App, Asciicast, Cast, Lang, Look, Recorded, SceneReport, Sitting, Theme, Tour, Unseen, wrapped,
};

pub(super) fn run(arguments: &Demo) -> Result<(), Failure> {
    if !arguments.check && !arguments.notes && arguments.record.is_none() {
        needs_terminal("`melody demo --check` plays a tour without one")?;
    }
    let (mut tour, base) = match &arguments.file {
        Some(file) => (Tour::load(file)?, file.parent().unwrap_or(Path::new(""))),
        None => (Tour::shipped()?, Path::new("")),
    };
    tour.check_names(base)?;
    tour.opening = tour.opening.anchored(base);
    if arguments.check {
        return check(tour, arguments);
    }
    let flags = settings::screen(&arguments.screen, arguments.device);
    let config = Config::load(&Environment::of_process(), flags)?;
    let look = config.look()?;
    if arguments.notes {
        return notes(&tour, look.lang);
    }
    let (opening, here) = (tour.opening.clone(), Path::new(""));
    let profile = profile_named(&opening.profile, here)?;
    if let Some(out) = &arguments.record {
        let inputs: Vec<&Path> = arguments.file.as_deref().into_iter().collect();
        may_write(out, RECORDING, &inputs)?;
    }
    let library = open_library(&opening, here, config.device.value)?;
    let engine = tour.engine(&library, &profile)?;
    let session = Sitting::begin(library, opening, profile, engine);
    let mut app = App::new(session, Path::new("").to_path_buf(), look);
    if let Some(out) = &arguments.record {
        return record(&mut app, tour, arguments, out);
    }
    app.themes = config.themes();
    app.profiles = config.profiles();
    match arguments.kiosk {
        true => app.tour_by_itself(tour),
        false => app.guide(tour),
    }
    how_it_ended(tui::run(&mut app, config.mouse.value))
}

/// Each scene, for whoever presents it: what the screen says, what it shows, and what is not on it.
fn notes(tour: &Tour, lang: Lang) -> Result<(), Failure> {
    let scenes = tour.scenes.len();
    for (number, scene) in (1..).zip(&tour.scenes) {
        say!("{number}/{scenes}  {}", lang.text(scene.view.name()))?;
        indented("    ", scene.caption.text(lang))?;
        if !scene.shows.is_empty() {
            let shows: Vec<_> = scene.shows.iter().map(|text| lang.text(text)).collect();
            indented("    > ", &shows.join(" · "))?;
        }
        if let Some(notes) = &scene.notes {
            indented("    * ", notes.text(lang))?;
        }
        say!()?;
    }
    Ok(())
}

/// Columns of the notes, wherever they are printed to.
const COLUMNS: usize = 80;

/// A text over as many lines as it takes, broken between words, each as far in as the first.
fn indented(lead: &str, said: &str) -> Result<(), Failure> {
    let rest = " ".repeat(lead.len());
    let lines = wrapped(said, COLUMNS - lead.len());
    lines.iter().enumerate().try_for_each(|(i, line)| {
        let lead = if i == 0 { lead } else { &rest };
        say!("{lead}{line}")
    })
}

/// What a recording is told by before another is written over it.
const RECORDING: Kind = Kind { name: "recording", mark: Mark::Key("version") };

fn record(app: &mut App, tour: Tour, arguments: &Demo, out: &Path) -> Result<(), Failure> {
    let version = if arguments.asciicast == 3 { Asciicast::V3 } else { Asciicast::V2 };
    let scenes = tour.scenes.len();
    let mut cast = Cast::begin(version, "Melody: a tour", arguments.size);
    let ends = app.record(tour, arguments.size, &mut |at, recorded| match recorded {
        Recorded::Scene(caption) => {
            cast.mark(at, caption);
            Ok(())
        }
        Recorded::Frame(frame) => cast.frame(at, frame).map_err(|error| error.to_string()),
    })?;
    write_whole(out, cast.end(ends).as_bytes())?;
    let seconds = ends.as_secs();
    say!("The tour is recorded in {}: {scenes} scenes, {seconds} s.", out.display())
}

fn check(tour: Tour, arguments: &Demo) -> Result<(), Failure> {
    let (opening, here) = (tour.opening.clone(), Path::new(""));
    let profile = profile_named(&opening.profile, here)?;
    let library = open_library(&opening, here, arguments.device.unwrap_or_default().into())?;
    let (mut scenes, _) = tour.check(&library, &profile)?;
    let file = tour.file.name.clone();
    let engine = tour.engine(&library, &profile)?;
    let session = Sitting::begin(library, opening, profile, engine);
    let mut app = App::new(session, here.to_path_buf(), Look::new(Theme::plain()));
    for unseen in app.rehearse(tour) {
        scenes[unseen.scene - 1].unseen.push(unseen);
    }
    if arguments.json {
        say_json(&scenes)?;
    } else {
        scenes.iter().try_for_each(|scene| print(&file, scene))?;
    }
    let passed = scenes.iter().all(passed);
    if passed { Ok(()) } else { Err(Failure::Check) }
}

/// Whether a scene shows what its caption says.
fn passed(report: &SceneReport) -> bool {
    report.failed.is_empty() && report.unseen.is_empty()
}

/// Columns of a caption that tell which scene it is.
const CAPTION: usize = 60;

fn print(file: &str, report: &SceneReport) -> Result<(), Failure> {
    let mark = if passed(report) { "ok  " } else { "FAIL" };
    let caption = melody_tui::left(&report.caption, CAPTION);
    let caption = caption.trim_end();
    let SceneReport { scene, events, expectations, .. } = report;
    say!("{mark} {scene:>2}  {events:>3} events, {expectations} expectations  {caption}")?;
    say_failed(file, &report.failed)?;
    for Unseen { text, language, screen: (width, height), .. } in &report.unseen {
        say!("     {file}: \"{text}\" cannot be seen at {width}x{height} ({language})")?;
    }
    Ok(())
}
