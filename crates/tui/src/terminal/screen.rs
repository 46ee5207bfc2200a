//! The terminal: taken over, and given back whatever happens.

use std::io::{self, Stdout, Write, stderr, stdout};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::ClearType::All;
use crossterm::terminal::{
    Clear, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::desk::blackbox::BlackBox;
use melody_core::shown::spelled;

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether any thread has panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);
/// Whether what there is to say about it has been said.
static REPORTED: AtomicBool = AtomicBool::new(false);
/// Whether a frame is being drawn.
static DRAWING: AtomicBool = AtomicBool::new(false);
/// Where the session stands, for the report of a panic.
static BLACK_BOX: Mutex<Option<Arc<BlackBox>>> = Mutex::new(None);

/// The terminal while it is ours; dropping it gives it back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over, and its mouse if asked to. A panic leaves a report of what is in the
    /// black box.
    pub(super) fn take(mouse: bool, black_box: Arc<BlackBox>) -> io::Result<Self> {
        *BLACK_BOX.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(black_box);
        give_back_before_panics();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        // From here on, leaving by any way gives the terminal back. A program that was killed may have left
        // something on the screen.
        let made = execute!(stdout(), EnterAlternateScreen, Clear(All), EnableBracketedPaste, Hide)
            .and_then(|()| if mouse { execute!(stdout(), EnableMouseCapture) } else { Ok(()) })
            .and_then(|()| Terminal::new(CrosstermBackend::new(stdout())));
        match made {
            Ok(terminal) => Ok(Screen { terminal }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }
}

impl Screen {
    /// Forgets what is on the terminal: the next frame is drawn as a whole. Nothing is asked of the
    /// terminal, which need not answer.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        execute!(stdout(), Clear(All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(())
    }

    /// Draws a frame, unless a thread has panicked: the terminal is no longer ours then.
    pub(super) fn draw(&mut self, frame: impl FnOnce(&mut Frame)) -> io::Result<()> {
        let _drawing = Drawing::begin();
        if !panicked() {
            self.terminal.draw(frame)?;
        }
        Ok(())
    }
}

/// While it lives, a frame is being drawn.
struct Drawing;

impl Drawing {
    fn begin() -> Self {
        DRAWING.store(true, Ordering::SeqCst);
        Drawing
    }
}

impl Drop for Drawing {
    fn drop(&mut self) {
        DRAWING.store(false, Ordering::SeqCst);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Asks the terminal to put a text on its clipboard (OSC 52). Not every terminal does.
pub(super) fn copy(text: &str) -> io::Result<()> {
    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))
}

/// Gives the terminal back, once. Errors are left alone: there is nobody left to tell.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            stdout(),
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
        let _ = stdout().flush();
    }
}

/// A panic on any thread gives the terminal back first, so that its message can be read, and leaves a
/// report behind.
fn give_back_before_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let screen = std::thread::current().id();
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let first = !PANICKED.swap(true, Ordering::SeqCst);
            if std::thread::current().id() != screen {
                let_frame_end();
            }
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

/// How long a frame may take to end before the terminal is given back all the same.
const FRAME_ENDS: Duration = Duration::from_millis(500);
/// How long a report may take to be written: its backtrace is looked up in the debug information.
const REPORT_ENDS: Duration = Duration::from_secs(30);
/// Between looks at whether something has ended.
const LOOK: Duration = Duration::from_millis(5);

/// What is written after the terminal was given back would stay on it.
fn let_frame_end() {
    let began = Instant::now();
    while DRAWING.load(Ordering::SeqCst) && began.elapsed() < FRAME_ENDS {
        std::thread::sleep(LOOK);
    }
}

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

/// How long the event loop has to stop by itself after a signal.
const GRACE: Duration = Duration::from_secs(2);
/// Between looks for a signal.
const WATCH: Duration = Duration::from_millis(100);

/// Ends the program when a signal has asked for it and the event loop does not come back: waiting for
/// keys never ends on a terminal that is gone.
fn insist(caught: &AtomicUsize) {
    while caught.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(WATCH);
    }
    std::thread::sleep(GRACE);
    give_back();
    std::process::exit(128 + caught.load(Ordering::SeqCst) as i32);
}

/// Signals that ask the program to stop.
pub(super) struct Signals(Arc<AtomicUsize>);

impl Signals {
    pub(super) fn watch() -> io::Result<Self> {
        let caught = Arc::new(AtomicUsize::new(0));
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            signal_hook::flag::register_usize(signal, caught.clone(), signal as usize)?;
        }
        let seen = caught.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || insist(&seen))?;
        Ok(Signals(caught))
    }

    /// The signal that was caught, if one was.
    pub(super) fn caught(&self) -> Option<i32> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(signal as i32),
        }
    }
}
