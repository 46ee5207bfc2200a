//! A model judged by a training log or by simulated listeners, fairly: by nothing it has learned from,
//! unless that is asked for.

use std::cell::Cell;
use std::sync::Arc;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::report::Report;
use super::stage::{Teller, Undone, Watch, Work};
use crate::config::TrainingConfig;
use crate::data::log::{Listening, Source, TrainingLog};
use crate::data::{Drawn, Split, simulated_index};
use crate::evaluation::{Evaluation, Evaluator, Judge, Popularity, Resampling};
use melody_core::catalogue::Catalogue;
use melody_core::input::InputError;
use melody_model::ModelFiles;
use melody_recommender::policy::Policy;

/// Which part of the listening a model is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Whatever it has not learned from: the test split of its own log and of simulated listeners, and
    /// of another log everything but the listeners it was trained on.
    Unseen,
    /// One split, or all of a log, whoever has learned from it.
    Part(Option<Split>),
}

/// A model and what it is judged by.
pub struct Case<'a> {
    /// The model that is judged.
    pub files: &'a ModelFiles,
    /// Another model on the same plays.
    pub against: Option<&'a ModelFiles>,
    /// That was listened to.
    pub catalogue: Arc<Catalogue>,
    /// Its rules tell the segments.
    pub policy: &'a Policy,
    /// That the model is on.
    pub device: &'a Device,
    /// How the model was trained, if that is known.
    pub report: Option<&'a Report>,
    /// Simulated listeners if there is none.
    pub log: Option<&'a TrainingLog>,
    /// Which plays are judged by.
    pub asked: Asked,
    /// Simulated test listeners; as many as the model's training has, if absent.
    pub listeners: Option<u64>,
    /// How intervals are drawn.
    pub resampling: Resampling,
}

/// How good the model is, and what that was found with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Its name.
    pub model: String,
    /// SHA-256 of its weights, in hexadecimal.
    pub weights_sha256: String,
    /// Name of the other model, if there is one.
    pub against: Option<String>,
    /// Its name.
    pub catalogue: String,
    /// SHA-256, in hexadecimal.
    pub catalogue_hash: String,
    /// The log's folder and hash; absent for simulated listeners.
    pub log: Option<[String; 2]>,
    /// Absent for all of a log.
    pub split: Option<Split>,
    /// Listeners passed over because the model has learned from them.
    pub left_out: usize,
    /// Of the draws of intervals.
    pub seed: u64,
    /// Times the listeners are drawn again; 0 gives no intervals.
    pub resamples: u64,
    /// The figures.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// Whether the log is the very one that the model was trained on.
    #[serde(skip)]
    pub own_log: bool,
}

