//! What an ablation found.
//!
//! Intervals are corrected for their number (Bonferroni): with chance 95 % all intervals on objectives cover the
//! truth at once, and likewise all of those on what else is told. The two families are corrected apart: objectives
//! are what is claimed, and the rest is there to see what it costs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::measure::Measure;
use super::mechanism::Mechanism;
use crate::experiment::ab::Arm;
use crate::experiment::cohort::Cohort;
use crate::experiment::metric::Direction;
use crate::statistics::{known_pairs, paired};
use melody_sessions::library::Library;
use melody_simulation::Variant;

/// Of one arm, by measure: every listener's value.
pub(super) type Values = BTreeMap<&'static str, Vec<Option<f64>>>;

/// A mechanism, with the places of its arms among those played: with it, and without.
pub(super) type Row = (Mechanism, [usize; 2]);

/// Chance that a family of intervals misses anything.
const WRONG: f64 = 0.05;

/// What an ablation found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AblationReport {
    /// What the cohort is drawn from.
    pub seed: u64,
    /// In each arm: the same ones.
    pub listeners: u64,
    /// Of each listener, at most.
    pub sessions: u32,
    /// Songs of a session, at most.
    pub songs: u32,
    /// The world that the listeners live in.
    pub world: Cow<'static, str>,
    /// The name of the catalogue.
    pub catalogue: String,
    /// SHA-256 of its files, in hexadecimal.
    pub catalogue_hash: String,
    /// The policy and model whose mechanisms these are.
    #[serde(flatten)]
    pub arm: Arm,
    /// Arms played, the policy as it is among them.
    pub arms: usize,
    /// Intervals that are corrected together: on objectives, and on what else is told.
    pub corrected_for: [usize; 2],
    /// In the order of tables.
    pub mechanisms: Vec<Tested>,
    /// Mechanisms that the policy does not have.
    pub absent: Vec<Absent>,
}

/// A mechanism whose arms would play the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// Its name.
    pub name: String,
}

/// One mechanism, and what is with it that is not without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// The mechanism and its objective.
    #[serde(flatten)]
    pub mechanism: Mechanism,
    /// On its objective; absent for fewer than two listeners.
    pub objective_difference: Option<Difference>,
    /// What that says.
    pub shown: Finding,
    /// Of what is guarded, what it makes worse by more than chance.
    pub costs: Vec<Measure>,
    /// Everything that is told, the objective among it where it is one of these.
    pub told: Vec<Difference>,
}

/// What is with a mechanism less what is without it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Of what.
    pub measure: Measure,
    /// Which way is good.
    pub better: Direction,
    /// Mean over listeners.
    pub with: f64,
    /// The same.
    pub without: f64,
    /// With minus without.
    pub difference: f64,
    /// Of the difference.
    pub standard_error: f64,
    /// Corrected; absent where all listeners differ by the same.
    pub interval: Option<[f64; 2]>,
    /// Of Student's paired t-test, corrected; absent where the interval is.
    pub p: Option<f64>,
}

/// What the interval on the objective says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// All of it is on the good side, or above what may be given up.
    Earns,
    /// It may be nothing.
    NotShown,
    /// All of it is on the bad side.
    Harms,
    /// No listener differs, or all by the same.
    Untested,
}

impl Difference {
    /// `None` for fewer than two listeners.
    fn new(measure: Measure, [with, without]: [&Values; 2], together: usize) -> Option<Self> {
        let [with, without] = [with, without].map(|arm| arm.get(measure.name()));
        let (without, with) = known_pairs(without?, with?);
        let paired = paired(&without, &with)?;
        let together = together.max(1) as f64;
        Some(Difference {
            measure,
            better: measure.direction(),
            with: paired.mean_b,
            without: paired.mean_a,
            difference: paired.difference,
            standard_error: paired.standard_error,
            interval: paired.interval_at(WRONG / together),
            p: paired.p.map(|p| (p * together).min(1.0)),
        })
    }

    /// The interval turned so that more is better; a choice has no better.
    fn gain(&self) -> Option<[f64; 2]> {
        let [low, high] = self.interval?;
        match self.better {
            Direction::Higher => Some([low, high]),
            Direction::Lower => Some([-high, -low]),
            Direction::Neither => None,
        }
    }

    /// Whether chance does not make it.
    pub fn sure(&self) -> bool {
        self.interval.is_some_and(|[low, high]| low > 0.0 || high < 0.0)
    }
}

impl Finding {
    fn of(difference: Option<&Difference>, margin: f64) -> Self {
        match difference.and_then(Difference::gain) {
            None => Finding::Untested,
            Some([_, high]) if high < -margin => Finding::Harms,
            Some([low, _]) if low > -margin => Finding::Earns,
            Some(_) => Finding::NotShown,
        }
    }
}

