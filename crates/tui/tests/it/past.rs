//! Looking back, going back, and being asked where something would be lost.

use crate::keys::hash;
use crate::stage::{app, events, message, play, press};
use melody_tui::{Hit, Popup, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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
    play(&mut app, 20.0);
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
fn what_is_taken_back_is_the_event_and_not_what_was_heard_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n space");
    play(&mut app, 15.0);
    press(&mut app, "space");
    let stood = app.session.head();
    assert!(stood.heard_ms > 14_000, "{stood:?}");
    press(&mut app, "3 g ] enter");
    assert_eq!(events(&app), ["skip", "override"]);
    press(&mut app, "u");
    assert_eq!(app.session.head(), stood, "the song goes on where it was");
    assert!(!message(&app).contains("the clock goes back"), "{}", message(&app));
    press(&mut app, "] enter 1 space");
    play(&mut app, 8.0);
    press(&mut app, "space u");
    assert_eq!(app.session.head(), stood);
    assert!(message(&app).contains("the clock goes back"), "{}", message(&app));
    assert_eq!(events(&app), ["skip"]);
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
    press(&mut app, "n n n n p down enter");
    assert!(matches!(app.view().popup, Some(Popup::Confirm(_))));
    press(&mut app, "n");
    assert_eq!((events(&app).len(), app.view().popup.is_none()), (4, true));
    press(&mut app, "p down enter enter");
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
