//! Simulated listeners through the real engine: what the bandit logs, and what every arm would have
//! earned.

use std::sync::Arc;

use melody::engine::{Refusal, Timeline};
use melody::evaluation::off_policy::{Decided, decided};
use melody::experiment::Cohort;
use melody::opening::Library;
use melody::rng::hash64;
use melody::simulation::{Decision, Until, listen};

/// The first decisions of one listener's session.
pub(crate) struct Played {
    pub decisions: Vec<Decided>,
    /// Rewards of every arm at every decision; `None` where they were not asked for.
    pub rewards: Option<Vec<Vec<f64>>>,
}

/// A session of `decisions` decisions, all paid out. The listener does not leave before, so that whether
/// a decision is logged depends on no arm.
pub(crate) fn play(
    library: &Library,
    cohort: &Cohort,
    index: u64,
    decisions: usize,
    truth: bool,
) -> Result<Played, Refusal> {
    let seed = hash64(&format!("{}/{index}", cohort.seed));
    let profile = cohort.profile(library.world().nature(), index);
    let engine = Arc::new(library.engine(&profile, None, seed));
    // A song is a play at least, so that these are enough.
    let songs = engine.setup.policy.bandit.every * decisions as u32;
    let mut timeline: Option<Timeline> = None;
    let until = Until { songs, leaving: false };
    listen(&engine, &profile, library.world(), seed, until, &mut |state, trace| match (
        &mut timeline,
        &trace.event,
    ) {
        (Some(timeline), Some(event)) => {
            timeline.push(event.clone(), (state.clone(), trace.clone()));
        }
        _ => timeline = Some(Timeline::start(engine.clone())),
    })?;
    let timeline = timeline.unwrap_or_else(|| Timeline::start(engine.clone()));
    let mut logged = decided(timeline.traces().map(|trace| &**trace));
    logged.truncate(decisions);
    let tried = |logged: &Decided| {
        let step = logged.choice.step as usize;
        let decision = Decision::at(&timeline, step, &profile, library.world(), seed);
        let regret = decision.expect("the bandit decided here by itself").regret()?;
        assert_eq!(regret.rewards[regret.arm], logged.reward, "the log and the truth agree");
        Ok(regret.rewards.iter().map(|reward| reward.value()).collect())
    };
    let rewards = truth.then(|| logged.iter().map(tried).collect::<Result<_, Refusal>>());
    Ok(Played { decisions: logged, rewards: rewards.transpose()? })
}
