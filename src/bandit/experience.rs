//! What a segment's listeners have taught: where a new listener's bandit starts.
//!
//! A bandit that knows nothing spends a whole session finding out what every listener before has
//! shown already, say that someone who skips promoted songs wants fewer. So each segment's arms start
//! from the pooled observations of many sessions, weakened to count as a few, so that a listener's
//! own feedback soon outweighs them.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::agent::WarmStart;
use super::context::CONTEXT;
use super::linear::LinearArm;
use crate::input::{InputError, Problem};

/// Pooled observations by segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    pub format: u32,
    /// SHA-256 of the text it was read from, in hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// Where it comes from, for people.
    pub about: String,
    /// The context's features, in order.
    pub context: Vec<String>,
    pub segments: BTreeMap<String, WarmStart>,
}

/// The experience that ships with Melody, from simulated listeners.
const SHIPPED: &str = include_str!("../../assets/policy/experience.json");

impl Experience {
    pub fn new(about: &str) -> Self {
        Experience {
            format: 1,
            hash: String::new(),
            about: about.into(),
            context: CONTEXT.map(String::from).to_vec(),
            segments: BTreeMap::new(),
        }
    }

    /// The one compiled in.
    pub fn shipped() -> Self {
        Self::parse("assets/policy/experience.json", SHIPPED)
            .expect("the shipped experience is checked by a test")
    }

    /// Reads and checks an experience.
    pub fn parse(name: &str, text: &str) -> Result<Self, InputError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let mut found: Experience =
            serde_path_to_error::deserialize(&mut reader).map_err(|error| {
                let line = error.inner().line();
                Problem::new(name, error.inner().to_string())
                    .line(line)
                    .field(error.path().to_string())
            })?;
        let problem = |field: &str, message: &str| -> InputError {
            Problem::new(name, message).line(1).field(field).into()
        };
        if found.format != 1 {
            return Err(problem("format", "only format 1 is known"));
        }
        if found.context != CONTEXT {
            return Err(problem("context", "the features are not the ones this program has"));
        }
        for (segment, start) in &found.segments {
            for (arm, learned) in &start.arms {
                let field = format!("segments.{segment}.arms.{arm}");
                let n = CONTEXT.len();
                let sized = learned.a.shape() == (n, n) && learned.b.len() == n;
                if !sized {
                    return Err(problem(&field, "has another size than the context"));
                }
                if learned.a.clone().cholesky().is_none()
                    || learned.b.iter().any(|v| !v.is_finite())
                {
                    return Err(problem(&field, "is not a ridge regression's state"));
                }
            }
        }
        found.hash = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        Ok(found)
    }
}

/// Gathers what many listeners' bandits have seen in one segment.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Per arm: sum of outer products, sum of rewarded contexts, observations.
    arms: BTreeMap<String, (DMatrix<f64>, DVector<f64>, u64)>,
    satisfaction: f64,
    commercial: f64,
    listeners: u32,
}

impl Pool {
    /// Adds one listener's memory, which started from nothing but the ridge and forgot nothing.
    pub fn add(&mut self, memory: &WarmStart, ridge: f64) {
        let n = CONTEXT.len();
        for (name, arm) in &memory.arms {
            let entry = self
                .arms
                .entry(name.clone())
                .or_insert_with(|| (DMatrix::zeros(n, n), DVector::zeros(n), 0));
            entry.0 += &arm.a - DMatrix::identity(n, n) * ridge;
            entry.1 += &arm.b;
            entry.2 += arm.pulls;
        }
        self.satisfaction += memory.baselines.satisfaction;
        self.commercial += memory.baselines.commercial;
        self.listeners += 1;
    }

    /// The pooled state, each arm counting as at most `strength` observations.
    pub fn start(&self, ridge: f64, strength: f64) -> WarmStart {
        let n = CONTEXT.len();
        let round = |v: f64| (v * 1e6).round() / 1e6;
        let arms = self.arms.iter().map(|(name, (a, b, pulls))| {
            let scale = (strength / (*pulls).max(1) as f64).min(1.0);
            let arm = LinearArm {
                a: (DMatrix::identity(n, n) * ridge + a * scale).map(round),
                b: (b * scale).map(round),
                pulls: 0,
            };
            (name.clone(), arm)
        });
        let mean = |sum: f64| round(sum / f64::from(self.listeners.max(1)));
        WarmStart {
            arms: arms.collect(),
            baselines: super::Baselines {
                satisfaction: mean(self.satisfaction),
                commercial: mean(self.commercial),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_experience_is_valid() {
        assert_eq!(Experience::shipped().format, 1);
    }

    #[test]
    fn pooling_two_listeners_is_learning_from_both() {
        let n = CONTEXT.len();
        let mut x = vec![0.0; n];
        x[0] = 1.0;
        let memory = |reward: f64| {
            let mut arm = LinearArm::new(n, 1.0);
            arm.update(&x, reward, 1.0, 1.0);
            WarmStart { arms: BTreeMap::from([("a".into(), arm)]), ..WarmStart::default() }
        };
        let mut pool = Pool::default();
        pool.add(&memory(0.2), 1.0);
        pool.add(&memory(0.4), 1.0);
        let both = &pool.start(1.0, 100.0).arms["a"];
        assert!((both.belief(&x).mean - 0.6 / 3.0).abs() < 1e-6);
        let weak = &pool.start(1.0, 1.0).arms["a"];
        assert!((weak.belief(&x).mean - 0.3 / 2.0).abs() < 1e-6);
    }
}
