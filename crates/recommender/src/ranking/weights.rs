//! The fusion weights alpha, beta and gamma, each the exact sum of its named terms.

use serde::{Deserialize, Serialize};

use crate::policy::Weights;
use melody_core::overrides::{MOST_WEIGHT, Overrides};
use melody_core::score::Score;

/// One reason for a weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// `everybody`, `segment`, `scene`, `personal`, `guardrail`, `by hand` or `clamp`.
    pub name: String,
    /// Which one: the segment's name, the arm's, ...
    pub from: String,
    /// What it adds to the weight; may be below zero.
    pub value: Score,
}

/// A weight and the terms that sum to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// The exact sum of the terms.
    pub value: Score,
    /// In the order they were added.
    pub terms: Vec<Term>,
}

/// The weights of one moment: each in [0, 2], and alpha at least beta plus gamma.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FusionWeights {
    /// Of the interest score.
    pub alpha: Weight,
    /// Of the subscription score.
    pub beta: Weight,
    /// Of the exposure score, or of a song's diversity.
    pub gamma: Weight,
}

/// Adds up the terms, puts what is set by hand in their place, then clamps: no weight below zero or above 2, and
/// alpha at least beta plus gamma. What a hand or the clamp changed is a term of its own. `unsold`
/// names a segment that has no beta whatever the terms add or a hand sets.
pub fn fusion_weights(
    terms: &[(&str, String, Weights)],
    set: &Overrides,
    unsold: Option<&str>,
) -> FusionWeights {
    let weight = |of: fn(&Weights) -> f64| {
        let terms: Vec<Term> = terms
            .iter()
            .map(|(name, from, weights)| Term {
                name: (*name).into(),
                from: from.clone(),
                value: Score::new(of(weights)),
            })
            .collect();
        Weight { value: terms.iter().map(|t| t.value).sum(), terms }
    };
    let mut all = FusionWeights {
        alpha: weight(|w| w.alpha),
        beta: weight(|w| w.beta),
        gamma: weight(|w| w.gamma),
    };
    let by_hand =
        [(&mut all.alpha, set.alpha), (&mut all.beta, set.beta), (&mut all.gamma, set.gamma)];
    for (weight, by_hand) in by_hand {
        if let Some(value) = by_hand {
            change(weight, value, "by hand", "override");
        }
        if weight.value < Score::ZERO {
            clamp(weight, Score::ZERO, "not below zero");
        }
        if weight.value > MOST_WEIGHT {
            clamp(weight, MOST_WEIGHT, "not above 2");
        }
    }
    if let Some(segment) = unsold.filter(|_| all.beta.value != Score::ZERO) {
        clamp(&mut all.beta, Score::ZERO, &format!("none for {segment}"));
    }
    let commercial = all.beta.value + all.gamma.value;
    if all.alpha.value < commercial {
        // Both commercial weights shrink in proportion; alpha is the listener's and stays.
        let share = all.alpha.value.value() / commercial.value();
        let beta = Score::new(all.beta.value.value() * share);
        let gamma = all.alpha.value - beta;
        clamp(&mut all.beta, beta, "user first");
        clamp(&mut all.gamma, gamma, "user first");
    }
    all
}

fn clamp(weight: &mut Weight, value: Score, why: &str) {
    change(weight, value, "clamp", why);
}

/// Brings a weight to a value by one more term.
fn change(weight: &mut Weight, value: Score, name: &str, from: &str) {
    let change = value - weight.value;
    weight.value = value;
    weight.terms.push(Term { name: name.into(), from: from.into(), value: change });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weights() -> impl Strategy<Value = Weights> {
        (-1.0f64..2.0, -1.0f64..2.0, -1.0f64..2.0).prop_map(|(alpha, beta, gamma)| Weights {
            alpha,
            beta,
            gamma,
        })
    }

    proptest! {
        #[test]
        fn weights_are_their_terms_and_put_the_user_first(
            all in prop::collection::vec(weights(), 1..6),
            by_hand in prop::array::uniform3(prop::option::of(0i64..=2_000_000)),
            subscriber: bool,
        ) {
            let terms: Vec<_> = all.iter().map(|w| ("segment", String::new(), *w)).collect();
            let [alpha, beta, gamma] = by_hand.map(|set| set.map(Score::from_millionths));
            let set = Overrides { alpha, beta, gamma, ..Overrides::default() };
            let w = fusion_weights(&terms, &set, subscriber.then_some("subscriber"));
            prop_assert!(alpha.is_none_or(|alpha| w.alpha.value == alpha));
            prop_assert!(beta.is_none_or(|beta| w.beta.value <= beta));
            prop_assert!(gamma.is_none_or(|gamma| w.gamma.value <= gamma));
            for (weight, set) in [(&w.alpha, alpha), (&w.beta, beta), (&w.gamma, gamma)] {
                let named = weight.terms.iter().filter(|term| term.name == "by hand").count();
                prop_assert_eq!(named, usize::from(set.is_some()));
            }
            prop_assert!(!subscriber || w.beta.value == Score::ZERO);
            for weight in [&w.alpha, &w.beta, &w.gamma] {
                prop_assert_eq!(weight.terms.iter().map(|t| t.value).sum::<Score>(), weight.value);
                prop_assert!((Score::ZERO..=MOST_WEIGHT).contains(&weight.value));
            }
            prop_assert!(w.alpha.value >= w.beta.value + w.gamma.value);
        }
    }
}
