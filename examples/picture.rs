//! Plays a short session by its keys and writes a picture of the screen: `assets/screen.svg`.
//!
//! ```text
//! cargo run --release --example picture
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::tui::{App, Look, Session, Speed, Theme, draw, picture};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const OUT: &str = "assets/screen.svg";
const SIZE: (u16, u16) = (120, 40);
/// Songs the simulated listener hears first.
const SONGS: u32 = 26;

fn main() -> Result<(), Box<dyn Error>> {
    let opening = Opening { profile: "explorer".into(), seed: 3, ..Opening::default() };
    let here = Path::new("");
    let library = Library::load(&opening, here, Backend::Flex)?;
    let profile = profile_named(&opening.profile, here)?;
    let mut app = App::new(
        Session::open(library, opening, profile),
        here.to_path_buf(),
        Look::new(Theme::colours()),
    );

    press(&mut app, "a")?;
    app.session.speed = Speed::new(64.0).unwrap_or(Speed::NORMAL);
    while app.session.trace().listener.plays < SONGS {
        app.session.playing = true;
        app.tick(Duration::from_millis(33));
        app.settle();
    }
    press(&mut app, "- - - - j j")?;
    // Somewhere inside the song, with the listener still at the controls.
    let until = app.session.trace().at_ms + 47_000;
    while app.session.head().now_ms < until {
        app.session.playing = true;
        app.tick(Duration::from_millis(33));
        app.settle();
    }
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    draw(&app.view(), area, &mut buffer);
    std::fs::write(OUT, picture::svg(&buffer))?;
    println!("{OUT}");
    Ok(())
}

fn press(app: &mut App, keys: &str) -> Result<(), Box<dyn Error>> {
    for key in keys.split(' ') {
        app.press(key.parse()?);
    }
    Ok(())
}
