//! The simulator in a pseudo-terminal: started, used, left and interrupted like any program.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use portable_pty::PtySize;

use super::running::{MELODY, Running, size_of};

#[test]
fn a_session_by_hand_replays_to_the_same_trace() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--profile", "explorer", "--seed", "7", "--trace", "hand.jsonl"];
    let mut melody = Running::start(folder.path(), (120, 40), &arguments);
    melody.wait_for("Now playing");
    melody.press_and_see("l", "liked");
    melody.press_and_see("n", "Skipped");
    melody.press_and_see("/", "Search songs and artists");
    melody.press_and_see("velvet", "found");
    melody.press_and_see("\r", "Searched for \"velvet\"");
    melody.press_and_see("jj\r", "Opened");
    melody.press_and_see("c", "Scene");
    melody.press_and_see("\r", "Scene is now");
    melody.press_and_see("+++++++", "64x");
    melody.press_and_see("a", "at the controls");
    melody.play_until(20);
    melody.press_and_see("a", "You are at the controls");
    if !melody.contents().contains("PAUSED") {
        melody.press_and_see(" ", "PAUSED");
    }
    melody.press_and_see("u", "Took back");
    melody.press_and_see("w", "melody-session-1.toml");
    melody.press("q");
    assert_eq!(melody.end(), 0);
    melody.assert_restored();

    let replay = Command::new(MELODY)
        .current_dir(folder.path())
        .args(["replay", "melody-session-1.toml", "--trace", "replayed.jsonl"])
        .output()
        .unwrap();
    assert!(replay.status.success(), "{}", String::from_utf8_lossy(&replay.stderr));
    let lines = |name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().skip(1).map(str::to_string).collect()
    };
    let (hand, replayed) = (lines("hand.jsonl"), lines("replayed.jsonl"));
    assert!(hand.len() > 7, "{} steps", hand.len());
    assert!(hand == replayed, "the traces differ");
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_no_escapes() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&[][..], &["demo"]] {
        let variables = [("TERM", "dumb")];
        let mut melody = Running::start_with(folder.path(), (80, 24), arguments, &variables);
        assert_eq!(melody.end(), 2);
        let shared = melody.screen.lock().unwrap();
        let said = shared.0.screen().contents().replace('\n', " ");
        assert!(said.contains("TERM=xterm-256color melody"), "{said}");
        assert!(!shared.1.contains(&0x1b), "{said}");
    }
}

#[test]
fn resizing_to_nothing_and_back_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let mut melody = Running::start(folder.path(), (120, 40), &[]);
    melody.wait_for("Now playing");
    for (cols, rows) in [(1, 1), (40, 12), (2, 50), (200, 2), (10, 3), (120, 40)] {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        melody.screen.lock().unwrap().0.screen_mut().set_size(size_of(rows), size_of(cols));
        melody.master.as_ref().unwrap().resize(size).unwrap();
        std::thread::sleep(Duration::from_millis(150));
    }
    melody.wait_for("Now playing");
    melody.press("\u{3}");
    assert_eq!(melody.end(), 0);
    melody.assert_restored();
}

/// What `melody replay` makes of a script: the lines of its trace, without the first.
fn replayed(folder: &Path, script: &str) -> Vec<String> {
    let replay = Command::new(MELODY)
        .current_dir(folder)
        .args(["replay", script, "--trace", "replayed.jsonl"])
        .output()
        .unwrap();
    assert!(replay.status.success(), "{}", String::from_utf8_lossy(&replay.stderr));
    let text = std::fs::read_to_string(folder.join("replayed.jsonl")).unwrap();
    text.lines().skip(1).map(str::to_string).collect()
}

