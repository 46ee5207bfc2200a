//! Session after session on autopilot: what begins when the listener leaves, and what is kept.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::shown::screen;
use crate::stage::{app, events, library, message, press};
use melody_sessions::names::profile_named;
use melody_sessions::saved::Saved;
use melody_sessions::{script, trace_file as tracefile};
use melody_tui::{App, Popup, Speed};

/// A listener on autopilot, as fast as the clock goes.
fn alone(folder: &Path) -> App {
    let mut app = app("casual-listener", folder);
    press(&mut app, "a");
    app.session.speed = Speed::new(64.0).unwrap();
    app
}

fn frame(app: &mut App) {
    app.tick(Duration::from_millis(200));
    app.settle();
}

fn seed(app: &App) -> u64 {
    app.session.opening().seed
}

/// Plays until the session of this seed has begun.
fn play_to(app: &mut App, session: u64) {
    for _ in 0..20_000 {
        if seed(app) == session {
            return;
        }
        frame(app);
    }
    panic!("session {session} never began: {}", message(app));
}

#[test]
fn when_the_listener_leaves_the_next_session_begins_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = alone(folder.path());
    let first = Arc::downgrade(app.session.timeline().trace_at(0).unwrap());
    play_to(&mut app, 2);
    assert!(app.session.playing && app.session.autopilot());
    assert_eq!(app.session.timeline().events().len(), 0, "from the beginning");
    let name = app.session.profile().name.clone();
    // Why the one before is over stays to be read where the next begins.
    let said = message(&app);
    assert!(said.starts_with(&format!("{name} leaves after ")), "{said}");
    assert!(said.contains(": contentment 0.") && said.contains(" leave after a play"), "{said}");
    assert!(said.contains(" Would be back in about "), "{said}");
    assert!(said.ends_with(&format!("The next session begins: {name} again, seed 2.")), "{said}");
    play_to(&mut app, 3);
    assert!(first.upgrade().is_none(), "what is over is let go");

    // It is the session that this seed opens.
    let profile = profile_named("casual-listener", folder.path()).unwrap();
    let opened = library().engine(&profile, None, 3).start().1;
    assert_eq!(**app.session.timeline().trace_at(0).unwrap(), opened);
}

#[test]
fn sessions_that_are_over_are_written_and_asked_about_with_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = alone(folder.path());
    let mut first = Vec::new();
    while seed(&app) == 1 {
        first = app.session.timeline().traces().cloned().collect();
        frame(&mut app);
    }
    play_to(&mut app, 3);
    press(&mut app, "space q");
    let Some(Popup::Confirm(confirm)) = app.view().popup else { panic!("a question is asked") };
    assert!(confirm.lost > first.len(), "{} of both sessions", confirm.lost);
    press(&mut app, "w");
    for number in 1..=3 {
        let script = folder.path().join(format!("melody-session-{number}.toml"));
        assert!(script.exists(), "session {number}");
    }
    press(&mut app, "esc q");
    assert!(app.quits(), "all is written");

    // The present one is written first, the others in their order.
    let written = script::load(&folder.path().join("melody-session-2.toml")).unwrap();
    let profile = profile_named("casual-listener", folder.path()).unwrap();
    let engine = library().engine(&profile, written.opening.scene, written.opening.seed);
    let ran = script::run(&written, engine, &profile, library().world()).unwrap();
    let again: Vec<_> = ran.timeline.traces().cloned().collect();
    assert_eq!(again[..first.len()], first[..], "its script plays it again");
}

#[test]
fn a_session_that_is_looked_at_rests_when_its_listener_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = alone(folder.path());
    press(&mut app, "?");
    while app.session.playing {
        frame(&mut app);
    }
    press(&mut app, "esc");
    assert_eq!(seed(&app), 1);
    assert!(!events(&app).is_empty());
    app.handle(melody_tui::Command::Messages);
    let Some(Popup::Messages { said, .. }) = app.view().popup else { panic!("what was said") };
    let last = &said.last().unwrap().text;
    assert!(last.contains(" leaves after ") && last.ends_with(" `space` plays on."), "{last}");
}

#[test]
fn each_session_has_its_trace_where_traces_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = alone(folder.path());
    app.keep_trace(Some(folder.path().join("evening.jsonl")));
    let mut hash = String::new();
    while seed(&app) == 1 {
        hash = tracefile::hash(app.session.timeline().traces());
        frame(&mut app);
    }
    let saved = Saved::read(&folder.path().join("evening-1.jsonl")).unwrap();
    assert_eq!(saved.opening.seed, 1);
    let profile = profile_named("casual-listener", folder.path()).unwrap();
    let again = saved.replay(library(), &profile, &mut |_, _| {}).unwrap();
    assert!(again.parted.is_none());
    let kept: Vec<_> = again.timeline.traces().collect();
    assert!(kept.len() > 1 && !hash.is_empty());
    press(&mut app, "q");
    assert!(app.quits(), "nothing is lost");
}

#[test]
fn a_kiosk_goes_on_under_a_popup_keeps_nothing_and_takes_its_controls_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = alone(folder.path());
    assert!(!screen(&app, 80, 24).contains("KIOSK"));
    app.kiosk = true;
    assert!(screen(&app, 80, 24).contains("KIOSK"), "it says that it is one");
    press(&mut app, "?");
    play_to(&mut app, 2);
    assert!(app.view().popup.is_none());
    play_to(&mut app, 3);
    let present = app.session.timeline().events().len();
    assert_eq!(present, 0);
    press(&mut app, "q");
    assert!(app.quits(), "there is nothing to ask about");

    let mut app = alone(folder.path());
    app.kiosk = true;
    press(&mut app, "n a space 4 ?");
    assert!(!app.session.playing && !app.session.autopilot());
    app.tick(Duration::from_secs(119));
    assert!(app.view().popup.is_some(), "somebody may still be there");
    app.tick(Duration::from_secs(1));
    app.settle();
    assert!(app.view().popup.is_none());
    assert!(app.session.playing && app.session.autopilot());
}

#[test]
fn a_kiosks_session_that_becomes_long_gives_way_to_the_next_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = alone(folder.path());
    // Somebody at the keys, whose session goes on for as long as they like.
    press(&mut app, "a");
    for _ in 0..64 {
        press(&mut app, "n");
    }
    frame(&mut app);
    assert_eq!((seed(&app), events(&app).len()), (1, 64));
    app.kiosk = true;
    app.session.set_autopilot(true);
    app.session.playing = true;
    frame(&mut app);
    assert_eq!((seed(&app), events(&app).len()), (2, 0));
    let name = app.session.profile().name.clone();
    assert_eq!(
        message(&app),
        format!("The session was long; the next begins: {name} again, seed 2.")
    );
    assert!(app.session.playing && app.session.autopilot());
}

#[test]
fn a_session_in_which_a_person_had_the_controls_rests_with_what_was_set_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "3 right enter 1 a");
    app.session.speed = Speed::new(64.0).unwrap();
    let set = app.session.trace().overrides.clone();
    assert!(!set.is_empty(), "a weight is set by hand");
    for _ in 0..20_000 {
        if !app.session.playing {
            break;
        }
        frame(&mut app);
    }
    assert!(!app.session.playing, "it rests");
    assert_eq!((seed(&app), &app.session.trace().overrides), (1, &set));
    let said = message(&app);
    assert!(said.contains(" leaves after "), "{said}");
    assert!(said.contains("all stays as it is; `space` plays on"), "{said}");
}
