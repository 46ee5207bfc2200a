//! The policies whose values are known, and estimated.

use melody::bandit::{CONTEXT, Choice};

/// The probability of every arm at a decision.
type Probabilities = Box<dyn Fn(&Choice) -> Vec<f64>>;

/// A policy.
pub(crate) struct Target {
    pub name: String,
    pub probabilities: Probabilities,
}

/// Share of its choices that the rule draws uniformly.
const EXPLORES: f64 = 0.3;

/// The rule's arm: the first, without promotion, for listeners who skip promoted songs or are less
/// content than usual; the middle one for all others.
fn rule(choice: &Choice) -> usize {
    let of = |name: &str| {
        CONTEXT.iter().position(|known| *known == name).map_or(0.0, |i| choice.context.0[i])
    };
    let annoyed = of("promoted_skips") > 0.0 || of("satisfaction") < 0.0;
    if annoyed { 0 } else { choice.arms.len() / 2 }
}

/// All of them, for arms of these names.
pub(crate) fn targets(arms: &[String]) -> Vec<Target> {
    let count = arms.len();
    let uniform = move |_: &Choice| vec![1.0 / count as f64; count];
    // Each arm half as often as the one before.
    let falling = move |_: &Choice| -> Vec<f64> {
        let weights: Vec<f64> = (0..count).map(|arm| 0.5f64.powi(arm as i32)).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    };
    let ruled = move |choice: &Choice| -> Vec<f64> {
        let best = rule(choice);
        let sure = |arm| if arm == best { 1.0 - EXPLORES } else { 0.0 };
        (0..count).map(|arm| sure(arm) + EXPLORES / count as f64).collect()
    };
    let mut all = vec![
        Target { name: "uniform".into(), probabilities: Box::new(uniform) },
        Target { name: "fixed mixture".into(), probabilities: Box::new(falling) },
        Target { name: "epsilon-greedy rule".into(), probabilities: Box::new(ruled) },
    ];
    all.extend(arms.iter().enumerate().map(|(place, name)| Target {
        name: format!("always {name}"),
        probabilities: Box::new(move |_| {
            (0..count).map(|arm| if arm == place { 1.0 } else { 0.0 }).collect()
        }),
    }));
    all
}
