//! Simulated listeners, drawn and run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::outcome::{ListenerOutcome, Past as Before, SessionOutcome};
use melody_core::listener::{Account, Interaction};
use melody_core::rng::{Purpose, generator, hash64};
use melody_recommender::bandit::WarmStart;
use melody_recommender::engine::Refusal;
use melody_sessions::library::Library;
use melody_simulation::profile::{Past, PastPlays, Profile};
use melody_simulation::{
    LogConfig, Nature, Person, Sitting, Standing, Until, draw_person, listen, listener_log,
    pick_scene,
};

/// Listeners of one seed. The same cohort meets every arm of an experiment: the same people with the
/// same pasts, in the same scenes, with the same luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// What every listener is drawn from.
    pub seed: u64,
    /// How many.
    pub listeners: u64,
    /// Sessions of each, one after the other.
    pub sessions: u32,
    /// Songs in one session at most.
    pub songs: u32,
}

/// Plays before the first session: few for those who are new to the service.
const PAST_OF_NEW: u32 = 15;
const PAST_AT_MOST: u32 = 120;
/// Days below which a listener is new.
const NEW_DAYS: u32 = 30;

impl Cohort {
    /// Listener number `index` of a world as a profile.
    pub fn profile(&self, nature: &Nature, index: u64) -> Profile {
        let person = self.person(nature, index);
        let mut rng = generator(self.seed, Purpose::Experiment, index);
        let new = person.account.tenure_days < NEW_DAYS;
        let plays = if new {
            rng.random_range(0..=PAST_OF_NEW)
        } else {
            rng.random_range(20..=PAST_AT_MOST)
        };
        let scene = pick_scene(&person.scenes, &mut rng);
        Profile {
            id: format!("listener-{index}"),
            name: format!("Listener {index}"),
            summary: String::new(),
            summary_zh: String::new(),
            account: person.account,
            scene,
            past: Past::Simulated(PastPlays { plays, seed: self.seed }),
            taste: person.taste,
        }
    }

    fn person(&self, nature: &Nature, index: u64) -> Person {
        draw_person(nature, &mut generator(self.seed, Purpose::Population, index))
    }

    /// Runs every listener through the library's policy and model. The outcomes are in order and the
    /// same whatever the number of threads. `done` is called as each listener is through.
    ///
    /// # Errors
    /// When the engine refuses what a listener does, which would be a fault of this program.
    pub fn run(
        &self,
        library: &Library,
        done: &(dyn Fn() + Sync),
    ) -> Result<Vec<ListenerOutcome>, Refusal> {
        let all: Vec<u64> = (0..self.listeners).collect();
        self.run_some(library, &all, done)
    }

    /// The same for some of the listeners, by their numbers.
    ///
    /// # Errors
    /// As for all.
    pub fn run_some(
        &self,
        library: &Library,
        indexes: &[u64],
        done: &(dyn Fn() + Sync),
    ) -> Result<Vec<ListenerOutcome>, Refusal> {
        let one = |place: u64| self.listener(library, indexes[place as usize]);
        in_parallel(indexes.len() as u64, &one, done).into_iter().collect()
    }

    /// As many listeners of another seed, which are others and nobody else's.
    pub fn other(&self, number: u64) -> Self {
        Cohort { seed: hash64(&format!("{}/others/{number}", self.seed)), ..*self }
    }

    /// One listener's sessions that begin within so many days, as many as the cohort says at most.
    ///
    /// # Errors
    /// As for all.
    pub fn for_days(
        &self,
        library: &Library,
        index: u64,
        days: u32,
    ) -> Result<ListenerOutcome, Refusal> {
        self.until(library, index, 24.0 * f64::from(days))
    }

    /// The sessions of one listener, until the last or until they never come back.
    pub(super) fn listener(
        &self,
        library: &Library,
        index: u64,
    ) -> Result<ListenerOutcome, Refusal> {
        self.until(library, index, f64::INFINITY)
    }

