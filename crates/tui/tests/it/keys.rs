//! The simulator driven by keys, without a terminal.

use std::time::Duration;

use crate::shown::screen;
use crate::stage::{app, events, library, message, play, press};
use melody_core::event::Action;
use melody_core::input::TomlFile;
use melody_sessions::{script, trace_file as tracefile};
use melody_tui::{App, Speed};

/// Of every step so far.
pub(crate) fn hash(app: &App) -> String {
    tracefile::hash(app.session.timeline().traces())
}

#[test]
fn keys_become_events() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "l s n r j enter b c enter right");
    let wanted = ["like", "save", "skip", "replay", "open", "subscribe", "scene", "skip"];
    assert_eq!(events(&app), wanted);
}

#[test]
fn a_song_finishes_exactly_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "space");
    while app.session.speed.factor() < 64.0 {
        press(&mut app, "+");
    }
    play(&mut app, 900.0);
    let timeline = app.session.timeline();
    assert!(timeline.events().len() >= 3, "{} songs", timeline.events().len());
    let mut began = 0;
    for (i, event) in timeline.events().iter().enumerate() {
        let before = timeline.trace_at(i).unwrap();
        let duration = before.playing.length_ms();
        assert_eq!(event.action, Action::Finish);
        assert_eq!(event.heard_ms, duration);
        began += u64::from(duration);
        assert_eq!(event.at_ms, began, "no time is lost between songs");
    }
}

#[test]
fn a_slow_frame_is_not_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "space");
    app.session.speed = Speed::new(64.0).unwrap();
    app.tick(Duration::from_secs(3600));
    assert!(app.session.head().now_ms <= 16_000, "a quarter of a second at 64x at most");
}

#[test]
fn nothing_moves_while_paused() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let before = app.session.head();
    app.tick(Duration::from_secs(1));
    assert_eq!(app.session.head(), before);
    press(&mut app, "space");
    app.tick(Duration::from_millis(100));
    assert_eq!(app.session.head().now_ms, 100);
}

#[test]
fn speed_doubles_and_halves_between_its_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "- - -");
    assert_eq!(app.session.speed.factor(), 0.5);
    press(&mut app, "+ + + + + + + + + +");
    assert_eq!(app.session.speed.factor(), 64.0);
}

#[test]
fn undo_takes_one_event_back_and_the_same_keys_lead_to_the_same_traces() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("enthusiast", folder.path());
    press(&mut app, "space");
    play(&mut app, 20.0);
    press(&mut app, "n l");
    let (played, head) = (hash(&app), app.session.head());
    press(&mut app, "n u");
    assert_eq!((hash(&app), app.session.head()), (played, head));
    assert!(message(&app).contains("Took back: skip"), "{}", message(&app));
    press(&mut app, "u u");
    assert_eq!(events(&app).len(), 0);
    press(&mut app, "u");
    assert!(message(&app).contains("Nothing to take back"), "{}", message(&app));
}

#[test]
fn autopilot_does_what_a_script_s_autopilot_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "a");
    app.session.speed = Speed::new(64.0).unwrap();
    let plays = |app: &App| app.session.trace().listener.plays;
    while plays(&app) < 12 {
        // While somebody looks at the help the session does not end, though its listener leaves.
        press(&mut app, "?");
        play(&mut app, 10.0);
        press(&mut app, "esc");
        if !app.session.playing {
            press(&mut app, "space");
        }
    }
    let count = plays(&app);
    let text = format!(
        "format = 1\nname = \"same\"\n[session]\nprofile = \"explorer\"\nseed = 1\n\
         [[steps]]\ndo = \"autopilot\"\nsongs = {count}\n"
    );
    let script = script::parse(TomlFile::embedded("same.toml", &text)).unwrap();
    let profile = melody_sessions::names::profile_named("explorer", folder.path()).unwrap();
    let engine = library().engine(&profile, None, 1);
    let ran = script::run(&script, engine, &profile, library().world()).unwrap();
    let ours: Vec<_> = app.session.timeline().events().to_vec();
    let shared = ours.len().min(ran.timeline.events().len());
    assert!(shared > 10);
    assert_eq!(ours[..shared], ran.timeline.events()[..shared]);
    for step in 0..=shared {
        let a = app.session.timeline().trace_at(step).unwrap();
        let b = ran.timeline.trace_at(step).unwrap();
        assert_eq!(a, b, "step {step}");
    }
}