impl AblationReport {
    pub(super) fn new(
        (library, cohort): (&Library, &Cohort),
        (rows, absent): (&[Row], &[Absent]),
        played: &[Values],
    ) -> Self {
        let objectives = rows.len();
        let told = objectives * Measure::TOLD.len();
        let tested = |(mechanism, places): &Row| {
            Tested::new(mechanism, places.map(|place| &played[place]), [objectives, told])
        };
        AblationReport {
            seed: cohort.seed,
            listeners: cohort.listeners,
            sessions: cohort.sessions,
            songs: cohort.songs,
            world: Variant::name_of(library.world().nature()).into(),
            catalogue: library.catalogue.name.clone(),
            catalogue_hash: library.catalogue.hash.clone(),
            arm: Arm::new(library),
            arms: played.len(),
            corrected_for: [objectives, told],
            mechanisms: rows.iter().map(tested).collect(),
            absent: absent.to_vec(),
        }
    }
}

impl Tested {
    fn new(mechanism: &Mechanism, arms: [&Values; 2], [objectives, others]: [usize; 2]) -> Self {
        let objective = Difference::new(mechanism.objective, arms, objectives);
        let told: Vec<Difference> =
            Measure::TOLD.iter().filter_map(|&m| Difference::new(m, arms, others)).collect();
        let worse = |d: &&Difference| {
            let guarded = Measure::GUARDED.contains(&d.measure);
            // The objective has a verdict of its own.
            guarded
                && d.measure != mechanism.objective
                && d.gain().is_some_and(|[_, high]| high < 0.0)
        };
        Tested {
            shown: Finding::of(objective.as_ref(), mechanism.margin),
            costs: told.iter().filter(worse).map(|d| d.measure).collect(),
            mechanism: mechanism.clone(),
            objective_difference: objective,
            told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::ablate::mechanism::mechanisms;
    use melody_core::input::TomlFile;
    use melody_recommender::policy;

    fn mechanism(name: &str) -> Mechanism {
        let file = TomlFile::embedded("default.toml", policy::DEFAULT_TEXT);
        let all = mechanisms(&policy::settings(&file).unwrap());
        all.into_iter().find(|mechanism| mechanism.name == name).unwrap()
    }

    /// Forty listeners whose values are a little apart, and moved by so much.
    fn values(moved: &[(Measure, f64)]) -> Values {
        let all = moved.iter().map(|&(measure, by)| {
            let of = |i: u32| 0.5 + by * (1.0 + 0.1 * f64::from(i % 3));
            (measure.name(), (0..40).map(of).map(Some).collect())
        });
        all.collect()
    }

    fn tested(name: &str, moved: &[(Measure, f64)]) -> Tested {
        let still: Vec<(Measure, f64)> = moved.iter().map(|&(measure, _)| (measure, 0.0)).collect();
        Tested::new(&mechanism(name), [&values(moved), &values(&still)], [15, 105])
    }

    const MINUTES: Measure = Measure::Counted(Metric::Minutes);
    const AWAY: Measure = Measure::Counted(Metric::HoursAway);
    use crate::experiment::metric::Metric;

    #[test]
    fn what_is_better_on_its_objective_earns_and_what_it_makes_worse_is_told() {
        let all = [(Measure::Completion, 0.1), (MINUTES, -0.1), (AWAY, 0.1), (Measure::Value, 0.1)];
        let streaks = tested("streaks", &all);
        assert_eq!(streaks.shown, Finding::Earns);
        assert_eq!(streaks.costs, [MINUTES, AWAY], "longer away is worse");
        let worse = tested("streaks", &[(Measure::Completion, -0.1)]);
        assert_eq!((worse.shown, worse.costs), (Finding::Harms, Vec::new()), "once, not twice");
    }

    #[test]
    fn what_saves_work_may_give_up_its_margin_and_no_more() {
        let of = |lost: f64| tested("retrieval", &[(Measure::Value, -lost)]).shown;
        assert_eq!((of(0.001), of(0.1)), (Finding::Earns, Finding::Harms));
        assert_eq!(tested("scenes", &[(Measure::Value, -0.001)]).shown, Finding::Harms);
    }

    #[test]
    fn what_changes_nothing_was_not_tested() {
        let none = tested("scenes", &[(Measure::Value, 0.0)]);
        assert_eq!(none.shown, Finding::Untested);
        let told = none.objective_difference.unwrap();
        assert_eq!((told.difference, told.interval, told.p), (0.0, None, None));
    }

    #[test]
    fn of_many_intervals_each_is_wider() {
        let arm = |of: &dyn Fn(u32) -> u32| -> Values {
            [("value", (0..40).map(|i| Some(of(i).into())).collect())].into()
        };
        let (with, without) = (arm(&|i| i), arm(&|i| i * i % 37));
        let of = |together| Difference::new(Measure::Value, [&with, &without], together).unwrap();
        let ([low, high], [lower, higher]) = (of(1).interval.unwrap(), of(20).interval.unwrap());
        assert!(lower < low && high < higher);
        // Bonferroni: twenty at one in four hundred.
        let p = of(1).p.unwrap();
        assert_eq!(of(20).p, Some((20.0 * p).min(1.0)));
    }
}
