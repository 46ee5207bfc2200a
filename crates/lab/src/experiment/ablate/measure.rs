//! What mechanisms are judged by: one number per listener each.
//!
//! The simulator knows how likely each reaction was, so value and completion count a play by what was to be expected
//! of it, not by how its dice fell: about the same mean, a far smaller spread (see [`Worth`]).

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::experiment::metric::{Direction, Metric};
use crate::experiment::outcome::ListenerOutcome;
use crate::experiment::tune::value::Worth;
use melody_recommender::policy;

/// What can be the objective of a mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The bandit's expected reward per play, without baselines, by the weights of the policy that is looked at.
    Value,
    /// Expected share of plays completed.
    Completion,
    /// As an A/B test counts it.
    Counted(Metric),
}

impl Measure {
    /// What is told of every mechanism beside its objective, in the order of tables.
    pub const TOLD: [Measure; 7] = [
        Measure::Value,
        Measure::Completion,
        Measure::Counted(Metric::Minutes),
        Measure::Counted(Metric::HoursAway),
        Measure::Counted(Metric::Returns),
        Measure::Counted(Metric::Conversions),
        Measure::Counted(Metric::GenreEntropy),
    ];

    /// What no mechanism may cost in silence: the listener's side, and the whole. Conversions and variety are wanted,
    /// and given up by some mechanisms on purpose.
    pub const GUARDED: [Measure; 5] = [
        Measure::Value,
        Measure::Completion,
        Measure::Counted(Metric::Minutes),
        Measure::Counted(Metric::HoursAway),
        Measure::Counted(Metric::Returns),
    ];

    /// The word for it in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Value => "value",
            Measure::Completion => Metric::Completion.name(),
            Measure::Counted(metric) => metric.name(),
        }
    }

    /// The measure of that word.
    pub fn named(name: &str) -> Option<Measure> {
        let own = [Measure::Value, Measure::Completion].into_iter().find(|m| m.name() == name);
        own.or_else(|| Metric::named(name).map(Measure::Counted))
    }

    /// What is counted, for a person.
    pub fn about(self) -> &'static str {
        match self {
            Measure::Value => "expected reward per play, without baselines",
            Measure::Completion => "expected share of plays completed",
            Measure::Counted(metric) => metric.about(),
        }
    }

    /// Which way is good.
    pub fn direction(self) -> Direction {
        match self {
            Measure::Value => Direction::Higher,
            Measure::Completion => Metric::Completion.direction(),
            Measure::Counted(metric) => metric.direction(),
        }
    }

    /// The listener's own value; `None` where there is none.
    pub(super) fn of(self, listener: &ListenerOutcome, weights: &policy::Bandit) -> Option<f64> {
        match self {
            Measure::Value => Some(Worth::new(listener, weights).value),
            Measure::Completion => Some(Worth::new(listener, weights).completion),
            Measure::Counted(metric) => metric.of(listener),
        }
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Measure::named(&name).ok_or_else(|| D::Error::custom(format!("no such measure: `{name}`")))
    }
}
