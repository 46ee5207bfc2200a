//! Palette, help, keymap, mouse, messages, export: what helps to use every view.

use crate::stage::{app, events, message, play, press, write};
use melody::engine::Trace;
use melody::input::TomlFile;
use melody::scene::Scene;
use melody::score::Score;
use melody::tui::theme::shipped;
use melody::tui::{App, Command, Deed, Lang, Popup, Speed, Tab, draw, keymap};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// What the screen shows, as the app draws it at a size.
fn screen(app: &mut App, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let drawn = draw(&app.view(), area, &mut buffer);
    app.drawn(drawn);
    let row = |y| -> String { (0..width).map(|x| buffer[(x, y)].symbol()).collect() };
    (0..height).map(row).collect::<Vec<_>>().join("\n")
}

/// Where a text stands on the screen.
fn place(app: &mut App, text: &str) -> Position {
    let screen = screen(app, 120, 40);
    let rows = screen.lines().enumerate();
    let mut found = rows.filter_map(|(y, row)| Some((y, row.find(text)?, row)));
    let (y, at, row) = found.next().unwrap_or_else(|| panic!("no {text:?} on\n{screen}"));
    Position::new(row[..at].chars().count() as u16, y as u16)
}

#[test]
fn the_palette_finds_commands_and_values_and_does_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, ":");
    write(&mut app, "like the");
    press(&mut app, "enter");
    assert_eq!(events(&app), ["like"]);
    press(&mut app, "ctrl-p");
    write(&mut app, "scene workout");
    press(&mut app, "enter");
    assert_eq!(events(&app), ["like", "scene"]);
    press(&mut app, ":");
    write(&mut app, "speed 16x");
    press(&mut app, "enter");
    assert_eq!(app.session.speed.factor(), 16.0);
    press(&mut app, ":");
    let Some(Popup::Palette(palette)) = app.view().popup else { panic!("the palette is open") };
    let first: Vec<Deed> = palette.found().take(3).map(|offer| offer.deed.clone()).collect();
    let speed = Deed::Speed(Speed::new(16.0).unwrap());
    let lately = [speed, Deed::Scene(Scene::Workout), Deed::Command(Command::Like)];
    assert_eq!(first, lately, "the newest first");
    write(&mut app, "qqq");
    press(&mut app, "enter");
    assert!(app.view().popup.is_some(), "nothing is called that, so nothing is done");
    press(&mut app, "esc");
    assert!(app.view().popup.is_none() && !app.quits());
}

#[test]
fn the_palette_offers_what_this_view_can_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let offers = |app: &App, command| {
        let Some(Popup::Palette(palette)) = app.view().popup else { panic!("the palette is open") };
        let offer = palette.found().find(|offer| offer.deed == Deed::Command(command)).cloned();
        offer.map(|offer| offer.keys.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    press(&mut app, ":");
    assert_eq!(offers(&app, Command::StepBack), None, "not on the stage");
    assert_eq!(offers(&app, Command::Choose), None, "nor what belongs to popups");
    assert_eq!(offers(&app, Command::Next).unwrap(), ["n", "right"]);
    press(&mut app, "esc 9 :");
    assert_eq!(offers(&app, Command::StepBack).unwrap(), ["left", "k", "up"]);
    assert_eq!(offers(&app, Command::Next).unwrap(), ["n"], "right means something nearer");
}

#[test]
fn the_mouse_reaches_what_keys_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let click = |app: &mut App, text: &str| {
        let at = place(app, text);
        app.click(at);
        app.settle();
    };
    click(&mut app, "4 Bandit");
    assert_eq!(app.view().tab, Tab::Bandit);
    click(&mut app, "1 Stage");
    let title = app.session.trace().queue[2].song.title.clone();
    let short: String = title.chars().take(8).collect();
    click(&mut app, &short);
    assert_eq!((app.view().selected, app.view().tab), (2, Tab::Stage));
    click(&mut app, &short);
    assert_eq!((app.view().selected, app.view().tab), (2, Tab::Explain), "a second time");
    press(&mut app, "1");
    let on_song = place(&mut app, &short);
    app.wheel(on_song, 1);
    assert_eq!(app.view().selected, 3);
    click(&mut app, "? help");
    let lower = |app: &App| match app.view().popup {
        Some(Popup::Help { scroll }) => scroll,
        other => panic!("{other:?}"),
    };
    assert_eq!(lower(&app), 0);
    place(&mut app, "Everywhere");
    app.wheel(on_song, 1);
    assert_eq!(lower(&app), 1, "over a popup the wheel scrolls it");
    assert_eq!(app.view().selected, 3);
    app.click(Position::new(0, 39));
    assert!(app.view().popup.is_none(), "beside it is away from it");
    press(&mut app, "c");
    click(&mut app, "workout");
    assert_eq!(events(&app), ["scene"]);
    press(&mut app, ":");
    write(&mut app, "undo");
    click(&mut app, "Take the last event back");
    assert_eq!(events(&app).len(), 0);
    // What can be scrolled scrolls, three lines a notch.
    press(&mut app, "e");
    screen(&mut app, 80, 16);
    app.wheel(Position::new(20, 12), 1);
    assert_eq!((app.view().scroll, app.view().selected), (3, 3));
    app.wheel(Position::new(20, 12), -1);
    assert_eq!(app.view().scroll, 0);
}

