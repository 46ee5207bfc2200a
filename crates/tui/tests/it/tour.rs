//! Tours: the shipped one shows what it claims, on screen as without one; wrong ones are told where.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::shown::screen;
use crate::stage::{events, library, press, write};
use melody_core::score::Score;
use melody_recommender::engine::{QueueEntry, Trace};
use melody_recommender::ranking::Node;
use melody_sessions::names::profile_named;
use melody_tui::{App, Drafted, Look, Sitting, Tab, Theme, Tour};

fn shipped() -> Tour {
    Tour::shipped().unwrap_or_else(|error| panic!("{error}"))
}

/// A session that a tour begins with.
fn opened(tour: &Tour, folder: &Path) -> App {
    let profile = profile_named(&tour.opening.profile, Path::new("")).unwrap();
    let session = Sitting::open(library().clone(), tour.opening.clone(), profile);
    App::new(session, folder.to_path_buf(), Look::new(Theme::colours()))
}

/// The shipped tour on screen, its first scene begun.
fn on_screen(folder: &Path) -> App {
    let tour = shipped();
    let mut app = opened(&tour, folder);
    app.guide(tour);
    app.settle();
    app
}

fn scene(app: &App) -> usize {
    app.view().caption.map_or(0, |caption| caption.scene)
}

#[test]
fn the_shipped_tour_shows_what_it_claims() {
    let tour = shipped();
    let profile = profile_named(&tour.opening.profile, Path::new("")).unwrap();
    let (reports, _) = tour.check(library(), &profile).unwrap_or_else(|error| panic!("{error}"));
    for report in &reports {
        assert!(report.failed.is_empty(), "{report:#?}");
    }
    assert!(tour.scenes.len() >= 10);
    let expecting = reports.iter().filter(|report| report.expectations > 0).count();
    // All but the last three, which say what can be done from there.
    assert_eq!(expecting, tour.scenes.len() - 3);
    assert!(tour.scenes.iter().all(|scene| scene.caption.zh.is_some()));
}

#[test]
fn a_tour_on_screen_is_the_session_that_was_checked() {
    let folder = tempfile::tempdir().unwrap();
    let tour = shipped();
    let profile = profile_named(&tour.opening.profile, Path::new("")).unwrap();
    let (_, checked) = tour.check(library(), &profile).unwrap();
    let mut app = on_screen(folder.path());
    for (i, wanted) in tour.scenes.iter().enumerate() {
        let view = app.view();
        assert_eq!((scene(&app), view.tab), (i + 1, wanted.view));
        assert!(!view.playing, "time stands still while a scene is talked about");
        assert_eq!(view.message, None, "scene {}", i + 1);
        let goes_on = screen(&app, 120, 40).contains("space next scene");
        assert_eq!(goes_on, i + 1 < tour.scenes.len(), "what space does is said");
        if wanted.view == Tab::WhatIf {
            // Its caption says so, and no expectation of a session can tell.
            let Drafted { set, preview, .. } = &view.what_if;
            assert_eq!((set.beta, set.gamma), (Some(Score::ZERO), Some(Score::ZERO)));
            let queue = &preview.as_ref().unwrap().queue;
            assert!(queue.iter().all(|entry| !entry.promoted), "nothing is sold");
            let sold = ["subscription", "exposure"];
            let parts = |entry: &QueueEntry| entry.ledger.score.children[0].children.clone();
            let sells = |part: &Node| sold.contains(&&*part.name) && part.value != Score::ZERO;
            assert!(
                !queue.iter().flat_map(parts).any(|part| sells(&part)),
                "by no part of a score"
            );
        }
        if let Some(weekly) = &view.weekly {
            assert!(weekly.course.is_some() && weekly.listeners[0] >= 2, "{weekly:?}");
        } else if wanted.view == Tab::Compare {
            let there = view.compared.as_ref().unwrap().traces.last().unwrap();
            let titles = |trace: &Trace| -> BTreeSet<String> {
                trace.queue.iter().map(|entry| entry.song.id.clone()).collect()
            };
            let (here, there) = (titles(app.session.trace()), titles(there));
            let both = here.intersection(&there).count();
            assert!(both * 3 <= here.len() * 2, "{both} of {} are the same", here.len());
        }
        press(&mut app, "space");
    }
    assert_eq!(scene(&app), tour.scenes.len(), "nobody leaves a tour by going on");
    let said = app.view().message.unwrap();
    assert_eq!(said, "This is the last scene. `esc` leaves the tour and keeps its session.");
    assert_eq!(app.session.timeline().events(), checked.events());
    assert_eq!(app.session.trace(), checked.trace());
}

