//! Why a song stands where it does, and what would be if something were set otherwise.

use std::time::Duration;

use crate::shown::{line_with, screen};
use crate::stage::{app, events, message, press, write};
use melody_core::event::Action;
use melody_core::overrides::MOST_WEIGHT;
use melody_core::score::Score;
use melody_tui::{App, PANELS, Tab};

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
    assert!(clamped < MOST_WEIGHT, "the user comes first");
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
    assert!(said.contains(&format!("\"{}\"", opened.title)) && !said.contains("after"), "{said}");
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

#[test]
fn a_song_that_no_source_brought_is_told_whole_with_what_would_bring_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "2");
    let mut found = None;
    let songs: Vec<_> =
        app.session.catalogue().songs.iter().map(|song| song.title.clone()).collect();
    for title in songs.iter().rev().filter(|title| title.is_ascii()).take(40) {
        press(&mut app, "/");
        write(&mut app, &title.to_lowercase());
        press(&mut app, "enter");
        let said = explained(&mut app);
        if let Some(missed) =
            said.explanation.missed.filter(|_| said.explanation.song.title == *title)
        {
            found = Some(missed);
            break;
        }
    }
    let missed = found.expect("a song that no source brought");
    for (width, height) in [(120, 40), (80, 24)] {
        let shown = screen(&app, width, height);
        for standing in &missed.standings {
            assert!(shown.contains(&standing.source), "{}: {shown}", standing.source);
        }
        assert!(shown.contains("a search for it"), "{shown}");
        let nearest =
            missed.standings.iter().filter(|s| s.place.is_some()).min_by_key(|s| s.behind);
        let nearest = nearest.unwrap();
        let quota = format!("a quota of {} for {}", nearest.place.unwrap(), nearest.source);
        assert!(shown.split_whitespace().collect::<Vec<_>>().join(" ").contains(&quota), "{shown}");
        assert!(!shown.contains("missed by"), "one distance, beside the song it is from: {shown}");
    }
}

#[test]
fn a_preview_is_called_one_and_says_what_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let catalogue = app.session.catalogue().clone();
    let plain = |id: &_| catalogue.song(*id).premium && !catalogue.song(*id).promoted();
    let song = catalogue.ids().find(plain).unwrap();
    let whole = catalogue.song(song).duration_ms / 1000;
    let open = |app: &mut App| {
        app.session.act(Action::Open { song });
        app.settle();
    };
    let said = |app: &App| melody_tui::headline(&app.view().traces, melody_tui::Lang::En);
    let before = app.session.trace().listener.previews;
    open(&mut app);
    let line = line_with(&screen(&app, 120, 40), "preview of");
    assert!(line.contains(&format!("preview of {}:{:02}", whole / 60, whole % 60)), "{line}");
    press(&mut app, "n");
    assert!(said(&app).starts_with("Skipped the preview of "), "{}", said(&app));
    assert!(said(&app).contains("a skip, and not a preview heard"), "{}", said(&app));
    open(&mut app);
    app.session.playing = true;
    while app.session.trace().step < 4 {
        app.tick(Duration::from_millis(200));
        app.settle();
    }
    assert_eq!(app.session.trace().listener.previews, before + 1);
    assert!(
        said(&app).starts_with("Heard the preview of ")
            && said(&app).contains(&format!(", number {}", before + 1)),
        "{}",
        said(&app)
    );
}

#[test]
fn committed_songs_are_marked_in_the_queue_and_told_of_in_explain() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let marks = |app: &App| {
        let shown = screen(app, 80, 24);
        let queue = app.session.trace().queue.iter().take(3);
        let marked = queue.map(|entry| {
            let title: String = entry.song.title.chars().take(8).collect();
            let line = line_with(&shown, &title);
            if line.contains("1│") || line.contains("2│") {
                '│'
            } else if line.contains("1┘") || line.contains("2┘") {
                '┘'
            } else {
                ' '
            }
        });
        marked.collect::<String>()
    };
    assert_eq!(marks(&app), "│┘ ", "one of three plays, two are fixed");
    press(&mut app, "n");
    assert_eq!(marks(&app), "┘  ");
    press(&mut app, "2");
    let said = explained(&mut app).explanation;
    assert!(said.committed.is_some());
    assert!(screen(&app, 120, 40).contains("by request 1 of step 0"));
    press(&mut app, "j");
    assert_eq!(explained(&mut app).explanation.committed, None);
}

/// Lets a moment pass, and then all that was asked for by its end come.
fn pass(app: &mut App, elapsed: Duration) {
    app.tick(elapsed);
    while app.moves() {
        std::thread::sleep(Duration::from_millis(2));
        app.tick(Duration::ZERO);
    }
}

#[test]
fn what_takes_the_work_of_many_steps_is_asked_of_one_that_is_looked_at_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    app.look.motion = false;
    press(&mut app, "n n");
    app.press("2".parse().unwrap());
    let moment = Duration::from_millis(50);
    pass(&mut app, moment);
    assert!(app.view().explained.is_some(), "a song's account is there at once");
    assert!(app.view().causes.is_none() && app.view().bygones.is_none());
    pass(&mut app, moment * 4);
    assert!(app.view().causes.is_some() && app.view().bygones.is_some());
    app.press("3".parse().unwrap());
    pass(&mut app, moment);
    let drafted = app.view().what_if;
    assert!(drafted.preview.is_some() && drafted.sweep.is_some(), "this step has been looked at");
    press(&mut app, "1 n");
    app.press("3".parse().unwrap());
    pass(&mut app, moment);
    let drafted = app.view().what_if;
    assert!(drafted.preview.is_some() && drafted.sweep.is_none(), "and this one has not");
    pass(&mut app, moment * 4);
    assert!(app.view().what_if.sweep.is_some());
}

#[test]
fn a_song_that_was_opened_by_hand_is_said_not_to_count_where_rewards_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let catalogue = app.session.catalogue().clone();
    let song = catalogue.ids().find(|id| !catalogue.song(*id).promoted()).unwrap();
    let told = |app: &mut App, said: &str| {
        press(app, "1");
        let stage = screen(app, 160, 60).contains(said);
        press(app, "4");
        (stage, screen(app, 160, 60).contains(said))
    };
    let (plays, ended) =
        ("what plays was opened by hand", "what has just ended was opened by hand");
    assert_eq!(told(&mut app, plays), (false, false));
    app.session.act(Action::Open { song });
    app.settle();
    assert_eq!(told(&mut app, plays), (true, true));
    // On the smallest usual screen the bandit's panel has no room for all of it; this is not what goes.
    press(&mut app, "1");
    let panels = (0..PANELS.len()).map(|_| {
        press(&mut app, "o");
        screen(&app, 80, 24)
    });
    let bandit = panels.into_iter().find(|shown| shown.contains("Bandit ·")).expect("its panel");
    assert!(bandit.contains(plays), "{bandit}");
    press(&mut app, "1 n");
    assert_eq!(told(&mut app, plays), (false, false));
    assert_eq!(told(&mut app, ended), (true, true));
    press(&mut app, "1 n");
    assert_eq!(told(&mut app, ended), (false, false));
}
