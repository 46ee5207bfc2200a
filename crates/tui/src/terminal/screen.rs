//! The terminal: taken over, and given back whatever happens.

use std::io::{self, IsTerminal, Write, stderr, stdin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::ClearType::All;
use crossterm::terminal::{
    Clear, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

use super::line;
use super::line::Sending;
use super::signals::Signals;
use crate::desk::blackbox::BlackBox;
use melody_core::shown::spelled;

/// Whether any thread has panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);
/// Whether what there is to say about it has been said.
static REPORTED: AtomicBool = AtomicBool::new(false);
/// Where the session stands, for the report of a panic.
static BLACK_BOX: Mutex<Option<Arc<BlackBox>>> = Mutex::new(None);

/// The terminal while it is ours; dropping it gives it back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Sending>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over, and its mouse if asked to. A panic leaves a report of what is in the
    /// black box.
    pub(super) fn take(mouse: bool, black_box: Arc<BlackBox>) -> io::Result<Self> {
        *BLACK_BOX.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(black_box);
        give_back_before_panics();
        set_up(mouse)?;
        let terminal = Terminal::new(CrosstermBackend::new(Sending::default()));
        match terminal {
            Ok(terminal) => Ok(Screen { terminal, mouse }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Forgets what is on the terminal: the next frame is drawn as a whole. Nothing is asked of the
    /// terminal, which need not answer.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        let mut sending = Sending::default();
        execute!(sending, Clear(All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(Sending::default()))?;
        Ok(())
    }

    /// Whether the frame before has gone through.
    pub(super) fn ready(&self) -> bool {
        line::idle()
    }

    /// Draws a frame. Once the terminal is given back, by whatever thread, it goes nowhere.
    pub(super) fn draw(&mut self, frame: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.terminal.draw(frame).map(drop)
    }

    /// Gives the terminal back and stops the process; takes it again when the process goes on.
    pub(super) fn stop(&mut self, signals: &Signals) -> io::Result<()> {
        give_back();
        signals.stop()?;
        self.take_again()
    }

    /// Takes the terminal again, whatever has become of it meanwhile.
    pub(super) fn take_again(&mut self) -> io::Result<()> {
        // Raw mode is only set where it is thought not to be.
        disable_raw_mode()?;
        set_up(self.mouse)?;
        self.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Takes the terminal over. A program that was killed may have left something on the screen.
fn set_up(mouse: bool) -> io::Result<()> {
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, Clear(All), EnableBracketedPaste, Hide)?;
    if mouse {
        queue!(bytes, EnableMouseCapture)?;
    }
    enable_raw_mode()?;
    // From here on, leaving by any way gives the terminal back.
    line::open(bytes).inspect_err(|_| drop(disable_raw_mode()))
}

/// Asks the terminal to put a text on its clipboard (OSC 52). Not every terminal does.
pub(super) fn copy(text: &str) -> io::Result<()> {
    let mut sending = Sending::default();
    execute!(sending, CopyToClipboard::to_clipboard_from(text))
}

/// Whether the terminal is gone: closed, or cut off. What is asked of it fails then, be it only what it is.
pub(super) fn gone() -> bool {
    line::refused() || !stdin().is_terminal()
}

/// How long a terminal has to read what gives it back.
const READS: Duration = Duration::from_secs(1);

/// Gives the terminal back, once. Errors are left alone: there is nobody left to tell.
fn give_back() {
    let mut bytes = Vec::new();
    let _ = queue!(bytes, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    if line::close(bytes) {
        line::settle(READS);
        let _ = disable_raw_mode();
    }
}

/// A panic on any thread gives the terminal back first, so that its message can be read, and leaves a
/// report behind.
fn give_back_before_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let first = !PANICKED.swap(true, Ordering::SeqCst);
            give_back();
            tell(panic);
            if first {
                let black_box = BLACK_BOX.try_lock().ok().and_then(|found| found.clone());
                if let Some(black_box) = black_box {
                    // The terminal is given back by now; if it takes nothing more, there is nobody to tell.
                    let _ = writeln!(stderr(), "\n{}", spelled(&black_box.report(panic)));
                }
                REPORTED.store(true, Ordering::SeqCst);
            }
        }));
    });
}

/// How long a report may take to be written: its backtrace is looked up in the debug information.
const REPORT_ENDS: Duration = Duration::from_secs(30);
/// Between looks at whether something has ended.
const LOOK: Duration = Duration::from_millis(5);

/// Whether a thread has panicked, after which nothing more may be drawn.
pub(super) fn panicked() -> bool {
    PANICKED.load(Ordering::SeqCst)
}

/// Waits until another thread's panic has been reported: the process must not end before.
pub(super) fn let_report_end() {
    let began = Instant::now();
    while !REPORTED.load(Ordering::SeqCst) && began.elapsed() < REPORT_ENDS {
        std::thread::sleep(LOOK);
    }
}
