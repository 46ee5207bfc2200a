//! The event loop: keys and time to the app, its view to the terminal.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::Position;

use super::keys::Keys;
use super::screen;
use super::screen::{Screen, gone, let_report_end, panicked};
use super::signals::{Signals, stop_job};
use crate::app::App;
use crate::command::Key;
use crate::desk::{fault, screen_first};
use crate::draw::{Drawn, draw};

/// Between frames while something moves.
const FRAME: Duration = Duration::from_millis(16);
/// Between looks at signals while nothing does.
const IDLE: Duration = Duration::from_millis(100);

/// How the simulator ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The listener left.
    Quit,
    /// A signal asked for it.
    Signal(i32),
    /// The terminal is gone.
    HungUp,
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
    let screen = Screen::take(mouse, app.black_box())?;
    let keys = Keys::listen()?;
    screen_first();
    // What goes wrong with a terminal that has been closed means that it has been closed.
    follow(app, screen, &keys, &signals).or_else(|error| match gone() {
        true => Ok(Ended::HungUp),
        false => Err(error),
    })
}

/// The loop itself. The terminal is given back at its end.
fn follow(app: &mut App, mut screen: Screen, keys: &Keys, signals: &Signals) -> io::Result<Ended> {
    let mut last = Instant::now();
    let mut changed = true;
    loop {
        if let Some(signal) = signals.leave() {
            return Ok(Ended::Signal(signal));
        }
        if panicked() {
            let_report_end();
            return Ok(Ended::Panic);
        }
        if gone() {
            return Ok(Ended::HungUp);
        }
        if signals.take_stop() {
            screen.stop(signals)?;
            (last, changed) = (Instant::now(), true);
        }
        if signals.take_go_on() {
            screen.take_again()?;
            (last, changed) = (Instant::now(), true);
        }
        if app.take_redraw() {
            screen.clear()?;
        }
        // A terminal that reads slowly gets fewer frames.
        if changed && screen.ready() {
            let view = app.view();
            let mut drawn = Drawn::default();
            screen.draw(|frame| {
                fault::on_demand("screen", view.now().step);
                drawn = draw(&view, frame.area(), frame.buffer_mut());
            })?;
            app.drawn(drawn);
            changed = false;
        }
        let moves = changed || app.moves();
        let wait = if moves { FRAME.saturating_sub(last.elapsed()) } else { IDLE };
        let mut event = keys.next(wait)?;
        // Time that has passed belongs to the state before the keys.
        changed |= app.moves();
        app.tick(last.elapsed());
        last = Instant::now();
        // However fast events come, the screen follows: those that take longer wait for the next frame.
        while let Some(next) = event {
            changed |= take(app, next);
            if app.quits() {
                return Ok(Ended::Quit);
            }
            event = if last.elapsed() < FRAME { keys.next(Duration::ZERO)? } else { None };
        }
        if let Some(text) = app.take_clipboard() {
            screen::copy(&text)?;
        }
    }
}

/// Notches one event of the mouse wheel stands for.
const WHEEL: isize = 1;

/// Hands an event to the app. Returns whether anything can have come of it.
fn take(app: &mut App, event: Event) -> bool {
    match event {
        Event::Key(key) if stops(key) => stop_job(),
        Event::Key(key) if key.kind != KeyEventKind::Release => app.press(Key::from(key)),
        Event::Paste(text) => app.paste(&text),
        Event::Mouse(mouse) => return point(app, mouse),
        Event::Resize(..) => {}
        _ => return false,
    }
    true
}

/// Whether a key is ctrl-z, which no other meaning can be given to: a terminal that is not read key by key would
/// stop the program with it.
fn stops(key: KeyEvent) -> bool {
    let pressed = key.kind == KeyEventKind::Press;
    pressed && key.code == KeyCode::Char('z') && key.modifiers == KeyModifiers::CONTROL
}

fn point(app: &mut App, mouse: MouseEvent) -> bool {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => app.click(at),
        MouseEventKind::ScrollDown => app.wheel(at, WHEEL),
        MouseEventKind::ScrollUp => app.wheel(at, -WHEEL),
        MouseEventKind::Up(MouseButton::Left) => {
            app.release();
            return false;
        }
        MouseEventKind::Drag(MouseButton::Left) => return app.pull(at),
        MouseEventKind::Moved => return app.point(at),
        _ => return false,
    }
    true
}
