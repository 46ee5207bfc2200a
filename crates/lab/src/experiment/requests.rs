//! Requests of simulated listeners, for a ranker to learn from.
//!
//! A request is a moment of a session: songs a policy might show, each with what the ranker is told of
//! it and what this listener does with it if it comes up now. Half of the songs are the policy's own
//! queue, which is what a ranker will have to order; half are drawn from all other candidates, so that
//! songs which the policy would never show are seen as well.

use super::cohort::{Cohort, in_parallel};
use melody_core::catalogue::SongId;
use melody_core::rng::{Purpose, generator, hash64};
use melody_core::score::Score;
use melody_recommender::engine::{Engine, Refusal, State};
use melody_recommender::policy::Scorer;
use melody_sessions::library::Library;
use melody_simulation::{Autopilot, Reaction, Until, listen};
use rand::seq::IndexedRandom;

/// Grades of [`grade`].
pub const GRADES: usize = 4;

/// One song of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// In the order of [`feature_names`](melody_recommender::ranking::feature_names).
    pub features: Vec<f32>,
    /// What the listener would make of it, as [`grade`] counts.
    pub grade: u8,
    /// The policy's final score.
    pub fusion: Score,
    /// The listener's part of that score, before any weight.
    pub interest: Score,
}

/// A moment of a session, and songs that might have come up in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Number in the cohort.
    pub listener: u64,
    /// The policy's queue in order, then as many others.
    pub shown: Vec<Shown>,
}

/// Plays from one request of a listener to the next. Neighbours would be much alike.
const EVERY: u32 = 3;

/// What a listener made of a song: 0 broken off before half of it was heard, 1 broken off later, 2
/// completed, 3 completed and liked or saved; of a song that is `cut_off` to a preview, completed is one less.
pub fn grade(reaction: &Reaction, cut_off: bool) -> u8 {
    match reaction {
        Reaction { completed: true, liked, saved, .. } => {
            2 + u8::from(*liked || *saved) - u8::from(cut_off)
        }
        Reaction { play_ratio, .. } => u8::from(*play_ratio >= 0.5),
    }
}

/// Requests of every listener of the cohort in one session each, under the library's policy with its
/// fused scores. `done` is called as each listener is through.
///
/// # Errors
/// When the engine refuses what a listener does, which would be a fault of this program.
pub fn requests(
    cohort: &Cohort,
    library: &Library,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Request>, Refusal> {
    let mut policy = (*library.policy).clone();
    policy.settings.ranking.scorer = Scorer::Fusion;
    let library = library.with_values(policy);
    let one = |index| of_listener(cohort, &library, index);
    let all: Result<Vec<_>, _> = in_parallel(cohort.listeners, &one, done).into_iter().collect();
    Ok(all?.into_iter().flatten().collect())
}

fn of_listener(cohort: &Cohort, library: &Library, index: u64) -> Result<Vec<Request>, Refusal> {
    let seed = hash64(&format!("requests/{}/{index}", cohort.seed));
    let profile = cohort.profile(library.world().nature(), index);
    let engine = library.engine(&profile, None, seed);
    // Goes through the session beside the one that plays it.
    let mut listener = Autopilot::new(&engine, &profile, library.world().clone(), seed);
    let mut tier = profile.account.tier;
    let mut requests = Vec::new();
    let until = Until { songs: cohort.songs, leaving: true };
    listen(&engine, &profile, library.world(), seed, until, &mut |state, trace| {
        if let Some(ended) = &trace.ended {
            listener.observe(ended, tier);
            // Whoever listens: the first request comes after one, two or three plays.
            if trace.listener.plays % EVERY == index as u32 % EVERY {
                requests.push(Request {
                    listener: index,
                    shown: show(&engine, &listener, state, seed),
                });
            }
        }
        tier = state.tier;
    })?;
    Ok(requests)
}

fn show(engine: &Engine, listener: &Autopilot, state: &State, seed: u64) -> Vec<Shown> {
    engine.with_ranking(state, |ranking, _| {
        let mut rng = generator(seed, Purpose::Requests, state.step.into());
        let queue: Vec<SongId> = ranking.queue.iter().map(|queued| queued.song).collect();
        let others: Vec<SongId> = ranking.in_order().filter(|s| !queue.contains(s)).collect();
        let drawn = others.sample(&mut rng, queue.len()).copied();
        let setup = &engine.setup;
        let cut_off = |song: SongId| {
            setup.policy.previews.of(setup.catalogue.song(song), state.tier).is_some()
        };
        let shown = |song: SongId| {
            // Its own stream for each song, as reactions take as many draws as they need.
            let step = u64::from(state.step) << 32 | song.index() as u64;
            let mut rng = generator(seed, Purpose::Requests, step + (1 << 63));
            Shown {
                features: ranking.features(song),
                grade: grade(&listener.would(state, song, &mut rng), cut_off(song)),
                fusion: ranking.total(song),
                interest: ranking.scores(song).interest,
            }
        };
        queue.iter().copied().chain(drawn).map(shown).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::path::Path;

    use melody_model::Backend;
    use melody_sessions::opening::Opening;

    #[test]
    fn half_a_minute_heard_out_counts_less_than_a_song() {
        let library = Library::load(&Opening::default(), Path::new(""), Backend::Flex);
        let library = library.unwrap();
        let cohort = Cohort { seed: 1, listeners: 1, sessions: 1, songs: 1 };
        let profile = cohort.profile(library.world().nature(), 0);
        let engine = library.engine(&profile, None, 1);
        let listener = Autopilot::new(&engine, &profile, library.world().clone(), 1);
        let (state, _) = engine.start();
        let mut rng = generator(1, Purpose::Requests, 0);
        let reaction = listener.would(&state, state.playing.song, &mut rng);
        let grades = |completed, liked, play_ratio| {
            let reaction =
                Reaction { completed, liked, saved: false, play_ratio, ..reaction.clone() };
            [false, true].map(|cut_off| grade(&reaction, cut_off))
        };
        assert_eq!(grades(true, true, 1.0), [3, 2]);
        assert_eq!(grades(true, false, 1.0), [2, 1]);
        // What is left on the way is graded by how much of what there was to hear was heard.
        assert_eq!(grades(false, false, 0.6), [1, 1]);
        assert_eq!(grades(false, false, 0.4), [0, 0]);
    }
}
