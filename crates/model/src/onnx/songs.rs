//! Songs as vectors: content features plus hashed identifiers.

use super::graph::{Graph, any, fixed};
use super::proto::Numbers;
use crate::features::SONG_FEATURES;

/// Puts in what makes songs' vectors.
pub(super) fn songs(graph: &mut Graph, d_model: usize) {
    let tables = ["genre", "family", "artist", "song"];
    let mut parts = Vec::new();
    for table in tables {
        let rows = graph.input(table, Numbers::Whole, &[any("songs")]);
        let name = format!("songs.{table}");
        let table = graph.parameter(&name);
        parts.push(graph.gather(&table, &rows, 0));
    }
    let dense = [any("songs"), fixed(SONG_FEATURES.len())];
    parts.push(graph.input("dense", Numbers::Float, &dense));
    let parts: Vec<_> = parts.iter().collect();
    let known = graph.concat(1, &parts);
    let vectors = graph.dense("songs.projection", &known);
    graph.output("vectors", &vectors, &[any("songs"), fixed(d_model)]);
}
