//! The sentence of a step: it names what the event did, and all that holds promotion where it is.

use std::time::Duration;

use crate::stage::{app, play, press};
use melody_core::event::Action;
use melody_recommender::engine::{Note, Trace};
use melody_tui::{App, Lang, Popup, Speed, headline};

/// Plays until so many songs have ended.
fn listen(app: &mut App, songs: u32) {
    app.session.speed = Speed::new(64.0).unwrap();
    app.session.playing = true;
    let plays = |app: &App| app.session.trace().listener.plays;
    let until = plays(app) + songs;
    while plays(app) < until {
        app.tick(Duration::from_millis(100));
        app.settle();
    }
    app.session.playing = false;
}

fn said(app: &App) -> String {
    headline(&app.view().traces, Lang::En)
}

/// The two numbers of a change.
fn change(said: &str) -> [f64; 2] {
    let (before, after) = said.split_once(" → ").unwrap_or_else(|| panic!("{said}"));
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).expect("a number");
    [number(before.split(' ').next_back()), number(after.split([' ', ';']).next())]
}

#[test]
fn what_is_set_by_hand_is_named_with_what_it_was_and_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n 3");
    let was = app.session.trace().weights.alpha.value;
    press(&mut app, "left left left");
    let set = app.view().what_if.set.alpha.expect("alpha is moved");
    press(&mut app, "enter");
    let named = format!("α {was:.3} → {set:.3}");
    assert_eq!(app.view().message, Some(format!("Set: {named}.")));
    let told = said(&app);
    assert!(told.starts_with(&format!("Set by hand: {named}")), "{told}");
    // Given back, it is told with what the policy makes of it again.
    press(&mut app, "backspace enter");
    let back = app.session.trace().weights.alpha.value;
    let told = said(&app);
    assert!(told.contains(&format!("α {set:.3} → {back:.3} as the policy has it")), "{told}");
}

#[test]
fn a_guardrail_at_rest_says_what_its_first_level_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "7");
    let policy = app.view().policy.guardrail;
    let shown = crate::shown::screen(&app, 160, 50);
    let said = format!(
        "level 1 would: {} promoted fewer per window; α {:+.2}",
        policy.cap_step, policy.alpha_step
    );
    assert!(shown.contains(&said), "{shown}");
    let sells = format!("level 1 would: β {:+.2}", policy.selling.beta_step);
    assert!(shown.contains(&sells), "{shown}");
}

#[test]
fn a_like_never_reads_as_if_it_had_lowered_what_had_only_faded() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    let mut told = 0;
    for _ in 0..6 {
        // The song that plays is liked late, when what its genre has gained has faded.
        let genre = app.session.trace().playing.song.genre.clone();
        let up = app.session.trace().session.streaks.iter().any(|s| s.name == genre);
        let until = app.session.trace().playing.length_ms() * 4 / 5;
        app.session.playing = true;
        app.session.speed = Speed::new(64.0).unwrap();
        while app.session.head().heard_ms < until {
            app.tick(Duration::from_millis(50));
            app.settle();
        }
        app.session.playing = false;
        press(&mut app, "l");
        let said = said(&app);
        assert!(said.starts_with("Liked"), "{said}");
        if up {
            let [from, to] = change(&said);
            assert!(to >= from, "{said}");
            told += 1;
        }
        listen(&mut app, 1);
    }
    assert!(told > 0, "a genre was up when a song of it was liked");
}

#[test]
fn a_cap_is_told_with_every_rule_that_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    let mut held = 0;
    for _ in 0..30 {
        press(&mut app, "n");
        let trace: &Trace = app.session.trace();
        let moved = trace.notes.iter().any(|note| matches!(note, Note::Guardrail { .. }));
        if moved && trace.guardrail.level == 1 && trace.session.skip_streak >= 3 {
            let said = said(&app);
            assert!(said.contains("skips in a row"), "{said}");
            assert!(said.contains("guardrail level"), "{said}");
            held += 1;
        }
    }
    assert!(held > 0, "the guardrail moved while songs were skipped in a row");
}

#[test]
fn what_each_step_has_said_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n l m");
    let Some(Popup::Messages { said, .. }) = app.view().popup else { panic!("what was said") };
    let events = app.session.timeline().events().len();
    assert_eq!(said.len(), events + 1, "{said:?}");
    assert!(said[0].text.starts_with("The session begins"), "{said:?}");
    assert!(said[2].text.starts_with("Liked"), "{said:?}");
    assert!(matches!(app.session.timeline().events()[1].action, Action::Like));
}

#[test]
fn a_cap_that_moves_by_itself_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n n n space");
    while app.session.trace().promotion.at_most == 0 {
        play(&mut app, 60.0);
    }
    let steps: Vec<_> = app.session.timeline().traces().cloned().collect();
    let mut moved = 0;
    for at in 1..steps.len() {
        let [from, to] = [&steps[at - 1], &steps[at]].map(|trace| trace.promotion.cap);
        let said = melody_tui::headline(&steps[..=at], melody_tui::Lang::En);
        assert_eq!(from != to, said.contains("promotion cap "), "{said}");
        moved += usize::from(from != to);
    }
    assert_eq!(moved, 2, "down as three were skipped, and up again");
}
