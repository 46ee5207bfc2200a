//! Versions of the model that are published while a session goes on: how they come, and what is seen of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::publishing::{publish, publish_damaged, withdraw};
use crate::shown::screen;
use crate::stage::{app, events, library, message, press};
use melody_core::event::Action;
use melody_sessions::names::profile_named;
use melody_sessions::saved::Saved;
use melody_sessions::versions::{Canary, Folder, Follower};
use melody_tui::{App, Command, Lang, Popup, Tab, headline};

/// A session of one's own that follows a folder of versions, and the folder.
fn following(folder: &Path) -> (App, PathBuf) {
    let versions = folder.join("versions");
    std::fs::create_dir(&versions).unwrap();
    let mut app = app("explorer", folder);
    app.session.follow(Follower::new(Folder::new(&versions), None, library()));
    (app, versions)
}

/// Lets a second pass while the session rests, and waits for what was looked for then.
fn second(app: &mut App) {
    app.tick(Duration::from_secs(1));
    app.settle();
}

/// Everything that was said.
fn messages(app: &mut App) -> Vec<String> {
    app.handle(Command::Messages);
    let Some(Popup::Messages { said, .. }) = app.view().popup else { panic!("what was said") };
    press(app, "esc");
    said.iter().map(|message| message.text.clone()).collect()
}

fn hash(app: &App) -> String {
    app.session.trace().versions.model_hash.clone()
}

#[test]
fn a_version_takes_over_as_a_song_ends_and_one_that_is_withdrawn_gives_way() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, versions) = following(folder.path());
    let before = hash(&app);
    second(&mut app);
    press(&mut app, "n");
    assert_eq!(events(&app), ["skip"], "none was published yet");

    let first = publish(&versions, 1, 0.05);
    second(&mut app);
    press(&mut app, "l");
    assert_eq!(events(&app), ["skip", "like"], "the song goes on");
    press(&mut app, "n");
    assert_eq!(events(&app), ["skip", "like", "skip", "version"]);
    assert_eq!(hash(&app), first);
    let said = format!("Version 1 of the model takes over: default {}.", &first[..8]);
    assert_eq!(message(&app), said);
    let shown = screen(&app, 160, 50);
    assert!(shown.contains(&said) && shown.contains(&format!("default v0 {}", &first[..6])));
    let headline = headline(&app.view().traces, Lang::En);
    let (new, old) = (&first[..8], &before[..8]);
    assert_eq!(
        headline,
        format!("A version from outside: model default ({new}) takes over from default ({old})")
    );

    let second_version = publish(&versions, 2, -0.05);
    second(&mut app);
    press(&mut app, "n");
    assert_eq!(hash(&app), second_version);
    withdraw(&versions, &[&second_version]);
    second(&mut app);
    press(&mut app, "n");
    assert_eq!(hash(&app), first, "the newest that is not withdrawn");
    withdraw(&versions, &[&second_version, &first]);
    second(&mut app);
    press(&mut app, "n");
    assert_eq!(hash(&app), before);
    let said = format!("The model of the beginning takes over again: default {}.", &before[..8]);
    assert_eq!(message(&app), said);
    let taken = events(&app).iter().filter(|name| **name == "version").count();
    press(&mut app, "n");
    assert_eq!(events(&app).iter().filter(|name| **name == "version").count(), taken);
}

#[test]
fn a_damaged_version_is_told_once_and_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, versions) = following(folder.path());
    let first = publish(&versions, 1, 0.05);
    publish_damaged(&versions, 2);
    std::fs::create_dir(versions.join("v000003")).unwrap();
    for _ in 0..3 {
        second(&mut app);
        press(&mut app, "n");
    }
    assert_eq!(hash(&app), first);
    let told = messages(&mut app);
    let passed = |name: &str| {
        let of = |text: &&String| text.starts_with("A version of the model is passed over: ");
        told.iter().filter(of).filter(|text| text.contains(name)).count()
    };
    assert_eq!((passed("v000002"), passed("v000003")), (1, 1), "{told:?}");
}

#[test]
fn on_autopilot_it_takes_over_by_itself_and_what_is_written_plays_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, versions) = following(folder.path());
    let first = publish(&versions, 1, 0.05);
    press(&mut app, "a");
    app.session.speed = melody_tui::Speed::new(64.0).unwrap();
    for _ in 0..2_000 {
        app.tick(Duration::from_millis(200));
        app.settle();
        if app.session.trace().listener.plays >= 3 {
            break;
        }
    }
    app.session.playing = false;
    let took_over = |event: &&melody_core::event::Event| {
        event.action == Action::Version { hash: first.clone() }
    };
    assert_eq!(app.session.timeline().events().iter().filter(took_over).count(), 1);
    let at = app.session.timeline().events().iter().position(|event| took_over(&event)).unwrap();
    assert!(app.session.timeline().trace_at(at).unwrap().ended.is_some(), "as a song ended");

    press(&mut app, "w");
    let mut saved = Saved::read(&folder.path().join("melody-session-1.toml")).unwrap();
    // The folder stands in the opening where the program is told of it.
    saved.opening.versions = Some(versions.display().to_string());
    let profile = profile_named("explorer", Path::new("")).unwrap();
    let replayed = saved.replay(library(), &profile, &mut |_, _| {}).unwrap();
    assert_eq!(replayed.timeline.trace(), app.session.trace(), "the same session");
}

