//! Sessions that were written down, opened again: as they were, or with a word on what is other now.

use std::path::Path;

use crate::stage::{app, events, press};
use melody_sessions::opening::Opening;
use melody_sessions::saved::{Kind, Saved, glance};
use melody_sessions::trace_file as tracefile;
use melody_tui::{App, Journal, Popup};

fn hash(app: &App) -> String {
    tracefile::hash(app.session.timeline().traces())
}

fn message(app: &App) -> String {
    app.view().message.unwrap_or_default()
}

/// A session of some events, written down in all three ways.
fn written(folder: &Path) -> App {
    let mut app = app("explorer", folder);
    let session = &app.session;
    let log = folder.join("log.jsonl");
    let journal = Journal::create(&log, session.opening(), session.timeline()).unwrap();
    app.session.keep(journal);
    press(&mut app, "n l c enter n u j enter w");
    let mut text = Vec::new();
    let header = tracefile::Header::new("by hand", app.session.opening());
    tracefile::write(&mut text, &header, app.session.timeline().traces()).unwrap();
    std::fs::write(folder.join("trace.jsonl"), text).unwrap();
    app
}

#[test]
fn a_session_comes_back_from_a_script_a_trace_and_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let first = written(folder.path());
    let (wanted, head) = (hash(&first), first.session.head());
    drop(first);
    for (name, kind) in [
        ("melody-session-1.toml", Kind::Script),
        ("trace.jsonl", Kind::Trace),
        ("log.jsonl", Kind::Log),
    ] {
        let path = folder.path().join(name);
        let saved = Saved::read(&path).unwrap();
        assert_eq!(saved.kind(), kind);
        assert_eq!(glance(&path).map(|(kind, opening)| (kind, opening.seed)), Some((kind, 1)));
        let mut app = app("commuter", folder.path());
        app.reopen(name.into(), move || Ok(saved));
        app.settle();
        assert_eq!(hash(&app), wanted, "{name}: {}", message(&app));
        assert_eq!(app.session.head(), head);
        assert!(!app.session.playing);
        assert_eq!(message(&app), format!("{name} is open: 4 events, the same as then."));
        // It is a session like any other.
        press(&mut app, "n u u");
        assert_eq!(events(&app), ["skip", "like", "scene"]);
    }
}

#[test]
fn the_sessions_of_a_folder_are_listed_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = written(folder.path());
    let wanted = hash(&app);
    std::fs::write(folder.path().join("other.jsonl"), "{\"not\": \"a session\"}\n").unwrap();
    std::fs::write(folder.path().join("other.log"), "12:00 something else\n").unwrap();
    std::fs::copy(folder.path().join("trace.jsonl"), folder.path().join("named.log")).unwrap();
    std::fs::write(folder.path().join("melody-session-7.toml"), "format = ").unwrap();
    press(&mut app, "p down enter y");
    // The new session's log is begun on its own thread.
    let began = std::time::Instant::now();
    while app.log_standing().behind > 0 {
        assert!(began.elapsed().as_secs() < 60, "{:?}", app.log_standing());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    press(&mut app, "ctrl-o");
    let Some(Popup::Pick(picker)) = app.view().popup else { panic!("{}", message(&app)) };
    let mut names: Vec<&str> =
        picker.choices.all().iter().map(|choice| choice.name.as_str()).collect();
    names.sort_unstable();
    let sessions =
        ["log-2.jsonl", "log.jsonl", "melody-session-1.toml", "named.log", "trace.jsonl"];
    assert_eq!(names, sessions);
    let of =
        |name: &str| picker.choices.all().iter().position(|choice| choice.name == name).unwrap();
    assert_eq!(picker.choices.all()[of("trace.jsonl")].about, "trace: explorer, seed 1");
    let down = vec!["down"; of("trace.jsonl")].join(" ");
    press(&mut app, format!("{down} enter").trim_start());
    assert_eq!(hash(&app), wanted, "{}", message(&app));
}

