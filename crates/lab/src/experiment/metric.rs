//! What two arms are compared by: one number per listener each.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::diversity::varied;
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
    /// Hours away after a session.
    HoursAway,
    /// Share of sessions after which the listener came back.
    Returns,
    /// Share of sessions in which the guardrail acted for the listener.
    Alarms,
    /// Different songs as a share of plays.
    DifferentSongs,
    /// Entropy of genres, in nats.
    GenreEntropy,
    /// Entropy of lead artists, in nats.
    ArtistEntropy,
    /// Share of plays of songs not heard before.
    Novelty,
    /// Divergence of genres from the listener's own mix.
    Miscalibration,
    /// Points of popularity above what the listener completed before.
    PopularityLift,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub const ALL: [Metric; 19] = [
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
        Metric::HoursAway,
        Metric::Returns,
        Metric::Alarms,
        Metric::DifferentSongs,
        Metric::GenreEntropy,
        Metric::ArtistEntropy,
        Metric::Novelty,
        Metric::Miscalibration,
        Metric::PopularityLift,
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
            Metric::HoursAway => "hours-away",
            Metric::Returns => "returns",
            Metric::Alarms => "alarms",
            Metric::DifferentSongs => "different-songs",
            Metric::GenreEntropy => "genre-entropy",
            Metric::ArtistEntropy => "artist-entropy",
            Metric::Novelty => "novelty",
            Metric::Miscalibration => "miscalibration",
            Metric::PopularityLift => "popularity-lift",
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
            Metric::HoursAway => "hours until the listener is back, mean",
            Metric::Returns => "share of sessions after which the listener came back",
            Metric::Alarms => "share of sessions in which the guardrail acted for the listener",
            Metric::DifferentSongs => "different songs as a share of plays",
            Metric::GenreEntropy => "entropy of genres, in nats",
            Metric::ArtistEntropy => "entropy of artists, in nats",
            Metric::Novelty => "share of plays of songs not heard before",
            Metric::Miscalibration => "divergence of genres from the listener's own mix",
            Metric::PopularityLift => {
                "points of popularity above what the listener completed before"
            }
        }
    }

    /// Which way is good.
    pub fn direction(self) -> Direction {
        match self {
            Metric::Skip
            | Metric::EarlySkip
            | Metric::HoursAway
            | Metric::Alarms
            | Metric::Miscalibration => Direction::Lower,
            Metric::PromotedShare | Metric::Novelty | Metric::PopularityLift => Direction::Neither,
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
            Metric::HoursAway => 2.0,
            Metric::Returns | Metric::Alarms => 0.01,
            Metric::DifferentSongs | Metric::Novelty => 0.02,
            Metric::GenreEntropy | Metric::ArtistEntropy | Metric::Miscalibration => 0.1,
            Metric::PopularityLift => 2.0,
        }
    }

    /// The listener's own value; `None` of who never came back, where hours away are asked for: none at all would be the best
    /// there is. That they did not is in [`Metric::Returns`]. Rates weigh each listener's plays alike, and each listener alike.
    pub fn of(self, listener: &ListenerOutcome) -> Option<f64> {
        let plays = listener.plays().count();
        let rate = |holds: fn(&Heard) -> bool| {
            share(listener.plays().filter(|play| holds(play)).count(), plays)
        };
        let sessions = listener.sessions.len().max(1) as f64;
        Some(match self {
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
            Metric::HoursAway => {
                let away = || listener.sessions.iter().filter_map(|s| s.away_h);
                let times = away().count();
                return (times > 0).then(|| away().sum::<f64>() / times as f64);
            }
            Metric::Returns => {
                listener.sessions.iter().filter(|s| !s.gone).count() as f64 / sessions
            }
            Metric::Alarms => {
                listener.sessions.iter().filter(|s| s.guarded > 0).count() as f64 / sessions
            }
            Metric::DifferentSongs => varied(listener).0.song_share(),
            Metric::GenreEntropy => varied(listener).0.genre_entropy(),
            Metric::ArtistEntropy => varied(listener).0.artist_entropy(),
            Metric::Novelty => varied(listener).0.novelty(),
            // Who has no past is 0 in both arms.
            Metric::Miscalibration => {
                let (heard, own) = varied(listener);
                heard.miscalibration(&own).unwrap_or_default()
            }
            Metric::PopularityLift => {
                let (heard, own) = varied(listener);
                heard.popularity_lift(&own).unwrap_or_default()
            }
            Metric::Conversions => {
                listener.sessions.iter().filter(|s| s.subscribed).count() as f64 / sessions
            }
        })
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Metric::named(&name).ok_or_else(|| D::Error::custom(format!("no such metric: `{name}`")))
    }
}
