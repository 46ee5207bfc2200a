//! Metrics of an order against graded relevance.
//!
//! Conventions, since libraries differ (docs/interop.md has what they say): NDCG averages over ties, as scikit-learn does, and a query
//! with nothing relevant has none, since no order of it is better or worse: means leave it out, in training and in judging. It
//! scores 0 by the other metrics, which order ties as they were given.

/// What a relevance grade is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gain {
    /// The grade itself (scikit-learn, trec_eval).
    Linear,
    /// 2^grade - 1 (LightGBM, XGBoost).
    Exponential,
}

impl Gain {
    fn of(self, grade: f64) -> f64 {
        match self {
            Gain::Linear => grade,
            Gain::Exponential => grade.exp2() - 1.0,
        }
    }
}

/// Normalised discounted cumulative gain of the first `k`, items of equal score sharing the mean
/// gain of their places. `items` are (score, grade) pairs. `None` where nothing is relevant.
pub fn ndcg_at(items: &[(f64, f64)], k: usize, gain: Gain) -> Option<f64> {
    let discount = |place: usize| if place < k { 1.0 / (place as f64 + 2.0).log2() } else { 0.0 };
    let mut place = 0;
    let mut total = 0.0;
    for tied in by_score(items).chunk_by(|a, b| a.0 == b.0) {
        let gains: f64 = tied.iter().map(|item| gain.of(item.1)).sum();
        let discounts: f64 = (place..place + tied.len()).map(discount).sum();
        total += gains / tied.len() as f64 * discounts;
        place += tied.len();
    }
    let mut grades: Vec<f64> = items.iter().map(|item| gain.of(item.1)).collect();
    grades.sort_by(|a, b| b.total_cmp(a));
    let ideal: f64 = grades.iter().enumerate().map(|(i, g)| g * discount(i)).sum();
    (ideal > 0.0).then(|| total / ideal)
}

/// Average precision over the first `k`, divided by the number of relevant items, or by
/// `min(relevant, k)` with `capped`.
pub fn map_at(items: &[(f64, f64)], k: usize, capped: bool) -> f64 {
    let mut hits = 0.0;
    let mut sum = 0.0;
    for (place, relevant) in relevance(items).into_iter().take(k).enumerate() {
        if relevant {
            hits += 1.0;
            sum += hits / (place as f64 + 1.0);
        }
    }
    let relevant = relevant_count(items);
    let divisor = if capped { relevant.min(k) } else { relevant };
    if divisor > 0 { sum / divisor as f64 } else { 0.0 }
}

/// One over the place of the first relevant item among the first `k`.
pub fn reciprocal_rank_at(items: &[(f64, f64)], k: usize) -> f64 {
    let first = relevance(items).into_iter().take(k).position(|relevant| relevant);
    first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0))
}

/// Share of the relevant items that are among the first `k`.
pub fn recall_at(items: &[(f64, f64)], k: usize) -> f64 {
    match relevant_count(items) {
        0 => 0.0,
        relevant => hits(items, k) as f64 / relevant as f64,
    }
}

/// Share of the first `k` places that hold a relevant item; empty places count as misses.
pub fn precision_at(items: &[(f64, f64)], k: usize) -> f64 {
    hits(items, k) as f64 / k as f64
}

/// 1 if any of the first `k` is relevant.
pub fn hit_rate(items: &[(f64, f64)], k: usize) -> f64 {
    if hits(items, k) > 0 { 1.0 } else { 0.0 }
}

fn by_score(items: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = items.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    sorted
}

fn relevance(items: &[(f64, f64)]) -> Vec<bool> {
    by_score(items).into_iter().map(|item| item.1 > 0.0).collect()
}

fn hits(items: &[(f64, f64)], k: usize) -> usize {
    relevance(items).into_iter().take(k).filter(|relevant| *relevant).count()
}

fn relevant_count(items: &[(f64, f64)]) -> usize {
    items.iter().filter(|item| item.1 > 0.0).count()
}