#[test]
fn what_a_caption_names_can_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = opened(&shipped(), folder.path());
    assert_eq!(app.rehearse(shipped()), []);
    assert!(shipped().scenes.iter().all(|scene| !scene.shows.is_empty()));

    // What cannot be is told, on which screen and in which language; a caption does not count.
    let path = folder.path().join("tour.toml");
    let head = "format = 1\nname = \"x\"\n[session]\nprofile = \"commuter\"\nseed = 1\n";
    let scene = "[[scenes]]\nview = \"metrics\"\ncaption = { en = \"Nowhere.\" }\n\
                 shows = [\"Nowhere\", \"Interventions\"]\n";
    std::fs::write(&path, format!("{head}{scene}")).unwrap();
    let tour = || Tour::load(&path).unwrap_or_else(|error| panic!("{error}"));
    let unseen = opened(&tour(), folder.path()).rehearse(tour());
    let nowhere = unseen.iter().filter(|one| one.text == "Nowhere").count();
    assert_eq!(nowhere, 4, "{unseen:?}");
    let cut: Vec<_> = unseen.iter().filter(|one| one.text != "Nowhere").collect();
    assert!(cut.iter().all(|one| one.screen == (80, 24)) && cut.len() == 2, "{cut:?}");
    // Its section brings it into sight.
    let with = scene.replace("shows", "section = \"Interventions\"\nshows");
    std::fs::write(&path, format!("{head}{with}")).unwrap();
    let unseen = opened(&tour(), folder.path()).rehearse(tour());
    assert!(unseen.iter().all(|one| one.text == "Nowhere"), "{unseen:?}");
}

#[test]
fn a_page_scrolls_on_from_the_section_it_was_opened_at() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = on_screen(folder.path());
    while app.view().tab != Tab::Metrics {
        press(&mut app, "space");
    }
    let first = |app: &mut App| {
        let area = ratatui::layout::Rect::new(0, 0, 80, 24);
        app.drawn(melody_tui::draw(&app.view(), area, &mut ratatui::buffer::Buffer::empty(area)));
        screen(app, 80, 24).lines().nth(3).unwrap_or_default().trim().to_string()
    };
    let opened = first(&mut app);
    let shown = screen(&app, 80, 24);
    assert!(shown.contains("Completion ─") && shown.contains("Guardrail ─"), "{shown}");
    press(&mut app, "k k");
    assert_ne!(first(&mut app), opened);
    press(&mut app, "j j");
    assert_eq!(first(&mut app), opened);
}

#[test]
fn going_back_leads_to_where_the_scene_began() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = on_screen(folder.path());
    press(&mut app, "space enter right");
    let (streak, fourth) = (events(&app), app.session.trace().clone());
    assert_eq!((scene(&app), streak.len()), (4, 7));
    press(&mut app, "space");
    assert_eq!((scene(&app), events(&app).len()), (5, 8));
    // What the presenter did by hand in between is gone, too.
    press(&mut app, "n l left");
    assert_eq!((scene(&app), events(&app)), (4, streak));
    assert_eq!(app.session.trace(), &fourth);
    press(&mut app, "left left left left left");
    assert_eq!((scene(&app), events(&app).len()), (1, 0));
}

#[test]
fn leaving_a_tour_keeps_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = on_screen(folder.path());
    press(&mut app, "space space space esc");
    assert_eq!((scene(&app), events(&app).len(), app.view().tab), (0, 7, Tab::Stage));
    press(&mut app, "n w");
    assert_eq!(events(&app).len(), 8, "from here on keys are the listener's again");
    assert!(folder.path().join("melody-session-1.toml").exists());
}

#[test]
fn what_changes_the_session_waits_for_the_scene() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = on_screen(folder.path());
    press(&mut app, "space space");
    assert!(!app.view().caption.unwrap().busy, "a scene that only looks is there at once");
    app.press("space".parse().unwrap());
    assert!(app.view().caption.unwrap().busy);
    app.press("n".parse().unwrap());
    assert_eq!(app.view().message.as_deref(), Some("The scene is still being played."));
    app.settle();
    assert_eq!(events(&app).len(), 7);
}

