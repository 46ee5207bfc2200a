//! Frames as a recording of a terminal: asciicast, version 2 or 3, which asciinema plays and its web player embeds.
//!
//! A first line of JSON describes the terminal; every other is an event: when, of what kind, and what was written then. Version 3 counts
//! an event's time from the one before it, version 2 from the beginning. Of a frame only the cells that changed are written, as a
//! terminal would be sent them.
//!
//! Players count the columns of a text character by character, this program by what is one letter to a reader. So letters are
//! composed (`e` and an accent become `é`), and behind what stays several characters the next cell is gone to outright:
//! whatever a player makes of it, what follows stands in its place.

use std::io;
use std::time::Duration;

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use melody_core::shown::{STAND_IN, acts};

/// A version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asciicast {
    /// What every player reads.
    V2,
    /// What asciinema writes since its own version 3.
    V3,
}

/// A recording being made.
pub struct Cast {
    version: Asciicast,
    text: String,
    /// What the terminal shows.
    shown: Buffer,
    /// When the event before was.
    last: Duration,
}

/// Sets the terminal up: a screen without a cursor.
const BEGINS: &str = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J\u{1b}[H";
/// Gives it back.
const ENDS: &str = "\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l";

impl Cast {
    /// A recording of a terminal of so many columns and rows.
    pub fn begin(version: Asciicast, title: &str, (width, height): (u16, u16)) -> Self {
        let term = "xterm-256color";
        let title: String = title.nfc().collect();
        let head = match version {
            Asciicast::V2 => json!({
                "version": 2, "width": width, "height": height, "title": title, "env": { "TERM": term },
            }),
            Asciicast::V3 => json!({
                "version": 3, "term": { "cols": width, "rows": height, "type": term }, "title": title,
            }),
        };
        let shown = Buffer::empty(Rect::new(0, 0, width, height));
        let mut cast = Cast { version, text: format!("{head}\n"), shown, last: Duration::ZERO };
        cast.event(Duration::ZERO, "o", BEGINS.into());
        cast
    }

    /// Shows a frame from then on.
    ///
    /// # Errors
    /// When the frame cannot be written for a terminal.
    pub fn frame(&mut self, at: Duration, frame: &Buffer) -> io::Result<()> {
        let frame = composed(frame);
        let changes = self.shown.diff(&frame);
        if changes.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let mut terminal = CrosstermBackend::new(&mut bytes);
        for run in changes.split_inclusive(|(_, _, cell)| several(cell)) {
            terminal.draw(run.iter().copied())?;
        }
        let written = String::from_utf8_lossy(&bytes).into_owned();
        self.shown = frame;
        self.event(at, "o", written);
        Ok(())
    }

    /// Marks a place that can be gone to.
    pub fn mark(&mut self, at: Duration, label: &str) {
        self.event(at, "m", label.nfc().collect());
    }

    /// The whole recording, ending then.
    pub fn end(mut self, at: Duration) -> String {
        self.event(at, "o", ENDS.into());
        if self.version == Asciicast::V3 {
            self.event(at, "x", "0".into());
        }
        self.text
    }

    fn event(&mut self, at: Duration, kind: &str, data: String) {
        let since = match self.version {
            Asciicast::V2 => at,
            Asciicast::V3 => at.saturating_sub(self.last),
        };
        self.last = at;
        let line: Value = json!([since.as_millis() as f64 / 1000.0, kind, data]);
        self.text.push_str(&format!("{line}\n"));
    }
}

/// The frame with its letters composed, and without what a terminal would act on.
fn composed(frame: &Buffer) -> Buffer {
    let mut frame = frame.clone();
    for cell in &mut frame.content {
        if cell.symbol().is_ascii() && !cell.symbol().contains(acts) {
            continue;
        }
        let harmless = cell.symbol().chars().map(|c| if acts(c) { STAND_IN } else { c });
        let symbol: String = harmless.nfc().collect();
        cell.set_symbol(&symbol);
    }
    frame
}

/// Whether a cell holds more than one character, however it was composed.
fn several(cell: &Cell) -> bool {
    cell.symbol().chars().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    use ratatui::style::{Color, Style};

    fn frame(text: &str) -> Buffer {
        let mut frame = Buffer::empty(Rect::new(0, 0, 20, 2));
        frame.set_string(1, 1, text, Style::new().fg(Color::Rgb(1, 2, 3)));
        frame
    }

    fn lines(cast: Cast, at: u64) -> Vec<Value> {
        let text = cast.end(Duration::from_millis(at));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn recorded(version: Asciicast) -> Vec<Value> {
        let mut cast = Cast::begin(version, "a tour", (20, 2));
        cast.mark(Duration::from_millis(500), "one");
        cast.frame(Duration::from_millis(500), &frame("ab")).unwrap();
        cast.frame(Duration::from_millis(900), &frame("ab")).unwrap();
        cast.frame(Duration::from_millis(1250), &frame("ac")).unwrap();
        lines(cast, 2000)
    }

    #[test]
    fn version_2_counts_from_the_beginning_and_version_3_from_the_event_before() {
        let times = |version| -> Vec<f64> {
            recorded(version)[1..].iter().map(|event| event[0].as_f64().unwrap()).collect()
        };
        assert_eq!(times(Asciicast::V2), [0.0, 0.5, 0.5, 1.25, 2.0]);
        assert_eq!(times(Asciicast::V3), [0.0, 0.5, 0.0, 0.75, 0.75, 0.0]);
        let head = &recorded(Asciicast::V3)[0];
        assert_eq!((&head["version"], &head["term"]["cols"]), (&json!(3), &json!(20)));
        let head = &recorded(Asciicast::V2)[0];
        assert_eq!((&head["version"], &head["height"]), (&json!(2), &json!(2)));
    }

    #[test]
    fn only_what_changed_is_written() {
        let events = recorded(Asciicast::V2);
        let second = events[4][2].as_str().unwrap();
        assert!(second.contains("\u{1b}[2;3H") && second.contains('c'), "{second:?}");
        assert!(!second.contains('a'), "{second:?}");
    }

    #[test]
    fn letters_are_composed_and_what_cannot_be_moves_nothing() {
        let mut cast = Cast::begin(Asciicast::V3, "Cafe\u{301}", (20, 2));
        // `q` with an acute has no character of its own.
        cast.frame(Duration::ZERO, &frame("Cafe\u{301} q\u{301}z")).unwrap();
        let events = lines(cast, 0);
        assert_eq!(events[0]["title"], "Café");
        let written = events[2][2].as_str().unwrap();
        assert!(written.contains('é') && !written.contains("e\u{301}"), "{written:?}");
        // The cell behind it is gone to: row 2, column 8.
        assert!(written.contains("q\u{301}") && written.contains("\u{1b}[2;8H"), "{written:?}");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_not_recorded() {
        let mut frame = frame("ab");
        frame[(3, 0)].set_symbol("\u{9b}");
        let mut cast = Cast::begin(Asciicast::V2, "", (20, 2));
        cast.frame(Duration::ZERO, &frame).unwrap();
        let text = cast.end(Duration::ZERO);
        assert!(!text.contains('\u{9b}') && !text.contains("\\u009b"), "{text}");
    }
}
