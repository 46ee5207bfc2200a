//! The queue, as CSV.
//!
//! It is for people, who open it in a spreadsheet, and a spreadsheet runs a cell that begins like a formula. A text that does
//! gets an apostrophe in front, by which spreadsheets know that it is text. Figures stay as they are. What Melody itself reads
//! back (`songs.csv` of a catalogue) is never changed so.

use std::fmt::Display;

use crate::draw::account::Parts;
use melody_recommender::engine::Trace;

const COLUMNS: [&str; 12] = [
    "position",
    "id",
    "title",
    "artist",
    "promoted",
    "score",
    "interest",
    "subscription",
    "exposure",
    "added",
    "taken",
    "was",
];

/// The queue, a song a line. The five parts after the score add up to it.
pub fn csv(trace: &Trace) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let mut row = |cells: [&dyn Display; COLUMNS.len()]| {
        writer.write_record(cells.map(ToString::to_string)).expect("memory takes it")
    };
    row(COLUMNS.each_ref().map(|name| name as &dyn Display));
    for entry in &trace.queue {
        let parts = Parts::new(&entry.ledger);
        row([
            &entry.position,
            &text(&entry.song.id),
            &text(&entry.song.title),
            &text(&entry.song.artist),
            &entry.promoted,
            &entry.score,
            &parts.interest,
            &parts.subscription,
            &parts.exposure,
            &parts.boost,
            &-parts.loss,
            &entry.was.map_or(String::new(), |was| was.to_string()),
        ]);
    }
    let bytes = writer.into_inner().expect("memory takes it");
    String::from_utf8(bytes).expect("texts are UTF-8")
}

/// What begins a formula.
const RUNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text that no spreadsheet runs.
fn text(cell: &str) -> String {
    if cell.starts_with(RUNS) { format!("'{cell}") } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_no_title() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        for plain in ["1+1", "Rémi = Łopata", "'Tis", ""] {
            assert_eq!(text(plain), plain);
        }
    }
}
