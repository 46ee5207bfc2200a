//! The simulator running in a pseudo-terminal, for whoever presses its keys and looks at its screen.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub(super) const MELODY: &str = env!("CARGO_BIN_EXE_melody");

/// Long enough for a busy machine and a build without optimisations.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn size_of(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

/// What a terminal does with what is written to it.
pub(super) const READS: u8 = 0;

pub(super) const RESTS: u8 = 1;

pub(super) const CLOSES: u8 = 2;

/// A running simulator, its screen as a person sees it, and every byte it wrote.
pub(super) struct Running {
    pub(super) child: Box<dyn Child + Send + Sync>,
    /// None once the terminal is closed.
    pub(super) master: Option<Box<dyn MasterPty + Send>>,
    keys: Box<dyn Write + Send>,
    pub(super) terminal: Arc<AtomicU8>,
    pub(super) screen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
}

impl Running {
    pub(super) fn start(folder: &Path, size: (u16, u16), arguments: &[&str]) -> Self {
        Running::start_with(folder, size, arguments, &[])
    }

    /// The same with environment variables.
    pub(super) fn start_with(
        folder: &Path,
        size: (u16, u16),
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        Running::start_program(folder, size, MELODY, arguments, variables)
    }

    /// Another program that starts it.
    pub(super) fn start_program(
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
    pub(super) fn press_and_see(&mut self, keys: &str, text: &str) {
        self.press(keys);
        self.wait_for(text);
    }

    /// The simulated minutes the header shows, at 64x.
    pub(super) fn minutes(&self) -> u64 {
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
    pub(super) fn play_until(&mut self, minutes: u64) {
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
    pub(super) fn hang_up(&mut self) {
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

    pub(super) fn assert_restored(&self) {
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

impl Running {
    /// Whether the terminal is the program's.
    pub(super) fn taken(&self) -> bool {
        self.screen.lock().unwrap().0.screen().alternate_screen()
    }

    pub(super) fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "not {what}:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
