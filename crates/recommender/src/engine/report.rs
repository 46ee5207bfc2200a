//! Writing the trace of a step.

use std::collections::BTreeMap;

use super::decide::Decision;
use super::happened::{Before, Step};
use super::listener_report::session;
use super::notes::notes;
use super::outcome::Outcome;
use super::setup::{Engine, Setup};
use super::state::State;
use super::trace::{
    BanditReport, CandidateReport, Commitment, DisplacedSong, ListenerReport, NearLineReport,
    PlayingNow, PromotionReport, QueueEntry, RankerVersion, RequestReport, RunnerUp, SessionReport,
    Shares, SongRef, Trace, Versions,
};
use crate::bandit::{Choice, Credit, Learned};
use crate::ranking::Ranking;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::score::Score;
use melody_model::Scored;

impl Engine {
    /// The trace of a step.
    pub(super) fn report(&self, outcome: Outcome) -> Trace {
        let Outcome { state, decision, look, ranking, committed, .. } = outcome;
        let setup = &self.setup;
        let catalogue = &setup.catalogue;
        let shown = (ranking, committed.len());
        let queue = queue(catalogue, &look.scored, shown, &outcome.step.before);
        let shares = shares(&queue);
        let session = session(setup, state, &outcome.step.before.streaks, &look.listener);
        let promotion = promotion(state, decision, ranking, &queue);
        let playing = &catalogue.song(state.playing.song).title;
        let notes = notes(&outcome, &session, &promotion, playing);
        Trace {
            promotion,
            session,
            candidates: CandidateReport {
                songs: catalogue.songs.len(),
                scored: look.scored.songs().len(),
                retrieved: look.retrieved.songs.len(),
                sources: look.retrieved.counts().map(|(name, n)| (name.to_string(), n)).collect(),
            },
            runners_up: ranking
                .runners_up
                .iter()
                .filter_map(|&song| {
                    let dropped = ranking.dropped(song)?;
                    let score = ranking.total(song);
                    Some(RunnerUp { song: SongRef::new(catalogue, song), score, dropped })
                })
                .collect(),
            shares,
            queue,
            notes,
            ..self.told(state, decision, committed.len(), outcome.step)
        }
    }

    /// What of a step's trace needs no ranking: what happened, and who decided what.
    pub(super) fn told(
        &self,
        state: &State,
        decision: &Decision,
        committed: usize,
        step: Step,
    ) -> Trace {
        let setup = &self.setup;
        let (catalogue, policy) = (&setup.catalogue, &setup.policy);
        let Step { happened, event, .. } = step;
        Trace {
            step: state.step,
            at_ms: state.at_ms,
            event,
            versions: versions(setup, state),
            ended: happened.ended,
            playing: PlayingNow {
                song: SongRef::new(catalogue, state.playing.song),
                began_ms: state.playing.began_ms,
                liked: state.playing.liked,
                saved: state.playing.saved,
                opened: state.playing.opened,
                replayed: state.playing.replayed,
                served: state.playing.served,
                heads: state.playing.heads,
                preview_ms: policy
                    .previews
                    .of(catalogue.song(state.playing.song), state.tier)
                    .map(|ms| ms.max(state.playing.heard_ms)),
            },
            listener: ListenerReport {
                profile: setup.listener.clone(),
                tier: state.tier,
                scene: state.scene,
                segment: decision.segment().clone(),
                also: decision.also(),
                appetite: decision.appetite.clone(),
                previews: state.previews,
                plays: state.session.plays,
            },
            metrics: state.metrics.report(),
            guardrail: state.guardrail.report(&policy.guardrail, happened.intervention),
            promotion: PromotionReport::default(),
            bandit: bandit(setup, state, (happened.decided, happened.learned, happened.credited)),
            weights: decision.weights.clone(),
            session: SessionReport::default(),
            overrides: state.overrides.clone(),
            candidates: CandidateReport::default(),
            near_line: NearLineReport {
                accepted: state.learning.accepted,
                refused: state.learning.refused,
                next_in: policy.near_line.every.saturating_sub(state.learning.plays),
                // Setting values by hand takes over no update that is due.
                due: state.learning.pending.as_ref().map(|u| u.due.max(state.step + 1)),
                update: happened.update,
            },
            runners_up: Vec::new(),
            shares: Shares::default(),
            request: RequestReport {
                number: state.request.number,
                step: state.request.step,
                because: state.request.because,
                left: committed,
            },
            queue: Vec::new(),
            notes: Vec::new(),
        }
    }
}

