//! What two arms are compared by: one number per listener each.

use serde::{Serialize, Serializer};

use super::figures::{early, share};
use super::outcome::{Heard, ListenerOutcome};

/// What can be compared; [`Metric::about`] says it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Share of plays completed.
    Completion,
    /// Mean play ratio.
    PlayRatio,
    /// Share of plays skipped.
    Skip,
    /// Share of plays left before a quarter was heard.
    EarlySkip,
    /// Likes and saves per play.
    Likes,
    /// Songs per session.
    Songs,
    /// Minutes heard per session.
    Minutes,
    /// Share of plays that were promoted songs.
    PromotedShare,
    /// Promoted songs opened, completed or liked, per session.
    PromotedEngagements,
    /// Subscriptions per session.
    Conversions,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// A choice of the policy, neither good nor bad.
    Neither,
}

impl Metric {
    /// Every metric, in the order of tables.
    pub const ALL: [Metric; 10] = [
        Metric::Completion,
        Metric::PlayRatio,
        Metric::Skip,
        Metric::EarlySkip,
        Metric::Likes,
        Metric::Songs,
        Metric::Minutes,
        Metric::PromotedShare,
        Metric::PromotedEngagements,
        Metric::Conversions,
    ];

    /// The word for it in files and flags.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Completion => "completion",
            Metric::PlayRatio => "play-ratio",
            Metric::Skip => "skip",
            Metric::EarlySkip => "early-skip",
            Metric::Likes => "likes",
            Metric::Songs => "songs",
            Metric::Minutes => "minutes",
            Metric::PromotedShare => "promoted-share",
            Metric::PromotedEngagements => "promoted-engagements",
            Metric::Conversions => "conversions",
        }
    }

    /// The metric of that word.
    pub fn named(name: &str) -> Option<Metric> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// What is counted, for a person.
    pub fn about(self) -> &'static str {
        match self {
            Metric::Completion => "share of plays completed",
            Metric::PlayRatio => "mean play ratio",
            Metric::Skip => "share of plays skipped",
            Metric::EarlySkip => "share of plays left before a quarter was heard",
            Metric::Likes => "likes and saves per play",
            Metric::Songs => "songs per session",
            Metric::Minutes => "minutes heard per session",
            Metric::PromotedShare => "share of plays that were promoted songs",
            Metric::PromotedEngagements => "engagements with promoted songs per session",
            Metric::Conversions => "subscriptions per session",
        }
    }

    /// Which way is good.
    pub fn direction(self) -> Direction {
        match self {
            Metric::Skip | Metric::EarlySkip => Direction::Lower,
            Metric::PromotedShare => Direction::Neither,
            _ => Direction::Higher,
        }
    }

    /// The size of difference between arms that would matter, in the metric's own unit: what the
    /// always-valid test is tuned to find. Fixed here, before any data.
    pub fn mixing_deviation(self) -> f64 {
        match self {
            Metric::Completion | Metric::PlayRatio | Metric::Skip | Metric::EarlySkip => 0.02,
            Metric::Likes | Metric::PromotedShare => 0.02,
            Metric::Songs => 1.0,
            Metric::Minutes => 3.0,
            Metric::PromotedEngagements => 0.2,
            Metric::Conversions => 0.01,
        }
    }

    /// The listener's own value. Rates weigh each listener's plays alike, and each listener alike.
    pub fn of(self, listener: &ListenerOutcome) -> f64 {
        let plays = listener.plays().count();
        let rate = |holds: fn(&Heard) -> bool| {
            share(listener.plays().filter(|play| holds(play)).count(), plays)
        };
        let sessions = listener.sessions.len().max(1) as f64;
        match self {
            Metric::Completion => rate(|p| p.completed),
            Metric::PlayRatio => {
                listener.plays().map(|p| p.play_ratio).sum::<f64>() / plays.max(1) as f64
            }
            Metric::Skip => rate(|p| p.skipped),
            Metric::EarlySkip => rate(early),
            Metric::Likes => rate(|p| p.liked) + rate(|p| p.saved),
            Metric::Songs => plays as f64 / sessions,
            Metric::Minutes => {
                listener.sessions.iter().map(|s| s.listening_s).sum::<f64>() / 60.0 / sessions
            }
            Metric::PromotedShare => rate(|p| p.promoted),
            Metric::PromotedEngagements => {
                listener.plays().filter(|p| p.engaged).count() as f64 / sessions
            }
            Metric::Conversions => {
                listener.sessions.iter().filter(|s| s.subscribed).count() as f64 / sessions
            }
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
