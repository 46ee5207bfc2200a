//! How the queue came to its order: every song's places over the last steps, as a line that ends in its row.
//!
//! Time runs to the right, where the songs stand; lines that cross are songs that overtook each other. While a
//! new order is taken on, the chart scrolls by a step and the lines end where their songs are on the way.

use ratatui::style::Style;

use super::canvas::Canvas;
use super::plot::Dots;
use crate::theme::Theme;
use crate::view::{Movement, View};
use melody_recommender::engine::QueueEntry;

/// Steps back that are shown at most.
const MOST: usize = 20;

/// Steps back that so many cells show: two dots each, so that lines can be followed.
pub(crate) fn steps(cells: usize) -> usize {
    MOST.min(cells.saturating_sub(1))
}

/// Rows a song is above (negative) or below the place it came from; `None` where it was not there.
pub(crate) fn travelled(view: &View, entry: &QueueEntry) -> Option<i32> {
    match view.movement(entry) {
        Movement::None => Some(0),
        Movement::New => None,
        Movement::Up(n) => Some(-(n as i32)),
        Movement::Down(n) => Some(n as i32),
    }
}

/// A song of the queue that is shown.
pub(crate) struct Moving<'a> {
    pub entry: &'a QueueEntry,
    /// The row that it is seen in.
    pub row: usize,
    /// Whether it is the selected one.
    pub chosen: bool,
}

/// A song's line.
struct Course {
    /// What it matters among the others: more lies over less.
    weight: u8,
    style: Style,
    /// In dots, from the right.
    points: Vec<(f64, f64)>,
}

/// The places of songs over the last steps, one row a song; the first row is that of place `first`.
pub(crate) fn draw(canvas: Canvas, songs: &[Moving], first: usize) {
    let Canvas { view, theme, area, buf } = canvas;
    let mut dots = Dots::new(area);
    let (columns, _) = dots.size();
    let most = steps(area.width.into());
    let steps = most.min(view.traces.len() - 1);
    if steps == 0 {
        return;
    }
    let each = (columns - 1) as f64 / most as f64;
    let mut lines: Vec<Course> =
        songs.iter().map(|song| line(view, theme, song, steps, (first, each, columns))).collect();
    // What matters more lies over what matters less.
    lines.sort_by_key(|line| line.weight);
    for line in &lines {
        for pair in line.points.windows(2) {
            dots.line(pair[0], pair[1], line.style);
        }
    }
    dots.draw(buf);
}

/// The points of a song's line from the right, as long as it was in the queue, in dots.
fn line(
    view: &View,
    theme: &Theme,
    song: &Moving,
    steps: usize,
    (first, each, columns): (usize, f64, usize),
) -> Course {
    // The middle of a row of four dots.
    let height = |row: f64| row * 4.0 + 1.5;
    let right = (columns - 1) as f64;
    let id = &song.entry.song.id;
    let mut points = vec![(right, height(song.row as f64))];
    let mut was = song.row as f64;
    for (back, trace) in view.traces.iter().rev().enumerate().skip(1).take(steps) {
        let Some(place) = trace.queue.iter().position(|entry| entry.song.id == *id) else { break };
        was = place as f64 - first as f64;
        points.push((right - (back as f64 - view.fresh) * each, height(was)));
    }
    let now = song.row as f64;
    let (weight, style) = match () {
        () if song.chosen => (4, theme.accent),
        () if song.entry.promoted => (3, theme.promoted),
        () if now < was => (2, theme.up),
        () if now > was => (1, theme.down),
        () => (0, theme.faint),
    };
    Course { weight, style, points }
}