#[test]
fn a_list_is_made_shorter_by_what_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "p");
    let listed = |app: &App| {
        let Some(Popup::Pick(picker)) = app.view().popup else { panic!("{}", message(app)) };
        picker.choices.found().map(|choice| choice.name.clone()).collect::<Vec<_>>()
    };
    let all = listed(&app);
    // Letters that were keys of lists are text here, as everywhere text is typed.
    press(&mut app, "c o m m u");
    assert_eq!(listed(&app), ["commuter"], "of {all:?}");
    press(&mut app, "backspace backspace backspace backspace backspace");
    assert_eq!(listed(&app), all);
    app.paste("zzzz");
    press(&mut app, "enter");
    assert!(listed(&app).is_empty(), "nothing is chosen where nothing fits");
    press(&mut app, "esc p");
    app.paste("commuter");
    press(&mut app, "enter");
    app.settle();
    assert_eq!(app.session.opening().profile, "commuter", "{}", message(&app));
}

#[test]
fn a_folder_without_sessions_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "ctrl-o");
    assert!(app.view().popup.is_none());
    assert_eq!(message(&app), "No session is here to open; `w` writes this one.");
}

#[test]
fn another_policy_or_build_is_told_with_the_step_they_part_at() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = written(folder.path());
    let path = folder.path().join("trace.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let write = |lines: &[serde_json::Value]| {
        let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
        std::fs::write(&path, text.join("\n")).unwrap();
    };
    // The line of step 2 is the fourth.
    lines[3]["promotion"]["credit"] = 0.123456.into();
    write(&lines);
    let before = hash(&app);
    app.reopen("trace.jsonl".into(), {
        let path = path.clone();
        move || Saved::read(&path)
    });
    app.settle();
    let said = "trace.jsonl goes another way from step 2 on: first in promotion.credit.";
    assert_eq!(message(&app), said);
    assert_eq!(hash(&app), before, "what is open is what comes of the events now");

    for line in &mut lines[1..] {
        line["versions"]["policy_hash"] = "0123456789abcdef".into();
    }
    write(&lines);
    let read = path.clone();
    app.reopen("trace.jsonl".into(), move || Saved::read(&read));
    app.settle();
    let said = message(&app);
    assert!(said.contains("from step 0 on: policy was default 01234567, is default "), "{said}");

    for line in &mut lines[1..] {
        line["versions"]["catalogue_hash"] = "0123456789abcdef".into();
    }
    write(&lines);
    app.reopen("trace.jsonl".into(), move || Saved::read(&path));
    app.settle();
    assert!(message(&app).contains("played with the catalogue"), "{}", message(&app));
    assert_eq!(hash(&app), before, "where it cannot be opened the present session stays");
}

#[test]
fn what_cannot_be_opened_leaves_the_session_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "n l");
    let before = hash(&app);
    let event = "{\"at_ms\":0,\"heard_ms\":0,\"action\":{\"do\":\"finish\"}}";
    let opening = serde_json::to_string(&Opening::default()).unwrap();
    let cases = [
        ("missing.toml", None, "no such file"),
        ("empty.jsonl", Some(String::new()), "empty"),
        ("torn.toml", Some("format = 1\nname = ".into()), "not valid TOML"),
        ("other.jsonl", Some(format!("{event}\n")), "not the first line of a trace"),
        (
            "nobody.toml",
            Some("format = 1\nname = \"x\"\n[session]\nprofile = \"nobody\"\nseed = 1\n".into()),
            "no shipped profile",
        ),
        (
            "bare.jsonl",
            Some(format!(
                "{{\"trace_format\":1,\"melody\":\"0\",\"name\":\"x\",\"opening\":{opening}}}\n"
            )),
            "no step",
        ),
    ];
    for (name, text, said) in cases {
        let path = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        app.reopen(name.into(), move || Saved::read(&path));
        app.settle();
        assert!(message(&app).starts_with("Not opened: "), "{name}: {}", message(&app));
        assert!(message(&app).contains(said), "{name}: {}", message(&app));
        assert!(!message(&app).contains('\n'));
        assert_eq!(hash(&app), before);
    }
}
