//! Writing the trace of a step.

use std::collections::BTreeMap;

use super::decide::{Decision, cap};
use super::setup::{Engine, Setup};
use super::state::State;
use super::trace::{
    BanditReport, CandidateReport, DisplacedSong, EndedPlay, LATER_MS, ListenerReport,
    NearLineReport, Note, PlayingNow, PromotionReport, QueueEntry, RankerVersion, RunnerUp,
    SearchReport, SessionReport, Shares, SongRef, StreakReport, TasteReport, Trace, Versions,
};
use crate::bandit::{Choice, Credit, Learned};
use crate::feedback::{Intervention, UpdateReport};
use crate::policy::Group;
use crate::ranking::Ranking;
use crate::session::Streak;
use melody_core::catalogue::{Catalogue, GenreId, SongId};
use melody_core::event::{Action, Event};
use melody_core::listener::Tally;
use melody_core::score::Score;
use melody_model::{EncodedListener, Scored};

/// What the step is compared with.
pub(super) struct Before {
    /// Songs of the queue, in order.
    queue: Vec<SongId>,
    target: Option<Score>,
    segment: Option<Group>,
}

impl Before {
    pub(super) fn new(engine: &Engine, state: &State) -> Self {
        let decided = state.bandit.choice.is_some().then(|| engine.decide(state));
        Before {
            target: decided.as_ref().map(|d| d.target),
            segment: decided.map(|d| d.segment),
            ..Before::of_queue(state)
        }
    }

    /// Only the queue: what an engine that has not led to the state can tell.
    pub(super) fn of_queue(state: &State) -> Self {
        let queue = state.queue.iter().map(|q| q.song).collect();
        Before { queue, target: None, segment: None }
    }
}

/// What happened on the way.
#[derive(Default)]
pub(super) struct Happened {
    pub ended: Option<EndedPlay>,
    pub intervention: Option<Intervention>,
    pub learned: Option<Learned>,
    pub credited: Option<Credit>,
    pub decided: Option<Choice>,
    pub update: Option<UpdateReport>,
}

/// A level below this is noise on a screen.
const STREAK_SHOWN: f64 = 0.02;