#[test]
fn wrong_tours_name_line_and_field() {
    let head = "format = 1\nname = \"x\"\n[session]\nprofile = \"commuter\"\nseed = 1\n";
    let scene = "[[scenes]]\nview = \"stage\"\ncaption = { en = \"Hello.\" }\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tour.toml");
    let wrong = |text: String, line: usize, field: &str, said: &str| {
        std::fs::write(&path, text).unwrap();
        let Err(error) = Tour::load(&path) else { panic!("{field} is let through") };
        let problem = &error.problems[0];
        let at = (problem.line, problem.field.as_deref());
        assert_eq!(at, (Some(line), Some(field)), "{error}");
        assert!(error.to_string().contains(said), "{error}");
    };
    let with = |more: &str| format!("{head}{scene}{more}");
    wrong(head.into(), 1, "scenes", "a tour needs a scene");
    wrong(with("select = 0\n"), 9, "scenes[0].select", "counted from 1");
    wrong(with("keys = \"j jj\"\n"), 9, "scenes[0].keys", "jj");
    wrong(with("pace = 3\n"), 9, "scenes[0].pace", "unknown field");
    wrong(
        with("[[scenes.steps]]\ndo = \"wait\"\nseconds = -1\n"),
        11,
        "scenes[0].steps[0].seconds",
        "outside",
    );
    wrong(
        with("[[scenes.steps]]\ndo = \"expect\"\nwhat = \"at_ms\"\nabove = 1\nsince = \"x\"\n"),
        13,
        "scenes[0].steps[0].since",
        "unknown mark",
    );
    let text = with("").replace("view = \"stage\"", "view = \"stag\"");
    wrong(text, 7, "scenes[0].view", "did you mean `stage`?");
    let text = with("").replace("Hello.", " ");
    wrong(text, 8, "scenes[0].caption.en", "a text is needed");
    let text = with("").replace("format = 1", "format = 2");
    wrong(text, 1, "format", "only format 1");
}

#[test]
fn after_its_end_a_tour_is_gone_back_to_unless_the_session_has_gone_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = on_screen(folder.path());
    press(&mut app, "space space");
    let (at, events_then) = (scene(&app), events(&app).len());
    press(&mut app, "esc");
    assert_eq!(scene(&app), 0);
    assert!(app.view().message.unwrap().contains("`←` goes back to it"));
    press(&mut app, "n");
    press(&mut app, "left");
    assert_eq!(scene(&app), 0, "nothing that was played is lost");
    assert!(app.view().message.unwrap().contains("gone on since the tour"));
    press(&mut app, "u left");
    assert_eq!((scene(&app), events(&app).len()), (at, events_then));
    press(&mut app, "left");
    assert_eq!(scene(&app), at - 1);
    let scenes = shipped().scenes.len();
    (scene(&app)..=scenes).for_each(|_| press(&mut app, "space"));
    press(&mut app, "esc");
    assert_eq!(scene(&app), 0);
    press(&mut app, "left");
    assert_eq!(scene(&app), scenes, "its last scene again");
}

/// A tour of two scenes, of which the first skips a song.
fn short(folder: &Path) -> Tour {
    let path = folder.join("tour.toml");
    let head = "format = 1\nname = \"x\"\n[session]\nprofile = \"commuter\"\nseed = 1\n";
    let scenes = "[[scenes]]\nview = \"stage\"\ncaption = { en = \"One two three.\" }\n\
                  [[scenes.steps]]\ndo = \"skip\"\nafter = 5\n\
                  [[scenes]]\nview = \"metrics\"\ncaption = { en = \"Four.\" }\n";
    std::fs::write(&path, format!("{head}{scenes}")).unwrap();
    Tour::load(&path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_tour_that_shows_itself_goes_on_when_its_caption_was_read_and_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = opened(&short(folder.path()), folder.path());
    app.tour_by_itself(short(folder.path()));
    let pass = |app: &mut App, ms| {
        app.tick(Duration::from_millis(ms));
        app.settle();
    };
    for _ in 0..2 {
        app.settle();
        assert_eq!((scene(&app), events(&app).len()), (1, 1));
        // Two seconds, and three tenths for each of three words.
        pass(&mut app, 1);
        pass(&mut app, 2_898);
        assert_eq!(scene(&app), 1);
        pass(&mut app, 1);
        pass(&mut app, 1);
        assert_eq!((scene(&app), app.view().tab), (2, Tab::Metrics));
        pass(&mut app, 1);
        pass(&mut app, 2_300);
    }
    // Who goes on by hand has as long again.
    press(&mut app, "space");
    assert_eq!(scene(&app), 2);
    pass(&mut app, 2_000);
    assert_eq!(scene(&app), 2);
    // A tour that was left, and the session that was gone on with, come back when nobody is there.
    press(&mut app, "esc n n");
    assert_eq!(scene(&app), 0);
    pass(&mut app, 119_000);
    assert_eq!(scene(&app), 0);
    pass(&mut app, 1_000);
    assert_eq!((scene(&app), events(&app).len()), (1, 1));
    // So they do from another session.
    press(&mut app, "p");
    write(&mut app, "subscriber");
    press(&mut app, "enter");
    assert_eq!((scene(&app), events(&app).len()), (0, 0));
    assert_ne!(app.session.opening().profile, "commuter");
    pass(&mut app, 120_000);
    pass(&mut app, 1);
    pass(&mut app, 1);
    assert_eq!((scene(&app), events(&app).len()), (1, 1));
    assert_eq!(app.session.opening().profile, "commuter");
    press(&mut app, "q");
    assert!(app.quits());
}
