//! Simulated logs as rows of features and labels.

use rayon::prelude::*;

use crate::catalogue::Catalogue;
use crate::feedback::LABELS;
use crate::history::History;
use crate::model::*;
use crate::session::SessionStats;
use crate::simulation::{LogConfig, LoggedPlay, LoggedSession, Person, Truth, World, listener_log};

use super::config::TrainingConfig;

/// One play: what was known before it, what happened, and what was truly likely.
#[derive(Clone, Debug)]
pub struct Row {
    pub song: u32,
    pub scene: u8,
    /// Number of the session this play belongs to.
    pub session: u32,
    pub outcome: [f32; OUTCOME_FEATURES.len()],
    pub cross: [f32; CROSS_FEATURES.len()],
    pub moment: [f32; MOMENT_FEATURES.len()],
    pub labels: [f32; LABELS],
    pub mask: [f32; LABELS],
    pub truth: Truth,
    /// Songs that could have played instead. Empty for most plays.
    pub slate: Vec<Alternative>,
}

/// A song that could have played instead.
#[derive(Clone, Debug)]
pub struct Alternative {
    pub song: u32,
    pub cross: [f32; CROSS_FEATURES.len()],
    /// The probability that the listener would have completed it.
    pub completion: f64,
}

/// A listener's plays, oldest first.
#[derive(Clone, Debug)]
pub struct Listener {
    pub profile: Vec<f32>,
    pub rows: Vec<Row>,
}

/// Which listeners: no listener is in two splits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    Train,
    /// For the near-line examples and for watching training.
    Validation,
    Test,
}

#[derive(Clone, Debug)]
pub struct Dataset {
    pub listeners: Vec<Listener>,
}

/// Share of test plays with a slate of alternatives.
const SLATES: f64 = 0.025;

impl Dataset {
    /// Simulates the listeners of a split. `done` is told after each listener.
    pub fn simulate(
        catalogue: &Catalogue,
        config: &TrainingConfig,
        split: Split,
        done: &(dyn Fn() + Sync),
    ) -> Self {
        let world = World::new(catalogue);
        let validation = Self::count(config, Split::Validation);
        let (first, rollouts, slates) = match split {
            Split::Train => (0, 0, 0.0),
            Split::Validation => (config.listeners, 0, 0.0),
            Split::Test => (config.listeners + validation, config.rollouts, SLATES),
        };
        let log = LogConfig { seed: config.seed, sessions: config.sessions, rollouts, slates };
        let listeners = (first..first + Self::count(config, split))
            .into_par_iter()
            .map(|index| {
                let (person, sessions) = listener_log(catalogue, &world, log, index);
                done();
                rows(catalogue, &person, &sessions)
            })
            .collect();
        Dataset { listeners }
    }

    /// Number of listeners in a split.
    pub fn count(config: &TrainingConfig, split: Split) -> u64 {
        match split {
            Split::Train => config.listeners,
            Split::Validation => (config.listeners / 20).max(20),
            Split::Test => config.test_listeners,
        }
    }

    pub fn plays(&self) -> usize {
        self.listeners.iter().map(|l| l.rows.len()).sum()
    }
}

/// Replays a listener's sessions through the same features the engine computes.
fn rows(catalogue: &Catalogue, person: &Person, sessions: &[LoggedSession]) -> Listener {
    let mut history = History::default();
    let mut rows = Vec::new();
    let mut previous = None;
    for (session, log) in sessions.iter().enumerate() {
        let mut stats = SessionStats::default();
        for (at, logged) in log.plays.iter().enumerate() {
            let play = &logged.play;
            let view = ListenerView {
                account: &person.account,
                tier: logged.tier,
                previews: logged.previews,
                scene: play.scene,
                history: &history,
                session: &stats,
            };
            let (labels, mask) = labels(logged, replays(&log.plays[at..]));
            rows.push(Row {
                song: play.song.0,
                scene: play.scene.index() as u8,
                session: session as u32,
                outcome: outcome_features(play, previous),
                cross: cross_features(catalogue, &view, play.song),
                moment: moment_features(&view),
                labels,
                mask,
                truth: logged.truth,
                slate: logged
                    .slate
                    .iter()
                    .map(|&(song, completion)| Alternative {
                        song: song.0,
                        cross: cross_features(catalogue, &view, song),
                        completion,
                    })
                    .collect(),
            });
            previous = Some(play.began_ms);
            stats.record(play, catalogue.song(play.song).promoted());
            history.record(catalogue, play.clone());
        }
    }
    Listener { profile: profile_features(&person.account), rows }
}

/// How often the first of these plays is played again at once.
fn replays(plays: &[LoggedPlay]) -> usize {
    plays[1..].iter().take_while(|logged| logged.play.replayed).count()
}

/// Labels in the order of the head's logits; the mask is zero where a label does not exist.
fn labels(logged: &LoggedPlay, replays: usize) -> ([f32; LABELS], [f32; LABELS]) {
    let play = &logged.play;
    let number = |holds: bool| if holds { 1.0 } else { 0.0 };
    let optional = |label: Option<bool>| (number(label == Some(true)), number(label.is_some()));
    let (subscribes, can_subscribe) = optional(logged.subscribes);
    let (engaged, promoted) = optional(logged.engaged);
    (
        [
            number(play.completed),
            play.play_ratio,
            number(play.liked || play.saved),
            number(play.skipped),
            number(play.saved),
            replays as f32,
            subscribes,
            engaged,
        ],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, can_subscribe, promoted],
    )
}
