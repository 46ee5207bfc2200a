//! `melody eval`: a model judged by a training log or by simulated listeners.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use serde::Serialize;

use super::arguments::Eval;
use super::failure::Failure;
use super::figures::{print, print_differences};
use super::progress::bar;
use crate::catalogue::Catalogue;
use crate::model::{self, Backend, ModelFiles};
use crate::opening::{catalogue_named, model_named, policy_named};
use crate::ranking::ranker_of;
use crate::training::log::{TrainingLog, simulated_index};
use crate::training::{
    Drawn, Evaluation, Evaluator, Judge, Listening, Popularity, Report, Resampling, Source, Split,
    TrainingConfig, report_named,
};

/// What `--json` prints.
#[derive(Serialize)]
struct Judgement<'a> {
    model: &'a str,
    weights_sha256: &'a str,
    against: Option<&'a str>,
    catalogue: &'a str,
    catalogue_hash: &'a str,
    /// The log's folder and hash; absent for simulated listeners.
    log: Option<[String; 2]>,
    /// Absent for all of a log.
    split: Option<Split>,
    /// Listeners passed over because the model has learned from them.
    left_out: usize,
    seed: u64,
    resamples: u64,
    #[serde(flatten)]
    evaluation: Evaluation,
}

pub fn run(arguments: &Eval) -> Result<(), Failure> {
    let base = Path::new("");
    let device = model::device(Backend::from(arguments.device));
    let policy = policy_named(&arguments.policy, base)?;
    // A policy whose ranker cannot be read is none to judge under.
    ranker_of(&policy)?;
    let catalogue = Arc::new(catalogue_named(&arguments.catalogue, base)?);
    let files = model_named(&arguments.model, base, &device)?;
    let other = arguments.against.as_ref().map(|name| model_named(name, base, &device));
    let other = other.transpose()?;
    let report = report_named(&arguments.model, base);
    let log = arguments.log.as_ref().map(|dir| TrainingLog::open(dir, catalogue.clone()));
    let log = log.transpose()?;
    let own = log.as_ref().is_some_and(|log| is_own(log, report.as_ref()));

    let split = match arguments.split {
        Some(split) => split.split(),
        None if own || log.is_none() => Some(Split::Test),
        None => None,
    };
    let listening = listening(arguments, &catalogue, log.as_ref(), report.as_ref(), split)?;
    let popularity = match &log {
        Some(log) if own && split != Some(Split::Train) => Some(popularity(&catalogue, log)?),
        _ => None,
    };
    let evaluator = Evaluator {
        policy: &policy,
        model: judge(&files, &catalogue, &device),
        against: other.as_ref().map(|other| judge(other, &catalogue, &device)),
        heard: report.as_ref().and_then(|report| report.heard.as_ref()),
        popularity: popularity.as_ref(),
        logistic: None,
        resampling: Resampling { seed: arguments.seed, resamples: arguments.resamples },
    };
    let left_out = Cell::new(0);
    let trained = report.as_ref().filter(|_| log.is_some() && arguments.split.is_none());
    let leave_out = |name: &str| {
        let learned = trained.is_some_and(|report| learned_from(report, name));
        left_out.set(left_out.get() + usize::from(learned));
        learned
    };
    let progress = bar(listening.chunks() as u64, "judging");
    let evaluation = evaluator.evaluate(&listening, &leave_out, &|| progress.inc(1))?;
    progress.finish();
    if evaluation.plays == 0 {
        return Err(Failure::Other(nothing(split, left_out.get())));
    }
    let judgement = Judgement {
        model: &files.manifest.name,
        weights_sha256: &files.manifest.weights_sha256,
        against: other.as_ref().map(|other| other.manifest.name.as_str()),
        catalogue: &catalogue.name,
        catalogue_hash: &catalogue.hash,
        log: log.as_ref().map(|log| [log.folder().display().to_string(), log.hash().into()]),
        split,
        left_out: left_out.get(),
        seed: arguments.seed,
        resamples: arguments.resamples,
        evaluation,
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&judgement).map_err(|e| e.to_string())?);
    } else {
        tell(&judgement, own);
    }
    Ok(())
}

fn judge<'a>(files: &'a ModelFiles, catalogue: &'a Catalogue, device: &'a Device) -> Judge<'a> {
    Judge { network: &files.network, shape: &files.config, catalogue, device }
}

/// Whether the model was trained on this very log.
fn is_own(log: &TrainingLog, report: Option<&Report>) -> bool {
    let used = report.and_then(|report| report.trained_on_log.as_ref());
    used.is_some_and(|used| used.hash == log.hash())
}

fn listening(
    arguments: &Eval,
    catalogue: &Arc<Catalogue>,
    log: Option<&TrainingLog>,
    report: Option<&Report>,
    split: Option<Split>,
) -> Result<Listening, Failure> {
    if let Some(log) = log {
        return Ok(Listening::Log(log.clone(), split));
    }
    let Some(split) = split else {
        return Err(Failure::Other("--split all needs a log: name one with --log".into()));
    };
    let trained = report.map_or_else(TrainingConfig::default, |report| report.config.clone());
    let test_listeners = arguments.listeners.unwrap_or(trained.test_listeners);
    let config = TrainingConfig { test_listeners, ..trained };
    Ok(Listening::simulated(catalogue.clone(), &config, split))
}

/// What the songs' averages in the log's training part foretell.
fn popularity(catalogue: &Catalogue, log: &TrainingLog) -> Result<Popularity, Failure> {
    let mut popularity = Popularity::new(catalogue);
    let train = Source::Log(log.clone(), Split::Train);
    for data in train.read_ahead((0..train.chunks().len()).collect()) {
        popularity.learn(&*data?);
    }
    Ok(popularity)
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

fn tell(judgement: &Judgement, own: bool) {
    let evaluation = &judgement.evaluation;
    let split = judgement.split.map_or("all".into(), |split| format!("split {}", split.name()));
    let whose = match &judgement.log {
        Some([folder, _]) => format!("{folder}, {split}"),
        None => format!("simulated listeners, {split}"),
    };
    println!(
        "{} on {whose}: {} plays of {} listeners",
        judgement.model, evaluation.plays, evaluation.listeners
    );
    if judgement.left_out > 0 {
        println!("left out: {} listeners the model has learned from", judgement.left_out);
    }
    if own && matches!(judgement.split, None | Some(Split::Train)) {
        println!("note: the model was trained on some of these plays");
    }
    if judgement.resamples > 0 {
        println!(
            "with 95 % confidence intervals, the listeners drawn again {} times",
            judgement.resamples
        );
    }
    print(evaluation);
    if let Some(other) = judgement.against {
        println!("\n{other} less {}", judgement.model);
        print_differences(&evaluation.heads);
    }
}
