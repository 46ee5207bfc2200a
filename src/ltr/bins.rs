//! Features cut into bins, so that a split is looked for among few thresholds.

use super::queries::Queries;

/// Bins of one feature at most: their numbers are bytes.
const MOST_BINS: usize = 255;

/// Every feature's thresholds, and every row's bins.
pub struct Bins {
    /// Per feature, rising. A value is in the bin of the first threshold that is not below it, or in
    /// the last, which has none.
    pub thresholds: Vec<Vec<f32>>,
    /// `[features][rows]`.
    pub of: Vec<Vec<u8>>,
}

impl Bins {
    pub fn new(queries: &Queries) -> Self {
        let column = |feature| -> Vec<f32> {
            (0..queries.rows()).map(|row| queries.value(row, feature)).collect()
        };
        let thresholds: Vec<Vec<f32>> =
            (0..queries.features).map(|feature| thresholds(column(feature))).collect();
        let of = thresholds.iter().enumerate().map(|(feature, thresholds)| {
            let bin = |value: f32| thresholds.partition_point(|t| *t < value) as u8;
            column(feature).into_iter().map(bin).collect()
        });
        Bins { of: of.collect(), thresholds }
    }

    /// Bins of a feature.
    pub fn count(&self, feature: usize) -> usize {
        self.thresholds[feature].len() + 1
    }
}

/// Midpoints between neighbouring values; where there are too many values, about as many rows in one
/// bin as in another.
fn thresholds(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let rows = values.len();
    let distinct = values.chunk_by(|a, b| a == b).count();
    let fewest = if distinct <= MOST_BINS { 1 } else { rows.div_ceil(MOST_BINS) };
    let mut thresholds = Vec::new();
    let mut held = 0;
    let mut groups = values.chunk_by(|a, b| a == b).peekable();
    while let Some(group) = groups.next() {
        held += group.len();
        if let Some(next) = groups.peek()
            && held >= fewest
        {
            thresholds.push(midpoint(group[0], next[0]));
            held = 0;
        }
    }
    thresholds
}

/// A value not below `low` and below `high`.
fn midpoint(low: f32, high: f32) -> f32 {
    let middle = low + (high - low) / 2.0;
    if middle < high { middle } else { low }
}
