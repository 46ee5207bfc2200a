//! The terminal: taken over, and given back whatever happens.

use std::io::{self, Stdout, Write, stdout};
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether any thread has panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours; dropping it gives it back.
pub struct Screen {
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over, and its mouse if asked to.
    pub fn take(mouse: bool) -> io::Result<Self> {
        give_back_before_panics();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        // From here on, leaving by any way gives the terminal back.
        let made = execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
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

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Asks the terminal to put a text on its clipboard (OSC 52). Not every terminal does.
pub fn copy(text: &str) -> io::Result<()> {
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

/// A panic on any thread gives the terminal back first, so that its message can be read.
fn give_back_before_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICKED.store(true, Ordering::SeqCst);
            give_back();
            report(panic);
        }));
    });
}

/// Whether a thread has panicked, after which nothing more may be drawn.
pub fn panicked() -> bool {
    PANICKED.load(Ordering::SeqCst)
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
pub struct Signals(Arc<AtomicUsize>);

impl Signals {
    pub fn watch() -> io::Result<Self> {
        let caught = Arc::new(AtomicUsize::new(0));
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            signal_hook::flag::register_usize(signal, caught.clone(), signal as usize)?;
        }
        let seen = caught.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || insist(&seen))?;
        Ok(Signals(caught))
    }

    /// The signal that was caught, if one was.
    pub fn caught(&self) -> Option<i32> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(signal as i32),
        }
    }
}
