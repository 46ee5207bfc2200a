//! `train-ltr`: a ranker from requests of simulated listeners, and how good it is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::requests::{GRADES, Request, Shown};
use crate::ltr::{Boosting, Lambda, Queries, Shape, mean_ndcg, ndcg};
use crate::statistics::{Paired, paired};
use melody_core::score::Score;
use melody_recommender::ltr::{Forest, Ranker};
use melody_recommender::ranking::feature_names;

/// Places that NDCG is told for; training stops by the last.
pub const PLACES: [usize; 4] = [1, 3, 5, 10];
const STOPS_BY: usize = PLACES[PLACES.len() - 1];

/// Of ten listeners, those learned from and those that say when to stop; the others are the test.
const LEARNED_FROM: u64 = 6;
const STOPPED_BY: u64 = 2;

/// How rankers are trained here.
pub fn boosting(seed: u64) -> Boosting {
    Boosting {
        lambda: Lambda { truncation: 10, sigma: 1.0, normalise: true },
        shape: Shape { leaves: 12, least_rows: 100, least_hessian: 1e-3, l2: 1.0 },
        rounds: 60,
        rate: 0.1,
        queries: 0.7,
        features: 0.5,
        runs: 4,
        seed,
    }
}

/// What came of training a ranker.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Learned {
    /// Requests learned from, those that said when to stop, and those of the figures.
    pub requests: [usize; 3],
    /// Of the songs shown, by grade.
    pub grades: [f64; GRADES],
    /// Trees of a run that were kept, and the validation NDCG after each round.
    pub rounds: usize,
    /// By round, from the first on.
    pub validation: Vec<f64>,
    /// On requests of listeners neither learned from nor stopped by.
    pub orders: Vec<OrderReport>,
}

/// How well one way of scoring orders requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderReport {
    /// `learned`, `fusion` or `interest`.
    pub name: &'static str,
    /// Mean NDCG at each of [`PLACES`].
    pub ndcg: [f64; PLACES.len()],
    /// The ranker's NDCG minus this one's at each of them: means of each listener's requests, paired.
    /// Empty for the ranker itself.
    pub behind: Vec<Paired>,
}

/// Why nothing was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too few listeners: learning, stopping and testing need requests of at least two each")]
pub struct TooFew;

/// Trees that [`learn`] grows.
pub fn trees(boosting: &Boosting) -> u64 {
    boosting.runs * boosting.rounds as u64
}

/// Learns a ranker of this name. Gives it as the text of its file, with the report.
///
/// # Errors
/// When a part of the listeners has too few requests.
pub fn learn(
    name: &str,
    requests: &[Request],
    boosting: &Boosting,
    grown: &(dyn Fn() + Sync),
) -> Result<(Ranker, String, Learned), TooFew> {
    let part = |which: std::ops::Range<u64>| -> Vec<&Request> {
        requests.iter().filter(|r| which.contains(&(r.listener % 10))).collect()
    };
    let stopped_at = LEARNED_FROM + STOPPED_BY;
    let [train, stop, test] =
        [part(0..LEARNED_FROM), part(LEARNED_FROM..stopped_at), part(stopped_at..10)];
    let few = |part: &Vec<&Request>| {
        part.iter().map(|r| r.listener).min() == part.iter().map(|r| r.listener).max()
    };
    if [&train, &stop, &test].into_iter().any(few) {
        return Err(TooFew);
    }
    let runs = boosting.train(&queries(&train), grown);
    let validation = runs.curve(&queries(&stop), STOPS_BY);
    let best = validation.iter().enumerate().fold((0, 0.0), |best, (round, value)| {
        if *value > best.1 { (round + 1, *value) } else { best }
    });
    let rounds = best.0;
    let (base, forest) = on_the_scale_of_fusion(runs.forest(rounds), &train);
    let about = format!(
        "LambdaMART on {} requests of simulated listeners, seed {}; {} runs of {rounds} trees",
        train.len(),
        boosting.seed,
        boosting.runs
    );
    let (ranker, text) = Ranker::new(name, &about, &feature_names(), base, forest);
    let learned = Learned {
        requests: [train.len(), stop.len(), test.len()],
        grades: grades(requests),
        rounds,
        validation,
        orders: orders(&ranker, &test),
    };
    Ok((ranker, text, learned))
}

fn queries(requests: &[&Request]) -> Queries {
    let mut queries = Queries::new(feature_names().len());
    for request in requests {
        queries.push(request.shown.iter().map(|s| (s.features.as_slice(), s.grade)));
    }
    queries
}

/// Gives the forest's scores the mean, and within requests the spread, of the policy's own, so that
/// what comes after scoring (artist spread, diversity, margins) keeps its measure. Without a spread
/// nothing is changed.
fn on_the_scale_of_fusion(forest: Forest, requests: &[&Request]) -> (f64, Forest) {
    let moments = |score: &dyn Fn(&Shown) -> f64| {
        let (mut sum, mut within, mut count) = (0.0, 0.0, 0.0);
        for request in requests {
            let scores: Vec<f64> = request.shown.iter().map(score).collect();
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            sum += scores.iter().sum::<f64>();
            within += scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>();
            count += scores.len() as f64;
        }
        (sum / count, (within / count).sqrt())
    };
    let (mean, spread) = moments(&|shown| shown.fusion.value());
    let (own_mean, own_spread) = moments(&|shown| forest.score(&shown.features));
    let factor = if own_spread > 0.0 && spread > 0.0 { spread / own_spread } else { 1.0 };
    (mean - factor * own_mean, forest.scaled(factor))
}

fn grades(requests: &[Request]) -> [f64; GRADES] {
    let all: Vec<u8> = requests.iter().flat_map(|r| r.shown.iter().map(|s| s.grade)).collect();
    std::array::from_fn(|grade| {
        let of = all.iter().filter(|g| usize::from(**g) == grade).count();
        of as f64 / all.len().max(1) as f64
    })
}

fn orders(ranker: &Ranker, test: &[&Request]) -> Vec<OrderReport> {
    let judged = queries(test);
    let scores = |score: &dyn Fn(&Shown) -> f64| -> Vec<f64> {
        test.iter().flat_map(|request| request.shown.iter().map(score)).collect()
    };
    let learned = scores(&|shown| ranker.score(&shown.features));
    let own = |score: fn(&Shown) -> Score| scores(&|shown| score(shown).value());
    let ways = [
        ("learned", learned.clone()),
        ("fusion", own(|shown| shown.fusion)),
        ("interest", own(|shown| shown.interest)),
    ];
    let by_listener = |values: Vec<Option<f64>>| -> Vec<f64> {
        let mut of: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (request, value) in test.iter().zip(values) {
            of.entry(request.listener).or_default().extend(value);
        }
        // Whether a listener has any is the same whatever the order.
        of.retain(|_, values| !values.is_empty());
        of.into_values().map(|of| of.iter().sum::<f64>() / of.len() as f64).collect()
    };
    let report = |(place, (name, scores)): (usize, &(&'static str, Vec<f64>))| OrderReport {
        name,
        ndcg: PLACES.map(|k| mean_ndcg(&judged, scores, k)),
        behind: PLACES
            .iter()
            .filter(|_| place > 0)
            .filter_map(|&k| {
                let [theirs, ours] = [scores, &learned].map(|s| by_listener(ndcg(&judged, s, k)));
                paired(&theirs, &ours)
            })
            .collect(),
    };
    ways.iter().enumerate().map(report).collect()
}
