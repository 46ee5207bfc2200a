//! Makes the README's pictures out of the real program: the shipped tour, scene by scene, as an
//! animation, and a few views of its last scene but one as they stand still.
//!
//! ```text
//! cargo run --release --example picture
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use melody::model::Backend;
use melody::opening::{Library, profile_named};
use melody::tui::{App, Command, Look, Sitting, Tab, Theme, Tour, draw, picture};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const FOLDER: &str = "assets";
const SIZE: (u16, u16) = (120, 40);
/// Seconds a scene is shown: to read its caption and look around.
const READING: f64 = 6.0;
/// Views that are shown standing still as well.
const STILL: [(Tab, &str); 3] =
    [(Tab::Stage, "screen"), (Tab::Explain, "explain"), (Tab::WhatIf, "what-if")];

fn main() -> Result<(), Box<dyn Error>> {
    let tour = Tour::shipped()?;
    let here = Path::new("");
    let profile = profile_named(&tour.opening.profile, here)?;
    let library = Library::load(&tour.opening, here, Backend::Flex)?;
    let session = Sitting::open(library, tour.opening.clone(), profile);
    let mut app = App::new(session, here.to_path_buf(), Look::new(Theme::colours()));
    let scenes = tour.scenes.len();
    app.guide(tour);
    let mut frames = Vec::new();
    for scene in 0..scenes {
        if scene > 0 {
            app.handle(Command::NextScene);
        }
        settle(&mut app);
        frames.push((drawn(&mut app), READING));
    }
    write("tour.svg", &picture::animation(&frames))?;

    app.handle(Command::EndTour);
    for (tab, name) in STILL {
        app.handle(Command::Show(tab));
        if tab == Tab::WhatIf {
            (0..2).for_each(|_| app.handle(Command::Down));
            (0..9).for_each(|_| app.handle(Command::More));
        }
        settle(&mut app);
        write(&format!("{name}.svg"), &picture::svg(&drawn(&mut app)))?;
    }
    Ok(())
}

/// Lets everything that was asked for be worked out, and the eye come to rest.
fn settle(app: &mut App) {
    for _ in 0..3 {
        app.tick(Duration::ZERO);
        app.settle();
    }
    app.session.playing = false;
    app.tick(Duration::from_secs(1));
    app.settle();
}

fn drawn(app: &mut App) -> Buffer {
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    let found = draw(&app.view(), area, &mut buffer);
    app.drawn(found);
    buffer
}

fn write(name: &str, svg: &str) -> Result<(), Box<dyn Error>> {
    let path = Path::new(FOLDER).join(name);
    std::fs::write(&path, svg)?;
    println!("{}, {} KB", path.display(), svg.len() / 1000);
    Ok(())
}
