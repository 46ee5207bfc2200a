//! Playing the arms: each once, however many mechanisms are told by it.

use super::edit::same;
use super::measure::Measure;
use super::mechanism::{Mechanism, mechanisms};
use super::report::{AblationReport, Absent, Row, Values};
use crate::experiment::cohort::Cohort;
use crate::experiment::outcome::ListenerOutcome;
use melody_recommender::engine::Refusal;
use melody_sessions::library::Library;

/// What is to be played.
#[derive(Debug)]
pub struct Ablation<'a> {
    library: &'a Library,
    arms: Vec<Library>,
    rows: Vec<Row>,
    /// Those that the policy does not have.
    absent: Vec<Absent>,
}

/// A word that names no mechanism.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no mechanism `{word}`; there are {}", .known.join(", "))]
pub struct NoSuch {
    /// What was asked for.
    pub word: String,
    /// Names of them all.
    pub known: Vec<String>,
}

impl<'a> Ablation<'a> {
    /// Every mechanism of the library's policy, or those that some words name.
    ///
    /// # Errors
    /// When a word names none.
    pub fn new(library: &'a Library, only: &[String]) -> Result<Self, NoSuch> {
        let all = mechanisms(&library.policy.settings);
        if let Some(word) = only.iter().find(|word| !all.iter().any(|m| m.is(word))) {
            let known = all.iter().map(|m| m.name.clone()).collect();
            return Err(NoSuch { word: word.clone(), known });
        }
        let mut this = Ablation { library, arms: Vec::new(), rows: Vec::new(), absent: Vec::new() };
        let wanted = |m: &Mechanism| only.is_empty() || only.iter().any(|word| m.is(word));
        for mechanism in all.into_iter().filter(wanted) {
            this.take(mechanism);
        }
        Ok(this)
    }

    fn take(&mut self, mechanism: Mechanism) {
        let edits = [&mechanism.with_it, &mechanism.without_it];
        let [with, without] = edits.map(|edit| edit.of(self.library));
        if same(&with, &without) {
            self.absent.push(Absent { name: mechanism.name });
            return;
        }
        let places = [with, without].map(|arm| self.place(arm));
        self.rows.push((mechanism, places));
    }

    /// Where an arm is among those played; a new one at the end.
    fn place(&mut self, arm: Library) -> usize {
        self.arms.iter().position(|other| same(other, &arm)).unwrap_or_else(|| {
            self.arms.push(arm);
            self.arms.len() - 1
        })
    }

    /// Arms that are played.
    pub fn arms(&self) -> usize {
        self.arms.len()
    }

    /// What is played in an arm.
    pub fn arm(&self, place: usize) -> Option<&Library> {
        self.arms.get(place)
    }

    /// Plays every arm and compares. `done` is called as each listener is through, in each arm.
    ///
    /// # Errors
    /// When the engine refuses what a listener does, which would be a fault of this program.
    pub fn run(
        &self,
        cohort: &Cohort,
        done: &(dyn Fn() + Sync),
    ) -> Result<AblationReport, Refusal> {
        let mut judging = self.judging(cohort);
        for arm in &self.arms {
            judging.take(&cohort.run(arm, done)?);
        }
        Ok(judging.report())
    }

    /// The same of arms that were played elsewhere.
    pub fn judging<'b>(&'b self, cohort: &'b Cohort) -> Judging<'b> {
        let mut measures = Measure::TOLD.to_vec();
        for (mechanism, _) in &self.rows {
            if !measures.contains(&mechanism.objective) {
                measures.push(mechanism.objective);
            }
        }
        Judging { ablation: self, cohort, measures, played: Vec::with_capacity(self.arms.len()) }
    }

    /// What an arm came to, listener by listener.
    fn values(&self, measures: &[Measure], outcomes: &[ListenerOutcome]) -> Values {
        let bandit = &self.library.policy.bandit;
        let of = |m: Measure| outcomes.iter().map(|listener| m.of(listener, bandit)).collect();
        measures.iter().map(|&measure| (measure.name(), of(measure))).collect()
    }
}

/// Arms that are judged as they have been played, so that the outcomes of one at a time are in memory.
#[derive(Debug)]
pub struct Judging<'a> {
    ablation: &'a Ablation<'a>,
    cohort: &'a Cohort,
    measures: Vec<Measure>,
    played: Vec<Values>,
}

impl Judging<'_> {
    /// Takes what came of the next arm, in the order of [`Ablation::arm`]: every listener's.
    pub fn take(&mut self, outcomes: &[ListenerOutcome]) {
        self.played.push(self.ablation.values(&self.measures, outcomes));
    }

    /// Compares, once every arm has been taken.
    pub fn report(self) -> AblationReport {
        let Ablation { library, rows, absent, .. } = self.ablation;
        AblationReport::new((library, self.cohort), (rows, absent), &self.played)
    }
}
