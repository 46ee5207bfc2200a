//! A session beside the same one under something else.

use std::time::Duration;

use crate::shown::{line_with, screen};
use crate::stage::{app, message, play, press};
use melody_lab::experiment::{Cohort, Course, unpromoted};
use melody_recommender::policy::Policy;
use melody_tui::{App, Popup, Speed, Tab, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn compared(app: &mut App) -> melody_tui::Compared {
    app.tick(Duration::ZERO);
    app.settle();
    app.view().compared.expect("a comparison")
}

/// Chooses the line of an open list that says this.
fn choose(app: &mut App, name: &str) {
    let Some(Popup::Pick(picker)) = app.view().popup else { panic!("a list is open") };
    let place =
        picker.choices.all().iter().position(|choice| choice.name == name).expect("a choice");
    for _ in 0..place {
        press(app, "down");
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
    assert_eq!(did(&followed), ["skip", "like", "skip", "skip", "skip", "save"]);
    press(&mut app, "u u");
    let back = compared(&mut app);
    assert_eq!(did(&back), ["skip", "like", "skip", "skip"]);
    assert_eq!(back.traces.last(), followed.traces.get(4));
    press(&mut app, "X");
    assert!(app.view().compared.is_none());
}

#[test]
fn without_promotion_the_sessions_are_one_until_promotion_matters() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    // Three skips in a row: promotion waits, so there is nothing to be without. A like makes no request.
    press(&mut app, "n n n l");
    let now = app.view();
    assert_eq!((now.now().promotion.at_most, now.now().request.left > 0), (0, true));
    press(&mut app, "f");
    choose(&mut app, "without promotion");
    let begun = compared(&mut app);
    let ids = |trace: &melody_recommender::engine::Trace| -> Vec<String> {
        trace.queue.iter().map(|entry| entry.song.id.clone()).collect()
    };
    let there = begun.traces.last().unwrap();
    assert_eq!(ids(there), ids(now.now()), "the same songs at the same places");
    assert_eq!(begun.let_go, 0);
    // Another scene makes a new request, and the head says what that let go.
    press(&mut app, "f");
    choose(&mut app, "scene focus");
    let scene = compared(&mut app);
    assert_eq!(scene.let_go, now.now().request.left);
    let shown = crate::shown::screen(&app, 160, 50);
    assert!(shown.contains("a new request there: "), "{shown}");
}

#[test]
fn what_can_be_done_is_offered_and_what_is_said_is_not_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let small = |app: &App| -> (String, String) {
        let shown = screen(app, 80, 24);
        let (body, footer) = shown.trim_end().rsplit_once('\n').unwrap();
        let body: Vec<&str> = body.split_whitespace().collect();
        (body.join(" "), footer.into())
    };
    press(&mut app, "n n n l 8");
    let (body, footer) = small(&app);
    assert!(footer.contains("enter fork"), "{footer}");
    assert!(!footer.contains("X end") && !footer.contains("over weeks"), "{footer}");
    assert!(body.contains("on autopilot the same listener answers there."), "{body}");
    press(&mut app, "f");
    choose(&mut app, "scene focus");
    compared(&mut app);
    let (body, footer) = small(&app);
    assert!(footer.contains("X end") && !footer.contains("over weeks"), "{footer}");
    assert!(body.contains("let go"), "{body}");
    press(&mut app, "f");
    choose(&mut app, "without promotion");
    compared(&mut app);
    let (_, footer) = small(&app);
    assert!(footer.contains("X end") && footer.contains("d over weeks"), "{footer}");
}

#[test]
fn every_figure_that_differs_says_by_how_much() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    app.session.speed = Speed::new(64.0).unwrap();
    press(&mut app, "a f");
    choose(&mut app, "scene focus");
    while app.session.trace().listener.plays < 5 {
        app.session.playing = true;
        play(&mut app, 60.0);
    }
    compared(&mut app);
    let shown = crate::shown::screen(&app, 120, 40);
    let row = shown.lines().find(|line| line.trim_start().starts_with("listened")).unwrap();
    let said: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(said.len() == 4, said[1] != said[2], "{row}");
    assert_ne!(said[1], said[2], "the listener answers otherwise: {row}");
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

