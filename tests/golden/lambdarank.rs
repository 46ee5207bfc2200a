//! NDCG of given scores on LightGBM's ranking sample, against LightGBM's own metric.

use melody::ltr::{Queries, ndcg};

use crate::files::golden;
use crate::numbers::{Within, all_close, close, count, list, vector};

const WITHIN: Within = Within::Absolute(1e-9);

#[test]
fn ndcg_of_lightgbms_scores_is_lightgbms() {
    for file in golden("g8") {
        let grades = vector(&file.inputs["labels"]);
        let scores = vector(&file.inputs["lightgbm_default_scores"]);
        let mut queries = Queries::new(0);
        let mut rows = grades.iter().map(|grade| (&[] as &[f32], *grade as u8));
        for size in list(&file.inputs["query_sizes"]) {
            queries.push(rows.by_ref().take(count(size)));
        }
        assert_eq!(queries.rows(), scores.len(), "{}", file.name);
        let mean = vector(&file.expected["ndcg_peers"]["lightgbm_default_100_rounds"]);
        for (k, mean) in list(&file.expected["k"]).iter().map(count).zip(mean) {
            // LightGBM counts 1 for a query with nothing relevant.
            let own: Vec<f64> =
                ndcg(&queries, &scores, k).into_iter().map(|found| found.unwrap_or(1.0)).collect();
            let what = format!("{}: NDCG at {k}", file.name);
            let expected = vector(&file.expected["default_per_query"][k.to_string()]);
            all_close(&what, &own, &expected, WITHIN);
            close(&what, own.iter().sum::<f64>() / own.len() as f64, mean, WITHIN);
        }
    }
}
