//! One step: an event in, the next state and its trace out.

use std::sync::Arc;

use super::decide::Decision;
use super::preview::Look;
use super::refusal::Refusal;
use super::report::{Before, Happened, report};
use super::setup::Engine;
use super::state::{Learning, Moment, Playing, State};
use super::trace::Trace;
use crate::bandit::Bandit;
use crate::feedback::{Guardrail, Metrics};
use crate::policy::{Group, segment};
use crate::ranking::{Heard, Listening, Placement, Ranking, Rules, rank};
use crate::session::{Searches, Streaks};
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event};
use melody_core::listener::{History, SessionStats};
use melody_core::overrides::Overrides;
use melody_model::{EncodedListener, Scored};

impl Engine {
    /// Opens the session: the best song begins to play and the queue is filled.
    pub fn start(&self) -> (State, Trace) {
        self.start_with(Overrides::default())
    }

    /// The segment a listener is in as the session opens.
    pub fn first_segment(&self) -> Group {
        segment(&self.setup.policy, &self.unopened(Overrides::default()).view()).1
    }

    /// The state before anything is decided; it plays nothing yet.
    fn unopened(&self, overrides: Overrides) -> State {
        let setup = &self.setup;
        let mut history = History::default();
        for play in setup.past.iter() {
            history.record(&setup.catalogue, play.clone());
        }
        let account = setup.account.clone();
        State {
            step: 0,
            at_ms: 0,
            moment: Moment::default(),
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
            overrides,
            history,
            session: SessionStats::default(),
            streaks: Streaks::default(),
            searches: Searches::default(),
            heard: Heard::new(self.promoted_before()),
            metrics: Metrics::default(),
            guardrail: Guardrail::default(),
            bandit: Bandit::new(Arc::default()),
            model: setup.model.clone(),
            learning: Learning::default(),
        }
    }

    /// The same with values set by hand from the beginning.
    pub fn start_with(&self, overrides: Overrides) -> (State, Trace) {
        let setup = &self.setup;
        let policy = &setup.policy;
        let mut state = self.unopened(overrides);
        let (_, group) = segment(policy, &state.view());
        let of_segment = setup.experience.segments.get(&group.name);
        let taught = setup.warm_start.as_ref().map(|start| &start.memory).or(of_segment);
        let taught = taught.filter(|_| policy.bandit.warm_start);
        state.bandit = Bandit::new(taught.cloned().unwrap_or_default());
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
        if !matches!(event.action, Action::Override(_)) {
            next.moment = Moment { step: next.step, at_ms: next.at_ms };
            self.take_update(&mut next, &mut happened);
        }
        if happened.ended.is_some() {
            let policy = &self.setup.policy;
            let window = next.metrics.report().window;
            happened.intervention = next.guardrail.watch(&policy.guardrail, &window);
        }
        self.choose_arm(&mut next, &mut happened);
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
        self.with_ranking_of(state, &self.look(state), look)
    }

    /// The same where the state's catalogue has been scored already. What is set by hand changes no
    /// score of the model.
    pub fn with_ranking_of<T>(
        &self,
        state: &State,
        scored: &Look,
        look: impl FnOnce(&Ranking, &Scored) -> T,
    ) -> T {
        let decision = self.decide(state);
        let scored = &scored.scored;
        look(&self.rank(state, &decision, scored, Some(state.playing.song)), scored)
    }

    /// The promoted songs of the past, which caps per day count.
    fn promoted_before(&self) -> impl Iterator<Item = Placement> {
        self.setup.past.iter().filter_map(|play| {
            let campaign = self.setup.catalogue.song(play.song).campaign?;
            Some(Placement { song: play.song, campaign, at_ms: play.began_ms })
        })
    }

    /// Scores the whole catalogue.
    pub(super) fn score(&self, state: &State) -> (EncodedListener, Scored) {
        let catalogue = &self.setup.catalogue;
        let view = state.view();
        let request = state.model.encode(&view);
        let all: Vec<SongId> = catalogue.ids().collect();
        let scored = state.model.score(&request, catalogue, &view, &all);
        (request, scored)
    }

    pub(super) fn rank<'a>(
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
            ranker: self.setup.ranker.as_deref(),
            view: state.view(),
            streaks: &state.streaks,
            searches: &state.searches,
            outputs: &scored.outputs,
            weights: &decision.weights,
            gamma_scores: policy.segments[decision.segment_place].gamma_scores,
            novelty,
            unsold: policy.segments[decision.segment_place].weights.beta == 0.0,
            boost: state.overrides.boost(),
            rules: Rules {
                mixing: &decision.mixing,
                at_most: decision.at_most,
                target: decision.target,
                heard: &state.heard,
                now_ms: state.moment.at_ms as i64,
            },
            playing,
            now_ms: state.moment.at_ms,
            seed: self.setup.seed,
            step: state.moment.step,
        })
    }

    /// Ranks, fills the queue and writes the trace.
    pub(super) fn fill_queue(
        &self,
        state: &mut State,
        decision: &Decision,
        request: &EncodedListener,
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
