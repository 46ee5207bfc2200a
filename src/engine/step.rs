//! One step: an event in, the next state and its trace out.

use std::sync::Arc;

use super::refusal::Refusal;
use super::report::{Before, Happened, report};
use super::setup::Engine;
use super::state::{Learning, Playing, State};
use super::trace::{EndedPlay, SongRef, Trace};
use crate::bandit::{Bandit, Context};
use crate::catalogue::SongId;
use crate::event::{Action, Event};
use crate::feedback::{Example, Guardrail, LABELS, Metrics, Update};
use crate::history::{History, Interaction};
use crate::model::{Request, Scored};
use crate::policy::Weights;
use crate::profile::Tier;
use crate::ranking::{
    FusionWeights, Group, Heard, Listening, Ranking, Rules, appetite, fusion_weights, rank, segment,
};
use crate::rng::{Purpose, generator};
use crate::score::Score;
use crate::session::{Search, Searches, SessionStats, Streaks};

/// A play counts as completed from this play ratio on.
pub const COMPLETED: f32 = 0.95;

/// What decides the queue, between the state and the ranking.
pub(super) struct Decision {
    pub segment: Group,
    segment_place: usize,
    pub appetite: Group,
    appetite_place: usize,
    pub weights: FusionWeights,
    pub target: Score,
    pub at_most: usize,
}

impl Engine {
    /// Opens the session: the best song begins to play and the queue is filled.
    pub fn start(&self) -> (State, Trace) {
        self.start_with(None)
    }

    /// The same with the first arm given rather than chosen, for what would have come of it.
    pub(crate) fn start_with(&self, arm: Option<usize>) -> (State, Trace) {
        let setup = &self.setup;
        let policy = &setup.policy;
        let mut history = History::default();
        for play in setup.past.iter() {
            history.record(&setup.catalogue, play.clone());
        }
        let account = Arc::new(setup.profile.account.clone());
        let mut state = State {
            step: 0,
            at_ms: 0,
            scene: setup.scene,
            tier: account.tier,
            previews: account.premium_previews,
            account,
            playing: Playing {
                song: SongId(0),
                began_ms: 0,
                heard_ms: 0,
                liked: false,
                saved: false,
                replayed: false,
                opened: false,
                searched: false,
                example: Default::default(),
            },
            queue: Vec::new(),
            history,
            session: SessionStats::default(),
            streaks: Streaks::default(),
            searches: Searches::default(),
            heard: Heard::new(),
            metrics: Metrics::default(),
            guardrail: Guardrail::default(),
            bandit: Bandit::new(&policy.bandit, None),
            model: setup.model.clone(),
            learning: Learning::default(),
        };
        let (_, group) = segment(policy, &state.view());
        let of_segment = setup.experience.segments.get(&group.name);
        let taught = setup.warm_start.as_deref().or(of_segment);
        state.bandit = Bandit::new(&policy.bandit, taught.filter(|_| policy.bandit.warm_start));
        if let Some(arm) = arm {
            state.bandit.force(arm);
        }
        let before = Before::new(self, &state);
        let mut happened = Happened::default();
        self.choose_arm(&mut state, &mut happened);
        let decision = self.decide(&state);
        let (request, scored) = self.score(&state);
        let opening = self.rank(&state, &decision, &scored, None).queue;
        let first = opening.first().map_or(SongId(0), |queued| queued.song);
        self.begin(&mut state, first, (&request, &scored), false, false);
        let trace =
            self.fill_queue(&mut state, &decision, &request, &scored, (before, happened, None));
        (state, trace)
    }

    /// Applies an event.
    ///
    /// # Errors
    /// When the event makes no sense in this state, which then stays as it was.
    pub fn step(&self, state: &State, event: &Event) -> Result<(State, Trace), Refusal> {
        self.check(state, event)?;
        let before = Before::new(self, state);
        let mut happened = Happened::default();
        let mut next = state.clone();
        next.step += 1;
        next.at_ms = event.at_ms;
        next.playing.heard_ms = event.heard_ms;
        let begins = self.apply(&mut next, event, &mut happened)?;
        self.take_update(&mut next, &mut happened);
        if happened.ended.is_some() {
            let policy = &self.setup.policy;
            let window = next.metrics.report().window;
            happened.intervention = next.guardrail.watch(&policy.guardrail, &window);
            self.choose_arm(&mut next, &mut happened);
        }
        let decision = self.decide(&next);
        let (request, scored) = self.score(&next);
        if let Some((song, replayed, opened)) = begins {
            self.begin(&mut next, song, (&request, &scored), replayed, opened);
        }
        self.start_update(&mut next);
        let event = Some(event.clone());
        let trace =
            self.fill_queue(&mut next, &decision, &request, &scored, (before, happened, event));
        Ok((next, trace))
    }

