//! The simulator driven by keys, without a terminal.

use std::time::Duration;

use crate::shown::{line_with, screen};
use crate::stage::{app, events, library, message, play, press, write};
use melody_core::event::{Action, Target};
use melody_core::input::TomlFile;
use melody_core::score::Score;
use melody_sessions::{script, trace_file as tracefile};
use melody_tui::{App, Hit, Popup, Speed, Tab, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn hash(app: &App) -> String {
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
    press(&mut app, "n n n n n n n 4");
    assert!(app.view().regrets.is_empty(), "nobody is simulated yet");
    press(&mut app, "1 a 4");
    let regrets = app.view().regrets;
    let steps: Vec<u32> = regrets.iter().map(|regret| regret.step).collect();
    assert_eq!(steps, [0, 3], "the decision of step 6 is still open");
    assert!(regrets.iter().all(|regret| regret.rewards.len() == 5));
    press(&mut app, "u u");
    assert_eq!(app.view().regrets.len(), 1, "a decision that is open again has none");
    assert_eq!(app.view().regrets[0], regrets[0]);
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

    // The very title comes before those that hold it.
    let catalogue = app.session.catalogue().clone();
    let title = |song| catalogue.song(song).title.as_str();
    let held = |short: &&str| {
        let mut others =
            catalogue.ids().filter(|other| title(*other).starts_with(&format!("{short} ")));
        others.nth(1).is_some()
    };
    let short = catalogue.ids().map(title).find(|name| !name.contains(' ') && held(name)).unwrap();
    press(&mut app, "/");
    write(&mut app, &short.to_lowercase());
    press(&mut app, "tab");
    assert_eq!(app.session.trace().playing.song.title, *short);
}

#[test]
fn a_search_opens_on_many_artists_and_finds_genres() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    for keys in ["/", "e v", "e /"] {
        press(&mut app, keys);
        let Some(Popup::Search(search)) = app.view().popup else { panic!("a search is open") };
        let artists: std::collections::BTreeSet<_> =
            search.hits.iter().map(|hit| &hit.song.artist).collect();
        assert!(artists.len() >= 40, "{} artists of {} songs", artists.len(), search.hits.len());
        write(&mut app, "bossa");
        let Some(Popup::Search(search)) = app.view().popup else { panic!("a search is open") };
        let of_genre = search.hits.iter().filter(|hit| hit.song.genre == "bossa-nova").count();
        assert!(of_genre >= 20, "{of_genre} of {} for {keys}", search.hits.len());
        press(&mut app, "esc esc");
    }
    // In the words of the screen, too.
    let chinese = {
        let catalogue = app.session.catalogue();
        let genre = catalogue.genres.iter().find(|genre| genre.id == "bossa-nova").unwrap();
        genre.name_zh.clone()
    };
    press(&mut app, "/");
    write(&mut app, &chinese);
    let Some(Popup::Search(search)) = app.view().popup else { panic!("a search is open") };
    assert!(search.hits.iter().any(|hit| hit.song.genre == "bossa-nova"));
}

#[test]
fn letters_of_other_layouts_find_their_commands() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    // Full-width by what they show, Cyrillic by where they lie.
    press(&mut app, "\u{ff4c} \u{ff4e} д т \u{3000}");
    assert_eq!(events(&app), ["like", "skip", "like", "skip"]);
    assert!(app.view().playing);
    press(&mut app, "Ж т");
    let Some(Popup::Palette(palette)) = app.view().popup else { panic!("the palette is open") };
    assert_eq!(palette.typed.value(), "т", "text stays text");
    press(&mut app, "esc ctrl-з");
    assert!(matches!(app.view().popup, Some(Popup::Palette(_))));
    press(&mut app, "esc λ");
    let said = message(&app);
    assert!(said.contains("`λ` means nothing here. `:` finds"), "{said}");
    assert_eq!(events(&app).len(), 4);
    // A key of its own comes first.
    let own = TomlFile::embedded("keymap.toml", "format = 1\n[anywhere]\nsave = \"д\"\n");
    app.keymap = std::sync::Arc::new(melody_tui::keymap::parse(&own).unwrap());
    press(&mut app, "д");
    assert_eq!(*events(&app).last().unwrap(), "save");
}