#[test]
fn the_bandit_s_view_works_out_regret_while_autopilot_listens() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("promotion-averse", folder.path());
    press(&mut app, "n n n n n n n n n n 4");
    assert!(app.view().regrets.is_empty(), "nobody is simulated yet");
    press(&mut app, "1 a 4");
    let regrets = app.view().regrets;
    let steps: Vec<u32> = regrets.iter().map(|regret| regret.step).collect();
    let decided = |app: &App| -> Vec<u32> {
        let made = app.session.timeline().traces().filter(|trace| trace.bandit.decided.is_some());
        made.map(|trace| trace.step).collect()
    };
    let made = decided(&app);
    assert!(made.len() > 2, "{made:?}");
    assert_eq!(steps, made[..made.len() - 1], "the last decision is still open");
    assert!(regrets.iter().all(|regret| regret.rewards.len() == 5));
    while decided(&app).len() == made.len() {
        press(&mut app, "u");
    }
    assert_eq!(app.view().regrets, regrets[..regrets.len() - 1], "an open decision has none");
}

#[test]
fn autopilot_goes_on_the_same_way_after_an_undo() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("promotion-averse", folder.path());
    press(&mut app, "a");
    app.session.speed = Speed::new(64.0).unwrap();
    let some = |app: &mut App, n: usize| {
        while app.session.timeline().events().len() < n {
            app.session.playing = true;
            play(app, 1.0);
        }
        app.session.timeline().events()[..n].to_vec()
    };
    let first = some(&mut app, 9);
    while app.session.timeline().events().len() > 4 {
        press(&mut app, "u");
    }
    assert_eq!(some(&mut app, 9), first);
}

#[test]
fn a_session_is_written_as_a_script_that_replays_to_the_same_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "space");
    play(&mut app, 12.3);
    press(&mut app, "l");
    play(&mut app, 4.0);
    press(&mut app, "n j j enter / a tab c enter b");
    play(&mut app, 31.7);
    press(&mut app, "r a");
    app.session.speed = Speed::new(64.0).unwrap();
    play(&mut app, 600.0);
    press(&mut app, "u w");
    assert!(message(&app).contains("melody replay melody-session-1.toml"), "{}", message(&app));
    press(&mut app, "w");
    assert!(message(&app).contains("melody-session-2.toml"), "nothing is overwritten");

    let path = folder.path().join("melody-session-1.toml");
    let script = script::load(&path).unwrap();
    let profile = melody_sessions::names::profile_named("likely-payer", folder.path()).unwrap();
    let engine = library().engine(&profile, script.opening.scene, script.opening.seed);
    let ran = script::run(&script, engine, &profile, library().world()).unwrap();
    assert_eq!(tracefile::hash(ran.timeline.traces()), hash(&app));
}

#[test]
fn what_makes_no_sense_is_refused_calmly() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("subscriber", folder.path());
    press(&mut app, "l l");
    assert_eq!(message(&app), "Cannot like: the song is liked already.");
    press(&mut app, "b");
    assert_eq!(message(&app), "Cannot subscribe: the listener has a subscription already.");
    assert_eq!(events(&app), ["like"]);
    press(&mut app, "j");
    assert_eq!(message(&app), "", "a message goes with the next key");
}

#[test]
fn another_listener_begins_a_new_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n n p down enter");
    assert_eq!(app.session.opening().profile, "commuter");
    assert_eq!(events(&app).len(), 0);
    assert!(!app.session.playing, "what was paused stays paused");
}

#[test]
fn the_selection_follows_its_song() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "j j j");
    let song = app.session.trace().queue[3].song.id.clone();
    press(&mut app, "n");
    let view = app.view();
    match view.now().queue.iter().position(|entry| entry.song.id == song) {
        Some(place) => assert_eq!(view.selected, place),
        None => assert_eq!(view.selected, 0),
    }
    press(&mut app, "G");
    assert_eq!(app.view().selected, view.now().queue.len() - 1);
    press(&mut app, "g");
    assert_eq!(app.view().selected, 0);
}

#[test]
fn in_ascii_arrow_keys_go_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "c");
    let footer = |app: &App| screen(app, 120, 40).trim_end().lines().last().unwrap().to_string();
    assert!(footer(&app).contains("↓ down"), "{}", footer(&app));
    app.look.ascii = true;
    assert!(footer(&app).contains("down down  up up"), "{}", footer(&app));
}

#[test]
fn popups_open_and_close() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    for keys in ["? esc", "? q", "/ esc", "p esc", "c esc", "t esc", "L esc"] {
        press(&mut app, keys);
        assert!(app.view().popup.is_none(), "{keys}");
        assert!(!app.quits(), "{keys}");
    }
    press(&mut app, "/ ctrl-c");
    assert!(app.quits());
}