    /// The sessions of one listener that begin within so many hours, until the last or until they never come back. What they
    /// heard, pay and taught the bandit is carried on.
    fn until(&self, library: &Library, index: u64, hours: f64) -> Result<ListenerOutcome, Refusal> {
        let nature = library.world().nature();
        let mut profile = self.profile(nature, index);
        let scenes = self.person(nature, index).scenes;
        let mut outcome = ListenerOutcome::default();
        let mut past: Option<Vec<Interaction>> = None;
        let (mut warm, mut learned) = (None, None);
        let mut standing = self.standing(nature, &profile.account, index);
        let mut began_h = 0.0;
        for session in 0..self.sessions {
            let seed = hash64(&format!("{}/{index}/{session}", self.seed));
            let mut rng = generator(seed, Purpose::Experiment, session.into());
            if session > 0 {
                profile.scene = pick_scene(&scenes, &mut rng);
                // From here on the past is what was heard.
                profile.past = Past::Simulated(PastPlays { plays: 0, seed: self.seed });
            }
            let mut engine = library.engine(&profile, None, seed);
            engine.setup.unseen = true;
            engine.setup.warm_start = warm.take();
            engine.setup.learned = learned.take();
            if let Some(past) = past.take() {
                engine.setup.past = Arc::new(past);
            }
            let mut heard: Vec<Interaction> = engine.setup.past.to_vec();
            if session == 0 {
                outcome.past = Before::of(&library.catalogue, &heard);
            }
            let mut this = SessionOutcome { began_h, ..SessionOutcome::default() };
            let until = Until { songs: self.songs, leaving: true };
            let Sitting { end, state, felt, listener } =
                listen(&engine, &profile, library.world(), seed, until, &mut |state, trace| {
                    if session == 0 && trace.event.is_none() {
                        outcome.segment.clone_from(&trace.listener.segment.name);
                    }
                    this.watch(&library.catalogue, trace);
                    if trace.ended.is_some() {
                        heard.extend(state.history.recent().back().cloned());
                    }
                })?;
            this.end(end, felt);
            let mut rng = generator(seed, Purpose::Return, session.into());
            let leaving = listener.leaving(profile.account.hours_per_week.into());
            let absence = leaving.absence(&nature.returning, &mut rng);
            this.away_h = (!absence.gone).then_some(absence.hours);
            this.delay = leaving.delay(&nature.returning);
            this.gone = absence.gone;
            outcome.sessions.push(this);
            if absence.gone {
                break;
            }
            standing.tier = state.tier;
            standing.pass(&nature.trial, &listener.wish_to_pay(), absence.hours, &mut rng);
            let account = &mut profile.account;
            account.past_conversions += u32::from(standing.tier > account.tier);
            account.tier = standing.tier;
            account.premium_previews = state.previews;
            warm = Some(WarmStart::new(state.bandit.memory().clone()));
            learned = Some(Arc::new(state.learned(&library.model)));
            let since = state.at_ms as i64 + (absence.hours * 3.6e6) as i64;
            began_h += since as f64 / 3.6e6;
            if began_h >= hours {
                break;
            }
            heard.iter_mut().for_each(|play| play.began_ms -= since);
            past = Some(heard);
        }
        Ok(outcome)
    }

    /// Where the listener stands with the subscription, and how far a trial has run.
    fn standing(&self, nature: &Nature, account: &Account, index: u64) -> Standing {
        let elapsed = generator(self.seed, Purpose::Return, index).random();
        Standing::new(&nature.trial, account.tier, account.past_conversions, elapsed)
    }

    /// The same listeners served by the policy that made the default model's training logs.
    pub fn logged(&self, library: &Library, done: &(dyn Fn() + Sync)) -> Vec<ListenerOutcome> {
        let config =
            LogConfig { seed: self.seed, sessions: self.sessions, rollouts: 0, slates: 0.0 };
        let one = |index| {
            let (_, sessions) = listener_log(&library.catalogue, library.world(), config, index);
            let logged = |session| SessionOutcome::logged(&library.catalogue, session);
            let mut sessions: Vec<SessionOutcome> = sessions.iter().map(logged).collect();
            for next in 1..sessions.len() {
                let began_h = sessions[next].began_h;
                let before = &mut sessions[next - 1];
                before.away_h = Some(began_h - before.began_h - before.listening_s / 3600.0);
            }
            ListenerOutcome { sessions, ..ListenerOutcome::default() }
        };
        in_parallel(self.listeners, &one, done)
    }
}

/// Does `work` for 0 to `count`, on as many threads as rayon has; results are in order.
///
/// Each worker gives the model a pool of one thread: sessions are what runs side by side here, and
/// with rayon's own pool a session that waits for its scores would begin another on the same stack.
pub fn in_parallel<T: Send>(
    count: u64,
    work: &(dyn Fn(u64) -> T + Sync),
    done: &(dyn Fn() + Sync),
) -> Vec<T> {
    let next = AtomicU64::new(0);
    let worker = || {
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return results;
            }
            results.push((index, work(index)));
            done();
        }
    };
    let alone = || match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(worker),
        Err(_) => worker(),
    };
    let threads = rayon::current_num_threads().min(count.max(1) as usize);
    let mut all: Vec<(u64, T)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(alone)).collect();
        let results = workers.into_iter().map(|worker| match worker.join() {
            Ok(results) => results,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.flatten().collect()
    });
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}
