//! Features cut into bins, so that a split is looked for among few thresholds.

use super::queries::Queries;

/// Bins of one feature at most: their numbers are bytes.
const MOST_BINS: usize = 255;

/// Every feature's thresholds, and every row's bins.
pub(super) struct Bins {
    /// Per feature, rising. A value is in the bin of the first threshold that is not below it, or in
    /// the last, which has none.
    pub thresholds: Vec<Vec<f32>>,
    /// `[features][rows]`.
    pub of: Vec<Vec<u8>>,
}

impl Bins {
    pub(super) fn new(queries: &Queries) -> Self {
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
    pub(super) fn count(&self, feature: usize) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(values: &[f32]) -> Bins {
        let mut queries = Queries::new(1);
        queries.push(values.iter().map(|value| (std::slice::from_ref(value), 0)));
        Bins::new(&queries)
    }

    #[test]
    fn few_values_have_a_bin_each() {
        let few = bins(&[3.0, -1.0, 3.0, 0.0]);
        assert_eq!(few.thresholds, [vec![-0.5, 1.5]]);
        assert_eq!(few.of, [vec![2, 0, 2, 1]]);
        assert_eq!(bins(&[2.0, 2.0]).count(0), 1);
        // No number lies between these two; the threshold is still not below the lower one.
        let (low, high) = (1.0f32, 1.0f32.next_up());
        assert_eq!(bins(&[low, high]).of, [vec![0, 1]]);
    }

    #[test]
    fn many_values_share_bins_evenly() {
        let many: Vec<f32> = (0..10_000).map(|i| (i as f32).sqrt()).collect();
        let many = bins(&many);
        assert!((200..=MOST_BINS).contains(&many.count(0)), "{}", many.count(0));
        let most = many.of[0].chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap();
        assert!(most <= 10_000usize.div_ceil(MOST_BINS) + 1, "{most}");
    }
}
