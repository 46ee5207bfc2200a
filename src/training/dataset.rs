//! Logged listening as rows of features and labels.

use std::ops::Range;

use rayon::prelude::*;

use crate::catalogue::Catalogue;
use crate::feedback::LABELS;
use crate::history::History;
use crate::model::*;
use crate::session::SessionStats;
use crate::simulation::{LogConfig, LoggedPlay, Truth, World};

use super::config::TrainingConfig;
use super::log::{LoggedListener, simulated};
use super::split::{Sessions, Split, Splits};

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
    /// Known of simulated listeners.
    pub truth: Option<Truth>,
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

impl Row {
    /// Whether what is known before the play has the same bits in both.
    pub fn known_alike(&self, other: &Row) -> bool {
        let told = |row: &Row| (row.song, row.scene, bits(&row.cross), bits(&row.moment));
        told(self) == told(other)
    }

    /// Whether how it went has the same bits in both, as far as later plays are told of it.
    pub fn went_alike(&self, other: &Row) -> bool {
        bits(&self.outcome) == bits(&other.outcome)
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// A listener's plays, oldest first.
#[derive(Clone, Debug)]
pub struct Listener {
    pub profile: Vec<f32>,
    pub rows: Vec<Row>,
    /// Rows before this one are the listener's past and no more: they are neither learned from nor
    /// judged by.
    pub known: usize,
}

impl Listener {
    /// The rows that are learned from or judged by.
    pub fn fresh(&self) -> &[Row] {
        &self.rows[self.known..]
    }
}

#[derive(Clone, Debug, Default)]
pub struct Dataset {
    pub listeners: Vec<Listener>,
}

impl Dataset {
    /// Simulates the listeners of a split. `done` is told after each listener.
    pub fn simulate(
        catalogue: &Catalogue,
        config: &TrainingConfig,
        split: Split,
        done: &(dyn Fn() + Sync),
    ) -> Self {
        let world = World::new(catalogue);
        let drawn = Drawn::new(config, split);
        let listeners = drawn.indices.clone().into_par_iter().map(|index| {
            let listener = simulated(catalogue, &world, drawn.log, index);
            done();
            rows(catalogue, &listener, drawn.sessions)
        });
        Dataset { listeners: listeners.collect() }
    }

    /// What of these listeners is in `split`.
    pub fn of(
        catalogue: &Catalogue,
        listeners: &[LoggedListener],
        splits: &Splits,
        split: Split,
    ) -> Self {
        let parts = listeners.par_iter().filter_map(|listener| {
            let part = splits.sessions(listener, split)?;
            Some(rows(catalogue, listener, part))
        });
        Dataset { listeners: parts.collect() }
    }

    /// Takes the labels of some songs' plays away, so that nothing is learned of them.
    pub fn unlabel(&mut self, songs: &[bool]) {
        for row in self.listeners.iter_mut().flat_map(|l| &mut l.rows) {
            if songs[row.song as usize] {
                row.mask = [0.0; LABELS];
            }
        }
    }

    /// Plays that are learned from or judged by.
    pub fn plays(&self) -> usize {
        self.listeners.iter().map(|l| l.fresh().len()).sum()
    }
}

/// Share of test plays with a slate of alternatives.
const SLATES: f64 = 0.025;

/// Which listeners are simulated for a split, and which of their sessions are in it.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub indices: Range<u64>,
    pub log: LogConfig,
    pub sessions: Sessions,
}

impl Drawn {
    pub fn new(config: &TrainingConfig, split: Split) -> Self {
        let validation = (config.listeners / 20).max(20);
        let after_training = config.listeners..config.listeners + validation;
        let after_validation = after_training.end..after_training.end + config.test_listeners;
        let (seed, sessions) = (config.seed, config.sessions);
        let log = |sessions, rollouts, slates| LogConfig { seed, sessions, rollouts, slates };
        let whole = Sessions { known: 0, until: sessions as usize };
        let (indices, log, sessions) = match split {
            Split::Train => (0..config.listeners, log(sessions, 0, 0.0), whole),
            Split::Validation => (after_training, log(sessions, 0, 0.0), whole),
            Split::Test => (after_validation, log(sessions, config.rollouts, SLATES), whole),
            // The same listeners come back once more after all that was learned from.
            Split::Later => (
                0..config.listeners.min(config.test_listeners),
                log(sessions + 1, config.rollouts, 0.0),
                Sessions { known: whole.until, until: whole.until + 1 },
            ),
        };
        Drawn { indices, log, sessions }
    }
}

/// Makes features and labels of a listener's sessions, as far as `part` goes.
pub fn rows(catalogue: &Catalogue, listener: &LoggedListener, part: Sessions) -> Listener {
    let mut rows: Vec<Row> = Vec::new();
    let mut known = 0;
    let mut previous = None;
    replay(catalogue, listener, part.until, |view, session, plays| {
        let logged = &plays[0];
        let play = &logged.play;
        let (labels, mask) = labels(logged, replays(plays));
        known += usize::from(session < part.known);
        rows.push(Row {
            song: play.song.0,
            scene: play.scene.index() as u8,
            session: session as u32,
            outcome: outcome_features(play, previous),
            cross: cross_features(catalogue, view, play.song),
            moment: moment_features(view),
            labels,
            mask,
            truth: logged.truth,
            slate: logged
                .slate
                .iter()
                .map(|&(song, completion)| Alternative {
                    song: song.0,
                    cross: cross_features(catalogue, view, song),
                    completion,
                })
                .collect(),
        });
        previous = Some(play.began_ms);
    });
    Listener { profile: profile_features(&listener.account), rows, known }
}

/// Goes through a listener's first `until` sessions as the engine would have: `visit` is given what
/// was known before each play, the session's number, and the session's plays from this one on.
pub fn replay(
    catalogue: &Catalogue,
    listener: &LoggedListener,
    until: usize,
    mut visit: impl FnMut(&ListenerView, usize, &[LoggedPlay]),
) {
    let mut history = History::default();
    for (session, log) in listener.sessions[..until].iter().enumerate() {
        let mut stats = SessionStats::default();
        for (at, logged) in log.plays.iter().enumerate() {
            let play = &logged.play;
            let view = ListenerView {
                account: &listener.account,
                tier: logged.tier,
                previews: logged.previews,
                scene: play.scene,
                history: &history,
                session: &stats,
            };
            visit(&view, session, &log.plays[at..]);
            stats.record(play, catalogue.song(play.song).promoted());
            history.record(catalogue, play.clone());
        }
    }
}

/// How often the first of these plays is played again at once.
fn replays(plays: &[LoggedPlay]) -> usize {
    plays[1..].iter().take_while(|logged| logged.play.replayed).count()
}

/// Labels in the order of the head's logits; the mask is zero where a label does not exist.
fn labels(logged: &LoggedPlay, replays: usize) -> ([f32; LABELS], [f32; LABELS]) {
    let LoggedPlay { play, known, .. } = logged;
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
        [
            number(known.completed),
            number(known.play_ratio),
            number(known.liked),
            number(known.skipped),
            number(known.saved),
            // Playing it again shows wherever the play itself does.
            number(known.completed),
            can_subscribe,
            promoted,
        ],
    )
}
