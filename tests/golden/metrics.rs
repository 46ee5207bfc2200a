//! Metrics, against scikit-learn, ranx, trec_eval and netcal.

use melody::evaluation::*;
use serde_json::Value;

use crate::files::golden;
use crate::numbers::{Within, close, count, flat, list, number, vector};

const EXACT: Within = Within::Absolute(1e-12);
/// torchmetrics computes in 32 bits.
const SINGLE: Within = Within::Absolute(1e-6);

fn labelled(case: &Value, weighted: bool) -> Vec<Labelled> {
    let (labels, scores) = (vector(&case["y"]), vector(&case["p"]));
    let weights = if weighted { vector(&case["w"]) } else { vec![1.0; labels.len()] };
    let rows = scores.into_iter().zip(labels).zip(weights);
    rows.map(|((score, label), weight)| Labelled { score, label: label > 0.5, weight }).collect()
}

/// Compares with a value that may be undefined, which the files say in words.
#[track_caller]
fn defined(what: &str, got: Option<f64>, expected: &Value) {
    match (got, expected) {
        (None, Value::String(_)) => {}
        (Some(got), expected) => close(what, got, number(expected), EXACT),
        (None, expected) => panic!("{what}: undefined, not {expected}"),
    }
}

#[test]
fn binary_metrics() {
    for file in golden("g4") {
        for (name, expected) in file.expected["binary"].as_object().unwrap() {
            let case = &file.inputs["binary"][name];
            for (metric, expected) in expected.as_object().unwrap() {
                let weighted = metric.ends_with("_weighted");
                let rows = labelled(case, weighted);
                let got = match metric.trim_end_matches("_weighted") {
                    "auc" => auc(&rows),
                    "log_loss" => log_loss(&rows),
                    "brier" => brier(&rows),
                    "average_precision" => average_precision(&rows),
                    "pcoc" => predicted_over_observed(&rows),
                    other => panic!("{}: unknown metric {other}", file.name),
                };
                defined(&format!("{}: {name}, {metric}", file.name), got, expected);
            }
        }
    }
}

#[test]
fn grouped_auc_weighs_groups_by_their_size() {
    for file in golden("g4") {
        let users: Vec<usize> = list(&file.inputs["gauc_users"]).iter().map(count).collect();
        for (name, expected) in file.expected["gauc"].as_object().unwrap() {
            let rows = labelled(&file.inputs["binary"][name], false);
            let grouped: Vec<(usize, Labelled)> = users.iter().copied().zip(rows).collect();
            let got = grouped_auc(&grouped);
            let what = format!("{}: {name}", file.name);
            defined(&what, got.map(|(value, _)| value), &expected["value"]);
            assert_eq!(got.map_or(0, |(_, used)| used), count(&expected["users_used"]), "{what}");
        }
    }
}

#[test]
fn calibration_errors_and_bins() {
    for file in golden("g4") {
        let rows = labelled(&file.inputs["calibration"], false);
        for (bins, expected) in file.expected["calibration"].as_object().unwrap() {
            let got = calibration(&rows, bins.parse().unwrap());
            let what = |name: &str| format!("{}: {bins} bins, {name}", file.name);
            close(&what("ece"), got.expected_error, number(&expected["ece"]), EXACT);
            close(&what("mce"), got.maximum_error, number(&expected["mce"]), EXACT);
            let torchmetrics = number(&expected["ece_torchmetrics_f64"]);
            close(&what("torchmetrics"), got.expected_error, torchmetrics, SINGLE);
            let table: Vec<f64> = got
                .bins
                .iter()
                .flat_map(|b| [b.index as f64, b.count as f64, b.mean_predicted, b.mean_observed])
                .collect();
            let expected = flat(&expected["bins_index_count_meanp_meany"]);
            crate::numbers::all_close(&what("bins"), &table, &expected, EXACT);
        }
    }
}

#[test]
fn ranking_metrics() {
    for file in golden("g4") {
        for (name, expected) in file.expected["ranking"].as_object().unwrap() {
            let case = &file.inputs["ranking"][name];
            let (scores, grades) = (vector(&case["score"]), vector(&case["relevance"]));
            let items: Vec<(f64, f64)> = scores.into_iter().zip(grades).collect();
            for (cut, expected) in expected.as_object().unwrap() {
                let k = cut.parse().unwrap();
                for (metric, expected) in expected.as_object().unwrap() {
                    // As scikit-learn does, 0 stands for the NDCG of a query with nothing relevant.
                    let got = match metric.as_str() {
                        "ndcg_linear_tie_averaged" => {
                            ndcg_at(&items, k, Gain::Linear).unwrap_or(0.0)
                        }
                        "ndcg_exp2_tie_averaged" => {
                            ndcg_at(&items, k, Gain::Exponential).unwrap_or(0.0)
                        }
                        "map_over_R" => map_at(&items, k, false),
                        "map_over_min_R_k" => map_at(&items, k, true),
                        "mrr" => reciprocal_rank_at(&items, k),
                        "recall" => recall_at(&items, k),
                        "precision_over_k" => precision_at(&items, k),
                        "hit" => hit_rate(&items, k),
                        other => panic!("{}: unknown metric {other}", file.name),
                    };
                    let what = format!("{}: {name} at {k}, {metric}", file.name);
                    close(&what, got, number(expected), EXACT);
                }
            }
        }
    }
}
