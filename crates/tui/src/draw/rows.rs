//! A drawn screen as text, for whoever reads it without a terminal.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// The rows of a screen as text, from the top; the halves of a wide character count once.
pub fn rows(buffer: &Buffer) -> impl Iterator<Item = String> {
    (0..buffer.area.height).map(|y| row(buffer, y))
}

fn row(buffer: &Buffer, y: u16) -> String {
    let mut row = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let symbol = buffer[(x, y)].symbol();
        row.push_str(symbol);
        x += symbol.width().max(1) as u16;
    }
    row
}