#[test]
fn what_is_on_screen_is_written_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    screen(&mut app, 100, 30);
    press(&mut app, "n l x enter");
    assert_eq!(message(&app), "Written: melody-stage-1.json.");
    let trace: Trace = serde_json::from_str(&read("melody-stage-1.json")).unwrap();
    assert_eq!(trace, **app.session.trace(), "of the stage the whole trace");
    press(&mut app, "x enter 4 x enter");
    assert_eq!(message(&app), "Written: melody-bandit-1.json.");
    assert_eq!(read("melody-stage-2.json"), read("melody-stage-1.json"));
    let bandit: serde_json::Value = serde_json::from_str(&read("melody-bandit-1.json")).unwrap();
    assert_eq!(bandit["bandit"]["arm"], trace.bandit.arm);
    assert_eq!(bandit["versions"]["policy_hash"], trace.versions.policy_hash);

    press(&mut app, "1 x down enter");
    let text = read("melody-stage-1.csv");
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), trace.queue.len());
    for (row, entry) in rows.iter().zip(&trace.queue) {
        assert_eq!((&row[1], &row[2]), (&*entry.song.id, &*entry.song.title));
        let score = |i: usize| Score::new(row[i].parse().unwrap());
        assert_eq!(score(5), entry.score);
        assert_eq!((6..11).map(score).sum::<Score>(), entry.score, "the parts add up");
    }

    press(&mut app, "x G enter");
    assert_eq!(message(&app), "Written: melody-stage-1.svg.");
    let picture = read("melody-stage-1.svg");
    assert!(picture.starts_with("<svg") && picture.contains("Queue"));
    assert!(!picture.contains("Export"), "without the list it was chosen from");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", &folder.path().join("gone"));
    press(&mut app, "x enter");
    assert!(message(&app).starts_with("Not written: "), "{}", message(&app));
}

#[test]
fn a_copy_is_handed_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    assert_eq!(app.take_clipboard(), None);
    press(&mut app, "y");
    let trace: Trace = serde_json::from_str(&app.take_clipboard().unwrap()).unwrap();
    assert_eq!(trace, **app.session.trace());
    assert_eq!(app.take_clipboard(), None);
    press(&mut app, "e");
    let said = app.view().explained.expect("worked out");
    press(&mut app, "y");
    let copied: serde_json::Value = serde_json::from_str(&app.take_clipboard().unwrap()).unwrap();
    assert_eq!(copied["explanation"]["ledger"], serde_json::json!(said.explanation.ledger));
}

#[test]
fn what_was_said_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("subscriber", folder.path());
    press(&mut app, "space");
    play(&mut app, 61.0);
    press(&mut app, "b space M m");
    let Some(Popup::Messages { said, .. }) = app.view().popup else { panic!("they are open") };
    let texts: Vec<&str> = said.iter().map(|message| message.text.as_str()).collect();
    let refused = "Cannot subscribe: the listener has a subscription already.";
    let begun = "The session begins: subscriber listener, as tier premium";
    assert_eq!(texts, [begun, refused, "Motion is off."]);
    let shown = screen(&mut app, 80, 24);
    assert!(shown.contains("1:01  Cannot subscribe"), "{shown}");
    press(&mut app, "esc");
    for _ in 0..60 {
        press(&mut app, "M");
    }
    press(&mut app, "m");
    screen(&mut app, 80, 24);
    let scroll = |app: &App| match app.view().popup {
        Some(Popup::Messages { scroll, .. }) => scroll,
        other => panic!("{other:?}"),
    };
    let newest = scroll(&app);
    assert!(newest > 0, "the newest are in sight");
    press(&mut app, "k k");
    assert_eq!(scroll(&app), newest - 2);
    press(&mut app, "g j");
    assert_eq!(scroll(&app), 1);
}

#[test]
fn a_theme_is_shown_while_it_is_selected_and_gone_again_without_choosing() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("subscriber", folder.path());
    let theme = |name| shipped(name).unwrap().theme;
    app.themes = ["terminal", "dark", "dusk"].map(|name| (name.into(), theme(name))).into();
    let before = app.view().look.theme;
    press(&mut app, "t down");
    assert_eq!(app.view().look.theme, theme("dark"));
    press(&mut app, "down");
    assert_eq!(app.view().look.theme, theme("dusk"));
    press(&mut app, "esc");
    assert_eq!(app.view().look.theme, before);
    press(&mut app, "t down enter");
    assert_eq!(app.view().look.theme, theme("dark"));
    press(&mut app, "L down enter");
    assert_eq!(app.view().look.lang, Lang::Zh);
}

#[test]
fn keys_of_one_s_own_do_and_show_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let file = "format = 1\n[anywhere]\nlike = [\"F\"]\nnext = \"f5\"\nautopilot = \"A\"\n";
    app.keymap = keymap::parse(&TomlFile::embedded("keymap.toml", file)).unwrap().into();
    press(&mut app, "l n right F f5");
    assert_eq!(events(&app), ["like", "skip"]);
    let shown = screen(&mut app, 120, 40);
    assert!(shown.contains("f5 next") && shown.contains("F like"), "{shown}");
    press(&mut app, "A");
    assert!(message(&app).contains("`A` takes back"), "{}", message(&app));
}

#[test]
fn a_long_message_is_read_whole_on_a_narrow_screen() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n w");
    let words = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
    let shown = screen(&mut app, 40, 12);
    let lines: Vec<&str> = shown.lines().collect();
    let said = words(&lines[9..].join(" ")).join(" ");
    assert!(said.ends_with(&message(&app)), "{shown}");
}
