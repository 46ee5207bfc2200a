//! LambdaMART: trees that follow the lambdas, one after the other.
//!
//! A run starts from scores of zero. Each tree is fitted to the slopes of the scores so far, on
//! queries and features drawn for it, and a share of it is added (Burges 2010; Friedman 2002). Runs
//! of unlike seed make unlike mistakes: their mean orders better than one of them (Breiman 1996).

use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::bins::Bins;
use super::grow::{Grower, Shape};
use super::judge::mean_ndcg;
use super::lambda::{Lambda, Slope};
use super::queries::Queries;
use melody_core::rng::{Purpose, generator};
use melody_recommender::ltr::{Forest, Tree};

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boosting {
    /// How pairs of rows are weighed.
    pub lambda: Lambda,
    /// What each tree may look like.
    pub shape: Shape,
    /// Trees of a run.
    pub rounds: usize,
    /// Share of a tree that is added, in (0, 1].
    pub rate: f64,
    /// Share of the queries that each tree is fitted to, in (0, 1].
    pub queries: f64,
    /// Share of the features that each tree may use, in (0, 1].
    pub features: f64,
    /// Runs whose mean is taken, each with draws of its own.
    pub runs: u64,
    /// What all draws follow from.
    pub seed: u64,
}

/// What came of training: the trees of each run, in the order they were grown.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs(Vec<Vec<Tree>>);

impl Boosting {
    /// Trains all runs; `grown` is called after each tree. The bits depend on the seed and not on the
    /// number of threads: a run is worked out by one.
    pub fn train(&self, queries: &Queries, grown: &(dyn Fn() + Sync)) -> Runs {
        let bins = Bins::new(queries);
        let runs = (0..self.runs).into_par_iter();
        Runs(runs.map(|run| self.run(queries, &bins, run, grown)).collect())
    }

    fn run(
        &self,
        queries: &Queries,
        bins: &Bins,
        run: u64,
        grown: &(dyn Fn() + Sync),
    ) -> Vec<Tree> {
        let mut scores = vec![0.0; queries.rows()];
        let mut slopes = vec![Slope::default(); queries.rows()];
        let mut rng = generator(self.seed, Purpose::Boosting, run);
        let mut next = |_| {
            self.lambda.slopes(queries, &scores, &mut slopes);
            let drawn = draw(self.queries, queries.len(), &mut rng);
            let rows = drawn.into_iter().flat_map(|query| queries.query(query));
            let features = draw(self.features, queries.features, &mut rng);
            let grower = Grower::new(bins, self.shape, &slopes, &features);
            let tree = grower.grow(rows.map(|row| row as u32).collect()).scaled(self.rate);
            for (row, score) in scores.iter_mut().enumerate() {
                *score += tree.score(queries.row(row));
            }
            grown();
            tree
        };
        (0..self.rounds).map(&mut next).collect()
    }
}

/// This share of 0 to `count`, but at least one, in order.
fn draw(share: f64, count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let wanted = (share * count as f64).round() as usize;
    let mut drawn = index::sample(rng, count, wanted.clamp(count.min(1), count)).into_vec();
    drawn.sort_unstable();
    drawn
}

impl Runs {
    /// The mean of the runs, each stopped after so many rounds.
    pub fn forest(&self, rounds: usize) -> Forest {
        let share = 1.0 / self.0.len().max(1) as f64;
        let trees = self.0.iter().flat_map(|run| run.iter().take(rounds));
        Forest { trees: trees.map(|tree| tree.clone().scaled(share)).collect() }
    }

    /// The mean NDCG of the first `k` that the mean of the runs has after each round.
    pub fn curve(&self, queries: &Queries, k: usize) -> Vec<f64> {
        let mut scores = vec![0.0; queries.rows()];
        let rounds = self.0.iter().map(Vec::len).min().unwrap_or(0);
        let after = |round: usize| {
            scores.par_iter_mut().enumerate().for_each(|(row, score)| {
                let row = queries.row(row);
                *score += self.0.iter().map(|run| run[round].score(row)).sum::<f64>();
            });
            mean_ndcg(queries, &scores, k)
        };
        (0..rounds).map(after).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::grow::Shape;
    use super::*;
    use rand::RngExt;

    /// Queries whose grades follow two of five features, one of them only where the other is high.
    fn queries(seed: u64, count: usize) -> Queries {
        let mut rng = generator(seed, Purpose::Boosting, u64::MAX);
        let mut queries = Queries::new(5);
        for _ in 0..count {
            let rows: Vec<(Vec<f32>, u8)> = (0..12)
                .map(|_| {
                    let row: Vec<f32> = (0..5).map(|_| rng.random()).collect();
                    let grade = if row[1] > 0.5 { 1 + u8::from(row[3] > 0.6) } else { 0 };
                    (row, grade)
                })
                .collect();
            queries.push(rows.iter().map(|(row, grade)| (row.as_slice(), *grade)));
        }
        queries
    }

    fn boosting() -> Boosting {
        Boosting {
            lambda: Lambda { truncation: 10, sigma: 1.0, normalise: true },
            shape: Shape { leaves: 6, least_rows: 10, least_hessian: 1e-3, l2: 1.0 },
            rounds: 20,
            rate: 0.2,
            queries: 0.7,
            features: 0.6,
            runs: 3,
            seed: 5,
        }
    }

    fn scores(forest: &Forest, queries: &Queries) -> Vec<f64> {
        (0..queries.rows()).map(|row| forest.score(queries.row(row))).collect()
    }

    #[test]
    fn what_is_learned_orders_queries_never_seen() {
        let runs = boosting().train(&queries(1, 60), &|| ());
        let fresh = queries(2, 40);
        let curve = runs.curve(&fresh, 5);
        assert_eq!(curve.len(), 20);
        let last = mean_ndcg(&fresh, &scores(&runs.forest(20), &fresh), 5);
        assert!((curve[19] - last).abs() < 1e-3, "{} and {last}", curve[19]);
        assert!(last > 0.97, "{last}");
        assert!(curve[0] < last, "more trees order better");
        let chance = mean_ndcg(&fresh, &vec![0.0; fresh.rows()], 5);
        assert!(chance < 0.6, "{chance}");
    }

    #[test]
    fn the_trees_do_not_depend_on_the_number_of_threads() {
        let data = queries(3, 30);
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let [one, four] = [1, 4].map(|n| pool(n).install(|| boosting().train(&data, &|| ())));
        assert_eq!(one, four);
        let other = Boosting { seed: 6, ..boosting() }.train(&data, &|| ());
        assert_ne!(one, other);
    }

    #[test]
    fn nothing_to_learn_is_no_fault() {
        let none = boosting().train(&Queries::new(2), &|| ()).forest(20);
        assert_eq!(none.score(&[0.3, 0.4]), 0.0);
        let mut same = Queries::new(1);
        same.push([(&[1.0f32] as &[f32], 2), (&[1.0], 0)]);
        let forest = boosting().train(&same, &|| ()).forest(20);
        assert_eq!(forest.score(&[1.0]), forest.score(&[7.0]), "one value has no split");
    }
}