impl SongRef {
    pub fn new(catalogue: &Catalogue, id: SongId) -> Self {
        let song = catalogue.song(id);
        let genre = catalogue.genre(song);
        SongRef {
            id: song.id.clone(),
            title: song.title.clone(),
            artist: catalogue.artist_names(song),
            genre: genre.id.clone(),
            family: melody_core::catalogue::taxonomy().families[genre.family].id.clone(),
            duration_ms: song.duration_ms,
            campaign: song.campaign.map(|c| catalogue.campaign(c).id.clone()),
            premium: song.premium,
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "a trace is about everything at once")]
pub(super) fn report(
    engine: &Engine,
    state: &State,
    decision: &Decision,
    request: &EncodedListener,
    scored: &Scored,
    ranking: &Ranking,
    before: Before,
    happened: Happened,
    event: Option<Event>,
) -> Trace {
    let setup = &engine.setup;
    let (catalogue, policy) = (&setup.catalogue, &setup.policy);
    let metrics = state.metrics.report();
    let queue = queue(catalogue, scored, ranking, &before);
    let shares = shares(&queue);
    let session = session(engine, state, request);
    let promotion = promotion(state, decision, ranking, &queue);
    let playing = SongRef::new(catalogue, state.playing.song);
    let notes = notes(
        state,
        decision,
        &before,
        &happened,
        event.as_ref(),
        &session,
        &promotion,
        &playing.title,
    );
    Trace {
        step: state.step,
        at_ms: state.at_ms,
        event,
        versions: Versions {
            model: state.model.name.clone(),
            model_number: state.model.number,
            model_hash: state.model.hash.clone(),
            policy: policy.name.clone(),
            policy_hash: policy.hash.clone(),
            ranker: setup.ranker.as_ref().map(|ranker| {
                Box::new(RankerVersion { name: ranker.name.clone(), hash: ranker.hash.clone() })
            }),
            experience_hash: setup.experience.hash.clone(),
            memory_hash: setup.warm_start.as_ref().map(|start| start.hash.clone()),
            catalogue: catalogue.name.clone(),
            catalogue_hash: catalogue.hash.clone(),
        },
        ended: happened.ended,
        playing: PlayingNow {
            song: playing,
            began_ms: state.playing.began_ms,
            liked: state.playing.liked,
            saved: state.playing.saved,
            opened: state.playing.opened,
            replayed: state.playing.replayed,
        },
        listener: ListenerReport {
            profile: setup.listener.clone(),
            tier: state.tier,
            scene: state.scene,
            segment: decision.segment.clone(),
            appetite: decision.appetite.clone(),
            previews: state.previews,
            plays: state.session.plays,
        },
        metrics,
        guardrail: state.guardrail.report(&policy.guardrail, happened.intervention),
        promotion,
        bandit: bandit(engine, state, (happened.decided, happened.learned, happened.credited)),
        weights: decision.weights.clone(),
        session,
        overrides: state.overrides.clone(),
        candidates: CandidateReport {
            scored: scored.outputs.len(),
            retrieved: ranking.retrieved,
            sources: ranking.sources.iter().map(|(name, n)| ((*name).to_string(), *n)).collect(),
        },
        near_line: NearLineReport {
            accepted: state.learning.accepted,
            refused: state.learning.refused,
            next_in: policy.near_line.every.saturating_sub(state.learning.plays),
            // Setting values by hand takes over no update that is due.
            due: state.learning.pending.as_ref().map(|u| u.due.max(state.step + 1)),
            update: happened.update,
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
        cap: cap(decision.at_most, &decision.mixing),
        at_most: decision.at_most,
        window: decision.mixing.window,
        realised: state.heard.realised(decision.mixing.window),
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

pub(super) fn queue(
    catalogue: &Catalogue,
    scored: &Scored,
    ranking: &Ranking,
    before: &Before,
) -> Vec<QueueEntry> {
    let place = |song: SongId| before.queue.iter().position(|s| *s == song).map(|i| i + 1);
    ranking
        .queue
        .iter()
        .enumerate()
        .map(|(i, queued)| {
            let scores = ranking.scores(queued.song);
            QueueEntry {
                position: i + 1,
                song: SongRef::new(catalogue, queued.song),
                promoted: queued.promoted,
                score: queued.score,
                interest: scores.interest,
                subscription: scores.subscription,
                exposure: scores.exposure,
                heads: scored.outputs[queued.song.index()],
                gates: scored.gates(queued.song.index()),
                was: place(queued.song),
                displaced: queued
                    .displaced
                    .as_ref()
                    .map(|d| DisplacedSong::new(catalogue.song(d.song).id.clone(), d)),
                ledger: ranking.ledger(queued.song),
            }
        })
        .collect()
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

fn session(engine: &Engine, state: &State, request: &EncodedListener) -> SessionReport {
    let (catalogue, policy) = (&engine.setup.catalogue, &engine.setup.policy);
    let tuning = &policy.session;
    let now = state.moment.at_ms;
    let factor = state.overrides.boost().value();
    let later = now + LATER_MS;
    let entry = |kind: &str, name: &str, streak: &Streak, strength: f64| {
        let level = streak.level(tuning, now);
        StreakReport {
            kind: kind.into(),
            name: name.into(),
            level: Score::new(level),
            later: Some(Score::new(streak.level(tuning, later))),
            run: streak.run,
            boost: Score::new(factor * strength * level),
        }
    };
    let genres = state.streaks.genres().map(|(id, streak)| {
        let name = &catalogue.genres[id.0 as usize].id;
        entry("genre", name, streak, policy.adjustments.genre_streak)
    });
    let artists = state.streaks.artists().map(|(id, streak)| {
        let name = &catalogue.artist(id).name;
        entry("artist", name, streak, policy.adjustments.artist_streak)
    });
    let mut streaks: Vec<StreakReport> =
        genres.chain(artists).filter(|s| s.level.value().abs() >= STREAK_SHOWN).collect();
    streaks.sort_by(|a, b| b.boost.abs().cmp(&a.boost.abs()).then(a.name.cmp(&b.name)));
    let searches = state.searches.iter().rev().map(|search| {
        let freshness = search.freshness(tuning, now);
        SearchReport {
            query: search.query.clone(),
            freshness: Score::new(freshness),
            later: Some(Score::new(search.freshness(tuning, later))),
            boost: Score::new(factor * freshness * policy.adjustments.search),
        }
    });
    SessionReport {
        satisfaction: Score::new(state.session.satisfaction.into()),
        skip_streak: state.session.skip_streak,
        gate: Score::new(request.session_gate.into()),
        searches: searches.collect(),
        streaks,
        tastes: tastes(&engine.setup, state),
    }
}

/// Plays before the session and in it, by genre.
fn tastes(setup: &Setup, state: &State) -> Vec<TasteReport> {
    let catalogue = &setup.catalogue;
    let mut past = vec![Tally::default(); catalogue.genres.len()];
    for play in setup.past.iter() {
        let genre = catalogue.song(play.song).genre;
        past[genre.0 as usize].count(play.completed);
    }
    let all = catalogue.genres.iter().zip(past).zip(0..);
    all.filter_map(|((genre, before), id)| {
        let all = state.history.genre(GenreId(id));
        let session =
            Tally { plays: all.plays - before.plays, completed: all.completed - before.completed };
        (all.plays > 0).then(|| TasteReport {
            genre: genre.id.clone(),
            family: melody_core::catalogue::taxonomy().families[genre.family].id.clone(),
            before,
            session,
        })
    })
    .collect()
}

fn bandit(
    engine: &Engine,
    state: &State,
    (decided, learned, credited): (Option<Choice>, Option<Learned>, Option<Credit>),
) -> BanditReport {
    let policy = &engine.setup.policy.bandit;
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

/// Completions in a row from which a run is worth telling.
const RUN_TOLD: u32 = 2;

#[expect(clippy::too_many_arguments, reason = "notes are about everything at once")]
fn notes(
    state: &State,
    decision: &Decision,
    before: &Before,
    happened: &Happened,
    event: Option<&Event>,
    session: &SessionReport,
    promotion: &PromotionReport,
    playing: &str,
) -> Vec<Note> {
    let mut notes = Vec::new();
    if state.step == 0 {
        notes.push(Note::Started);
    }
    if let Some(i) = &happened.intervention {
        notes.push(Note::Guardrail {
            raised: i.to > i.from,
            level: i.to,
            cause: i.cause.clone(),
            cap: promotion.cap,
        });
    }
    if let Some(Event { action: Action::Override(set), .. }) = event {
        notes.push(Note::Override { released: set.is_empty() });
    }
    if let Some(Event { action: Action::Subscribe, .. }) = event {
        notes.push(Note::Subscribed);
    }
    if let Some(old) = before.segment.as_ref().filter(|old| old.name != decision.segment.name) {
        notes.push(Note::Segment {
            from: old.name.clone(),
            to: decision.segment.name.clone(),
            because: decision.segment.because.clone(),
        });
    }
    if let Some(from) = before.target.filter(|from| *from != decision.target) {
        let skips = (state.session.promoted_skips() * 10.0).round() as u32;
        notes.push(Note::Target {
            from,
            to: decision.target,
            arm: happened.decided.as_ref().map_or(String::new(), |c| c.arms[c.arm].name.clone()),
            promoted_skips: skips,
            reward: happened.learned.as_ref().map(|l| l.reward.total),
            held: decision.held,
        });
    }
    if let Some(update) = &happened.update {
        notes.push(Note::Model {
            accepted: update.accepted,
            number: update.number,
            held_back_before: update.held_back_loss[0],
            held_back_after: update.held_back_loss[1],
        });
    }
    match event.map(|e| &e.action) {
        Some(Action::Search { query, .. }) => notes.push(Note::Search { query: query.clone() }),
        Some(Action::Scene { scene }) => notes.push(Note::Scene { scene: *scene }),
        Some(Action::Like | Action::Save) => notes.push(Note::Liked { title: playing.into() }),
        Some(Action::Open { .. }) => notes.push(Note::Opened { title: playing.into() }),
        _ => {}
    }
    if let Some(ended) = &happened.ended {
        if ended.skipped {
            let promoted = ended.song.campaign.is_some();
            notes.push(Note::Skipped { promoted, genre: ended.song.genre.clone() });
        }
        let run = session.streaks.iter().find(|s| {
            s.kind == "genre" && s.name == ended.song.genre && s.run >= RUN_TOLD && ended.completed
        });
        if let Some(streak) = run {
            notes.push(Note::Streak {
                genre: streak.name.clone(),
                run: streak.run,
                boost: streak.boost,
            });
        }
    }
    notes
}
