//! The recipe of a model: from what is asked for to a folder with weights, examples, report and card.
//!
//! ```text
//! listeners -> train -> calibrate -> judge by others, and by what the same did later -> towers -> report -> folder
//! ```
//!
//! Whoever asks chooses the config, the catalogue, the log and the folder, and watches; that a model is
//! trained, calibrated and judged in this order, and on which listeners, is the same for everybody.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use super::deliver_towers::towers;
use super::folder::write_text;
use super::learnable::learnable;
use super::report::{LogUsed, Report, model_card};
use super::stage::{Stage, Teller, Undone, Watch, Work};
use crate::config::TrainingConfig;
use crate::data::log::{Listening, Source, TrainingLog};
use crate::data::{Dataset, Drawn, Split, TrainedOn, held_out};
use crate::evaluation::{
    Evaluation, Evaluator, Greedy, GreedyReport, Judge, Logistic, Popularity, Resampling,
    calibrate, choose, examples, logits,
};
use crate::training::{Outcome, Progress, Trained, Training, forget_checkpoint, hold, train};
use melody_core::catalogue::Catalogue;
use melody_core::input::InputError;
use melody_core::output::{Draft, Kind, Mark, may_replace};
use melody_model as model;
use melody_model::objective::LossWeights;
use melody_model::{Backend, Examples, Manifest, ModelFiles, Network, weights_hash};
use melody_recommender::policy::Policy;
use melody_sessions::names::{DEFAULT, catalogue_named, policy_named};

/// What a model is to be made of.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Every setting of the training.
    pub config: TrainingConfig,
    /// `default` or a folder.
    pub catalogue: String,
    /// The training log to learn from; simulated listeners if there is none.
    pub log: Option<PathBuf>,
    /// That tensors are computed on.
    pub backend: Backend,
    /// The folder the model is written to; its last part is the model's name. An interrupted training
    /// found there is taken up.
    pub out: PathBuf,
}

/// A model in its folder.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// How good the model is.
    pub report: Report,
}

/// Times the listeners are drawn again for confidence intervals.
const RESAMPLES: u64 = 1_000;

/// Trains a model, judges it and writes it into its folder.
///
/// # Errors
/// When something that the recipe names cannot be read, when there is nothing to learn from (no plays, or
/// none that tells how it went), when the folder cannot be written, and when `watch` breaks the training off.
pub fn train_model(recipe: &Recipe, watch: &mut Watch) -> Result<Delivered, Undone> {
    let teller = Teller::new(watch);
    may_write_model(&recipe.out)?;
    let prepared = Prepared::new(recipe)?;
    let _held = hold(&recipe.out)?;
    let (data, validation) = prepared.data(&teller)?;
    for note in learnable(&data, &validation)? {
        let _ = teller.tell(Stage::Note(&note));
    }
    let training = prepared.training(&data, &validation);
    let trained = trained(&training, &teller)?;
    let found = logits(training.judge(&trained.network), &validation);
    let (network, calibration) = calibrate(trained.network, &validation, &found);
    let judge = training.judge(&network);

    let held = held_out(&prepared.catalogue, recipe.config.hold_out);
    let (popularity, heard) = learned(&training, &held)?;
    let learned_from = data.count();
    let logistic =
        Logistic::fit(&prepared.catalogue, (&data, &held), recipe.config.seed, &prepared.device)?;
    let evaluator = Evaluator {
        policy: &prepared.policy,
        model: judge,
        against: None,
        heard: Some(&heard),
        popularity: Some(&popularity),
        logistic: Some(&logistic),
        resampling: Resampling { seed: recipe.config.seed, resamples: RESAMPLES },
        reliability: false,
    };
    let test = prepared.judge(&evaluator, Split::Test, &teller)?;
    let later = prepared.judge(&evaluator, Split::Later, &teller)?;
    let greedy = prepared.chosen(judge, &training.greedy, &teller);
    // Where nobody is kept to watch by, near-line updates have plays that were learned from: without any, no session could open it.
    let known;
    let shown = match validation.plays() {
        0 => {
            let some = data.chunks().iter().position(|chunk| chunk.plays > 0).unwrap_or(0);
            known = data.read(some)?;
            known.as_ref()
        }
        _ => &validation,
    };
    let mut files = files(&prepared.name, &recipe.config, judge, shown, trained.best_step);
    let towers =
        towers(&mut files, &prepared.catalogue, prepared.log.as_ref(), &recipe.config, &teller)?;
    let report = Report {
        manifest: files.manifest.clone(),
        parameters: files.network.num_params(),
        train_listeners: learned_from.listeners as usize,
        train_plays: learned_from.plays as usize,
        test_listeners: test.listeners,
        test_plays: test.plays,
        heads: test.heads,
        play_ratio_error: test.play_ratio_error,
        slices: test.slices,
        later: Some(later),
        heard: Some(heard),
        trained_on_log: prepared.log.as_ref().map(LogUsed::new),
        calibration,
        greedy,
        towers,
        log: trained.log.iter().step_by(LOG_EVERY).copied().collect(),
        validations: trained.validations,
        stopped_early: trained.stopped_early,
        config: recipe.config.clone(),
    };
    write(&recipe.out, &files, &report)?;
    write_steps(&recipe.out, &trained.log)?;
    forget_checkpoint(&recipe.out);
    Ok(Delivered { report })
}

