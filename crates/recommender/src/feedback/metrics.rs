//! Metrics of the session: over a window of plays, and over all of it; and how varied it is.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use melody_core::listener::{Entry, Interaction, OwnMix, Variety};
use melody_core::score::Score;

/// One play, as the metrics keep it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Play {
    play_ratio: f32,
    completed: bool,
    skipped: bool,
    promoted: bool,
    engaged: bool,
    heard_ms: u64,
}

/// The session's plays, as far as rates are taken over them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    window: VecDeque<Play>,
    all: Vec<Play>,
    conversions: u32,
    variety: Variety,
    /// What was completed before the session.
    own: Arc<OwnMix>,
}

/// Rates over some plays. Rates of nothing are absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Plays that have ended.
    pub plays: u32,
    /// Share of plays that were completed.
    pub completion: Option<Score>,
    /// Share of plays that were skipped.
    pub skip: Option<Score>,
    /// Mean of time heard over duration.
    pub play_ratio: Option<Score>,
    /// Share of promoted plays that were completed, liked or opened.
    pub promoted_engagement: Option<Score>,
    /// Share of plays whose song was promoted.
    pub promoted_share: Option<Score>,
    /// Time heard in all, in whole seconds.
    pub listening_s: u64,
}

/// How varied the session's plays are; see [`Variety`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VarietyReport {
    /// Of genres, in nats.
    pub genre_entropy: Score,
    /// Of lead artists, in nats.
    pub artist_entropy: Score,
    /// How many.
    pub different_songs: u32,
    /// Share of plays of songs never heard before.
    pub novelty: Score,
    /// Divergence of genres from those completed before the session, in nats; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub miscalibration: Option<Score>,
    /// Points of popularity, of 100, above what was completed before the session; absent where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub popularity_lift: Option<Score>,
}

/// The metrics after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricsReport {
    /// Over the guardrail's window.
    pub window: Rates,
    /// Over the whole session.
    pub session: Rates,
    /// Subscriptions and trials started in this session.
    pub conversions: u32,
    /// How varied the session's plays are; absent before the first has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variety: Option<VarietyReport>,
}

impl Metrics {
    /// Of a session whose listener completed this before it.
    pub fn new(own: OwnMix) -> Self {
        Metrics { own: Arc::new(own), ..Metrics::default() }
    }

    /// Takes in what ended, by its variety; `new` where the song had never been heard.
    pub fn hear(&mut self, entry: Entry, new: bool) {
        self.variety.hear(entry, new);
    }

    /// Takes in a play that has ended; the window keeps the newest `window` plays.
    pub fn record(&mut self, play: &Interaction, promoted: bool, heard_ms: u64, window: usize) {
        let entry = Play {
            play_ratio: play.play_ratio,
            completed: play.completed,
            skipped: play.skipped,
            promoted,
            engaged: promoted && play.engaged(),
            heard_ms,
        };
        self.all.push(entry);
        self.window.push_back(entry);
        while self.window.len() > window {
            self.window.pop_front();
        }
    }

    /// Counts a subscription or trial.
    pub fn conversion(&mut self) {
        self.conversions += 1;
    }

    /// The rates as they are now.
    pub fn report(&self) -> MetricsReport {
        MetricsReport {
            window: rates(self.window.iter()),
            session: rates(self.all.iter()),
            conversions: self.conversions,
            variety: (self.variety.plays() > 0).then(|| self.varied()),
        }
    }

    fn varied(&self) -> VarietyReport {
        let Metrics { variety, own, .. } = self;
        VarietyReport {
            genre_entropy: Score::new(variety.genre_entropy()),
            artist_entropy: Score::new(variety.artist_entropy()),
            different_songs: variety.different_songs() as u32,
            novelty: Score::new(variety.novelty()),
            miscalibration: variety.miscalibration(own).map(Score::new),
            popularity_lift: variety.popularity_lift(own).map(Score::new),
        }
    }
}

fn rates<'a>(plays: impl Iterator<Item = &'a Play> + Clone) -> Rates {
    let count = plays.clone().count();
    let share = |of: usize, total: usize| (total > 0).then(|| Score::new(of as f64 / total as f64));
    let promoted = plays.clone().filter(|p| p.promoted).count();
    let ratio: f64 = plays.clone().map(|p| f64::from(p.play_ratio)).sum();
    Rates {
        plays: count as u32,
        completion: share(plays.clone().filter(|p| p.completed).count(), count),
        skip: share(plays.clone().filter(|p| p.skipped).count(), count),
        play_ratio: (count > 0).then(|| Score::new(ratio / count as f64)),
        promoted_engagement: share(plays.clone().filter(|p| p.engaged).count(), promoted),
        promoted_share: share(promoted, count),
        listening_s: plays.map(|p| p.heard_ms).sum::<u64>() / 1000,
    }
}
