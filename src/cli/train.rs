//! `melody train`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use burn::module::Module;

use super::arguments::Train;
use super::failure::Failure;
use super::figures::print_heads;
use super::progress::{bar, simulate, unless, watch_signals};
use crate::catalogue::Catalogue;
use crate::feedback::Examples;
use crate::input::{InputError, TomlFile};
use crate::model::{self, Backend, Manifest, ModelFiles, Network, weights_hash};
use crate::objective::LossWeights;
use crate::opening::{DEFAULT, catalogue_named, policy_named};
use crate::training::log::TrainingLog;
use crate::training::{
    Dataset, Evaluator, Greedy, Heard, Judge, Listening, LogUsed, Logistic, Outcome, Popularity,
    Progress, Report, Resampling, Source, Split, Training, TrainingConfig, calibrate, choose,
    examples, forget_checkpoint, held_out, logits, model_card, train,
};

/// Times the listeners are drawn again for confidence intervals.
const RESAMPLES: u64 = 1_000;

pub fn run(arguments: &Train) -> Result<(), Failure> {
    let config = match &arguments.config {
        Some(path) => TrainingConfig::parse(&TomlFile::read(path)?)?,
        None => TrainingConfig::default(),
    };
    if arguments.compare {
        return super::compare::run(arguments, &config);
    }
    let catalogue = Arc::new(catalogue_named(&arguments.catalogue, Path::new(""))?);
    let device = model::device(Backend::from(arguments.device));
    let name = arguments.out.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| format!("{}: not a folder name", arguments.out.display()))?;

    let log = arguments.log.as_ref().map(|dir| TrainingLog::open(dir, catalogue.clone()));
    let log = log.transpose()?;
    let (data, validation) = match &log {
        Some(log) => (Source::Log(log.clone(), Split::Train), watched(log)?),
        None => (
            Source::memory(simulate(&catalogue, &config, Split::Train)),
            simulate(&catalogue, &config, Split::Validation),
        ),
    };
    let policy = policy_named(DEFAULT, Path::new(""))?;
    let training = Training {
        catalogue: &catalogue,
        config: &config,
        data: &data,
        validation: &validation,
        greedy: Greedy::new(&policy),
        device: &device,
        folder: &arguments.out,
    };
    let stop = Arc::new(AtomicBool::new(false));
    watch_signals(&stop)?;
    let progress = bar(0, "training");
    let mut smooth: Option<[f32; 3]> = None;
    let outcome = train(&training, &mut |step| {
        show(&progress, step, &mut smooth);
        unless(&stop)
    })?;
    progress.finish();
    let trained = match outcome {
        Outcome::Finished(trained) => *trained,
        Outcome::Interrupted { step } => {
            return Err(Failure::Other(format!(
                "interrupted after step {step}\n  help: the same command takes the training up again"
            )));
        }
    };

    let found = logits(training.judge(&trained.network), &validation);
    let (network, calibration) = calibrate(trained.network, &validation, &found);
    let mut popularity = Popularity::new(&catalogue);
    let mut heard = Heard::default();
    let held = held_out(&catalogue, config.hold_out);
    for chunk in data.read_ahead((0..data.chunks().len()).collect()) {
        let mut chunk = chunk?;
        if config.hold_out > 0.0 {
            Arc::make_mut(&mut chunk).unlabel(&held);
        }
        popularity.learn(&chunk);
        heard.add(&catalogue, &chunk);
    }
    let learned_from = data.count();
    let logistic = Logistic::fit(&catalogue, (&data, &held), config.seed, &device)?;
    let evaluator = Evaluator {
        policy: &policy,
        model: training.judge(&network),
        against: None,
        heard: Some(&heard),
        popularity: Some(&popularity),
        logistic: Some(&logistic),
        resampling: Resampling { seed: config.seed, resamples: RESAMPLES },
    };
    let judge = |split: Split, what: &str| {
        let listening = match &log {
            Some(log) => Listening::Log(log.clone(), Some(split)),
            None => Listening::simulated(catalogue.clone(), &config, split),
        };
        let progress = bar(listening.chunks() as u64, what);
        let evaluation = evaluator.evaluate(&listening, &|_| false, &|| progress.inc(1));
        progress.finish();
        evaluation
    };
    let test = judge(Split::Test, "judging by others")?;
    let later = judge(Split::Later, "judging by later sessions")?;
    let greedy = match &log {
        Some(_) => None,
        None => {
            let slates = simulate(
                &catalogue,
                &TrainingConfig { rollouts: 0, ..config.clone() },
                Split::Test,
            );
            choose(training.judge(&network), &slates, &training.greedy)
        }
    };
    let files = files(&name, &config, &catalogue, network.clone(), &validation, trained.best_step);
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
        trained_on_log: log.as_ref().map(LogUsed::new),
        calibration,
        greedy,
        log: trained.log.iter().step_by(LOG_EVERY).copied().collect(),
        validations: trained.validations,
        stopped_early: trained.stopped_early,
        config,
    };
    write(&arguments.out, &files, &report)?;
    write_steps(&arguments.out, &trained.log)?;
    forget_checkpoint(&arguments.out);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?);
    } else {
        print_heads(&report.heads);
        println!("wrote {}", arguments.out.display());
    }
    Ok(())
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

