//! How the queue came to its order: from where each song moved to where it is.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::plot::Dots;
use crate::view::{Movement, View};
use melody_recommender::engine::QueueEntry;

/// Rows a song is above (negative) or below the place it came from; `None` where it was not there.
pub(crate) fn travelled(view: &View, entry: &QueueEntry) -> Option<i32> {
    match view.movement(entry) {
        Movement::None => Some(0),
        Movement::New => None,
        Movement::Up(n) => Some(-(n as i32)),
        Movement::Down(n) => Some(n as i32),
    }
}

/// Lines from the old places on the left to the new ones on the right, one row a song.
pub(crate) fn draw(canvas: Canvas, shown: &[QueueEntry]) {
    let Canvas { view, theme, area, buf } = canvas;
    let mut dots = Dots::new(Rect { height: area.height.min(shown.len() as u16), ..area });
    let (columns, rows) = dots.size();
    if columns < 4 {
        return;
    }
    // The middle of a row of four dots.
    let height = |row: f64| row * 4.0 + 1.5;
    for (row, entry) in shown.iter().enumerate() {
        let style = match travelled(view, entry) {
            None | Some(0) => continue,
            Some(..0) => theme.up,
            Some(1..) => theme.down,
        };
        let from = height(row as f64 - f64::from(travelled(view, entry).unwrap_or(0)));
        let to = height(row as f64);
        for x in 0..columns {
            let share = x as f64 / (columns - 1) as f64;
            // Level at both ends, so that the eye finds the rows.
            let eased = share * share * (3.0 - 2.0 * share);
            let y = (from + (to - from) * eased).round();
            if (0.0..rows as f64).contains(&y) {
                dots.set(x, y as usize, style);
            }
        }
    }
    dots.draw(buf);
}