/// Every file of a model's folder; the first says that it is one.
const FILES: [&str; 9] = [
    "model.toml",
    "config.toml",
    "schema.toml",
    "weights.safetensors",
    "towers.safetensors",
    "examples.safetensors",
    "report.json",
    "MODEL_CARD.md",
    "steps.csv",
];

/// Whether a model may be written into a folder: where there is none, none of the files' names is taken, or an older model is.
fn may_write_model(folder: &Path) -> Result<(), String> {
    let model = |mark| Kind { name: "model", mark };
    let marked = Mark::Line("weights_sha256 = ");
    let [manifest, others @ ..] = FILES.map(|name| folder.join(name));
    may_replace(&manifest, model(marked), &[])?;
    // Without a model's manifest, and where no training was interrupted, nothing there is a model's.
    let ours = manifest.exists() || folder.join("checkpoint").exists();
    let others_are = if ours { Mark::Any } else { marked };
    others.iter().try_for_each(|file| may_replace(file, model(others_are), &[]))
}

/// A recipe whose names have been looked up.
struct Prepared<'a> {
    recipe: &'a Recipe,
    /// The model's.
    name: String,
    catalogue: Arc<Catalogue>,
    log: Option<TrainingLog>,
    policy: Policy,
    device: Device,
}

impl<'a> Prepared<'a> {
    fn new(recipe: &'a Recipe) -> Result<Self, Undone> {
        let catalogue = Arc::new(catalogue_named(&recipe.catalogue, Path::new(""))?);
        let device = model::device(recipe.backend);
        let name = recipe.out.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| format!("{}: not a folder name", recipe.out.display()))?;
        let log = recipe.log.as_ref().map(|dir| TrainingLog::open(dir, catalogue.clone()));
        let log = log.transpose()?;
        let policy = policy_named(DEFAULT, Path::new(""))?;
        Ok(Prepared { recipe, name, catalogue, log, policy, device })
    }

    /// What is learned from, and what the training is watched by.
    fn data(&self, teller: &Teller) -> Result<(Source, Dataset), InputError> {
        let simulated = |split| simulate(&self.catalogue, &self.recipe.config, split, teller);
        Ok(match &self.log {
            Some(log) => (Source::Log(log.clone(), Split::Train), watched(log)?),
            None => (Source::memory(simulated(Split::Train)), simulated(Split::Validation)),
        })
    }

    fn training<'t>(&'t self, data: &'t Source, validation: &'t Dataset) -> Training<'t> {
        Training {
            catalogue: &self.catalogue,
            config: &self.recipe.config,
            data,
            validation,
            greedy: Greedy::new(&self.policy),
            device: &self.device,
            folder: &self.recipe.out,
        }
    }

    /// Judges by a split of the log, or of the simulated listeners.
    fn judge(
        &self,
        evaluator: &Evaluator,
        split: Split,
        teller: &Teller,
    ) -> Result<Evaluation, InputError> {
        let listening = match &self.log {
            Some(log) => Listening::Log(log.clone(), Some(split)),
            None => Listening::simulated(self.catalogue.clone(), &self.recipe.config, split),
        };
        teller.of(Work::Judging(Some(split)), listening.chunks() as u64, || {
            evaluator.evaluate(&listening, &|_| false, &|| teller.one())
        })
    }

    /// What the model alone would choose; a log has no slates to choose from.
    fn chosen(&self, judge: Judge, greedy: &Greedy, teller: &Teller) -> Option<GreedyReport> {
        if self.log.is_some() {
            return None;
        }
        let config = TrainingConfig { rollouts: 0, ..self.recipe.config.clone() };
        choose(judge, &simulate(&self.catalogue, &config, Split::Test, teller), greedy)
    }
}

