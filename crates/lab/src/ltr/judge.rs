//! How well scores order queries.

use super::queries::Queries;
use crate::statistics::{Gain, ndcg_at};

/// NDCG of the first `k` of every query, by gains `2^grade - 1`. As in LightGBM, whose figures these
/// are compared with, a query with nothing relevant counts 1: no order of it is wrong.
pub fn ndcg(queries: &Queries, scores: &[f64], k: usize) -> Vec<f64> {
    let of = |query| {
        let rows = queries.query(query);
        let items: Vec<(f64, f64)> =
            rows.map(|row| (scores[row], queries.grades()[row].into())).collect();
        let relevant = items.iter().any(|item| item.1 > 0.0);
        if relevant { ndcg_at(&items, k, Gain::Exponential) } else { 1.0 }
    };
    (0..queries.len()).map(of).collect()
}

/// The mean of [`ndcg`] over queries; zero without any.
pub fn mean_ndcg(queries: &Queries, scores: &[f64], k: usize) -> f64 {
    ndcg(queries, scores, k).iter().sum::<f64>() / queries.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_without_anything_relevant_counts_as_one() {
        let mut queries = Queries::new(0);
        let rows = |grades: [u8; 2]| grades.map(|grade| (&[] as &[f32], grade));
        queries.push(rows([0, 0]));
        queries.push(rows([0, 1]));
        assert_eq!(ndcg(&queries, &[0.2, 0.1, 0.2, 0.1], 1), [1.0, 0.0]);
        assert_eq!(mean_ndcg(&queries, &[0.2, 0.1, 0.1, 0.2], 1), 1.0);
    }
}