#[test]
fn letters_typed_in_a_search_are_no_commands_and_pastes_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "/");
    write(&mut app, "nqlsb");
    app.paste(&"x\n\u{7}夜".repeat(10_000));
    let Some(Popup::Search(search)) = app.view().popup else { panic!("the search is open") };
    assert_eq!(search.typed.value().chars().count(), 80);
    assert!(!search.typed.value().chars().any(char::is_control));
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
fn looking_back_shows_what_was_and_acts_on_nothing_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "space");
    play(&mut app, 30.0);
    press(&mut app, "n space");
    let mut like = |key: &str, liked: usize| {
        press(&mut app, "9 home");
        let before = app.view();
        assert_eq!((before.now().step, before.head.heard_ms), (0, 0), "the past stands still");
        press(&mut app, key);
        assert!(message(&app).starts_with("Back to now: "), "{}", message(&app));
        assert!(!app.view().past);
        assert_eq!(events(&app).len(), liked, "another song was on screen");
        press(&mut app, key);
        assert_eq!(events(&app).len(), liked + 1);
    };
    like("l", 1);
    like("s", 2);
}

#[test]
fn leaving_asks_where_much_would_be_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n l n n q");
    let Some(Popup::Confirm(confirm)) = app.view().popup else { panic!("a question is asked") };
    assert_eq!(confirm.lost, 4);
    press(&mut app, "esc");
    assert!(!app.quits() && app.view().popup.is_none());
    press(&mut app, "q w y");
    assert!(app.quits() && folder.path().join("melody-session-1.toml").exists());

    // What is written already, or will be in the end, is left without a question; so is it by asking
    // twice.
    let ways: [(&str, bool); 3] =
        [("n l n n w q", false), ("n l n n q", true), ("n l n n ctrl-c ctrl-c", false)];
    for (keys, kept) in ways {
        let mut app = crate::stage::app("casual-listener", folder.path());
        app.keep_trace(kept.then(|| folder.path().join("trace.jsonl")));
        press(&mut app, keys);
        assert!(app.quits(), "{keys}");
    }
    let mut app = crate::stage::app("casual-listener", folder.path());
    press(&mut app, "n l n n w n q");
    assert!(!app.quits(), "something has happened since it was written");
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
fn what_is_put_back_counts_what_is_still_being_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, &["n"; 21].join(" "));
    let before = hash(&app);
    press(&mut app, "u u u 9 home right right right enter");
    // Neither of the two waits for the step to be worked out again.
    app.press("y".parse().unwrap());
    app.press("U".parse().unwrap());
    assert_eq!(message(&app), "18 events are back.");
    app.settle();
    assert_eq!(hash(&app), before);
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
    app.wheel(row.as_position(), 1);
    assert_eq!(app.view().now().step, 1);
}

/// Lets the app work everything out that a view asks for.
fn explained(app: &mut App) -> melody_tui::Explained {
    app.tick(Duration::ZERO);
    app.settle();
    (*app.view().explained.expect("worked out")).clone()
}

#[test]
fn the_explain_view_says_what_the_trace_says_to_the_last_digit() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n l j j e");
    for _ in 0..3 {
        let said = explained(&mut app);
        let view = app.view();
        let entry = view.selected_entry().unwrap();
        assert_eq!(view.tab, Tab::Explain);
        assert_eq!(said.explanation.song.id, entry.song.id);
        assert_eq!(said.explanation.ledger, entry.ledger);
        assert_eq!(said.explanation.heads, entry.heads);
        assert_eq!(said.explanation.gates, entry.gates);
        press(&mut app, "j");
    }
    // And as it was at an earlier step.
    press(&mut app, "9 left left 2");
    let said = explained(&mut app);
    let view = app.view();
    assert_eq!(said.explanation.step, view.now().step);
    assert_eq!(said.explanation.ledger, view.selected_entry().unwrap().ledger);
}

#[test]
fn any_song_can_be_asked_for_and_measured_against_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "2 /");
    write(&mut app, "no more dreamers");
    press(&mut app, "enter");
    assert_eq!(events(&app).len(), 0, "asking is no search of the listener's");
    let said = explained(&mut app);
    assert_eq!(said.explanation.song.title, "No More Dreamers");
    assert_eq!(said.explanation.position, None);
    assert!(said.why_not.unwrap().dropped.is_some());
    let top = app.session.trace().queue[0].song.clone();
    press(&mut app, "v");
    write(&mut app, &top.title.to_lowercase());
    press(&mut app, "enter");
    let why = explained(&mut app).why_not.unwrap();
    assert_eq!(why.above.id, top.id);
    press(&mut app, "j");
    let song = app.view().selected_entry().unwrap().song.id.clone();
    assert_eq!(explained(&mut app).explanation.song.id, song, "the queue's own again");
}

