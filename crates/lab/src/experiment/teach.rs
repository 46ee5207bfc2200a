//! What a cohort teaches the bandit: the experience that new listeners of a segment start from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cohort::{Cohort, in_parallel};
use melody_core::rng::hash64;
use melody_recommender::bandit::{Baselines, Effects, Experience, Lift, Memory, Pool, Told, worth};
use melody_recommender::engine::{Refusal, Trace};
use melody_recommender::policy::{Algorithm, Policy};
use melody_sessions::library::Library;
use melody_simulation::{Until, listen};

/// Observations that an arm's pooled experience is kept as, at most; the policy says as how many of a listener's own
/// they count.
const STRENGTH: f64 = 300.0;

/// Lets every listener of the cohort play a session under arms drawn uniformly, and pools what their
/// bandits saw by segment. They play it twice: first for what is usual in each segment, then for what
/// every arm earns beside that. `done` is called as a listener is through with either.
///
/// # Errors
/// When the engine refuses what a listener does, which would be a fault of this program.
pub fn teach(
    cohort: &Cohort,
    library: &Library,
    done: &(dyn Fn() + Sync),
) -> Result<Experience, Refusal> {
    let library = library.with_values(curious(&library.policy));
    let bandit = &library.policy.bandit;
    let sat = sessions(cohort, &library, &Arc::default(), done)?;
    let mut usual: BTreeMap<String, Usual> = BTreeMap::new();
    sat.iter().for_each(|sat| usual.entry(sat.segment.clone()).or_default().add(&sat.usual));
    let usual: BTreeMap<String, Baselines> =
        usual.into_iter().map(|(segment, usual)| (segment, usual.baselines())).collect();

    let mut effects = Effects::default();
    sat.iter().for_each(|sat| effects.add(&sat.plays));
    let by = effects.by_context();
    let knowing = |baselines: &Baselines| {
        let lift = Lift { by, ..Lift::default() };
        Arc::new(Memory { baselines: *baselines, lift, ..Memory::default() })
    };
    let segments = usual.iter().map(|(segment, usual)| (segment.clone(), knowing(usual)));
    let start = Experience { segments: segments.collect(), ..Experience::default() };
    let mut pools: BTreeMap<String, Pool> = BTreeMap::new();
    for sat in sessions(cohort, &library, &Arc::new(start), done)? {
        pools.entry(sat.segment).or_insert_with(|| Pool::new(by)).add(
            bandit,
            &sat.memory,
            &sat.before,
        );
    }
    let mut experience = Experience::new(&format!(
        "{} simulated listeners, seed {}, arms drawn uniformly",
        cohort.listeners, cohort.seed
    ));
    experience.segments = pools
        .into_iter()
        .map(|(name, pool)| {
            let memory = pool.start(bandit, STRENGTH, usual[&name]);
            (name, memory.into())
        })
        .collect();
    Ok(experience)
}

/// What comes of one listener's session.
struct Sat {
    segment: String,
    usual: Usual,
    /// Of songs that a decision queued.
    plays: Vec<Told>,
    memory: Arc<Memory>,
    before: Lift,
}

/// A session of every listener, from that experience on.
fn sessions(
    cohort: &Cohort,
    library: &Library,
    experience: &Arc<Experience>,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Sat>, Refusal> {
    let one = |index| {
        let seed = hash64(&format!("teach/{}/{index}", cohort.seed));
        let profile = cohort.profile(library.world().nature(), index);
        let mut engine = library.engine(&profile, None, seed);
        engine.setup.experience = experience.clone();
        engine.setup.unseen = true;
        let until = Until { songs: cohort.songs, leaving: true };
        let (mut segment, mut usual) = (String::new(), Usual::default());
        let (mut plays, mut decision) = (Vec::new(), None);
        let sitting =
            listen(&engine, &profile, library.world(), seed, until, &mut |state, trace| {
                if trace.event.is_none() {
                    segment.clone_from(&trace.listener.segment.name);
                }
                usual.watch(trace, library.policy.bandit.commercial_weight);
                if trace.ended.is_some()
                    && let (Some(play), Some(context)) = (
                        state.history.recent().back(),
                        decision.and_then(|step| state.bandit.seen(step)),
                    )
                {
                    let promoted = library.catalogue.song(play.song).promoted();
                    let worth = worth(play, promoted, &library.policy.bandit);
                    plays.push(Told { context: context.0.clone(), promoted, worth });
                }
                let promoted = trace.playing.song.campaign.is_some();
                decision = state.playing.decision(promoted);
            })?;
        let memory = sitting.state.bandit.memory().clone();
        Ok(Sat { segment, usual, plays, memory, before: engine.lift_before() })
    };
    in_parallel(cohort.listeners, &one, done).into_iter().collect()
}

/// Sums over decisions.
#[derive(Default)]
struct Usual {
    decisions: f64,
    satisfaction: f64,
    commercial: f64,
}

impl Usual {
    fn watch(&mut self, trace: &Trace, commercial_weight: f64) {
        if let Some(learned) = &trace.bandit.learned {
            self.decisions += 1.0;
            self.satisfaction += learned.reward.satisfaction.value();
            self.commercial += learned.reward.commercial.value();
        }
        if let Some(credit) = trace.bandit.credited.as_ref().filter(|_| commercial_weight > 0.0) {
            self.commercial += credit.reward.value() / commercial_weight;
        }
    }

    fn add(&mut self, other: &Usual) {
        self.decisions += other.decisions;
        self.satisfaction += other.satisfaction;
        self.commercial += other.commercial;
    }

    /// Their means; those there are without a decision.
    fn baselines(&self) -> Baselines {
        if self.decisions == 0.0 {
            return Baselines::default();
        }
        let mean = |sum: f64| sum / self.decisions;
        Baselines { satisfaction: mean(self.satisfaction), commercial: mean(self.commercial) }
    }
}

/// The policy with a bandit that knows nothing of the arms, forgets nothing and draws arms uniformly.
/// Until it has learned, the greedy is as good as any.
fn curious(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let bandit = &mut policy.settings.bandit;
    bandit.warm_start = true;
    bandit.forgetting = 1.0;
    bandit.algorithm = Algorithm::EpsilonGreedy;
    bandit.uniform = 1.0;
    bandit.uniform_for = None;
    policy
}