    /// Ranks the state's catalogue again, for the account of any song, shown or not.
    pub fn with_ranking<T>(&self, state: &State, look: impl FnOnce(&Ranking, &Scored) -> T) -> T {
        let decision = self.decide(state);
        let (_, scored) = self.score(state);
        look(&self.rank(state, &decision, &scored, Some(state.playing.song)), &scored)
    }

    fn check(&self, state: &State, event: &Event) -> Result<(), Refusal> {
        let &Event { at_ms, heard_ms, ref action } = event;
        let duration_ms = self.setup.catalogue.song(state.playing.song).duration_ms;
        if at_ms < state.at_ms {
            return Err(Refusal::TimeRunsBackwards { at_ms, last_ms: state.at_ms });
        }
        if heard_ms > duration_ms {
            return Err(Refusal::HeardTooMuch { heard_ms, duration_ms });
        }
        let before_ms = state.playing.heard_ms;
        if heard_ms < before_ms {
            return Err(Refusal::HeardRunsBackwards { heard_ms, before_ms });
        }
        let (more_ms, passed_ms) = (heard_ms - before_ms, at_ms - state.at_ms);
        if u64::from(more_ms) > passed_ms {
            return Err(Refusal::HeardTooFast { more_ms, passed_ms });
        }
        // A song that has played to its end finishes by itself, before the listener does anything.
        if heard_ms == duration_ms && *action != Action::Finish {
            return Err(Refusal::Over);
        }
        let known = |song: SongId| {
            let songs = self.setup.catalogue.songs.len();
            if song.index() < songs { Ok(()) } else { Err(Refusal::NoSuchSong { song: song.0 }) }
        };
        match action {
            Action::Finish if heard_ms < duration_ms => {
                Err(Refusal::NotFinished { heard_ms, duration_ms })
            }
            Action::Like if state.playing.liked => Err(Refusal::Already { what: "liked" }),
            Action::Save if state.playing.saved => Err(Refusal::Already { what: "saved" }),
            Action::Open { song } if *song == state.playing.song => Err(Refusal::PlayingNow),
            Action::Open { song } => known(*song),
            Action::Search { target, .. } => match target {
                crate::event::Target::Song(song) | crate::event::Target::ArtistOf(song) => {
                    known(*song)
                }
            },
            Action::Subscribe if state.tier == Tier::Premium => Err(Refusal::Subscribed),
            Action::Scene { scene } if *scene == state.scene => {
                Err(Refusal::SameScene { scene: scene.name() })
            }
            _ => Ok(()),
        }
    }

    /// Applies what the listener did. The song that begins now, if one does, with whether it is a
    /// replay and whether the listener chose it.
    fn apply(
        &self,
        state: &mut State,
        event: &Event,
        happened: &mut Happened,
    ) -> Result<Option<(SongId, bool, bool)>, Refusal> {
        let policy = &self.setup.policy;
        let song = self.setup.catalogue.song(state.playing.song);
        let mut begins = None;
        match &event.action {
            Action::Finish | Action::Skip => {
                let next = state.queue.first().ok_or(Refusal::NoNextSong)?.song;
                self.end(state, event, happened);
                begins = Some((next, false, false));
            }
            Action::Replay => {
                let again = state.playing.song;
                self.end(state, event, happened);
                begins = Some((again, true, false));
            }
            Action::Open { song } => {
                self.end(state, event, happened);
                begins = Some((*song, false, true));
            }
            Action::Like => {
                state.playing.liked = true;
                state.streaks.like(&policy.session, event.at_ms, song);
            }
            Action::Save => {
                state.playing.saved = true;
                state.streaks.like(&policy.session, event.at_ms, song);
            }
            Action::Search { query, target } => {
                let search = Search { query: query.clone(), target: *target, at_ms: event.at_ms };
                state.searches.record(search);
            }
            Action::Subscribe => {
                state.tier = Tier::Premium;
                state.metrics.conversion();
                state.bandit.gather().conversion();
            }
            Action::Scene { scene } => state.scene = *scene,
        }
        Ok(begins)
    }