fn versions(setup: &Setup, state: &State) -> Versions {
    let ranker = setup.ranker.as_ref().map(|ranker| {
        Box::new(RankerVersion { name: ranker.name.clone(), hash: ranker.hash.clone() })
    });
    Versions {
        model: state.model.name.clone(),
        model_number: state.model.number,
        model_hash: state.model.hash.clone(),
        towers_hash: state.model.towers_hash().map(String::from),
        policy: setup.policy.name.clone(),
        policy_hash: setup.policy.hash.clone(),
        ranker,
        experience_hash: setup.experience.hash.clone(),
        memory_hash: setup.warm_start.as_ref().map(|start| start.hash.clone()),
        catalogue: setup.catalogue.name.clone(),
        catalogue_hash: setup.catalogue.hash.clone(),
    }
}

pub(super) fn promotion(
    state: &State,
    decision: &Decision,
    ranking: &Ranking,
    queue: &[QueueEntry],
) -> PromotionReport {
    PromotionReport {
        target: decision.target,
        cap: decision.cap(),
        at_most: decision.at_most,
        window: decision.mixing.window,
        realised: state.heard.realised(decision.mixing.window),
        chosen: state.heard.chosen(decision.mixing.window),
        shown: shares(queue).promoted,
        credit: state.heard.credit,
        displaced_interest: queue
            .iter()
            .filter_map(|e| e.displaced.as_ref().map(|d| d.interest))
            .sum(),
        price: ranking.price,
        limits: decision.limits.clone(),
    }
}

/// The queue of a ranking, so many songs at its front being committed.
pub(super) fn queue(
    catalogue: &Catalogue,
    scored: &Scored,
    (ranking, committed): (&Ranking, usize),
    before: &Before,
) -> Vec<QueueEntry> {
    let place = |song: SongId| before.queue.iter().position(|s| *s == song).map(|i| i + 1);
    ranking
        .queue
        .iter()
        .enumerate()
        .map(|(i, queued)| {
            let (scores, place_of) = (ranking.scores(queued.song), ranking.place(queued.song));
            QueueEntry {
                position: i + 1,
                song: SongRef::new(catalogue, queued.song),
                promoted: queued.promoted,
                score: queued.score,
                interest: scores.interest,
                subscription: scores.subscription,
                exposure: scores.exposure,
                heads: *scored.outputs(place_of),
                gates: scored.gates(place_of),
                was: place(queued.song),
                displaced: queued
                    .displaced
                    .as_ref()
                    .map(|d| DisplacedSong::new(catalogue.song(d.song).id.to_string(), d)),
                committed: (i < committed).then(|| commitment(catalogue, ranking, queued.song)),
                ledger: ranking.ledger(queued.song),
            }
        })
        .collect()
}

/// What would become of a committed song if it were not.
fn commitment(catalogue: &Catalogue, ranking: &Ranking, song: SongId) -> Commitment {
    let (would, before) = ranking.anew(song).unzip();
    let id = |song: SongId| catalogue.song(song).id.to_string();
    Commitment { would, before: before.unwrap_or_default().into_iter().map(id).collect() }
}

fn shares(queue: &[QueueEntry]) -> Shares {
    let count = queue.len().max(1) as f64;
    let share = |n: usize| Score::new(n as f64 / count);
    let by = |key: fn(&QueueEntry) -> &str| -> BTreeMap<String, Score> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for entry in queue {
            *counts.entry(key(entry).to_string()).or_default() += 1;
        }
        counts.into_iter().map(|(name, n)| (name, share(n))).collect()
    };
    Shares {
        promoted: share(queue.iter().filter(|e| e.promoted).count()),
        premium: share(queue.iter().filter(|e| e.song.premium).count()),
        genres: by(|e| &e.song.genre),
        families: by(|e| &e.song.family),
    }
}

