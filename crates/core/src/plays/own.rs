//! Melody's own lines: each is a play as it is.

use super::format::{About, OUTCOMES, Role};
use super::record::{Found, Reading, decode};
use crate::input::Layout;

pub(super) static LINES: About = About {
    name: "melody",
    what: "Melody's own JSON Lines",
    files: "*.jsonl",
    told_by: "JSON with the key `title` or `song`, and none of the others",
    reads: "every key of docs/own-data.md",
    gives: &OUTCOMES,
    source: "docs/own-data.md",
    role: Role::Plays,
    tells: |head| {
        let layout = if head.array() { Layout::Array } else { Layout::Lines };
        let own = head.has(&["title"]) && head.has(&["artist"]) || head.has(&["song"]);
        own.then_some(layout)
    },
    begins: |_, _| Reading::each(|record| decode(record).map(Found::Play)),
};
