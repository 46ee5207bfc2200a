//! The simulator in a pseudo-terminal: started, used, left and interrupted like any program.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const MELODY: &str = env!("CARGO_BIN_EXE_melody");
/// Long enough for a busy machine and a build without optimisations.
const PATIENCE: Duration = Duration::from_secs(60);

fn size_of(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

/// What a terminal does with what is written to it.
const READS: u8 = 0;
const RESTS: u8 = 1;
const CLOSES: u8 = 2;

/// A running simulator, its screen as a person sees it, and every byte it wrote.
pub(super) struct Running {
    child: Box<dyn Child + Send + Sync>,
    /// None once the terminal is closed.
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Box<dyn Write + Send>,
    terminal: Arc<AtomicU8>,
    screen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
}

impl Running {
    pub(super) fn start(folder: &Path, size: (u16, u16), arguments: &[&str]) -> Self {
        Running::start_with(folder, size, arguments, &[])
    }

    /// The same with environment variables.
    fn start_with(
        folder: &Path,
        size: (u16, u16),
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        Running::start_program(folder, size, MELODY, arguments, variables)
    }

    /// Another program that starts it.
    fn start_program(
        folder: &Path,
        size: (u16, u16),
        program: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let (cols, rows) = size;
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        // Whoever runs the tests may have settings and a locale of their own.
        for name in ["LC_ALL", "LC_CTYPE", "LC_MESSAGES", "NO_COLOR", "COLORTERM", "MELODY_CONFIG"]
        {
            command.env_remove(name);
        }
        command.env("LANG", "C.UTF-8");
        command.env("XDG_CONFIG_HOME", folder.join("home"));
        variables.iter().for_each(|(name, value)| command.env(name, value));
        command.args(arguments);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen =
            Arc::new(Mutex::new((vt100::Parser::new(size_of(rows), size_of(cols), 0), Vec::new())));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shared = screen.clone();
        let terminal = Arc::new(AtomicU8::new(READS));
        let does = terminal.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                while does.load(Ordering::SeqCst) == RESTS {
                    std::thread::sleep(Duration::from_millis(10));
                }
                if does.load(Ordering::SeqCst) == CLOSES {
                    return;
                }
                let mut screen = shared.lock().unwrap();
                screen.0.process(&bytes[..n]);
                screen.1.extend_from_slice(&bytes[..n]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Running { child, master: Some(pair.master), keys, terminal, screen }
    }

    pub(super) fn contents(&self) -> String {
        self.screen.lock().unwrap().0.screen().contents()
    }

    /// Waits until the screen shows something.
    pub(super) fn wait_for(&self, text: &str) {
        let began = Instant::now();
        while !self.contents().contains(text) {
            assert!(began.elapsed() < PATIENCE, "no {text:?} on:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Presses keys and waits for what they show.
    fn press_and_see(&mut self, keys: &str, text: &str) {
        self.press(keys);
        self.wait_for(text);
    }

    /// The simulated minutes the header shows, at 64x.
    fn minutes(&self) -> u64 {
        let contents = self.contents();
        let header: Vec<&str> = contents.lines().next().unwrap_or("").split_whitespace().collect();
        let speed = header.iter().position(|word| *word == "64x").unwrap_or(0);
        let clock = header.get(speed.wrapping_sub(1)).copied().unwrap_or("0:00");
        let parts: Vec<u64> = clock.split(':').filter_map(|part| part.parse().ok()).collect();
        match parts[..] {
            [hours, minutes, _] => hours * 60 + minutes,
            [minutes, _] => minutes,
            _ => 0,
        }
    }

    /// Lets the autopilot play, also when its listener would rather leave and no other session begins.
    fn play_until(&mut self, minutes: u64) {
        let began = Instant::now();
        while self.minutes() < minutes {
            assert!(began.elapsed() < PATIENCE * 2, "time stands still:\n{}", self.contents());
            if self.contents().contains("plays on") {
                self.press(" ");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The terminal is closed, as by its window.
    fn hang_up(&mut self) {
        self.terminal.store(CLOSES, Ordering::SeqCst);
        // Whoever reads for it closes it at the next byte.
        self.press("\u{c}");
        std::thread::sleep(Duration::from_millis(500));
        self.keys = Box::new(std::io::sink());
        self.master = None;
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end and returns the exit code.
    pub(super) fn end(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What it wrote last may still be on its way.
                std::thread::sleep(Duration::from_millis(200));
                return status.exit_code();
            }
            assert!(began.elapsed() < PATIENCE, "still running:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn assert_restored(&self) {
        let shared = self.screen.lock().unwrap();
        let screen = shared.0.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        let modes = format!("{:?}", self.master.as_ref().map(|master| master.get_termios()));
        let cooked = modes.contains("ECHO") && modes.contains("ICANON");
        assert!(cooked, "the terminal echoes and reads lines again: {modes}");
    }
}

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

impl Running {
    /// Whether the terminal is the program's.
    fn taken(&self) -> bool {
        self.screen.lock().unwrap().0.screen().alternate_screen()
    }

    fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "not {what}:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
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

/// A disk that has room for so many blocks: as far as a file may grow.
const SMALL_DISK: &str = "trap '' XFSZ; ulimit -S -f 48; exec \"$0\" \"$@\"";

/// Plays on until the log no longer fits on the disk.
fn with_a_full_disk(folder: &Path) -> Running {
    let arguments = ["-c", SMALL_DISK, MELODY, "--seed", "7", "--log", "log.jsonl"];
    let mut melody = Running::start_program(folder, (140, 40), "sh", &arguments, &[]);
    melody.wait_for("Now playing");
    for _ in 0..200 {
        if melody.contents().contains("BEHIND") {
            return melody;
        }
        melody.press("n");
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the disk is not full:\n{}", melody.contents());
}

#[test]
fn a_log_on_a_full_disk_is_told_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut melody = with_a_full_disk(folder.path());
    melody.press("l");
    melody.wait_for("LOG AT STEP");
    // What is not in the log would be lost: it asks, and in the end says so.
    melody.press("q");
    melody.press("\u{3}");
    assert_eq!(melody.end(), 2);
    melody.assert_restored();
    let said = melody.contents().replace('\n', " ");
    assert!(said.contains("log.jsonl: the log ends at step"), "{said}");
    let check = |folder: &Path| {
        let mut check = Command::new(MELODY);
        let out = check.current_dir(folder).args(["log", "check", "log.jsonl"]).output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    assert!(check(folder.path()).contains("the chain holds"));

    let folder = tempfile::tempdir().unwrap();
    let mut melody = with_a_full_disk(folder.path());
    let id = melody.child.process_id().unwrap().to_string();
    let room = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status();
    if room.is_ok_and(|status| status.success()) {
        melody.wait_for("The log is written again; nothing is missing.");
        melody.press("q");
        assert_eq!(melody.end(), 0);
        assert!(check(folder.path()).contains("the chain holds"));
    } else {
        melody.signal("TERM");
        assert_eq!(melody.end(), 143);
    }
}

#[test]
fn an_older_trace_stays_until_the_new_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("trace.jsonl");
    let older = "{\"trace_format\":1}\n";
    std::fs::write(&place, older).unwrap();
    let arguments = ["--trace", "trace.jsonl"];
    let mut melody = Running::start(folder.path(), (80, 24), &arguments);
    melody.wait_for("Queue");
    assert_eq!(std::fs::read_to_string(&place).unwrap(), older);
    // Another session is told at once that it cannot have the same trace.
    let mut second = Running::start(folder.path(), (80, 24), &arguments);
    assert_eq!(second.end(), 2);
    let said = second.contents();
    assert!(said.contains("trace.jsonl: another program is using it"), "{said}");
    melody.signal("KILL");
    melody.end();
    assert_eq!(std::fs::read_to_string(&place).unwrap(), older, "killed, it has written nothing");
    let mut third = Running::start(folder.path(), (80, 24), &arguments);
    third.wait_for("Queue");
    third.signal("TERM");
    assert_eq!(third.end(), 143);
    assert!(std::fs::read_to_string(&place).unwrap().lines().count() >= 2);
    assert!(!folder.path().join("trace.jsonl.draft").exists());
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
    melody.wait_for("1 of 13");
    melody.press_and_see(" ", "2 of 13");
    melody.press_and_see("\r", "3 of 13");
    melody.press_and_see("\u{1b}[C", "4 of 13");
    melody.wait_for("3 r-n-b in a row");
    melody.press_and_see("\u{1b}[D", "3 of 13");
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