/// A panic on any thread gives the terminal back, keeps the session and says how to go on with it.
#[test]
fn a_panic_leaves_the_terminal_and_the_session() {
    for (fault, message) in [("engine@2", "thread `engine`"), ("screen@2", "thread `main`")] {
        let folder = tempfile::tempdir().unwrap();
        let variables = [("MELODY_PANIC", fault), ("RUST_BACKTRACE", "0")];
        let mut melody =
            Running::start_with(folder.path(), (100, 30), &["--seed", "7"], &variables);
        melody.wait_for("Queue");
        melody.press_and_see("l", "liked");
        melody.press(if fault.starts_with("engine") { "nn" } else { "n" });
        assert_eq!(melody.end(), 101, "{fault}");
        melody.assert_restored();
        // A narrow terminal breaks lines where it likes.
        let said = melody.contents().replace('\n', " ");
        assert!(said.contains("MELODY_PANIC"), "{said}");
        assert!(said.contains("melody open melody-panic-1.toml"), "{said}");

        let report = std::fs::read_to_string(folder.path().join("melody-panic-1.toml")).unwrap();
        assert!(report.contains(message) && report.contains("desk/fault.rs"), "{report}");
        assert!(report.contains("on_demand"), "the backtrace is there: {report}");
        let engine = fault.starts_with("engine");
        assert_eq!(report.contains("# while working out: skip"), engine, "{report}");
        let traces = replayed(folder.path(), "melody-panic-1.toml");
        assert_eq!(traces.len(), 3, "the start and two events");
        assert!(traces[1].contains("\"do\":\"like\"") && traces[2].contains("\"do\":\"skip\""));

        let mut again = Running::start(folder.path(), (100, 30), &["open", "melody-panic-1.toml"]);
        again.wait_for("is open: 2 events");
        again.press("q");
        assert_eq!(again.end(), 0);
        again.assert_restored();
    }
}

#[test]
fn a_megabyte_is_pasted_and_what_holds_no_session_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.jsonl"), "{}\n").unwrap();
    let mut melody = Running::start(folder.path(), (80, 24), &["open", "x.jsonl"]);
    assert_eq!(melody.end(), 2);
    assert!(melody.contents().contains("not the first line of a trace file"));

    let mut melody = Running::start(folder.path(), (80, 24), &["--trace", "trace.jsonl"]);
    melody.wait_for("Queue");
    let bomb = "nsblq/\n夜".repeat(100_000);
    melody.press(&format!("\u{1b}[200~{bomb}\u{1b}[201~"));
    melody.press_and_see("/", "Search songs and artists");
    melody.press(&format!("\u{1b}[200~{bomb}\u{1b}[201~"));
    melody.press_and_see("\u{1b}", "Queue");
    melody.press_and_see("l", "liked");
    melody.press("q");
    assert_eq!(melody.end(), 0);
    melody.assert_restored();
    let trace = std::fs::read_to_string(folder.path().join("trace.jsonl")).unwrap();
    assert_eq!(trace.lines().count(), 3, "header, start and the one like");
}

#[test]
fn a_tour_is_stepped_through_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut melody = Running::start(folder.path(), (120, 40), &["demo"]);
    melody.wait_for("1 of 14");
    melody.press_and_see(" ", "2 of 14");
    melody.press_and_see("\r", "3 of 14");
    melody.press_and_see("\u{1b}[C", "4 of 14");
    melody.wait_for("3 r-n-b in a row");
    melody.press_and_see("\u{1b}[D", "3 of 14");
    melody.press_and_see("\u{1b}", "The tour is left");
    melody.signal("TERM");
    assert_eq!(melody.end(), 143);
    melody.assert_restored();
}