/// Share of each new loss in the smoothed one that is shown.
const NEWEST: f32 = 0.05;

fn show(progress: &indicatif::ProgressBar, step: &Progress, smooth: &mut Option<[f32; 3]>) {
    let losses = smooth.get_or_insert(step.losses);
    for (shown, new) in losses.iter_mut().zip(step.losses) {
        *shown += NEWEST * (new - *shown);
    }
    let w = step.weights;
    progress.set_length(step.steps);
    progress.set_position(step.step + 1);
    progress.set_prefix(format!(
        "losses {:.3} {:.3} {:.3}  w {:.2} {:.2} {:.2}{}",
        losses[0],
        losses[1],
        losses[2],
        w.interest,
        w.subscription,
        w.exposure,
        if step.clamped { " clamped" } else { "" }
    ));
}

fn files(
    name: &str,
    config: &TrainingConfig,
    catalogue: &Catalogue,
    network: Network,
    validation: &Dataset,
    steps: u64,
) -> ModelFiles {
    let device = &network.devices()[0];
    let both = 2 * config.examples;
    let judge = Judge { network: &network, shape: &config.network, catalogue, device };
    let drawn = examples(judge, validation, both);
    let (replay, held_back): (Vec<_>, Vec<_>) =
        drawn.into_iter().enumerate().partition(|(i, _)| i % 2 == 0);
    let strip = |set: Vec<(usize, _)>| set.into_iter().map(|(_, example)| example).collect();
    ModelFiles {
        manifest: Manifest {
            format: 1,
            name: name.into(),
            weights_sha256: weights_hash(&network),
            trained_on: catalogue.name.clone(),
            seed: config.seed,
            steps,
            objective: config.objective.clone(),
        },
        config: config.network.clone(),
        examples: Examples { replay: strip(replay), held_back: strip(held_back) },
        network,
    }
}

fn write(folder: &Path, files: &ModelFiles, report: &Report) -> Result<(), String> {
    model::save(folder, files)?;
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    };
    let json = serde_json::to_string_pretty(report).map_err(|e| e.to_string())?;
    write("report.json", json + "\n")?;
    write("MODEL_CARD.md", model_card(report, None))
}

/// Steps between the entries of the report's log.
const LOG_EVERY: usize = 20;

/// Writes what every step did to `steps.csv`.
fn write_steps(folder: &Path, log: &[Progress]) -> Result<(), String> {
    let path = folder.join("steps.csv");
    let fail = |error: csv::Error| format!("{}: {error}", path.display());
    let mut file = csv::Writer::from_path(&path).map_err(fail)?;
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
    file.flush().map_err(|e| format!("{}: {e}", path.display()))
}