#[test]
fn what_if_shows_the_queue_before_it_is_applied_and_undo_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n 3");
    // From the weights to the arm, then to the last one.
    press(&mut app, "j j j j j right right right right right");
    let drafted = app.view().what_if;
    assert!(drafted.changed);
    assert_eq!(drafted.set.arm.as_deref(), Some("heavy"));
    press(&mut app, "g j j left left left");
    let before = app.session.trace().clone();
    let drafted = app.view().what_if;
    assert_eq!(drafted.set.gamma.unwrap(), before.weights.gamma.value - Score::new(0.03));
    let preview = drafted.preview.unwrap();
    assert_eq!(preview.overrides, drafted.set, "the preview is of what the sliders say");
    assert_eq!(before.step, app.session.trace().step, "nothing is in force yet");

    press(&mut app, "enter");
    let after = app.session.trace().clone();
    assert_eq!(after.overrides, preview.overrides);
    assert_eq!(after.queue, preview.queue, "what was shown is what came");
    assert_eq!(after.bandit.arm, "heavy");
    assert!(!app.view().what_if.changed);
    press(&mut app, "enter");
    assert_eq!(message(&app), "Nothing is changed.");
    press(&mut app, "u");
    assert_eq!(**app.session.trace(), *before);
}

#[test]
fn a_weight_that_a_clamp_holds_is_shown_as_it_is_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "3 j ]");
    let drafted = app.view().what_if;
    let clamped = drafted.preview.unwrap().weights.beta.value;
    assert!(clamped < Score::ONE, "the user comes first");
    for (width, height) in [(120, 40), (80, 24)] {
        let line = line_with(&screen(&app, width, height), "β subscription");
        assert!(
            line.contains(&format!("→ {clamped:.3} (set 2.000)")),
            "before it is applied: {line}"
        );
    }
    let narrow = line_with(&screen(&app, 40, 16), "β subscription");
    assert!(narrow.ends_with(&format!("→ {clamped:.3}")), "{narrow}");
    press(&mut app, "enter");
    let line = line_with(&screen(&app, 120, 40), "β subscription");
    assert!(line.contains(&format!("{clamped:.3} (set 2.000)")), "and after: {line}");
    // Less of alpha takes from the others too, though nobody has touched gamma.
    press(&mut app, "u g [");
    assert_eq!(app.view().what_if.set.gamma, None);
    let line = line_with(&screen(&app, 120, 40), "γ exposure");
    assert!(line.contains("→ 0.000"), "{line}");
}

#[test]
fn an_effect_is_named_by_the_song_it_belongs_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let before = app.session.trace().playing.song.clone();
    press(&mut app, "j enter");
    let opened = app.session.trace().playing.song.clone();
    let lang = melody_tui::Lang::En;
    let said = melody_tui::headline(&app.view().traces, lang);
    let genre = &before.genre;
    let wanted =
        format!("Opened \"{}\": after skipping \"{}\", {genre} songs", opened.title, before.title);
    assert!(said.starts_with(&wanted), "{said}");
    // What is skipped tells of itself.
    press(&mut app, "n");
    let said = melody_tui::headline(&app.view().traces, lang);
    assert!(said.contains(&format!("\"{}\": ", opened.title)) && !said.contains("after"), "{said}");
}

#[test]
fn sliders_are_reset_one_by_one_and_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "3 right right j right");
    let set = app.view().what_if.set;
    assert!(set.alpha.is_some() && set.beta.is_some());
    press(&mut app, "backspace");
    assert_eq!(app.view().what_if.set.beta, None);
    assert!(app.view().what_if.changed);
    press(&mut app, "0");
    assert!(!app.view().what_if.changed);
    // The least and the most.
    press(&mut app, "g");
    for _ in 0..300 {
        app.press("left".parse().unwrap());
    }
    assert_eq!(app.view().what_if.set.alpha, Some(Score::ZERO));
    press(&mut app, "]");
    assert_eq!(app.view().what_if.set.alpha, Some(melody_core::overrides::MOST_WEIGHT));
    press(&mut app, "j [");
    assert_eq!(app.view().what_if.set.beta, Some(Score::ZERO));
}

