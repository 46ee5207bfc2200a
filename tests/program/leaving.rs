//! The end of the simulator, by signals, closed terminals and stops: the terminal is given back, and what was promised is written.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::running::{CLOSES, MELODY, PATIENCE, RESTS, Running};

#[test]
fn signals_restore_the_terminal() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let folder = tempfile::tempdir().unwrap();
        let mut melody = Running::start(folder.path(), (80, 24), &["--trace", "trace.jsonl"]);
        melody.wait_for("Queue");
        melody.signal(name);
        assert_eq!(melody.end(), code, "{name}");
        melody.assert_restored();
        let trace = std::fs::read_to_string(folder.path().join("trace.jsonl")).unwrap();
        assert!(trace.lines().count() >= 2, "the trace is written all the same");
    }
}

/// Waits until a file is there and has something in it.
fn wait_for_file(path: &Path) -> String {
    let began = Instant::now();
    loop {
        match std::fs::read_to_string(path) {
            Ok(text) if !text.is_empty() => return text,
            _ => assert!(began.elapsed() < PATIENCE, "{} is not written", path.display()),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn assert_all_kept(folder: &Path, events: usize) {
    let trace = std::fs::read_to_string(folder.join("trace.jsonl")).unwrap();
    assert_eq!(trace.lines().count(), events + 2, "header, start and {events} events");
    let check = Command::new(MELODY)
        .current_dir(folder)
        .args(["log", "check", "log.jsonl", "--json"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(report["steps"], events + 1);
}

const KEPT: [&str; 4] = ["--trace", "trace.jsonl", "--log", "log.jsonl"];

/// Its window is closed: the program is told by a signal, or, where whoever started it keeps that away, finds
/// that there is nothing to read from or write to.
#[test]
fn a_terminal_that_is_closed_ends_the_program_with_everything_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut melody = Running::start(folder.path(), (80, 24), &KEPT);
    melody.wait_for("Queue");
    melody.press_and_see("l", "liked");
    melody.hang_up();
    assert_eq!(melody.end(), 129);
    assert_all_kept(folder.path(), 1);

    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' HUP; \"$0\" \"$@\"; echo $? > code";
    let arguments = [&["-c", script, MELODY], &KEPT[..]].concat();
    let mut shell = Running::start_program(folder.path(), (80, 24), "sh", &arguments, &[]);
    shell.wait_for("Queue");
    shell.press_and_see("l", "liked");
    shell.hang_up();
    assert_eq!(wait_for_file(&folder.path().join("code")), "129\n");
    assert_all_kept(folder.path(), 1);
}

#[test]
fn a_session_that_nobody_could_be_asked_about_is_kept_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut melody = Running::start(folder.path(), (120, 40), &["--seed", "7"]);
    melody.wait_for("Queue");
    melody.press("lnlnn");
    // Each is a line among the events.
    melody.wait_until("three skips", |melody| melody.contents().matches("Skipped").count() >= 3);
    melody.signal("TERM");
    melody.wait_for("melody open melody-session-1.toml");
    assert_eq!(melody.end(), 143);
    let script = std::fs::read_to_string(folder.path().join("melody-session-1.toml")).unwrap();
    assert!(script.matches("[[steps]]").count() >= 5, "{script}");
    // Where little is lost, as on `q`, nothing is written.
    let mut melody = Running::start(folder.path(), (120, 40), &["--seed", "7"]);
    melody.wait_for("Queue");
    melody.press_and_see("l", "liked");
    melody.hang_up();
    assert_eq!(melody.end(), 129);
    assert!(!folder.path().join("melody-session-2.toml").exists());
}

#[test]
fn a_terminal_that_does_not_read_holds_nobody() {
    for signalled in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut melody = Running::start(folder.path(), (200, 60), &KEPT);
        melody.wait_for("Now playing");
        melody.press_and_see("l", "liked");
        melody.terminal.store(RESTS, Ordering::SeqCst);
        for _ in 0..20 {
            melody.press("\u{c}");
            std::thread::sleep(Duration::from_millis(50));
        }
        let began = Instant::now();
        match signalled {
            true => melody.signal("TERM"),
            false => melody.press("q"),
        }
        while melody.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < PATIENCE, "it waits for the terminal");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(melody.end(), if signalled { 143 } else { 0 });
        assert_all_kept(folder.path(), 1);
        melody.terminal.store(CLOSES, Ordering::SeqCst);
    }
}

#[test]
fn ctrl_z_goes_back_to_the_shell_and_fg_returns() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("MELODY", MELODY), ("PS1", "shell> "), ("ENV", "")];
    let mut shell = Running::start_program(folder.path(), (120, 40), "sh", &["-i"], &variables);
    shell.wait_for("shell>");
    shell.press("\"$MELODY\" --seed 7; echo it ended with $?\r");
    shell.wait_until("taken", Running::taken);
    shell.wait_for("Now playing");
    for key in ["l", "n"] {
        shell.press_and_see("\u{1a}", "Stopped");
        assert!(!shell.taken());
        {
            let shared = shell.screen.lock().unwrap();
            assert!(!shared.0.screen().hide_cursor(), "the cursor is shown");
        }
        // Nothing is drawn while it is stopped.
        shell.press_and_see("echo stands $((40 + 2))\r", "stands 42");
        shell.press("fg\r");
        shell.wait_until("taken again", Running::taken);
        shell.wait_for("Now playing");
        shell.press_and_see(key, if key == "l" { "liked" } else { "Skipped" });
        shell.press("\u{c}");
    }
    shell.press("q");
    shell.wait_until("left", |shell| !shell.taken());
    shell.press("exit\r");
    shell.end();
}

#[test]
fn a_stop_from_outside_gives_the_terminal_back_and_going_on_takes_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut melody = Running::start(folder.path(), (120, 40), &["--seed", "7"]);
    melody.wait_for("Now playing");
    // There is no shell that would take over: the key does nothing.
    melody.press("\u{1a}");
    melody.press_and_see("l", "liked");

    melody.signal("TSTP");
    melody.wait_until("given back", |melody| !melody.taken());
    melody.assert_restored();
    melody.signal("CONT");
    melody.wait_until("taken again", Running::taken);
    melody.wait_for("Now playing");
    melody.press_and_see("n", "Skipped");

    // A stop that cannot be answered; the shell has used the terminal meanwhile.
    melody.signal("STOP");
    std::thread::sleep(Duration::from_millis(200));
    melody.screen.lock().unwrap().0.process(b"\x1b[?1049l\x1b[?25h");
    melody.signal("CONT");
    melody.wait_until("taken again", Running::taken);
    melody.wait_for("Now playing");
    melody.press("q");
    assert_eq!(melody.end(), 0);
    melody.assert_restored();
}
