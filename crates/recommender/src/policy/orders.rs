//! Orders between segments that the policy's owner means, whatever a search finds.
//!
//! What a segment's weights come to is told by their shares: twice all three rank the same. So an order says
//! whose share of a weight is at least as large as whose, say that beta's is larger with listeners who have
//! been with the service for long than with new ones.

use serde::{Deserialize, Serialize};

use super::fusion::Weights;

/// A weight, as policies name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Share {
    /// Of interest.
    Alpha,
    /// Of subscription.
    Beta,
    /// Of exposure.
    Gamma,
}

impl Share {
    /// The weight over the sum of the three, in [0, 1]; 0 where all are.
    pub fn of(self, weights: &Weights) -> f64 {
        let Weights { alpha, beta, gamma } = *weights;
        let weight = match self {
            Share::Alpha => alpha,
            Share::Beta => beta,
            Share::Gamma => gamma,
        };
        let sum = alpha + beta + gamma;
        if sum > 0.0 { weight / sum } else { 0.0 }
    }
}

/// One segment's share of a weight is at least that of others, for listeners that are in one of them alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Of which weight.
    pub share: Share,
    /// The segment whose share is the larger.
    pub of: String,
    /// Segments whose share is no larger.
    pub over: Vec<String>,
}

/// The shares of two segments may seem to differ by so much where they are the same.
const ROUNDING: f64 = 1e-9;

impl Order {
    /// The first of the segments under it whose share is the larger; `None` where the order holds.
    /// `weights` are those of who is in a segment alone, by its name.
    pub(super) fn broken(&self, weights: impl Fn(&str) -> Option<Weights>) -> Option<&str> {
        let share = |name: &str| Some(self.share.of(&weights(name)?));
        let least = share(&self.of)?;
        let above = |name: &&String| share(name).is_some_and(|other| other > least + ROUNDING);
        self.over.iter().find(above).map(String::as_str)
    }
}