fn bandit(
    setup: &Setup,
    state: &State,
    (decided, learned, credited): (Option<Choice>, Option<Learned>, Option<Credit>),
) -> BanditReport {
    let policy = &setup.policy.bandit;
    let choice = state.bandit.choice.as_ref();
    let arm = state.bandit.arm();
    let arms = choice.map(|c| c.arms.clone()).unwrap_or_default();
    BanditReport {
        algorithm: policy.algorithm.name().into(),
        arm: policy.arms[arm].name.clone(),
        propensity: arms.get(arm).map_or(Score::ZERO, |a| a.propensity),
        since: choice.map_or(0, |c| c.step),
        arms,
        decided,
        learned,
        credited,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::tests_support::{engine, finish, past_play, small, step};
    use crate::policy::{Diversity, Rerank};
    use melody_core::event::Action;
    use melody_core::overrides::Overrides;

    #[test]
    fn an_empty_queue_shares_nothing() {
        assert_eq!(shares(&[]), Shares::default());
    }

    #[test]
    fn shares_are_of_the_songs_shown() {
        let queue = small().start().1.queue;
        let mut four = queue[..4].to_vec();
        for (entry, genre) in four.iter_mut().zip(["a", "a", "b", "a"]) {
            entry.song.genre = genre.into();
            entry.song.premium = false;
            entry.promoted = genre == "b";
        }
        let shares = shares(&four);
        assert_eq!((shares.promoted, shares.premium), (Score::new(0.25), Score::ZERO));
        assert_eq!(shares.genres["a"], Score::new(0.75));
        assert_eq!(shares.genres["b"], Score::new(0.25));
        assert_eq!(shares.families.values().copied().sum::<Score>(), Score::ONE);
    }

    #[test]
    fn a_song_of_the_queue_knows_where_it_was() {
        let engine = small();
        let (state, before) = engine.start();
        assert!(before.queue.iter().all(|entry| entry.was.is_none()));
        let (_, trace) = finish(&engine, &state);
        assert!(trace.queue.iter().any(|entry| entry.was.is_some()));
        for entry in &trace.queue {
            let place = before.queue.iter().position(|old| old.song.id == entry.song.id);
            assert_eq!(entry.was, place.map(|place| place + 1));
        }
    }

    #[test]
    fn a_ledger_adds_up_to_the_score_it_stands_beside() {
        let trace = small().start().1;
        assert_eq!(trace.queue.len(), small().setup.policy.mixing.queue);
        for entry in &trace.queue {
            assert!(entry.ledger.score.adds_up(), "{}", entry.song.id);
            assert_eq!(entry.ledger.score.value, entry.score, "{}", entry.song.id);
        }
    }

    #[test]
    fn a_ledger_tells_what_the_own_mix_adds_and_adds_up() {
        let mut engine = engine(|settings| {
            settings.diversity = Diversity { method: Rerank::Calibrated, strength: 0.5 };
            settings.adjustments.weariness = 0.0;
        });
        // Genres take turns song by song: all that was completed is of one.
        let past = [0, 4, 8, 12, 16, 20].map(|song| past_play(SongId(song), true));
        engine.setup.past = Arc::new(past.to_vec());
        let trace = engine.start().1;
        let own = &engine.setup.catalogue.genres[0].id;
        for entry in &trace.queue {
            assert!(entry.ledger.score.adds_up(), "{}", entry.song.id);
            assert_eq!(entry.ledger.score.value, entry.score, "{}", entry.song.id);
            let adjustments = entry.ledger.score.children.get(1);
            let told =
                adjustments.and_then(|all| all.children.iter().find(|n| n.name == "diversity"));
            let Some(told) = told else {
                assert!(entry.promoted, "{} is moved by nothing", entry.song.id);
                continue;
            };
            let share = if entry.song.genre == *own { "1.00" } else { "0.00" };
            let said = format!("{} is {share} of what was completed", entry.song.genre);
            assert!(told.how.starts_with(&said), "{}", told.how);
            assert!(told.value > Score::ZERO || entry.song.genre != *own, "{}", told.how);
        }
        assert!(trace.queue.iter().any(|entry| entry.song.genre == *own));
    }

    #[test]
    fn a_promoted_song_that_is_played_again_is_chosen_and_not_served() {
        let engine = small();
        let song = SongId(crate::engine::tests_support::FIRST_PROMOTED);
        let (state, _) = step(&engine, &engine.start().0, 10, Action::Open { song });
        let (state, _) = step(&engine, &state, 10, Action::Replay);
        let (_, trace) = step(&engine, &state, 10, Action::Replay);
        let PromotionReport { realised, chosen, cap, .. } = trace.promotion;
        assert!(realised > cap, "{realised} of what was heard, under a cap of {cap}");
        assert_eq!(chosen, Score::new(0.3));
        assert!(trace.promotion.served() <= cap);
    }

    #[test]
    fn promotion_is_reported_as_it_was_decided() {
        let engine = small();
        let (state, _) = engine.start();
        let set = Overrides { at_most: Some(3), window: Some(6), ..Overrides::default() };
        let (_, trace) = step(&engine, &state, 10, Action::Override(set.clone()));
        let promotion = trace.promotion;
        assert_eq!((promotion.at_most, promotion.window), (3, 6));
        assert_eq!(promotion.cap, Score::new(0.5));
        assert_eq!(promotion.shown, trace.shares.promoted);
        assert_eq!(trace.overrides, set);
        let given: Score =
            trace.queue.iter().filter_map(|e| e.displaced.as_ref().map(|d| d.interest)).sum();
        assert_eq!(promotion.displaced_interest, given);
    }
}
