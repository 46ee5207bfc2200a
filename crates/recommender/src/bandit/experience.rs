//! What a segment's listeners have taught: where a new listener's bandit starts.
//!
//! A bandit that knows nothing spends a whole session finding out what every listener before has
//! shown already, say that someone who skips promoted songs wants fewer. So each segment's arms start
//! from the pooled observations of many sessions, weakened to count as a few, so that a listener's
//! own feedback soon outweighs them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::context::CONTEXT;
use super::effect::{ByContext, rounded};
use super::features;
use super::lift::{Lift, Pooled};
use super::memory::{Arm, Memory};
use super::reward::Baselines;
use super::sums::Sums;
use crate::bandit::algorithm::adaptive;
use crate::policy;
use melody_core::input::{InputError, Problem};

/// Pooled observations by segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    /// The version of the file; others are refused.
    pub format: u32,
    /// SHA-256 of the text it was read from, in hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// Where it comes from, for people.
    pub about: String,
    /// The context's features, in order.
    pub context: Vec<String>,
    /// By the name of the segment.
    pub segments: BTreeMap<String, Arc<Memory>>,
}

/// The version of the file: 2 since sums go over products of features.
const FORMAT: u32 = 2;

/// The experience that ships with Melody, from simulated listeners.
const SHIPPED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/policy/experience.json"));

impl Experience {
    /// One that nothing has been pooled in yet; `about` says where it comes from.
    pub fn new(about: &str) -> Self {
        Experience {
            format: FORMAT,
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
        if found.format != FORMAT {
            return Err(problem("format", "only format 2 is known"));
        }
        if found.context != CONTEXT {
            return Err(problem("context", "the features are not the ones this program has"));
        }
        for (segment, memory) in &found.segments {
            if let Some((field, message)) = memory.problem(CONTEXT.len()) {
                return Err(problem(&format!("segments.{segment}.{field}"), message));
            }
        }
        found.hash = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        Ok(found)
    }
}

/// Gathers what many listeners' bandits have seen in one segment.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    arms: BTreeMap<String, Sums>,
    lift: Pooled,
    before: Pooled,
    by: ByContext,
}

impl Pool {
    /// Nothing yet, of listeners whose memories know this of the context.
    pub fn new(by: ByContext) -> Self {
        Pool { by, ..Pool::default() }
    }

    /// Adds one listener's memory, which started without an observation, and what was heard before its first decision.
    /// What it has forgotten is not pooled.
    pub fn add(&mut self, policy: &policy::Bandit, memory: &Memory, before: &Lift) {
        let features = features::count(CONTEXT.len());
        let policy = policy::Bandit { forgetting: 1.0, ..policy.clone() };
        self.lift.add(&memory.lift);
        self.before.add(before);
        for (arm, sums) in policy.arms.iter().zip(memory.sums(&policy, features)) {
            let entry = self.arms.entry(arm.name.clone());
            entry.or_insert_with(|| Sums::new(features)).plus(&sums);
        }
    }

    /// The pooled memory, each arm counting as at most `strength` observations, and what is usual. What
    /// features matter is told by all of them.
    pub fn start(&self, policy: &policy::Bandit, strength: f64, baselines: Baselines) -> Memory {
        let arms = |sums: fn(&Sums, f64) -> Sums| {
            let arm = |(name, all): (&String, &Sums)| {
                (name.clone(), Arm { pulls: 0, older: sums(all, strength) })
            };
            self.arms.iter().map(arm).collect()
        };
        let mut memory = Memory {
            arms: arms(|all, _| all.clone()),
            baselines: Baselines {
                satisfaction: rounded(baselines.satisfaction),
                commercial: rounded(baselines.commercial),
            },
            lift: Lift {
                usual: rounded(self.lift.mean()),
                usual_before: rounded(self.before.mean()),
                by: self.by,
                ..Lift::default()
            },
            ..Memory::default()
        };
        adaptive::settle(&mut memory, policy, CONTEXT.len());
        memory.relevance.iter_mut().for_each(|ridge| *ridge = rounded(*ridge));
        memory.arms = arms(weakened);
        memory
    }
}

/// Sums as of at most so many observations.
fn weakened(sums: &Sums, most: f64) -> Sums {
    let mut weak = sums.clone();
    weak.scale((most / sums.n.max(1.0)).min(1.0));
    weak.each(rounded);
    weak
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::algorithm::learn;
    use crate::bandit::memory::Observation;
    use crate::bandit::ridge::LinearArm;

    #[test]
    fn the_shipped_experience_is_valid() {
        assert_eq!(Experience::shipped().format, FORMAT);
    }

    #[test]
    fn pooling_two_listeners_is_learning_from_both() {
        let policy = &policy::shipped("default").unwrap().settings.bandit;
        let arm = policy.arms[0].name.clone();
        let mut context = vec![0.0; CONTEXT.len()];
        context[0] = 1.0;
        let mut pool = Pool::default();
        for reward in [0.2, 0.4] {
            let mut memory = Memory::default();
            let context = context.clone();
            learn(policy, &mut memory, Observation { arm: arm.clone(), context, reward });
            pool.add(policy, &memory, &Lift::default());
        }
        let mean = |strength| {
            let memory = pool.start(policy, strength, Baselines::default());
            let sums = &memory.sums(policy, CONTEXT.len())[0];
            LinearArm::new(sums, 1.0).belief(&context).mean
        };
        assert!((mean(100.0) - 0.6 / 3.0).abs() < 1e-6);
        assert!((mean(1.0) - 0.3 / 2.0).abs() < 1e-6);
    }
}