#[test]
fn what_was_set_by_hand_is_given_back_to_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "3 left left enter j left enter");
    let set = app.session.trace().overrides.clone();
    assert!(set.alpha.is_some() && set.beta.is_some());
    press(&mut app, "backspace");
    let draft = app.view().what_if;
    assert_eq!((draft.set.alpha, draft.set.beta), (set.alpha, None));
    // As it is now; then back to the policy.
    press(&mut app, "left backspace");
    assert!(!app.view().what_if.changed);
    press(&mut app, "0");
    assert!(app.view().what_if.set.is_empty());
    press(&mut app, "enter");
    assert!(app.session.trace().overrides.is_empty());
}

fn compared(app: &mut App) -> melody_tui::Compared {
    app.tick(Duration::ZERO);
    app.settle();
    app.view().compared.expect("a comparison")
}

/// Chooses the line of an open list that says this.
fn choose(app: &mut App, name: &str) {
    let Some(Popup::Pick(picker)) = app.view().popup else { panic!("a list is open") };
    let place = picker.choices.iter().position(|choice| choice.name == name).expect("a choice");
    for _ in 0..place {
        press(app, "j");
    }
    press(app, "enter");
}

#[test]
fn a_comparison_follows_and_goes_back_with_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n l n f");
    choose(&mut app, "without promotion");
    let begun = compared(&mut app);
    assert_eq!(app.view().tab, Tab::Compare);
    assert_eq!((begun.from, begun.level, begun.refused), (3, true, 0));
    let last = begun.traces.last().unwrap();
    assert_eq!(last.promotion.at_most, 0);
    assert!(last.queue.iter().all(|entry| !entry.promoted));

    press(&mut app, "n n s");
    let followed = compared(&mut app);
    assert!(followed.level);
    let did = |compared: &melody_tui::Compared| -> Vec<&str> {
        let events = compared.traces.iter().filter_map(|trace| trace.event.as_ref());
        events.map(|event| event.action.name()).collect()
    };
    assert_eq!(did(&followed), ["skip", "like", "skip", "override", "skip", "skip", "save"]);
    press(&mut app, "u u");
    let back = compared(&mut app);
    assert_eq!(did(&back), ["skip", "like", "skip", "override", "skip"]);
    assert_eq!(back.traces.last(), followed.traces.get(5));
    press(&mut app, "X");
    assert!(app.view().compared.is_none());
}

#[test]
fn on_autopilot_the_same_listener_answers_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("promotion-averse", folder.path());
    press(&mut app, "a f");
    choose(&mut app, "scene focus");
    app.session.speed = Speed::new(64.0).unwrap();
    while app.session.trace().listener.plays < 6 {
        app.session.playing = true;
        play(&mut app, 60.0);
    }
    let compared = compared(&mut app);
    assert!(compared.answers && compared.level);
    let there = compared.traces.last().unwrap();
    assert_eq!(there.listener.scene.name(), "focus");
    assert!(compared.left || there.listener.plays > 1, "it plays on there");
    let events: Vec<u64> = compared.traces.iter().map(|trace| trace.at_ms).collect();
    assert!(events.is_sorted() && *events.last().unwrap() <= app.session.trace().at_ms);
}

#[test]
fn a_policy_and_a_model_of_ones_own_can_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = include_str!("../../../../assets/policy/default.toml");
    let own = shipped.replace("name = \"default\"", "name = \"own\"");
    std::fs::write(folder.path().join("own.toml"), own).unwrap();
    std::fs::write(folder.path().join("broken.toml"), "mixing = 1\nbandit = 2\nsegments = 3\n")
        .unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "n f");
    let path = folder.path().join("own.toml").display().to_string();
    choose(&mut app, &format!("policy {path}"));
    let there = compared(&mut app);
    assert_eq!(there.traces.last().unwrap().versions.policy, "own");
    press(&mut app, "f");
    let broken = folder.path().join("broken.toml").display().to_string();
    choose(&mut app, &format!("policy {broken}"));
    app.settle();
    assert!(message(&app).starts_with("No comparison: "), "{}", message(&app));
    assert!(app.view().compared.is_none());
}