    /// The current play ends: everything that learns from plays learns from this one.
    fn end(&self, state: &mut State, event: &Event, happened: &mut Happened) {
        let setup = &self.setup;
        let policy = &setup.policy;
        let song = setup.catalogue.song(state.playing.song);
        let playing = &state.playing;
        let play_ratio = (event.heard_ms as f32 / song.duration_ms as f32).min(1.0);
        let completed = play_ratio >= COMPLETED;
        let play = Interaction {
            song: playing.song,
            began_ms: playing.began_ms as i64,
            play_ratio,
            completed,
            skipped: !completed && matches!(event.action, Action::Skip | Action::Open { .. }),
            liked: playing.liked,
            saved: playing.saved,
            replayed: playing.replayed,
            searched: playing.searched,
            opened: playing.opened,
            first: state.session.plays == 0,
            scene: state.scene,
        };
        let promoted = song.promoted();
        self.remember_example(state, &play, promoted);
        state.history.record(&setup.catalogue, play.clone());
        state.session.record(&play, promoted);
        state.streaks.record(&policy.session, event.at_ms, song, &play);
        let window = policy.guardrail.window;
        state.metrics.record(&play, promoted, event.heard_ms.into(), window);
        state.bandit.gather().play(&play, promoted);
        if song.premium && state.tier != Tier::Premium {
            state.previews += 1;
        }
        happened.ended = Some(EndedPlay {
            song: SongRef::new(&setup.catalogue, play.song),
            heard_ms: event.heard_ms,
            play_ratio: Score::new(play_ratio.into()),
            completed,
            skipped: play.skipped,
            liked: play.liked,
            saved: play.saved,
        });
    }

    /// Keeps the play as an example for the next near-line update.
    fn remember_example(&self, state: &mut State, play: &Interaction, promoted: bool) {
        let number = |holds: bool| if holds { 1.0 } else { 0.0 };
        let engaged = play.completed || play.liked || play.opened;
        let labels: [f32; LABELS] = [
            number(play.completed),
            play.play_ratio,
            number(play.liked || play.saved),
            number(play.skipped),
            0.0,
            number(promoted && engaged),
        ];
        // Whether the session converts is known only when it is over. Learning from conversions as
        // they come, and never from their absence, would teach that everybody subscribes.
        let mask = [1.0, 1.0, 1.0, 1.0, 0.0, number(promoted)];
        let (own, shared) = std::mem::take(&mut state.playing.example);
        let learning = &mut state.learning;
        learning.examples.push_back(Example { own, shared, labels, mask });
        while learning.examples.len() > self.setup.policy.near_line.newest {
            learning.examples.pop_front();
        }
        learning.plays += 1;
    }

    /// A song begins to play.
    fn begin(
        &self,
        state: &mut State,
        song: SongId,
        (request, scored): (&Request, &Scored),
        replayed: bool,
        opened: bool,
    ) {
        let setup = &self.setup;
        let decision_target = self.target(state);
        state.heard.begin(
            song,
            setup.catalogue.song(song).campaign,
            decision_target,
            setup.policy.mixing.at_most,
        );
        state.playing = Playing {
            song,
            began_ms: state.at_ms,
            heard_ms: 0,
            liked: false,
            saved: false,
            replayed,
            opened,
            searched: state.searches.names(&setup.catalogue, song),
            example: (scored.own(song.index()).to_vec(), request.shared()),
        };
    }

    /// Takes over a near-line update that is due.
    fn take_update(&self, state: &mut State, happened: &mut Happened) {
        let due = state.learning.pending.as_ref().is_some_and(|u| state.step >= u.due);
        if let Some(update) = state.learning.pending.take_if(|_| due) {
            let (model, report) = update.outcome();
            state.model = model;
            state.learning.accepted += u32::from(report.accepted);
            state.learning.refused += u32::from(!report.accepted);
            happened.update = Some(report);
        }
    }

    /// Starts a near-line update when enough has been played.
    fn start_update(&self, state: &mut State) {
        let policy = self.setup.policy.near_line;
        if state.learning.plays < policy.every || state.learning.pending.is_some() {
            return;
        }
        let newest: Vec<Example> = state.learning.examples.iter().cloned().collect();
        state.learning.plays = 0;
        state.learning.pending = Some(Arc::new(Update::new(
            state.model.clone(),
            &newest,
            self.setup.examples.clone(),
            policy,
            (self.setup.seed, state.step),
        )));
    }