impl Case<'_> {
    /// Judges the model.
    ///
    /// # Errors
    /// When a log's shard cannot be read, when simulated listeners are asked for as a whole, of whom there
    /// is no end, and when there are no plays to judge by.
    pub fn judge(&self, watch: &mut Watch) -> Result<Judgement, Undone> {
        let teller = Teller::new(watch);
        let (split, own_log) = (self.split(), self.own_log());
        let listening = self.listening(split)?;
        let popularity = match self.log {
            Some(log) if own_log && split != Some(Split::Train) => Some(self.popularity(log)?),
            _ => None,
        };
        let evaluator = Evaluator {
            policy: self.policy,
            model: self.judge_of(self.files),
            against: self.against.map(|other| self.judge_of(other)),
            heard: self.report.and_then(|report| report.heard.as_ref()),
            popularity: popularity.as_ref(),
            logistic: None,
            resampling: self.resampling,
            reliability: true,
        };
        let left_out = Cell::new(0);
        let leave_out = |name: &str| {
            let learned = self.leaves_out(name);
            left_out.set(left_out.get() + usize::from(learned));
            learned
        };
        let chunks = listening.chunks() as u64;
        let evaluation = teller.try_of(Work::Judging(None), chunks, || {
            evaluator.evaluate(&listening, &leave_out, &|| teller.one())
        })?;
        if evaluation.plays == 0 {
            return Err(Undone::Other(nothing(split, left_out.get())));
        }
        Ok(Judgement {
            model: self.files.manifest.name.clone(),
            weights_sha256: self.files.manifest.weights_sha256.clone(),
            against: self.against.map(|other| other.manifest.name.clone()),
            catalogue: self.catalogue.name.clone(),
            catalogue_hash: self.catalogue.hash.clone(),
            log: self.log.map(|log| [log.folder().display().to_string(), log.hash().into()]),
            split,
            left_out: left_out.get(),
            seed: self.resampling.seed,
            resamples: self.resampling.resamples,
            evaluation,
            own_log,
        })
    }

    /// Whether the model was trained on this very log.
    fn own_log(&self) -> bool {
        let used = self.report.and_then(|report| report.trained_on_log.as_ref());
        self.log.zip(used).is_some_and(|(log, used)| used.hash == log.hash())
    }

    fn split(&self) -> Option<Split> {
        match self.asked {
            Asked::Part(part) => part,
            Asked::Unseen if self.own_log() || self.log.is_none() => Some(Split::Test),
            Asked::Unseen => None,
        }
    }

    fn judge_of<'a>(&'a self, files: &'a ModelFiles) -> Judge<'a> {
        let (catalogue, device) = (&*self.catalogue, self.device);
        Judge { network: &files.network, shape: &files.config, catalogue, device }
    }

    fn listening(&self, split: Option<Split>) -> Result<Listening, Undone> {
        if let Some(log) = self.log {
            return Ok(Listening::Log(log.clone(), split));
        }
        let Some(split) = split else {
            return Err(Undone::Other("--split all needs a log: name one with --log".into()));
        };
        let trained =
            self.report.map_or_else(TrainingConfig::default, |report| report.config.clone());
        let test_listeners = self.listeners.unwrap_or(trained.test_listeners);
        let config = TrainingConfig { test_listeners, ..trained };
        Ok(Listening::simulated(self.catalogue.clone(), &config, split))
    }

    /// What the songs' averages in the log's training part foretell.
    fn popularity(&self, log: &TrainingLog) -> Result<Popularity, InputError> {
        let mut popularity = Popularity::new(&self.catalogue);
        let train = Source::Log(log.clone(), Split::Train);
        for data in train.read_ahead((0..train.chunks().len()).collect()) {
            popularity.learn(&*data?);
        }
        Ok(popularity)
    }

    /// Whether a listener of the log is passed over.
    fn leaves_out(&self, name: &str) -> bool {
        self.log.is_some()
            && self.asked == Asked::Unseen
            && self.report.is_some_and(|report| learned_from(report, name))
    }
}

/// Whether a model that was trained on simulated listeners has learned from this one.
fn learned_from(report: &Report, name: &str) -> bool {
    let drawn = |split| Drawn::new(&report.config, split).indices;
    let index = simulated_index(report.config.seed, name);
    let in_memory = report.trained_on_log.is_none();
    let either = |i: u64| drawn(Split::Train).contains(&i) || drawn(Split::Validation).contains(&i);
    in_memory && index.is_some_and(either)
}

fn nothing(split: Option<Split>, left_out: usize) -> String {
    let where_ = split.map_or("the log".into(), |split| format!("the split `{}`", split.name()));
    let help = if left_out > 0 {
        format!(
            "the model has learned from all {left_out} listeners; name a split to judge it all the same"
        )
    } else {
        "`melody log check` tells how much is in each split".into()
    };
    format!("{where_} holds no plays to judge by\n  help: {help}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_a_way_on() {
        let split = nothing(Some(Split::Later), 0);
        assert!(split.starts_with("the split `later` holds no plays"), "{split}");
        assert!(split.contains("melody log check"));
        let all = nothing(None, 12);
        assert!(all.starts_with("the log holds no plays"), "{all}");
        assert!(all.contains("learned from all 12 listeners"));
    }

    #[test]
    fn a_model_has_learned_from_the_simulated_listeners_of_its_own_seed() {
        let text = melody_model::shipped_report("default").unwrap();
        let mut report: Report = serde_json::from_str(text).unwrap();
        let own = |report: &Report, index: u64| {
            learned_from(report, &format!("simulated-{}-{index}", report.config.seed))
        };
        let drawn = |split| Drawn::new(&report.config, split).indices;
        let (validation, test) = (drawn(Split::Validation), drawn(Split::Test));
        assert!(own(&report, 0) && own(&report, validation.end - 1));
        assert!(!own(&report, test.start));
        assert!(!learned_from(&report, &format!("simulated-{}-0", report.config.seed + 1)));
        assert!(!learned_from(&report, "somebody"));
        report.config.seed += 1;
        assert!(own(&report, 0));
    }
}
