//! What a cohort teaches the bandit: the experience that new listeners of a segment start from.

use std::collections::BTreeMap;

use super::cohort::{Cohort, in_parallel};
use crate::bandit::{Experience, Pool};
use crate::engine::Refusal;
use crate::opening::Library;
use crate::policy::{Algorithm, Policy};
use crate::rng::hash64;
use crate::simulation::{Until, listen};

/// Observations that an arm's pooled experience counts as, at most: about two sessions' worth, so
/// that a listener's own feedback weighs as much before the second session is over.
const STRENGTH: f64 = 24.0;

/// Lets every listener of the cohort play one session under arms drawn uniformly, and pools what their
/// bandits saw by segment.
///
/// # Errors
/// When the engine refuses what a listener does, which would be a fault of this program.
pub fn teach(
    cohort: &Cohort,
    library: &Library,
    done: &(dyn Fn() + Sync),
) -> Result<Experience, Refusal> {
    let library = library.with_policy(curious(&library.policy));
    let one = |index| {
        let profile = cohort.profile(index);
        let seed = hash64(&format!("teach/{}/{index}", cohort.seed));
        let engine = library.engine(profile, None, seed);
        let until = Until { songs: cohort.songs, leaving: true };
        let mut segment = String::new();
        let (_, state) = listen(&engine, library.world(), seed, until, &mut |_, trace| {
            if trace.event.is_none() {
                segment.clone_from(&trace.listener.segment.name);
            }
        })?;
        Ok((segment, state.bandit.memory().clone()))
    };
    let bandit = &library.policy.bandit;
    let mut pools: BTreeMap<String, Pool> = BTreeMap::new();
    for taught in in_parallel(cohort.listeners, &one, done) {
        let (segment, memory) = taught?;
        pools.entry(segment).or_default().add(bandit, &memory);
    }
    let mut experience = Experience::new(&format!(
        "{} simulated listeners, seed {}, arms drawn uniformly",
        cohort.listeners, cohort.seed
    ));
    experience.segments =
        pools.into_iter().map(|(name, pool)| (name, pool.start(bandit, STRENGTH).into())).collect();
    Ok(experience)
}

/// The policy with a bandit that knows nothing, forgets nothing and draws arms uniformly. Until it has
/// learned, the greedy is as good as any.
fn curious(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let bandit = &mut policy.settings.bandit;
    bandit.warm_start = false;
    bandit.forgetting = 1.0;
    bandit.algorithm = Algorithm::EpsilonGreedy;
    bandit.uniform = 1.0;
    bandit.uniform_for = None;
    policy
}