    /// Lets the bandit learn and decide, when it is time.
    fn choose_arm(&self, state: &mut State, happened: &mut Happened) {
        let policy = &self.setup.policy.bandit;
        if !state.bandit.due(policy) {
            return;
        }
        happened.learned = state.bandit.learn(policy);
        let context = Context::new(&state.view());
        let mut rng = generator(self.setup.seed, Purpose::Bandit, state.step.into());
        state.bandit.decide(policy, context, state.step, &mut rng);
        happened.decided = state.bandit.choice.clone();
    }

    /// The promotion ratio to aim for: the arm's, held to the cap.
    fn target(&self, state: &State) -> Score {
        let policy = &self.setup.policy;
        let ratio = Score::new(policy.bandit.arms[state.bandit.arm()].ratio);
        ratio.min(self.cap(state))
    }

    fn cap(&self, state: &State) -> Score {
        let policy = &self.setup.policy;
        let at_most = state.guardrail.at_most(&policy.guardrail, &policy.mixing);
        Score::new(at_most as f64 / policy.mixing.window as f64)
    }

    /// Segment, appetite, weights and promotion for the state as it is.
    pub(super) fn decide(&self, state: &State) -> Decision {
        let policy = &self.setup.policy;
        let view = state.view();
        let (segment_place, segment) = segment(policy, &view);
        let (appetite_place, appetite) = appetite(policy, &view);
        let arm = &policy.bandit.arms[state.bandit.arm()];
        let mut terms: Vec<(&str, String, Weights)> = vec![
            ("segment", segment.name.clone(), policy.segments[segment_place].weights),
            ("scene", state.scene.name().into(), policy.scenes[&state.scene].weights),
            ("personal", format!("arm {}", arm.name), arm.weights),
        ];
        if state.guardrail.level() > 0 {
            let level = format!("level {}", state.guardrail.level());
            terms.push(("guardrail", level, state.guardrail.weights(&policy.guardrail)));
        }
        // A segment without a subscription weight has none whatever the scene or arm adds: there is
        // nothing left to sell to a subscriber.
        let unsold = policy.segments[segment_place].weights.beta == 0.0;
        let weights = fusion_weights(&terms, unsold.then_some(segment.name.as_str()));
        Decision {
            weights,
            target: self.target(state),
            at_most: state.guardrail.at_most(&policy.guardrail, &policy.mixing),
            segment,
            segment_place,
            appetite,
            appetite_place,
        }
    }

    /// Scores the whole catalogue.
    fn score(&self, state: &State) -> (Request, Scored) {
        let catalogue = &self.setup.catalogue;
        let view = state.view();
        let request = state.model.encode(&view);
        let all: Vec<SongId> = catalogue.ids().collect();
        let scored = state.model.score(&request, catalogue, &view, &all);
        (request, scored)
    }

    fn rank<'a>(
        &'a self,
        state: &'a State,
        decision: &'a Decision,
        scored: &'a Scored,
        playing: Option<SongId>,
    ) -> Ranking<'a> {
        let policy = &self.setup.policy;
        let novelty =
            policy.scenes[&state.scene].novelty + policy.appetites[decision.appetite_place].novelty;
        rank(Listening {
            catalogue: &self.setup.catalogue,
            policy,
            view: state.view(),
            streaks: &state.streaks,
            searches: &state.searches,
            outputs: &scored.outputs,
            weights: &decision.weights,
            gamma_scores: policy.segments[decision.segment_place].gamma_scores,
            novelty,
            rules: Rules {
                mixing: &policy.mixing,
                at_most: decision.at_most,
                target: decision.target,
                heard: &state.heard,
            },
            playing,
            now_ms: state.at_ms,
            seed: self.setup.seed,
            step: state.step,
        })
    }

    /// Ranks, fills the queue and writes the trace.
    fn fill_queue(
        &self,
        state: &mut State,
        decision: &Decision,
        request: &Request,
        scored: &Scored,
        (before, happened, event): (Before, Happened, Option<Event>),
    ) -> Trace {
        let ranking = self.rank(state, decision, scored, Some(state.playing.song));
        let trace =
            report(self, state, decision, request, scored, &ranking, before, happened, event);
        let queue = ranking.queue.clone();
        drop(ranking);
        state.queue = queue;
        trace
    }
}
