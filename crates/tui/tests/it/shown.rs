//! A screen as text.

use melody_tui::{App, draw, rows};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The buffer as text, the halves of wide characters counted once.
pub(crate) fn text(buffer: &Buffer) -> String {
    rows(buffer).map(|row| format!("{}\n", row.trim_end())).collect()
}

/// What an app shows on a screen of this size.
pub(crate) fn screen(app: &App, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(&app.view(), area, &mut buffer);
    text(&buffer)
}

/// The first line of a screen that says this.
pub(crate) fn line_with(screen: &str, said: &str) -> String {
    let mut lines = screen.lines();
    let line = lines.find(|line| line.contains(said));
    line.unwrap_or_else(|| panic!("{said:?} is not on\n{screen}")).trim().to_string()
}
