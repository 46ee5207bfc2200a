//! Cross-validation over queries, by which the settings were chosen.

use melody::ltr::{Boosting, Lambda, Queries, Shape, ndcg};
use melody::rng::{Purpose, generator};
use rand::seq::SliceRandom;

use super::{PLACES, mean, scores};

const FOLDS: usize = 5;

/// Prints mean NDCG of the settings and of some beside them, each judged on queries that were not
/// learned from, over `repeats` ways of cutting them into folds.
pub(crate) fn validate(train: &Queries, chosen: &Boosting, repeats: u64) {
    let Boosting { lambda, shape, .. } = *chosen;
    let lightgbm = Boosting {
        shape: Shape { least_rows: 20, ..shape },
        rounds: 100,
        queries: 1.0,
        features: 1.0,
        runs: 1,
        ..*chosen
    };
    let others = [
        ("LightGBM's defaults", lightgbm),
        ("chosen", *chosen),
        ("1 run", Boosting { runs: 1, ..*chosen }),
        ("rounds 100", Boosting { rounds: 100, ..*chosen }),
        ("features 0.1", Boosting { features: 0.1, ..*chosen }),
        ("features 0.35", Boosting { features: 0.35, ..*chosen }),
        ("queries 0.5", Boosting { queries: 0.5, ..*chosen }),
        ("queries 1", Boosting { queries: 1.0, ..*chosen }),
        ("least rows 20", Boosting { shape: Shape { least_rows: 20, ..shape }, ..*chosen }),
        ("least rows 50", Boosting { shape: Shape { least_rows: 50, ..shape }, ..*chosen }),
        ("l2 1", Boosting { shape: Shape { l2: 1.0, ..shape }, ..*chosen }),
        ("l2 5", Boosting { shape: Shape { l2: 5.0, ..shape }, ..*chosen }),
        ("truncation 10", Boosting { lambda: Lambda { truncation: 10, ..lambda }, ..*chosen }),
        ("sigma 2", Boosting { lambda: Lambda { sigma: 2.0, ..lambda }, ..*chosen }),
        ("not normalised", Boosting { lambda: Lambda { normalise: false, ..lambda }, ..*chosen }),
    ];
    let head = PLACES.map(|k| format!("{:>8}", format!("at {k}")));
    println!("{:24}{}{:>8}", "cross-validated NDCG", head.concat(), "mean");
    for (name, boosting) in others {
        let ndcg = cross_validated(train, &boosting, repeats);
        let row = ndcg.map(|value| format!("{value:>8.4}"));
        println!("{name:24}{}{:>8.4}", row.concat(), mean(&ndcg));
    }
}

/// Mean NDCG at each of [`PLACES`].
fn cross_validated(train: &Queries, boosting: &Boosting, repeats: u64) -> [f64; PLACES.len()] {
    let mut judged: [Vec<f64>; PLACES.len()] = Default::default();
    for repeat in 0..repeats {
        let mut order: Vec<usize> = (0..train.len()).collect();
        order.shuffle(&mut generator(repeat, Purpose::Bootstrap, 0));
        for fold in 0..FOLDS {
            let of = |held: bool| {
                let places = order.iter().enumerate();
                let these = places.filter(move |(i, _)| (i % FOLDS == fold) == held);
                these.map(|(_, query)| *query)
            };
            let seed = boosting.seed + repeat * FOLDS as u64 + fold as u64;
            let runs = Boosting { seed, ..*boosting }.train(&train.select(of(false)), &|| ());
            let held = train.select(of(true));
            let scores = scores(&runs.forest(boosting.rounds), &held);
            for (judged, k) in judged.iter_mut().zip(PLACES) {
                judged.extend(ndcg(&held, &scores, k).into_iter().flatten());
            }
        }
    }
    judged.map(|values| mean(&values))
}