/// Simulates the listeners of a split.
pub(super) fn simulate(
    catalogue: &Catalogue,
    config: &TrainingConfig,
    split: Split,
    teller: &Teller,
) -> Dataset {
    let listeners = Drawn::new(config, split).indices;
    teller.of(Work::Simulating(split), listeners.end - listeners.start, || {
        Dataset::simulate(catalogue, config, split, &|| teller.one())
    })
}

/// Plays of the validation listeners that are read of a log: enough to watch a training by.
const WATCHED_PLAYS: usize = 50_000;

fn watched(log: &TrainingLog) -> Result<Dataset, InputError> {
    let source = Source::Log(log.clone(), Split::Validation);
    let mut watched = Dataset::default();
    for chunk in source.read_ahead((0..source.chunks().len()).collect()) {
        watched.listeners.extend(chunk?.listeners.iter().cloned());
        if watched.plays() >= WATCHED_PLAYS {
            break;
        }
    }
    Ok(watched)
}

fn trained(training: &Training, teller: &Teller) -> Result<Trained, Undone> {
    if teller.tell(Stage::Begins(Work::Training, 0)).is_break() {
        return Err(Undone::Interrupted { step: 0 });
    }
    let outcome = train(training, &mut |step| teller.tell(Stage::Step(step)))?;
    let _ = teller.tell(Stage::Ends);
    match outcome {
        Outcome::Finished(trained) => Ok(*trained),
        Outcome::Interrupted { step } => Err(Undone::Interrupted { step }),
    }
}

/// What the songs' averages foretell, and which songs and artists were heard at all, of what was learned
/// from.
fn learned(training: &Training, held: &[bool]) -> Result<(Popularity, TrainedOn), InputError> {
    let Training { catalogue, config, data, .. } = *training;
    let mut popularity = Popularity::new(catalogue);
    let mut heard = TrainedOn::default();
    for chunk in data.read_ahead((0..data.chunks().len()).collect()) {
        let mut chunk = chunk?;
        if config.hold_out > 0.0 {
            Arc::make_mut(&mut chunk).unlabel(held);
        }
        popularity.learn(&chunk);
        heard.add(catalogue, &chunk);
    }
    Ok((popularity, heard))
}