#[test]
fn every_view_draws_a_session_with_a_version_in_it_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, versions) = following(folder.path());
    let first = publish(&versions, 1, 0.05);
    second(&mut app);
    press(&mut app, "n");
    press(&mut app, "l n");
    for lang in [Lang::En, Lang::Zh] {
        app.look.lang = lang;
        for tab in Tab::ALL {
            app.handle(Command::Show(tab));
            for back in 0..4 {
                app.settle();
                for (width, height) in [(160, 50), (80, 24)] {
                    assert!(!screen(&app, width, height).trim().is_empty(), "{tab:?}");
                }
                if back < 3 {
                    app.handle(Command::StepBack);
                }
            }
            app.handle(Command::Live);
        }
        app.handle(Command::Show(Tab::Model));
        app.settle();
        let shown = screen(&app, 160, 50);
        let (word, step) = match lang {
            Lang::En => ("took over", "at step 2"),
            Lang::Zh => ("接", "第 2 步"),
        };
        let plain = shown.replace(' ', "");
        assert!(plain.contains(&word.replace(' ', "")), "{shown}");
        assert!(plain.contains(&step.replace(' ', "")), "{shown}");
        assert!(shown.contains(&first[..8]), "{shown}");
    }
}

#[test]
fn gone_back_past_it_the_version_takes_over_again_as_the_next_song_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, versions) = following(folder.path());
    let first = publish(&versions, 1, 0.05);
    second(&mut app);
    press(&mut app, "n n");
    assert_eq!(events(&app), ["skip", "version", "skip"]);
    press(&mut app, "u u u");
    assert_eq!(events(&app).len(), 0);
    assert_ne!(hash(&app), first);
    press(&mut app, "U");
    assert_eq!((events(&app).len(), hash(&app)), (3, first.clone()), "put back as it was");
    press(&mut app, "u u u n");
    assert_eq!((events(&app).last(), hash(&app)), (Some(&"version"), first));
}

#[test]
fn a_session_that_is_no_canary_goes_on_with_the_version_before_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let versions = folder.path().join("versions");
    let hashes = [publish(&versions, 1, 0.05), publish(&versions, 2, -0.05)];
    for share in [0.0, 1.0] {
        let mut app = app("explorer", folder.path());
        let canary = Some(Canary::new(share, 1, "explorer"));
        app.session.follow(Follower::new(Folder::new(&versions), canary, library()));
        second(&mut app);
        press(&mut app, "n");
        assert_eq!(hash(&app), hashes[share as usize]);
    }
}

/// Begins a comparison with the first of the list that is called so.
fn compare(app: &mut App, begins: &str) {
    press(app, "f");
    let Some(Popup::Pick(picker)) = app.view().popup else { panic!("a list is open") };
    let place = picker.choices.all().iter().position(|choice| choice.name.starts_with(begins));
    (0..place.unwrap()).for_each(|_| press(app, "down"));
    press(app, "enter");
}

#[test]
fn a_comparison_goes_on_with_the_version_that_takes_over_here() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, versions) = following(folder.path());
    press(&mut app, "n");
    compare(&mut app, "without promotion");
    let first = publish(&versions, 1, 0.05);
    second(&mut app);
    press(&mut app, "n n");
    app.tick(Duration::ZERO);
    app.settle();
    let compared = app.view().compared.unwrap();
    assert_eq!((compared.refused, compared.level), (0, true));
    assert_eq!(compared.traces.last().unwrap().versions.model_hash, first);
}

/// The model that is compared with is the very one that the session opened with.
#[test]
fn a_comparison_under_a_model_stays_with_that_whatever_takes_over_here() {
    let folder = tempfile::tempdir().unwrap();
    let own = publish(&folder.path().join("models"), 1, 0.0);
    let (mut app, versions) = following(folder.path());
    assert_eq!(hash(&app), own);
    let first = publish(&versions, 1, 0.05);
    second(&mut app);
    press(&mut app, "n");
    assert_eq!(hash(&app), first);
    compare(&mut app, "model ");
    let second_version = publish(&versions, 2, -0.05);
    second(&mut app);
    press(&mut app, "n n");
    app.tick(Duration::ZERO);
    app.settle();
    assert_eq!(hash(&app), second_version);
    let compared = app.view().compared.unwrap();
    assert_eq!((compared.refused, compared.level), (0, true));
    assert_eq!(compared.traces.last().unwrap().versions.model_hash, own);
}
