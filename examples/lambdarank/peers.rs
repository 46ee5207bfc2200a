//! What other libraries reach on the sample's test queries, and how far we are from one of them.

use melody::evaluation::{Paired, basic_interval, paired, resample};
use melody::ltr::{Queries, ndcg};
use serde::{Deserialize, Serialize};

use super::{PLACES, mean};

/// LightGBM 4.7.0's scores of the test rows, in `tests/golden`.
const GOLDEN: &str = include_str!("../../tests/golden/g8_lambdarank.json");

/// NDCG at each of [`PLACES`], from the same golden file: LightGBM 4.7.0 and XGBoost 3.2.0.
pub(crate) const PEERS: [(&str, [f64; PLACES.len()]); 6] = [
    ("LightGBM, defaults", [0.6417, 0.6512, 0.6739, 0.7358]),
    ("LightGBM, the sample's own settings", [0.6200, 0.6180, 0.6655, 0.7400]),
    ("LightGBM, those, mean of ten seeds", [0.6012, 0.6362, 0.6725, 0.7454]),
    ("LightGBM, squared error", [0.5949, 0.6196, 0.6909, 0.7373]),
    ("XGBoost, rank:ndcg", [0.5632, 0.6067, 0.6641, 0.7232]),
    ("ridge regression", [0.5141, 0.5932, 0.6283, 0.7122]),
];

const RESAMPLES: u64 = 10_000;

/// Melody's NDCG minus that of LightGBM's defaults, query by query.
#[derive(Serialize)]
pub(crate) struct Against {
    pub place: usize,
    #[serde(flatten)]
    pub paired: Paired,
    /// 95 %, by drawing queries again.
    pub bootstrap: [f64; 2],
}

#[derive(Deserialize)]
struct Golden {
    inputs: Inputs,
}

#[derive(Deserialize)]
struct Inputs {
    labels: Vec<u8>,
    lightgbm_default_scores: Vec<f64>,
}

/// At each of [`PLACES`].
///
/// # Errors
/// When these are not the test queries that LightGBM has scored.
pub(crate) fn against(test: &Queries, scores: &[f64]) -> Result<Vec<Against>, String> {
    let golden: Golden = serde_json::from_str(GOLDEN).map_err(|e| e.to_string())?;
    let Inputs { labels, lightgbm_default_scores: theirs } = golden.inputs;
    if labels != test.grades() {
        return Err("rank.test is not the file that LightGBM's scores are of".into());
    }
    let at = |place: usize| {
        // A query has an NDCG or none by its grades, so that those left are the same queries.
        let [theirs, ours] = [&theirs[..], scores]
            .map(|scores| ndcg(test, scores, place).into_iter().flatten().collect::<Vec<f64>>());
        let differences: Vec<f64> = ours.iter().zip(&theirs).map(|(o, t)| o - t).collect();
        let drawn = |number| {
            let times = resample(1, number, differences.len());
            let sum: f64 = differences.iter().zip(times).map(|(d, times)| d * times).sum();
            sum / differences.len() as f64
        };
        let resampled: Vec<f64> = (0..RESAMPLES).map(drawn).collect();
        let any = [f64::NEG_INFINITY, f64::INFINITY];
        let bootstrap = basic_interval(mean(&differences), &resampled, any);
        let found = paired(&theirs, &ours).zip(bootstrap);
        let (paired, bootstrap) = found.ok_or("too few test queries to compare")?;
        Ok(Against { place, paired, bootstrap })
    };
    PLACES.into_iter().map(at).collect()
}
