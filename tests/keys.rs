//! The simulator driven by keys, without a terminal.

mod stage;

use std::time::Duration;

use melody::event::{Action, Target};
use melody::input::TomlFile;
use melody::script;
use melody::tracefile;
use melody::tui::{App, Hit, Popup, Speed, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use stage::{app, events, library, play, press, write};

fn hash(app: &App) -> String {
    tracefile::hash(app.session.timeline().traces())
}

fn message(app: &App) -> String {
    app.view().message.unwrap_or_default()
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
        let duration = before.playing.song.duration_ms;
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
        play(&mut app, 10.0);
        if !app.session.playing {
            assert!(message(&app).contains("leaves"), "{}", message(&app));
            press(&mut app, "space");
        }
    }
    let count = plays(&app);
    let text = format!(
        "format = 1\nname = \"same\"\n[session]\nprofile = \"explorer\"\nseed = 1\n\
         [[steps]]\ndo = \"autopilot\"\nsongs = {count}\n"
    );
    let script = script::parse(TomlFile::embedded("same.toml", &text)).unwrap();
    let profile = melody::opening::profile_named("explorer", folder.path()).unwrap();
    let engine = library().engine(profile, None, 1);
    let ran = script::run(&script, engine, library().world()).unwrap();
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
    let profile = melody::opening::profile_named("likely-payer", folder.path()).unwrap();
    let engine = library().engine(profile, script.opening.scene, script.opening.seed);
    let ran = script::run(&script, engine, library().world()).unwrap();
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
fn a_search_finds_songs_and_artists_and_opens_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let artist = "Velvet Sinners";
    press(&mut app, "/");
    write(&mut app, "velvt sin");
    press(&mut app, "enter");
    let first = app.session.catalogue().first_by(artist).unwrap();
    match &app.session.timeline().events()[0].action {
        Action::Search { query, target } => {
            assert_eq!(query, "velvt sin");
            assert_eq!(*target, Target::ArtistOf(first));
        }
        other => panic!("{other:?}"),
    }
    press(&mut app, "/");
    write(&mut app, "no more dreamers");
    press(&mut app, "tab");
    assert_eq!(events(&app), ["search", "search", "open"]);
    assert_eq!(app.session.trace().playing.song.title, "No More Dreamers");
}

#[test]
fn letters_typed_in_a_search_are_no_commands_and_pastes_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "/");
    write(&mut app, "nqlsb");
    app.paste(&"x\n\u{7}夜".repeat(10_000));
    let Some(Popup::Search(search)) = app.view().popup else { panic!("the search is open") };
    assert_eq!(search.input.value().chars().count(), 80);
    assert!(!search.input.value().chars().any(char::is_control));
    press(&mut app, "enter esc");
    assert_eq!(events(&app).len(), 0, "nothing was found, so nothing was searched for");
    app.paste("nnn");
    assert_eq!(events(&app).len(), 0, "pasted text is no command");
}

#[test]
fn another_listener_begins_a_new_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n n p j enter");
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
fn popups_open_and_close() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    for keys in ["? esc", "? q", "/ esc", "p q", "c esc", "t esc", "L q"] {
        press(&mut app, keys);
        assert!(app.view().popup.is_none(), "{keys}");
        assert!(!app.quits(), "{keys}");
    }
    press(&mut app, "/ ctrl-c");
    assert!(app.quits());
}

#[test]
fn an_earlier_step_is_looked_at_and_gone_back_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n l n n 9 left left");
    let view = app.view();
    assert_eq!((view.now().step, view.past, view.newest), (2, true, 4));
    press(&mut app, "enter");
    assert_eq!(events(&app), ["skip", "like"], "two events are taken back without a question");
    assert!(!app.view().past);
    press(&mut app, "enter");
    assert_eq!(message(&app), "This is the newest step already.");
    press(&mut app, "g");
    assert_eq!(app.view().now().step, 0);
    press(&mut app, "end");
    assert_eq!(app.view().now().step, 2);
}

#[test]
fn much_is_taken_back_only_after_a_question_and_can_be_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n l n n n");
    let before = hash(&app);
    press(&mut app, "9 home enter");
    let Some(Popup::Confirm(confirm)) = app.view().popup else { panic!("a question is asked") };
    assert_eq!(confirm.lost, 5);
    press(&mut app, "esc");
    assert_eq!(hash(&app), before, "no changes nothing");
    press(&mut app, "enter w");
    let Some(Popup::Confirm(confirm)) = app.view().popup else { panic!("it is still asked") };
    assert!(confirm.kept.unwrap().contains("melody-session-1.toml"));
    press(&mut app, "y");
    assert_eq!(events(&app).len(), 0);
    press(&mut app, "U");
    assert_eq!(hash(&app), before);
    assert_eq!(message(&app), "5 events are back.");
    press(&mut app, "U");
    assert_eq!(message(&app), "Nothing to put back.");
    press(&mut app, "u u U");
    assert_eq!(hash(&app), before, "what was taken back in parts comes back as a whole");
    press(&mut app, "u n U");
    assert_eq!(message(&app), "Nothing to put back.", "something else has happened");
}

#[test]
fn a_step_of_long_ago_is_gone_back_to_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, &["n"; 21].join(" "));
    let then = hash(&app);
    press(&mut app, &["n"; 19].join(" "));
    let now = hash(&app);
    press(&mut app, &["9", &["left"; 19].join(" "), "enter", "y"].join(" "));
    assert_eq!((events(&app).len(), hash(&app)), (21, then));
    press(&mut app, "U");
    assert_eq!(hash(&app), now);
}

#[test]
fn another_listener_is_asked_about_where_much_would_be_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n n n n p j enter");
    assert!(matches!(app.view().popup, Some(Popup::Confirm(_))));
    press(&mut app, "n");
    assert_eq!((events(&app).len(), app.view().popup.is_none()), (4, true));
    press(&mut app, "p j enter enter");
    assert_eq!(app.session.opening().profile, "commuter");
}

#[test]
fn steps_and_the_scrubber_are_clicked() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "space");
    play(&mut app, 20.0);
    press(&mut app, "n n n space 9");
    let area = Rect::new(0, 0, 120, 40);
    let drawn = draw(&app.view(), area, &mut Buffer::empty(area));
    let of = |step: usize| -> Vec<Rect> {
        let hits = drawn.hits.iter().filter(|(_, hit)| *hit == Hit::Step(step));
        hits.map(|(place, _)| *place).collect()
    };
    let (row, scrubber) = (of(2).pop().unwrap(), of(0)[0]);
    app.drawn(drawn);
    app.click(row.as_position());
    assert_eq!(app.view().now().step, 2);
    app.click(scrubber.as_position());
    assert_eq!(app.view().now().step, 0);
    app.wheel(1);
    assert_eq!(app.view().now().step, 1);
}
