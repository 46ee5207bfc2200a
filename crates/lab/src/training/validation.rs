//! Watching a training on listeners it does not learn from.

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::data::{Dataset, Row};
use crate::evaluation::{Greedy, Judge, logits};
use melody_model::objective::{LossWeights, Objective, masked_losses, shares};
use melody_model::{HeadOutputs, LABELS, Output, TASKS};

/// What a validation found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Steps done before it.
    pub step: u64,
    /// Interest, subscription, exposure.
    pub losses: [f32; TASKS.len()],
    /// The losses' sum under the configured weights: what early stopping watches.
    pub loss: f64,
    /// Share of completed plays among the policy's picks, and among those by interest alone.
    pub completion: f64,
    /// What choosing by interest alone completes, 0 to 1.
    pub completion_by_interest: f64,
    /// Of the completion constraint, after this validation.
    pub multiplier: f64,
}

/// Consecutive plays of one session among which the policy picks one.
const CHOICE: usize = 8;

/// Measures a network on validation listeners.
pub(super) fn validate(
    judge: Judge,
    data: &Dataset,
    objective: &Objective,
    greedy: &Greedy,
    step: u64,
) -> Validation {
    let logits = logits(judge, data);
    let rows: Vec<&Row> = data.listeners.iter().flat_map(|l| l.fresh()).collect();
    let losses = losses_of(judge, &logits, &rows, objective);
    let outputs: Vec<HeadOutputs> = logits.iter().map(|l| HeadOutputs::from_logits(l)).collect();
    let score = |value: fn(&Greedy, &HeadOutputs, bool) -> f64| -> Vec<f64> {
        let promoted = |row: &Row| row.mask[Output::Exposure.index()] > 0.0;
        outputs.iter().zip(&rows).map(|(o, row)| value(greedy, o, promoted(row))).collect()
    };
    Validation {
        step,
        losses,
        loss: weighted(objective, losses),
        completion: completion_of_picks(data, &score(Greedy::fused)),
        completion_by_interest: completion_of_picks(data, &score(|g, o, _| g.interest(o))),
        multiplier: 0.0,
    }
}

/// The losses' sum under the configured weights, over all fresh plays of `data`.
pub fn loss(judge: Judge, data: &Dataset, objective: &Objective) -> f64 {
    let rows: Vec<&Row> = data.listeners.iter().flat_map(|l| l.fresh()).collect();
    weighted(objective, losses_of(judge, &logits(judge, data), &rows, objective))
}

fn losses_of(
    judge: Judge,
    logits: &[[f32; LABELS]],
    rows: &[&Row],
    objective: &Objective,
) -> [f32; TASKS.len()] {
    let table = |values: Vec<f32>| {
        Tensor::<2>::from_data(TensorData::new(values, [rows.len(), LABELS]), judge.device)
    };
    let labels = table(rows.iter().flat_map(|row| row.labels).collect());
    let mask = table(rows.iter().flat_map(|row| row.mask).collect());
    let flat = table(logits.iter().flatten().copied().collect());
    masked_losses(flat, labels, shares(mask), &objective.interest).values()
}

fn weighted(objective: &Objective, losses: [f32; TASKS.len()]) -> f64 {
    let LossWeights { interest, subscription, exposure } = objective.weights;
    let weighted = [interest, subscription, exposure].into_iter().zip(losses);
    weighted.map(|(weight, loss)| weight * f64::from(loss)).sum()
}

/// Share of completed plays among the highest scored of every few consecutive plays of a session.
fn completion_of_picks(data: &Dataset, scores: &[f64]) -> f64 {
    let (mut picks, mut completed) = (0.0, 0.0);
    let mut start = 0;
    for listener in &data.listeners {
        let rows = listener.fresh();
        let scores = &scores[start..start + rows.len()];
        start += rows.len();
        let scored: Vec<(&Row, f64)> = rows.iter().zip(scores.iter().copied()).collect();
        for session in scored.chunk_by(|(a, _), (b, _)| a.session == b.session) {
            for choice in session.chunks_exact(CHOICE) {
                let pick = choice.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
                picks += 1.0;
                completed +=
                    pick.map_or(0.0, |(row, _)| f64::from(row.labels[Output::Completion.index()]));
            }
        }
    }
    completed / f64::max(picks, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::{data, row};

    #[test]
    fn the_best_scored_of_each_eight_plays_is_picked() {
        let completed = |song: u32, session| {
            let mut row = row(song, session);
            row.labels[Output::Completion.index()] = 1.0;
            row
        };
        // One play is the past. A session of nine makes one choice, of seven none.
        let mut rows = vec![completed(99, 0)];
        rows.extend((0..9).map(|i| if i == 2 { completed(i, 1) } else { row(i, 1) }));
        rows.extend((0..7).map(|i| completed(i, 2)));
        rows.extend((0..8).map(|i| row(i, 3)));
        let data = data(vec![(1, rows)]);
        let mut scores = vec![0.0; 24];
        scores[2] = 1.0;
        assert_eq!(completion_of_picks(&data, &scores), 0.5);
        // Outside the first eight nothing is chosen from.
        scores[8] = 2.0;
        assert_eq!(completion_of_picks(&data, &scores), 0.5);
        scores[3] = 2.0;
        assert_eq!(completion_of_picks(&data, &scores), 0.0);
        assert_eq!(completion_of_picks(&Dataset::default(), &[]), 0.0);
    }
}
