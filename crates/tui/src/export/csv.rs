//! The queue, as CSV.

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
            &entry.song.id,
            &entry.song.title,
            &entry.song.artist,
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