#[test]
fn a_tour_is_checked_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        Command::new(MELODY).current_dir(folder.path()).args(arguments).output().unwrap()
    };
    let tour = "format = 1\nname = \"x\"\n[session]\nprofile = \"commuter\"\nseed = 1\n\
                [[scenes]]\nview = \"stage\"\ncaption = { en = \"Hello.\" }\n\
                [[scenes.steps]]\ndo = \"expect\"\nwhat = \"step\"\nequals = 1\n";
    std::fs::write(folder.path().join("tour.toml"), tour).unwrap();
    let failing = run(&["demo", "tour.toml", "--check"]);
    assert_eq!(failing.status.code(), Some(1));
    let said = String::from_utf8_lossy(&failing.stdout);
    assert!(said.contains("tour.toml:9: step (step 0): wanted 1, got 0"), "{said}");
    let wrong = run(&["demo", "nowhere.toml", "--check"]);
    assert_eq!(wrong.status.code(), Some(2));
    let notes = tour.replacen(
        "[[scenes.steps]]",
        "notes = { en = \"Wave.\", zh = \"挥手。\" }\n[[scenes.steps]]",
        1,
    );
    std::fs::write(folder.path().join("tour.toml"), notes).unwrap();
    let noted = run(&["demo", "tour.toml", "--notes"]);
    assert_eq!(String::from_utf8_lossy(&noted.stdout), "1/1  Stage\n    Hello.\n    * Wave.\n\n");
    let noted = run(&["demo", "tour.toml", "--notes", "--lang", "zh"]);
    let noted = String::from_utf8_lossy(&noted.stdout).into_owned();
    assert!(noted.starts_with("1/1  总览\n") && noted.contains("* 挥手。"), "{noted}");
    let long = run(&["demo", "--notes"]);
    let long = String::from_utf8_lossy(&long.stdout).into_owned();
    assert!(long.lines().all(|line| line.chars().count() <= 80), "{long}");
    // No line ends inside a word: what is left of it would begin the next.
    let tour = include_str!("../../assets/tour.toml").replace('\n', " ");
    let words: std::collections::BTreeSet<&str> =
        tour.split(|c: char| c.is_whitespace() || "\"“”".contains(c)).collect();
    let whole = |word: &str| words.contains(word.trim_matches('"'));
    let ends = long.lines().filter(|line| line.starts_with("    * ")).count();
    assert!(ends > 5, "{long}");
    for line in long.lines().filter(|line| line.starts_with("      ") && !line.contains('·')) {
        let first = line.split_whitespace().next().unwrap_or_default();
        assert!(whole(first), "{first:?} is no word of the tour: {line}");
    }
    let noted = run(&["demo", "--notes", "--lang", "zh"]);
    let noted = String::from_utf8_lossy(&noted.stdout).into_owned();
    assert!(
        noted.contains("> 播放队列 · "),
        "what is pointed at is named as the screen has it: {noted}"
    );
    let screen = run(&["demo"]);
    assert_eq!(screen.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&screen.stderr).contains("demo --check"));
}

#[test]
fn without_a_terminal_it_says_what_to_do_instead() {
    let output = Command::new(MELODY).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("melody replay"), "{error}");
    assert!(output.stdout.is_empty());
}

#[test]
fn wrong_options_are_told_before_the_terminal_is_touched() {
    let cases: [(&[&str], &str); 5] = [
        (&["--profile", "comuter"], "commuter"),
        (&["--scene", "comute"], "commute"),
        (&["--speed", "3"], "0.5, 1, 2"),
        (&["--model", "nowhere"], "no shipped model"),
        (&["--trace", "no/such/folder/trace.jsonl"], "no/such/folder"),
    ];
    for (arguments, said) in cases {
        let folder = tempfile::tempdir().unwrap();
        let mut melody = Running::start(folder.path(), (100, 24), arguments);
        assert_eq!(melody.end(), 2, "{arguments:?}");
        let shared = melody.screen.lock().unwrap();
        let text = shared.0.screen().contents();
        assert!(text.contains(said), "{arguments:?}: {text}");
        let written = String::from_utf8_lossy(&shared.1).into_owned();
        assert!(!written.contains("\u{1b}[?1049h"), "{arguments:?} touched the terminal");
    }
}

#[test]
fn a_config_file_decides_how_it_looks() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home/melody");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("config.toml"), "theme = \"dusk\"\nascii = \"on\"\nmouse = \"off\"\n")
        .unwrap();
    let mut melody = Running::start(folder.path(), (120, 40), &[]);
    melody.wait_for("+ Queue -");
    // A frame is written from top to bottom: with the last row all is there.
    melody.wait_for("quit");
    {
        let shared = melody.screen.lock().unwrap();
        let screen = shared.0.screen();
        let signs: Vec<char> =
            screen.contents().chars().filter(|c| ('\u{2190}'..'\u{2900}').contains(c)).collect();
        assert!(signs.is_empty(), "no lines, blocks or dots: {signs:?}");
        let written = String::from_utf8_lossy(&shared.1);
        assert!(!written.contains("\u{1b}[?1000h"), "the mouse stays the terminal's");
        // The nearest of 256 colours to the theme's background, on every cell.
        let grounds: Vec<vt100::Color> =
            (0..40).map(|row| screen.cell(row, 119).unwrap().bgcolor()).collect();
        assert!(matches!(grounds[0], vt100::Color::Idx(16..)), "{:?}", grounds[0]);
        assert!(grounds.iter().all(|ground| *ground == grounds[0]), "{grounds:?}");
    }
    melody.press("q");
    assert_eq!(melody.end(), 0);
    melody.assert_restored();
}
