//! The lambdas: which way, and how hard, each row of a query is pulled.
//!
//! LambdaRank (Burges, Ragno and Le 2006; Burges 2010, "From RankNet to LambdaRank to LambdaMART")
//! pulls every pair of rows of unlike grade apart with the force of a logistic loss of their scores'
//! difference, times what swapping the two would change NDCG by. A row's gradient is the sum over its
//! pairs, so that those of a query sum to zero.

use super::queries::Queries;

/// How pairs are weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lambda {
    /// A pair counts if one of its rows is among so many best-scored ones. At least 1.
    pub truncation: usize,
    /// Steepness of the logistic loss in units of score, over zero.
    pub sigma: f64,
    /// Whether close scores count for more, and queries with many pairs for less (as LightGBM's
    /// `lambdarank_norm`).
    pub normalise: bool,
}

/// First and second derivative of the loss by a row's score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slope {
    /// Over zero where the row is pulled down.
    pub first: f64,
    /// Never below zero.
    pub second: f64,
}

/// What is added to a difference of scores before it divides a weight.
const LEAST_DIFFERENCE: f64 = 0.01;

impl Lambda {
    /// Sets the slopes of every row, `[rows]`, at these scores, `[rows]`.
    pub fn slopes(&self, queries: &Queries, scores: &[f64], slopes: &mut [Slope]) {
        for query in 0..queries.len() {
            let rows = queries.query(query);
            let grades = &queries.grades()[rows.clone()];
            self.of_query(grades, &scores[rows.clone()], &mut slopes[rows]);
        }
    }

    /// The same for the rows of one query.
    fn of_query(&self, grades: &[u8], scores: &[f64], slopes: &mut [Slope]) {
        slopes.fill(Slope::default());
        let ideal = ideal_dcg(grades, self.truncation);
        if ideal == 0.0 {
            return;
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let spread = match (order.first(), order.last()) {
            (Some(&best), Some(&worst)) => scores[best] - scores[worst],
            _ => 0.0,
        };
        let mut total = 0.0;
        for (upper, &a) in order.iter().enumerate().take(self.truncation) {
            for (lower, &b) in order.iter().enumerate().skip(upper + 1) {
                if grades[a] == grades[b] {
                    continue;
                }
                let (good, bad) = if grades[a] > grades[b] { (a, b) } else { (b, a) };
                let apart = scores[good] - scores[bad];
                let gained = gain(grades[good]) - gain(grades[bad]);
                let mut weight = gained * (discount(upper) - discount(lower)) / ideal;
                if self.normalise && spread > 0.0 {
                    weight /= LEAST_DIFFERENCE + apart.abs();
                }
                // The logistic loss ln(1 + exp(-sigma * apart)), weighed.
                let wrong = 1.0 / (1.0 + (self.sigma * apart).exp());
                let first = self.sigma * weight * wrong;
                let second = self.sigma.powi(2) * weight * wrong * (1.0 - wrong);
                slopes[good].first -= first;
                slopes[bad].first += first;
                slopes[good].second += second;
                slopes[bad].second += second;
                total += 2.0 * first;
            }
        }
        if self.normalise && total > 0.0 {
            let factor = (1.0 + total).log2() / total;
            for slope in slopes {
                slope.first *= factor;
                slope.second *= factor;
            }
        }
    }
}

fn gain(grade: u8) -> f64 {
    f64::from(grade).exp2() - 1.0
}

/// Of a place from 0.
fn discount(place: usize) -> f64 {
    1.0 / (place as f64 + 2.0).log2()
}

/// Discounted gain of the best order's first `most` rows.
fn ideal_dcg(grades: &[u8], most: usize) -> f64 {
    let mut sorted = grades.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.iter().take(most).enumerate().map(|(place, &g)| gain(g) * discount(place)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slopes(lambda: Lambda, grades: &[u8], scores: &[f64]) -> Vec<Slope> {
        let mut queries = Queries::new(0);
        queries.push(grades.iter().map(|grade| (&[] as &[f32], *grade)));
        let mut slopes = vec![Slope::default(); grades.len()];
        lambda.slopes(&queries, scores, &mut slopes);
        slopes
    }

    /// Two rows, by hand: the better one is ranked second. Gains 3 and 0, so the ideal DCG is 3, and
    /// swapping the places changes NDCG by 1 - 1 / log2(3).
    #[test]
    fn a_pair_in_the_wrong_order_is_pulled_apart() {
        let lambda = Lambda { truncation: 10, sigma: 2.0, normalise: false };
        let [bad, good] = slopes(lambda, &[0, 2], &[0.5, 0.0])[..] else { panic!("two rows") };
        let weight = 1.0 - 1.0 / 3f64.log2();
        let wrong = 1.0 / (1.0 + (-1f64).exp());
        assert!((good.first + 2.0 * weight * wrong).abs() < 1e-12, "{good:?}");
        assert!((good.second - 4.0 * weight * wrong * (1.0 - wrong)).abs() < 1e-12, "{good:?}");
        assert_eq!((bad.first, bad.second), (-good.first, good.second));
    }

    #[test]
    fn slopes_of_a_query_sum_to_zero_and_what_cannot_matter_has_none() {
        let grades = [3, 0, 1, 0, 2, 1];
        let scores = [0.1, 0.9, -0.3, 0.4, 0.2, 0.0];
        for normalise in [false, true] {
            let lambda = Lambda { truncation: 2, sigma: 1.0, normalise };
            let all = slopes(lambda, &grades, &scores);
            assert!(all.iter().map(|slope| slope.first).sum::<f64>().abs() < 1e-12);
            assert!(all.iter().all(|slope| slope.second >= 0.0));
            assert!(all[0].first < 0.0 && all[1].first > 0.0, "{all:?}");
            let none = slopes(lambda, &[0, 0, 0], &[0.3, 0.2, 0.1]);
            assert_eq!(none, [Slope::default(); 3], "nothing is relevant");
            let same = slopes(lambda, &[2, 2], &[0.3, 0.2]);
            assert_eq!(same, [Slope::default(); 2], "no order is better");
        }
    }
}
