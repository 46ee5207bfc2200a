//! Models of the reward, for the direct method and the doubly robust estimators.

use nalgebra::DVector;

use super::decisions::Decided;
use melody_recommender::bandit::{LinearArm, Sums};

/// Parts that a log's groups are cut into.
const FOLDS: usize = 5;
/// Strength of the ridge: as much as ten observations in each direction. A log of some hundred decisions
/// has a few dozen of every arm; less of a ridge, and what the model learns from those is mostly noise,
/// under which doubly robust estimates are worse than without any model.
const RIDGE: f64 = 10.0;

/// What a ridge regression per arm expects of every arm at every decision, learned from other groups
/// only (cross-fitting: Chernozhukov et al., Econometrics Journal 2018), so that no decision is judged
/// by a model that has seen its group. An arm that others never took is expected to earn 0,
/// the baseline. `groups` is as for [`super::terms::Units::Groups`]; there should be two at least.
pub fn cross_fitted(decisions: &[Decided], groups: &[usize]) -> Vec<Vec<f64>> {
    let Some(first) = decisions.first() else { return Vec::new() };
    let (arms, features) = (first.choice.arms.len(), first.choice.context.0.len());
    let models: Vec<Vec<DVector<f64>>> = (0..FOLDS)
        .map(|fold| {
            let mut seen = vec![Sums::new(features); arms];
            for (decided, group) in decisions.iter().zip(groups) {
                if group % FOLDS != fold {
                    let choice = &decided.choice;
                    let reward = decided.reward.value();
                    seen[choice.arm].add(&choice.context.0, reward, 1.0);
                }
            }
            seen.iter().map(|sums| LinearArm::new(sums, RIDGE).theta()).collect()
        })
        .collect();
    let expect = |(decided, group): (&Decided, &usize)| {
        let context = DVector::from_column_slice(&decided.choice.context.0);
        models[group % FOLDS].iter().map(|theta| theta.dot(&context)).collect()
    };
    decisions.iter().zip(groups).map(expect).collect()
}

/// What the bandit itself expected of every arm before it decided. It had seen only what came before,
/// so that here, too, no decision is judged by a model that has seen it.
pub fn believed(decisions: &[Decided]) -> Vec<Vec<f64>> {
    let means = |d: &Decided| d.choice.arms.iter().map(|arm| arm.mean.value()).collect();
    decisions.iter().map(means).collect()
}
