//! How well scores order queries.

use super::queries::Queries;
use crate::statistics::{Gain, ndcg_at};

/// NDCG of the first `k` of every query, by gains `2^grade - 1`. `None` of a query with nothing relevant.
pub fn ndcg(queries: &Queries, scores: &[f64], k: usize) -> Vec<Option<f64>> {
    let of = |query| {
        let rows = queries.query(query);
        let items: Vec<(f64, f64)> =
            rows.map(|row| (scores[row], queries.grades()[row].into())).collect();
        ndcg_at(&items, k, Gain::Exponential)
    };
    (0..queries.len()).map(of).collect()
}

/// The mean of [`ndcg`] over the queries that have one; zero without any.
pub fn mean_ndcg(queries: &Queries, scores: &[f64], k: usize) -> f64 {
    let known: Vec<f64> = ndcg(queries, scores, k).into_iter().flatten().collect();
    known.iter().sum::<f64>() / known.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_without_anything_relevant_is_left_out() {
        let mut queries = Queries::new(0);
        let rows = |grades: [u8; 2]| grades.map(|grade| (&[] as &[f32], grade));
        queries.push(rows([0, 0]));
        queries.push(rows([0, 1]));
        assert_eq!(ndcg(&queries, &[0.2, 0.1, 0.2, 0.1], 1), [None, Some(0.0)]);
        assert_eq!(mean_ndcg(&queries, &[0.2, 0.1, 0.2, 0.1], 1), 0.0);
        assert_eq!(mean_ndcg(&queries, &[0.2, 0.1, 0.1, 0.2], 1), 1.0);
    }
}