/// The files of a model's folder that sessions read.
fn files(
    name: &str,
    config: &TrainingConfig,
    judge: Judge,
    shown: &Dataset,
    steps: u64,
) -> ModelFiles {
    let drawn = examples(judge, shown, 2 * config.examples);
    let (replay, held_back): (Vec<_>, Vec<_>) =
        drawn.into_iter().enumerate().partition(|(i, _)| i % 2 == 0);
    let strip = |set: Vec<(usize, _)>| set.into_iter().map(|(_, example)| example).collect();
    let network: Network = judge.network.clone();
    ModelFiles {
        manifest: Manifest {
            format: 1,
            name: name.into(),
            weights_sha256: weights_hash(&network),
            towers_sha256: None,
            trained_on: judge.catalogue.name.clone(),
            seed: config.seed,
            steps,
            objective: config.objective.clone(),
        },
        config: config.network.clone(),
        towers: None,
        examples: Examples { replay: strip(replay), held_back: strip(held_back) },
        network,
    }
}

fn write(folder: &Path, files: &ModelFiles, report: &Report) -> Result<(), String> {
    model::save(folder, files)?;
    let json = serde_json::to_string_pretty(report).map_err(|e| e.to_string())?;
    write_text(folder, "report.json", json + "\n")?;
    write_text(folder, "MODEL_CARD.md", model_card(report, None))
}

/// Steps between the entries of the report's log.
const LOG_EVERY: usize = 20;

/// Writes what every step did to `steps.csv`.
fn write_steps(folder: &Path, log: &[Progress]) -> Result<(), String> {
    let path = folder.join("steps.csv");
    let fail = |error: csv::Error| format!("{}: {error}", path.display());
    let mut file = csv::Writer::from_writer(Draft::begin(&path)?);
    file.write_record([
        "step",
        "loss_interest",
        "loss_subscription",
        "loss_exposure",
        "w1",
        "w2",
        "w3",
        "asked_w1",
        "asked_w2",
        "asked_w3",
        "clamped",
        "multiplier",
        "return_interest",
        "return_subscription",
        "return_exposure",
        "learning_rate",
    ])
    .map_err(fail)?;
    let three = |w: LossWeights| (w.interest, w.subscription, w.exposure);
    for step in log {
        let returns = step.returns.map_or([None; 3], |returns| returns.map(Some));
        let weights = (three(step.weights), three(step.asked), step.clamped, step.multiplier);
        file.serialize((step.step, step.losses, weights, returns, step.learning_rate))
            .map_err(fail)?;
    }
    let whole = file.into_inner();
    whole.map_err(|e| format!("{}: {}", path.display(), e.error()))?.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_a_line_with_its_weights() {
        let folder = tempfile::tempdir().unwrap();
        let weights = LossWeights { interest: 1.0, subscription: 0.5, exposure: 0.25 };
        let step = |step, returns| Progress {
            step,
            steps: 2,
            losses: [0.5, 0.25, 0.125],
            weights,
            asked: LossWeights { subscription: 2.0, ..weights },
            clamped: step == 1,
            multiplier: 0.0,
            returns,
            learning_rate: 0.002,
        };
        write_steps(folder.path(), &[step(0, None), step(1, Some([-1.0, -2.0, -3.0]))]).unwrap();
        let text = std::fs::read_to_string(folder.path().join("steps.csv")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("step,loss_interest,") && lines[0].ends_with("learning_rate"));
        let rest = "0.5,0.25,0.125,1.0,0.5,0.25,1.0,2.0,0.25";
        assert_eq!(lines[1], format!("0,{rest},false,0.0,,,,0.002"));
        assert_eq!(lines[2], format!("1,{rest},true,0.0,-1.0,-2.0,-3.0,0.002"));
    }

    #[test]
    fn a_folder_without_a_name_is_refused_before_anything_is_made() {
        let recipe = Recipe {
            config: TrainingConfig::default(),
            catalogue: DEFAULT.into(),
            log: None,
            backend: Backend::default(),
            out: "..".into(),
        };
        let mut told = 0;
        let delivered = train_model(&recipe, &mut |_| {
            told += 1;
            std::ops::ControlFlow::Continue(())
        });
        assert_eq!(delivered.unwrap_err().to_string(), "..: not a folder name");
        assert_eq!(told, 0);
    }
}
