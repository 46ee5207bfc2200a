//! An app on the shipped model and catalogue, driven by the names of keys.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use melody_model::Backend;
use melody_sessions::library::Library;
use melody_sessions::names::profile_named;
use melody_sessions::opening::Opening;
use melody_tui::{App, Look, Sitting, Theme};

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    Library::load(&Opening::default(), Path::new(""), Backend::Flex).expect("the shipped library")
});

/// A fresh session of a shipped listener, paused, that writes its files to `folder`.
pub(crate) fn app(profile: &str, folder: &Path) -> App {
    let opening = Opening { profile: profile.into(), ..Opening::default() };
    let profile = profile_named(profile, Path::new("")).expect("a shipped profile");
    let mut session = Sitting::open(LIBRARY.clone(), opening, profile);
    session.playing = false;
    App::new(session, folder.to_path_buf(), Look::new(Theme::colours()))
}

pub(crate) fn library() -> &'static Library {
    &LIBRARY
}

/// Presses keys by name, each when what the one before asked for is done.
pub(crate) fn press(app: &mut App, keys: &str) {
    for key in keys.split(' ') {
        app.press(key.parse().expect("the name of a key"));
        app.settle();
    }
}

/// Types text, a key at a time.
pub(crate) fn write(app: &mut App, text: &str) {
    for c in text.chars() {
        let name = if c == ' ' { "space".to_string() } else { c.to_string() };
        app.press(name.parse().expect("a character"));
    }
}

/// Lets simulated seconds pass at the app's speed, a frame at a time.
pub(crate) fn play(app: &mut App, seconds: f64) {
    let until = app.session.head().now_ms + (seconds * 1000.0) as u64;
    while app.session.playing && app.session.head().now_ms < until {
        let left = (until - app.session.head().now_ms) as f64 / 1000.0;
        let frame = (left / app.session.speed.factor()).min(0.033);
        app.tick(Duration::from_secs_f64(frame.max(0.001)));
        app.settle();
    }
}

/// Names of the events so far.
pub(crate) fn events(app: &App) -> Vec<&'static str> {
    app.session.timeline().events().iter().map(|event| event.action.name()).collect()
}

/// What is said on screen.
pub(crate) fn message(app: &App) -> String {
    app.view().message.unwrap_or_default()
}
