//! The event loop: keys and time to the app, its view to the terminal.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::app::App;
use super::draw::{Drawn, draw};
use super::keys::Key;
use super::terminal::{Screen, Signals, let_report_end, panicked};

/// Between frames while something moves.
const FRAME: Duration = Duration::from_millis(16);
/// Between looks at signals while nothing does.
const IDLE: Duration = Duration::from_millis(100);
/// Events taken in between two frames at most.
const EVENTS_PER_FRAME: usize = 64;

/// How the simulator ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The listener left.
    Quit,
    /// A signal asked for it.
    Signal(i32),
    /// A thread panicked; its message has been printed.
    Panic,
}

/// Runs the simulator on this process's terminal until it ends.
/// `mouse`: whether it takes the mouse too, with which the terminal itself cannot mark text then.
///
/// # Errors
/// When the terminal cannot be taken over, drawn to or read from. It is given back in any case.
pub fn run(app: &mut App, mouse: bool) -> io::Result<Ended> {
    let signals = Signals::watch()?;
    let mut screen = Screen::take(mouse, app.black_box())?;
    let mut last = Instant::now();
    let mut changed = true;
    loop {
        if let Some(signal) = signals.caught() {
            return Ok(Ended::Signal(signal));
        }
        if panicked() {
            let_report_end();
            return Ok(Ended::Panic);
        }
        if changed {
            let view = app.view();
            let mut drawn = Drawn::default();
            screen.draw(|frame| {
                #[cfg(debug_assertions)]
                super::fault::on_demand("screen", view.now().step);
                drawn = draw(&view, frame.area(), frame.buffer_mut());
            })?;
            app.drawn(drawn);
        }
        let wait = if app.moves() { FRAME.saturating_sub(last.elapsed()) } else { IDLE };
        let mut more = event::poll(wait)?;
        // Time that has passed belongs to the state before the keys.
        changed = app.moves();
        app.tick(last.elapsed());
        last = Instant::now();
        for _ in 0..EVENTS_PER_FRAME {
            if !more {
                break;
            }
            changed = true;
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => app.press(Key::from(key)),
                Event::Paste(text) => app.paste(&text),
                Event::Mouse(mouse) => point(app, mouse),
                _ => {}
            }
            if app.quits() {
                return Ok(Ended::Quit);
            }
            more = event::poll(Duration::ZERO)?;
        }
    }
}

/// Lines one turn of the mouse wheel goes.
const WHEEL: isize = 1;

fn point(app: &mut App, mouse: MouseEvent) {
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            app.click(Position::new(mouse.column, mouse.row));
        }
        MouseEventKind::ScrollDown => app.wheel(WHEEL),
        MouseEventKind::ScrollUp => app.wheel(-WHEEL),
        _ => {}
    }
}