#[test]
fn policies_are_compared_over_weeks_as_the_laboratory_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "8 d");
    assert_eq!(message(&app), "Begin a comparison first.");
    press(&mut app, "f");
    choose(&mut app, "scene focus");
    press(&mut app, "d");
    assert!(message(&app).contains("of one session"), "{}", message(&app));
    press(&mut app, "f");
    choose(&mut app, "without promotion");
    app.press("d".parse().unwrap());
    // At once there is what is compared, how far it has come, and axes.
    let weekly = app.view().weekly.expect("weeks");
    assert_eq!((weekly.listeners, &weekly.course), ([0, 100], &None));
    let first = screen(&app, 120, 40);
    for part in
        ["0 of 100 simulated listeners", "the first is under way", "minutes heard on that day"]
    {
        assert!(first.contains(part), "{part}\n{first}");
    }
    assert!(line_with(&first, "  day").contains("14"), "{first}");
    app.settle();
    let weekly = app.view().weekly.expect("weeks");
    assert_eq!((weekly.days, weekly.listeners), (14, [2, 100]));
    let course = weekly.course.expect("two listeners");
    // The very same from the laboratory.
    let seed = app.session.opening().seed;
    let cohort = Cohort { seed, listeners: 100, sessions: 200, songs: 40 };
    let here = app.session.library();
    let settings = unpromoted(&here.policy.settings);
    let there = here.with_policy(Policy { settings, ..(*here.policy).clone() }).unwrap();
    let [a, b] = [here, &there]
        .map(|library| [0, 1].map(|index| cohort.for_days(library, index, 14).unwrap()));
    assert!(a[0].sessions.len() > 1 && a[0].sessions.iter().all(|s| s.began_h < 14.0 * 24.0));
    assert_eq!(*course, Course::new(&a, &b, 14));
    let promoted = course.daily.iter().find(|daily| daily.measure == "promoted-share").unwrap();
    assert!(promoted.days.iter().all(|day| day.b.mean == 0.0 && day.day <= 14));
    assert_eq!(promoted.days.len(), 14);

    assert_eq!((weekly.seed, weekly.world), (seed, "fitted"));
    let shown = screen(&app, 120, 40);
    let world = format!("seed {seed}, world fitted");
    let parts = [
        "2 of 100 simulated listeners",
        "here: policy default",
        "there: without promotion",
        &world,
        "dots: ends of the 95 % interval of the mean",
    ];
    for part in parts {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(shown.contains("minutes heard on that day"), "{shown}");
    // Below the dots stand the days, and what a chart is of is not cut.
    let days = line_with(&shown, "  day");
    assert!(
        ["1", "7", "14"].iter().all(|day| days.split_whitespace().any(|said| said == *day)),
        "{days}"
    );
    assert!(course.daily.iter().all(|daily| shown.contains(&*daily.about)), "{shown}");
    // Nobody would read a difference off two listeners unwarned, unless one is sure already.
    let mut intervals = course.apart.iter().flatten().filter_map(|apart| apart.interval);
    let open = intervals.all(|[low, high]| low <= 0.0 && high >= 0.0);
    assert_eq!(shown.contains("nothing is decided yet"), open, "{shown}");
    // Three charts of five have room; the others are scrolled to.
    let small = screen(&app, 80, 24);
    assert!(!small.contains("that were promoted"), "{small}");
    let bar = |screen: &str| -> Vec<usize> {
        let lines = screen.lines().enumerate().skip(2);
        lines.filter(|(_, line)| line.ends_with('▐')).map(|(row, _)| row).collect()
    };
    let begins = bar(&small);
    assert!(!begins.is_empty() && bar(&shown).is_empty(), "a bar says that there is more: {small}");
    let area = Rect::new(0, 0, 80, 24);
    for (to, back) in [("pagedown", "pageup"), ("G", "g"), ("j j j", "k k k")] {
        app.drawn(draw(&app.view(), area, &mut Buffer::empty(area)));
        press(&mut app, to);
        let last = screen(&app, 80, 24);
        assert!(last.contains("that were promoted"), "{to}: {last}");
        assert!(bar(&last).last() > begins.last(), "{last}");
        press(&mut app, back);
        assert_eq!(bar(&screen(&app, 80, 24)), begins, "{back}");
    }
    // The session again, and the weeks go on where they were.
    press(&mut app, "d");
    assert!(app.view().weekly.is_none() && app.view().compared.is_some());
    press(&mut app, "d");
    assert!(app.view().weekly.expect("weeks").listeners[0] >= 2);
    press(&mut app, "X d");
    assert!(app.view().weekly.is_none());
    // So they do where the same is asked for again, and not where something else is.
    for (against, through) in [("without promotion", 2..), ("policy untuned", 0..)] {
        press(&mut app, "f");
        choose(&mut app, against);
        app.press("d".parse().unwrap());
        let weekly = app.view().weekly.expect("weeks");
        assert!(through.contains(&weekly.listeners[0]), "{against}: {:?}", weekly.listeners);
        assert_eq!(weekly.course.is_some(), against != "policy untuned");
    }
}
